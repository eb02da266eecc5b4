/**
 * Every recorded conversation of the forms beside chat for a client of its own form: the bytes as they were recorded,
 * but for what contract §3 names, and the sealed ids of responses.
 */
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { type DoorForm, doorOf } from './doors.ts';
import { expectError } from './error-answers.ts';
import { passThrough, singleTry } from './names.ts';
import { type ChatRecording, chunkSizes, conversations, sizeName } from './recording.ts';
import { hear } from './said/readers.ts';
import type { Said } from './said/said.ts';
import { withoutSeals } from './seals.ts';
import { readEvents } from './sse-reader.ts';
import { bytesOf, cutLength, cutOff, recorded, type Stand } from './stand.ts';
import { expectSame } from './streams.ts';
import { titled } from './wire-numbers.ts';

/** Google streams it to clients that do not ask for events; the gateway always asks for them. */
const NEVER_ASKED_FOR = ['google-vertex/streamGenerateContent/stream-json-array'];

const HELD_WRITES = [7, 0];

const straight = conversations.filter(
  (one) => one.form !== 'openai-chat' && doorOf(one) !== null && !NEVER_ASKED_FOR.includes(one.id),
);
const of = (kind: ChatRecording['kind']) => titled(straight.filter((one) => one.kind === kind));

export function describeStraightDoors(stand: () => Stand): void {
  describe('through the door of its own form, a stream arrives byte for byte', () => {
    it.each(of('stream'))('%s', async (_, recording) => {
      const { error } = hear(recording, true);
      const once = chunkSizes(recording).map((size) =>
        replayStream(stand(), recording, singleTry(recording), size),
      );
      // Held until the first content, because another try is possible: an error before it would be tried again.
      const held = error === null ? HELD_WRITES : [];
      const replays = held.map((size) => replayStream(stand(), recording, passThrough(recording), size));
      await Promise.all([...once, ...replays]);
    });
  });

  describe('through the door of its own form, a stream that is cut off never looks whole', () => {
    it.each(of('stream'))('%s', (_, recording) => replayCut(stand(), recording));
  });

  describe('through the door of its own form, a whole answer arrives byte for byte', () => {
    it.each(of('answer'))('%s', async (_, recording) => {
      await Promise.all(CHUNK_SIZES.map((size) => replayAnswer(stand(), recording, size)));
    });
  });

  describe.each([false, true])(
    'through the door of its own form, an error is told in its shape (stream: %s)',
    (stream) => {
      it.each(of('error'))('%s', async (_, recording) => {
        const door = doorFor(recording);
        const replay = async (size: number) => {
          const { response } = await ask(stand(), recording, singleTry(recording), stream, size);
          await expectError(stand(), door, recording, response, sizeName(size));
        };
        await Promise.all(CHUNK_SIZES.map(replay));
      });
    },
  );
}

function doorFor(recording: ChatRecording): DoorForm {
  const door = doorOf(recording);
  if (door === null) throw new Error(`no client speaks ${recording.form}`);
  return door;
}

/** The recorded request, which travels with all its fields. */
async function ask(
  stand: Stand,
  recording: ChatRecording,
  model: string,
  stream: boolean,
  size: number,
  handler = recorded(recording, size),
) {
  const { form, request } = recording;
  const path = doorFor(recording).path(model, stream);
  const body: Record<string, unknown> = form === 'gemini' ? request : { ...request, model, stream };
  const exchange = await stand.post({ ...recording, route: path }, body, handler);
  const { replay: _, ...sent } = JSON.parse(exchange.received.body.toString());
  expect(sent).toEqual(form === 'gemini' ? body : { ...body, model: recording.model });
  expect(exchange.received.path).toBe(`/${recording.vendor}${upstreamPath(recording, stream)}`);
  return exchange;
}

