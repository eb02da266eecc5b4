/** Recorded streams that break off: what was whole arrives, and no broken stream looks like a finished one. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../support/upstream.ts';
import { DONE, readStream } from './oracle.ts';
import { type Recording, recordings } from './recording.ts';
import { readEvents } from './sse-reader.ts';
import { bytesOf, type Exchange, type Stand, singleTry } from './stand.ts';
import { expectErrorEvent, expectSame } from './streams.ts';
import { titled } from './wire-numbers.ts';

/** Several choices, CRLF without `[DONE]`, usage behind the end, finish reason twice after comments, none at all. */
const CUT_AT_EVENTS = [
  'openai/chat/stream-multi-choice',
  'perplexity/chat/stream-text',
  'writer/chat/stream-tool-call',
  'openrouter/chat/stream-tool-call-no-args',
  'snowflake/chat/stream-text',
];
const CUT_ANYWHERE = ['openai/chat/stream-text-usage', 'perplexity/chat/stream-text'];
const CUTS_ANYWHERE = 40;
const AT_ONCE = 8;

const named = (ids: readonly string[]) => titled(recordings.filter(({ id }) => ids.includes(id)));

export function describeEarlyEnds(stand: () => Stand): void {
  describe('a connection that breaks after an event gives that event, our error and no [DONE]', () => {
    it.each(named(CUT_AT_EVENTS))('%s', async (_, recording) => {
      const cuts = [0, ...readEvents(recording.bytes).map(({ end }) => end)];
      await inTurns(cuts, (cut) => breakAfterDelivery(stand(), recording, cut));
    });
  });

  describe('a body that ends cleanly after an event is treated as one that breaks', () => {
    it.each(named(CUT_AT_EVENTS))('%s', async (_, recording) => {
      const cuts = [0, ...readEvents(recording.bytes).map(({ end }) => end)];
      await inTurns(cuts, async (cut) => {
        const handler: Handler = (_, response) => {
          writeHead(recording, response);
          response.end(recording.bytes.subarray(0, cut));
        };
        await expectWholeEvents(stand(), recording, cut, await ask(stand(), recording, handler));
      });
    });
  });

  describe('a connection that breaks anywhere gives whole events, our error and no [DONE]', () => {
    it.each(named(CUT_ANYWHERE))('%s', async (_, recording) => {
      await inTurns(somePlaces(recording.bytes.length), (cut) => breakAtOnce(stand(), recording, cut));
    });
  });

  describe('a body that ends cleanly inside an event gives the whole events before it, our error and no [DONE]', () => {
    it.each(named(CUT_ANYWHERE))('%s', async (_, recording) => {
      await inTurns(somePlaces(recording.bytes.length), (cut) => endInside(stand(), recording, cut));
    });
  });
}

/** The connection breaks when the client has got all that it can get, so the whole events before the cut are due. */
async function breakAfterDelivery(stand: Stand, recording: Recording, cut: number): Promise<void> {
  const { promise: delivered, resolve: markDelivered } = Promise.withResolvers<void>();
  const handler: Handler = async (_, response) => {
    await sendPart(recording, cut, response);
    await delivered;
    response.destroy();
  };
  const due = dueBytes(recording, cut);
  if (due.length === 0) markDelivered();
  const exchange = await ask(stand, recording, handler);
  if (due.length === 0) return expectWholeEvents(stand, recording, cut, exchange);
  const { response } = exchange;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    if (Buffer.concat(chunks).length >= due.length) markDelivered();
  }
  const told = new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
  await expectWholeEvents(stand, recording, cut, { ...exchange, response: told });
}

/** The break may overtake bytes that are on their way, so how many events arrive is open; what follows them is not. */
async function breakAtOnce(stand: Stand, recording: Recording, cut: number): Promise<void> {
  const exchange = await ask(stand, recording, async (_, response) => {
    await sendPart(recording, cut, response);
    response.destroy();
  });
  if (exchange.response.status !== 200) return expectNothingSent(stand, exchange, `cut at ${cut}`);
  const told = await bytesOf(exchange.response);
  const line = await stand.gateway.lineOf(exchange.response.headers.get('x-request-id'));
  const ends = readEvents(recording.bytes).map(({ end }) => end);
  const end = Math.max(
    ...ends.filter((one) => one <= cut && isPrefix(recording.bytes.subarray(0, one), told)),
    0,
  );
  expectEnding(told.subarray(end), recording, end, line);
}

