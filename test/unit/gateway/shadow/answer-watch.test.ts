import { describe, expect, it } from 'vitest';
import { ROUTES, type Route } from '../../../../src/dialects/routes.ts';
import { BodyMemory } from '../../../../src/gateway/body-memory.ts';
import { AnswerWatch } from '../../../../src/gateway/shadow/answer-watch.ts';
import { StreamWriter } from '../../../../src/streaming/stream-writer.ts';
import { chatCompletion, chatStream } from '../../../support/upstream.ts';

const CHAT = ROUTES.find(({ id }) => id === 'chat.completions') as Route;
const encoder = new TextEncoder();
const bytesOf = (value: object) => encoder.encode(JSON.stringify(value));
const TOLD = { choices: [{ finish: 'stop', parts: [{ type: 'text', text: 'Hello world' }] }] };

function create(maxBytes = 64_000_000) {
  const memory = new BodyMemory(maxBytes);
  return { memory, watch: new AnswerWatch(memory) };
}

/** What the client reads, once the watch has seen the answer go. */
async function stream(watch: AnswerWatch, pieces: readonly Uint8Array[]): Promise<string> {
  const writer = new StreamWriter(() => undefined, watch.observe());
  const read = new Response(writer.readable).text();
  for (const piece of pieces) await writer.write(piece);
  await Promise.all([writer.close(), watch.gone]);
  return read;
}

describe('AnswerWatch', () => {
  it('reads a whole answer', async () => {
    const { watch } = create();
    watch.whole(bytesOf(chatCompletion('Hello world')));
    await watch.gone;
    expect(watch.answer(CHAT)).toMatchObject(TOLD);
  });

  it.each([1, 7, 100_000])(
    'reads a stream that came %i bytes at a time, and changes none of it',
    async (size) => {
      const { watch } = create();
      const sent = `: ping\n\n${chatStream(['Hello', ' world'])}`;
      const bytes = encoder.encode(sent);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(await stream(watch, pieces)).toBe(sent);
      expect(watch.answer(CHAT)).toMatchObject(TOLD);
    },
  );

  it('keeps its own copy: whoever wrote may use its memory again', () => {
    const { watch } = create();
    const bytes = bytesOf(chatCompletion('Hello world'));
    watch.whole(bytes);
    bytes.fill(0);
    expect(watch.answer(CHAT)).toMatchObject(TOLD);
  });

  it('makes nothing of a stream that broke off, and of what is no answer', async () => {
    const broken = create();
    const sent = chatStream(['Hello']);
    await stream(broken.watch, [encoder.encode(sent.slice(0, sent.indexOf('"finish_reason":"stop"')))]);
    const garbage = create();
    garbage.watch.whole(encoder.encode('<html>'));
    expect([broken.watch.answer(CHAT), garbage.watch.answer(CHAT), create().watch.answer(CHAT)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('takes the memory that it needs, and gives it back once', () => {
    const { memory, watch } = create();
    const bytes = bytesOf(chatCompletion('Hello world'));
    watch.whole(bytes);
    expect(memory.takenBytes).toBe(bytes.length);
    watch.release();
    watch.release();
    watch.whole(bytes);
    expect([memory.takenBytes, watch.answer(CHAT)]).toEqual([0, null]);
  });

  it('gives up, and all that it held, where memory is short or the answer is long', async () => {
    const short = create(1000);
    const long = create();
    const piece = encoder.encode(chatStream(['x'.repeat(400)]));
    await stream(short.watch, [piece, piece]);
    await stream(long.watch, Array(2000).fill(piece));
    for (const { watch, memory } of [short, long])
      expect([memory.takenBytes, watch.answer(CHAT)]).toEqual([0, null]);
  });
});
