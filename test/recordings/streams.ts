/** Every recorded stream of `choices`, to a client that wants to see usage and to one that does not. */
import { describe, expect, it } from 'vitest';
import { DONE, passedBytes, readSaidError, readStream } from './oracle.ts';
import { chunkSizes, type Recording, recordings, sizeName } from './recording.ts';
import { readEvents } from './sse-reader.ts';
import { bytesOf, passThrough, recorded, type Stand, singleTry } from './stand.ts';
import { titled } from './wire-numbers.ts';

/** Vendors that refuse a field that the OpenAI API has: usage is not asked for there. */
const VENDORS_WITHOUT_STREAM_OPTIONS = ['mistral'];

export const streams = recordings.filter(
  ({ kind, route }) => kind === 'stream' && !route.includes('/audio/'),
);

export function describeStreams(stand: () => Stand): void {
  describe('a client that asks for usage gets the bytes of the stream', () => {
    it.each(titled(streams))('%s', async (_, recording) => {
      // Held until the first content, because another try is possible.
      const fields = { model: passThrough(recording), stream_options: { include_usage: true } };
      await replayInAllSizes(stand(), recording, fields, true);
    });
  });

  describe('a client that does not ask for usage gets the bytes without it, and the log has it', () => {
    it.each(titled(streams))('%s', async (_, recording) => {
      await replayInAllSizes(stand(), recording, { model: singleTry(recording) }, false);
    });
  });
}

async function replayInAllSizes(
  stand: Stand,
  recording: Recording,
  fields: Record<string, unknown>,
  asksForUsage: boolean,
): Promise<void> {
  const body = { ...recording.request, ...fields, stream: true };
  await Promise.all(chunkSizes(recording).map((size) => replay(stand, recording, body, asksForUsage, size)));
}

async function replay(
  stand: Stand,
  recording: Recording,
  body: Record<string, unknown>,
  asksForUsage: boolean,
  size: number,
): Promise<void> {
  const inPieces = sizeName(size);
  const { response, received } = await stand.post(recording, body, recorded(recording, size));
  expect(response.status, inPieces).toBe(200);
  expect(response.headers.get('content-type'), inPieces).toContain('text/event-stream');
  expectSent(received, recording, body);
  expectBytes(await bytesOf(response), recording, asksForUsage, inPieces);

  const reading = readStream(recording.bytes, recording.vendor);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line, inPieces).toMatchObject({
    provider: recording.vendor,
    model: recording.model,
    attempts: 1,
    status: 200,
    ending: reading.error === null ? 'complete' : 'upstream_error',
    usage: reading.usage ?? { estimated: true, output_tokens: expect.any(Number) },
    first_token_ms: expect.any(Number),
  });
  if (reading.usage === null) expect(line.usage).not.toMatchObject({ output_tokens: 0 });
}

/** What went up is what the client sent, but for `model` and `stream_options`. */
function expectSent(
  received: { readonly body: Buffer; readonly path: string },
  recording: Recording,
  body: Record<string, unknown>,
): void {
  const { vendor, model, route } = recording;
  expect(received.path).toBe(`/${vendor}${route}`);
  const { replay: _, stream_options: options, ...sent } = JSON.parse(received.body.toString());
  const { stream_options: __, ...rest } = body;
  expect(sent).toEqual({ ...rest, model });
  if (!VENDORS_WITHOUT_STREAM_OPTIONS.includes(vendor)) expect(options).toEqual({ include_usage: true });
  else if (body.stream_options === undefined) expect(options).toBeUndefined();
}

function expectBytes(actual: Buffer, recording: Recording, asksForUsage: boolean, inPieces: string): void {
  const reading = readStream(recording.bytes, recording.vendor);
  const passed = passedBytes(recording.bytes, reading, asksForUsage);
  if (reading.error !== null) {
    expectSame(actual.subarray(0, passed.length), passed, inPieces);
    const said = readSaidError(JSON.stringify({ error: reading.error }));
    expectErrorEvent(actual.subarray(passed.length), inPieces, {
      message: said?.message,
      code: 'provider_error',
      ...(said?.type === undefined ? {} : { type: said.type }),
      ...(said?.code === undefined ? {} : { provider_code: said.code }),
    });
    return;
  }
  const isClosed = reading.events.at(-1)?.isClosed ?? true;
  const addsDone = reading.isComplete && !reading.hasDone;
  const end = Buffer.from(addsDone ? `${isClosed ? '' : '\n\n'}${DONE}` : '');
  expectSame(actual, Buffer.concat([passed, end]), inPieces);
}

/** Shows only what stands around the first difference: events are long. */
export function expectSame(actual: Buffer, expected: Buffer, message: string): void {
  if (actual.equals(expected)) return;
  const found = expected.findIndex((byte, place) => actual[place] !== byte);
  const at = found === -1 ? expected.length : found;
  const around = (bytes: Buffer) => bytes.toString('latin1', Math.max(0, at - 60), at + 200);
  expect(around(actual), `${message}, byte ${at} of ${expected.length}`).toBe(around(expected));
}

/** One event of ours, and nothing behind it. */
export function expectErrorEvent(bytes: Buffer, message: string, error: Record<string, unknown> = {}): void {
  const events = readEvents(bytes);
  expect(events, `${message}: ${bytes.toString().slice(0, 300)}`).toHaveLength(1);
  expect(events[0]).toMatchObject({ name: null, isClosed: true, end: bytes.length });
  const told = JSON.parse(events[0]?.data ?? 'null');
  expect(Object.keys(told)).toEqual(['error']);
  expect(told.error, message).toMatchObject({
    message: expect.stringMatching(/./),
    type: expect.stringMatching(/./),
    code: expect.stringMatching(/^provider_/),
    ...error,
  });
}