/** A reader drops a half event at the end of a body; followed by our event, it would be read, and break the reader. */
async function endInside(stand: Stand, recording: Recording, cut: number): Promise<void> {
  const exchange = await ask(stand, recording, (_, response) => {
    writeHead(recording, response);
    response.end(recording.bytes.subarray(0, cut));
  });
  const { response } = exchange;
  const whole = dueBytes(recording, cut).length;
  const end = isReadable(recording.bytes.subarray(whole, cut)) ? cut : whole;
  if (end === 0) return expectNothingSent(stand, exchange, `cut at ${cut}`);
  expect(response.status, `cut at ${cut}`).toBe(200);
  const told = await bytesOf(response);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expectSame(told.subarray(0, end), recording.bytes.subarray(0, end), `cut at ${cut}`);
  const rest = told.subarray(end);
  expectEnding(end === whole ? rest : withoutSeparator(rest), recording, end, line);
}

/** Only the blank line is missing: such an event is as good as whole. */
function isReadable(half: Buffer): boolean {
  const data = readEvents(half).at(-1)?.data ?? '';
  if (data === '[DONE]') return true;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

const ask = (stand: Stand, recording: Recording, answer: Handler): Promise<Exchange> => {
  const fields = { model: singleTry(recording), stream: true, stream_options: { include_usage: true } };
  return stand.post(recording, { ...recording.request, ...fields }, answer);
};

const writeHead = ({ status, headers }: Recording, response: ServerResponse) => {
  response.writeHead(status, headers);
  response.flushHeaders();
};

/** Resolves when the bytes have left this process. */
async function sendPart(recording: Recording, cut: number, response: ServerResponse): Promise<void> {
  writeHead(recording, response);
  if (cut === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.write(recording.bytes.subarray(0, cut), () => resolve());
  await Promise.race([promise, once(response, 'close')]);
}

/** The whole events before the cut, where one of them holds data: comments alone are no answer. */
function dueBytes({ bytes }: Recording, cut: number): Buffer {
  const whole = readEvents(bytes).filter(({ end }) => end <= cut);
  return whole.some(({ data }) => data !== null)
    ? bytes.subarray(0, whole.at(-1)?.end)
    : bytes.subarray(0, 0);
}

async function expectWholeEvents(
  stand: Stand,
  recording: Recording,
  cut: number,
  exchange: Exchange,
): Promise<void> {
  const due = dueBytes(recording, cut);
  if (due.length === 0) return expectNothingSent(stand, exchange, `cut at ${cut}`);
  const { response } = exchange;
  expect(response.status, `cut at ${cut}`).toBe(200);
  const told = await bytesOf(response);
  expectSame(told.subarray(0, due.length), due, `cut at ${cut}`);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expectEnding(told.subarray(due.length), recording, due.length, line);
}

/** `rest` follows the first `end` bytes of the recording. */
function expectEnding(rest: Buffer, recording: Recording, end: number, line: object): void {
  const reading = readStream(recording.bytes.subarray(0, end), recording.vendor);
  const message = `after ${end} bytes`;
  if (reading.isComplete) expectSame(rest, Buffer.from(reading.hasDone ? '' : DONE), message);
  else expectErrorEvent(rest, message, { code: expect.stringMatching(/^provider_(unreachable|error)$/) });
  expect(line, message).toMatchObject({
    status: 200,
    ending: reading.isComplete ? 'complete' : 'upstream_error',
  });
}

async function expectNothingSent(stand: Stand, { response }: Exchange, message: string): Promise<void> {
  expect(response.status, message).toBe(502);
  expect(await response.json()).toMatchObject({
    error: { code: expect.stringMatching(/^provider_(unreachable|error)$/) },
  });
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line).toMatchObject({ status: 502, ending: 'upstream_error', attempts: 1 });
}

const isPrefix = (start: Buffer, bytes: Buffer): boolean => bytes.subarray(0, start.length).equals(start);

const withoutSeparator = (bytes: Buffer): Buffer => {
  const length = /^[\r\n]*/.exec(bytes.toString('latin1'))?.[0].length ?? 0;
  return bytes.subarray(length);
};

/** Places in a body, the same in every run (Lehmer's generator). */
function somePlaces(length: number): number[] {
  let state = 20_261_121;
  return Array.from({ length: CUTS_ANYWHERE }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 1 + (state % (length - 1));
  });
}

async function inTurns<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    await Promise.all(items.slice(at, at + AT_ONCE).map(run));
  }
}