/** `base_url` ends in `/v1`, whatever the vendor. */
function upstreamPath(recording: ChatRecording, stream: boolean): string {
  const path = doorFor(recording).path(recording.model, stream);
  return path.replace(/^\/v1beta\//, '/v1/');
}

async function replayStream(
  stand: Stand,
  recording: ChatRecording,
  model: string,
  size: number,
): Promise<void> {
  const label = `${model}, ${sizeName(size)}`;
  const said = hear(recording, true);
  const { response } = await ask(stand, recording, model, true, size);
  if (said.error !== null) return expectFailure(stand, recording, response, recording.bytes, label);
  expect(response.status, label).toBe(200);
  expect(response.headers.get('content-type'), label).toContain('text/event-stream');
  expectSame(await readUnsealed(response, recording, recording.bytes), recording.bytes, label);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line, label).toMatchObject({
    provider: recording.vendor,
    model: recording.model,
    attempts: 1,
    status: 200,
    ending: 'complete',
    usage: said.usage ?? { estimated: true },
    ...(saysNothing(said) ? {} : { first_token_ms: expect.any(Number) }),
  });
}

/** A call without arguments is all of the answer: it has no delta with anything in it. */
const saysNothing = ({ choices }: Said): boolean =>
  choices.every(
    ({ text, reasoning, calls }) =>
      text + reasoning === '' && calls.every(({ args }) => JSON.stringify(args) === '{}'),
  );

async function readUnsealed(response: Response, { form }: ChatRecording, recorded: Buffer): Promise<Buffer> {
  const told = await bytesOf(response);
  return form === 'openai-responses' ? withoutSeals(told, recorded) : told;
}

async function replayCut(stand: Stand, recording: ChatRecording): Promise<void> {
  const length = cutLength(recording, 2 / 3);
  const answer = cutOff(recording, 2 / 3);
  const { response } = await ask(stand, recording, singleTry(recording), true, 0, answer);
  if (!hear(recording, true, length).isComplete) {
    return expectFailure(stand, recording, response, recording.bytes.subarray(0, length), 'cut off');
  }
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line).toMatchObject({ status: 200, ending: 'complete' });
}

/** A 502 before the first event; behind it, our own error event after the whole events that came before. */
async function expectFailure(
  stand: Stand,
  recording: ChatRecording,
  response: Response,
  bytes: Buffer,
  label: string,
): Promise<void> {
  const door = doorFor(recording);
  const isTold = (data: string | null): boolean =>
    data !== null && !/"type": ?"(error|response\.failed)"/.test(data);
  const events = readEvents(bytes);
  const failedAt = events.findIndex(({ data, isClosed }) => (data !== null && !isTold(data)) || !isClosed);
  const passed = failedAt === -1 ? events : events.slice(0, failedAt);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  const due = bytes.subarray(0, passed.at(-1)?.end ?? 0);
  if (!passed.some(({ data }) => data !== null)) {
    expect(response.status, label).toBe(502);
    door.readError(await response.json(), 502);
    expect(line, label).toMatchObject({ status: 502, ending: 'upstream_error', attempts: 1 });
    return;
  }
  expect(response.status, label).toBe(200);
  const told = await readUnsealed(response, recording, due);
  expectSame(told.subarray(0, due.length), due, label);
  const rest = door.reader.stream(told.subarray(due.length));
  expect(rest, `${label}: ${told.subarray(due.length).toString().slice(0, 400)}`).toMatchObject({
    isComplete: false,
    error: { message: expect.stringMatching(/./) },
  });
  expect(door.reader.stream(told).isComplete, label).toBe(false);
  expect(line, label).toMatchObject({ status: 200, ending: 'upstream_error', attempts: 1 });
}

async function replayAnswer(stand: Stand, recording: ChatRecording, size: number): Promise<void> {
  const label = sizeName(size);
  const { response } = await ask(stand, recording, singleTry(recording), false, size);
  expect(response.status, label).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/json');
  expectSame(await readUnsealed(response, recording, recording.bytes), recording.bytes, label);
  expect(await stand.gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
    provider: recording.vendor,
    model: recording.model,
    status: 200,
    ending: 'complete',
    usage: hear(recording, true).usage ?? { estimated: true },
  });
}
