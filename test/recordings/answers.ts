/** Every recorded whole answer, and the one whose status 200 is a lie. */
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { readSaidError, toLoggedUsage } from './oracle.ts';
import { type Recording, recordings, sizeName } from './recording.ts';
import { bytesOf, passThrough, recorded, type Stand, singleTry } from './stand.ts';
import { expectSame } from './streams.ts';
import { titled } from './wire-numbers.ts';

const isHiddenError = ({ tags }: Recording): boolean => tags.includes('error-200');
const answers = recordings.filter(({ kind }) => kind === 'answer');

export function describeAnswers(stand: () => Stand): void {
  const whole = titled(answers.filter((recording) => !isHiddenError(recording)));

  describe('a whole answer arrives byte for byte', () => {
    it.each(whole)('%s', async (_, recording) => {
      const body = { ...recording.request, model: passThrough(recording) };
      const replay = async (size: number) => {
        const { response, received } = await stand().post(recording, body, recorded(recording, size));
        const { replay: _, ...sent } = JSON.parse(received.body.toString());
        expect(sent).toEqual({ ...body, model: recording.model });
        expect(received.path).toBe(`/${recording.vendor}${recording.route}`);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toContain('application/json');
        expectSame(await bytesOf(response), recording.bytes, sizeName(size));
      };
      await Promise.all(CHUNK_SIZES.map(replay));
    });
  });

  describe('the usage of a whole answer stands in the log', () => {
    it.each(whole)('%s', async (_, recording) => {
      const body = { ...recording.request, model: singleTry(recording) };
      const { response } = await stand().post(recording, body, recorded(recording, 0));
      await response.arrayBuffer();
      const told: { usage?: unknown } = JSON.parse(recording.bytes.toString());
      expect(await stand().gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
        provider: recording.vendor,
        model: recording.model,
        status: 200,
        ending: 'complete',
        usage: toLoggedUsage(told.usage) ?? { estimated: true },
      });
    });
  });

  describe.each([false, true])('an error with status 200 is a 502 (client wants a stream: %s)', (stream) => {
    it.each(titled(answers.filter(isHiddenError)))('%s', async (_, recording) => {
      const said = readSaidError(recording.bytes.toString());
      const body = { ...recording.request, model: singleTry(recording), stream };
      const replay = async (size: number) => {
        const { response } = await stand().post(recording, body, recorded(recording, size));
        expect(response.status, sizeName(size)).toBe(502);
        expect(await response.json()).toEqual({
          error: {
            message: said?.message,
            type: said?.type ?? expect.any(String),
            param: said?.param ?? null,
            code: 'provider_error',
            ...(said?.code === undefined ? {} : { provider_code: said.code }),
          },
        });
        const line = await stand().gateway.lineOf(response.headers.get('x-request-id'));
        expect(line).toMatchObject({ status: 502, ending: 'upstream_error', attempts: 1 });
      };
      await Promise.all(CHUNK_SIZES.map(replay));
    });
  });
}
