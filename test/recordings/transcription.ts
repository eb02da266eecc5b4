/** Recorded streams of typed events: transcriptions, asked for with a form. */
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { toLoggedUsage } from './oracle.ts';
import { type Recording, recordings, sizeName } from './recording.ts';
import { readEvents } from './sse-reader.ts';
import { bytesOf, passThrough, recorded, type Stand } from './stand.ts';
import { expectSame } from './streams.ts';
import { titled } from './wire-numbers.ts';

const transcriptions = recordings.filter(({ kind, route }) => kind === 'stream' && route.includes('/audio/'));

export function describeTranscriptions(stand: () => Stand): void {
  describe('a transcription streams byte for byte', () => {
    it.each(titled(transcriptions))('%s', async (_, recording) => {
      const replay = async (size: number) => {
        const answer = recorded(recording, size);
        const { response, received } = await stand().postForm(recording, formFor(recording), answer);
        expect(received.path).toBe(`/${recording.vendor}${recording.route}`);
        expect(received.body.toString()).toContain(`name="model"\r\n\r\n${recording.model}\r\n`);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toContain('text/event-stream');
        expectSame(await bytesOf(response), recording.bytes, sizeName(size));
        const line = await stand().gateway.lineOf(response.headers.get('x-request-id'));
        expect(line, sizeName(size)).toMatchObject({
          provider: recording.vendor,
          status: 200,
          ending: 'complete',
          usage: lastUsage(recording),
          first_token_ms: expect.any(Number),
        });
      };
      await Promise.all(CHUNK_SIZES.map(replay));
    });
  });
}

function formFor(recording: Recording): FormData {
  const form = new FormData();
  form.set('file', new Blob(['RIFF….WAVE'], { type: 'audio/wav' }), 'ruby.wav');
  form.set('model', passThrough(recording));
  form.set('stream', 'true');
  return form;
}

function lastUsage({ bytes }: Recording): unknown {
  const events = readEvents(bytes).filter(({ data }) => data !== null && data !== '[DONE]');
  const usages = events.map(({ data }) => toLoggedUsage(JSON.parse(data ?? 'null').usage));
  return usages.findLast((usage) => usage !== null);
}
