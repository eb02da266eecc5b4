/**
 * Every recorded conversation for clients of the other forms: what the gateway writes says what the recording says, as
 * far as the door has words for it.
 */
import { describe, expect, it } from 'vitest';
import { DOORS, type DoorForm } from './doors.ts';
import { expectError } from './error-answers.ts';
import { expectNoHalfCalls } from './half-calls.ts';
import { needsTwin, singleTry, twinAlias } from './names.ts';
import { type ChatRecording, conversations, sizeName } from './recording.ts';
import { hear } from './said/readers.ts';
import type { Json, Said } from './said/said.ts';
import { bytesOf, cutLength, cutOff, type Exchange, recorded, type Stand } from './stand.ts';
import { expectWellFormed, expectWholeShape } from './well-formed.ts';
import { titled } from './wire-numbers.ts';

const WRITES = [7, 0];
/** Shares of a stream after which it ends. */
const CUTS = [1 / 3, 2 / 3];

/** Answers with status 200 that are none: an error, and one that is not there yet (wire 54, 65). */
const NO_ANSWERS = ['openrouter/chat/error-200-body', 'openai/responses/background-queued'];
/** Only clients of its own form can ask for calls by the model's own code, and get to see them. */
const NEVER_ASKED_FOR = ['anthropic/messages/programmatic-tools'];
const isAnswer = ({ id, kind }: ChatRecording): boolean => kind === 'answer' && !NO_ANSWERS.includes(id);

const modelAt = (recording: ChatRecording, { form }: DoorForm): string =>
  needsTwin(recording, form) ? twinAlias(recording) : singleTry(recording);

/** What the answer's model may be called: as the vendor says, or as the client does where it says nothing. */
const modelsOf = (recording: ChatRecording, door: DoorForm): readonly string[] => [
  modelAt(recording, door),
  ...[...recording.bytes.toString().matchAll(/"model(?:Version)?": ?"([^"]+)"/g)].map(
    ([, name = '']) => name,
  ),
];

const ask = (stand: Stand, door: DoorForm, recording: ChatRecording, stream: boolean, size: number) => {
  const model = modelAt(recording, door);
  return stand.ask(door.path(model, stream), door.ask(model, stream), recorded(recording, size));
};

export function describeForeignDoors(stand: () => Stand): void {
  describe.each(DOORS)('through the door of $form', (door) => {
    const foreign = conversations.filter(
      ({ id, form }) => form !== door.form && !NEVER_ASKED_FOR.includes(id),
    );
    const of = (isWanted: (one: ChatRecording) => boolean) => titled(foreign.filter(isWanted));
    const isStream = ({ kind }: ChatRecording): boolean => kind === 'stream';

    describe('a stream says what was recorded', () => {
      it.each(of(isStream))('%s', async (_, recording) => {
        await Promise.all(WRITES.map((size) => expectStream(stand(), door, recording, size)));
      });
    });

    describe('a stream that is cut off never looks whole', () => {
      it.each(of(isStream))('%s', async (_, recording) => {
        await Promise.all(CUTS.map((share) => expectCutStream(stand(), door, recording, share)));
      });
    });

    describe('a whole answer says what was recorded', () => {
      it.each(of(isAnswer))('%s', async (_, recording) => {
        await Promise.all(WRITES.map((size) => expectAnswer(stand(), door, recording, size)));
      });
    });

    describe('a whole answer that is cut off is a 502', () => {
      it.each(of(isAnswer))('%s', async (_, recording) => {
        const model = modelAt(recording, door);
        const exchange = await stand().ask(
          door.path(model, false),
          door.ask(model, false),
          cutOff(recording, 2 / 3),
        );
        await expectNothing(stand(), door, exchange);
      });
    });

    describe.each([false, true])('an error keeps its status and words (stream: %s)', (stream) => {
      it.each(of(({ kind, id }) => kind === 'error' || id === NO_ANSWERS[0]))('%s', async (_, recording) => {
        const replay = async (size: number) => {
          const { response } = await ask(stand(), door, recording, stream, size);
          await expectError(stand(), door, recording, response, sizeName(size));
        };
        await Promise.all(WRITES.map(replay));
      });
    });

    // An answer of its own form passes straight, and has none here.
    it.each(of(({ id }) => id === NO_ANSWERS[1]))(
      'an answer that is not there yet is a 502: %s',
      async (_, recording) => {
        await expectNothing(stand(), door, await ask(stand(), door, recording, false, 0));
      },
    );
  });
}

async function expectStream(
  stand: Stand,
  door: DoorForm,
  recording: ChatRecording,
  size: number,
): Promise<void> {
  const expected = hear(recording, !needsTwin(recording, door.form));
  const { response } = await ask(stand, door, recording, true, size);
  if (expected.isComplete) {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const bytes = await bytesOf(response);
    expectSaid(door.reader.stream(bytes), door.show(expected), sizeName(size));
    expectWellFormed(door, bytes, modelsOf(recording, door));
    await expectLine(stand, response, 'complete', expected);
  } else {
    await expectBroken(stand, door, { response }, expected, sizeName(size));
  }
}

async function expectCutStream(
  stand: Stand,
  door: DoorForm,
  recording: ChatRecording,
  share: number,
): Promise<void> {
  const label = `cut off after ${share.toFixed(2)}`;
  const byRow = !needsTwin(recording, door.form);
  const expected = hear(recording, byRow, cutLength(recording, share));
  const model = modelAt(recording, door);
  const answer = cutOff(recording, share);
  const { response } = await stand.ask(door.path(model, true), door.ask(model, true), answer);
  if (!expected.isComplete) {
    const bytes = await expectBroken(stand, door, { response }, expected, label);
    expectNoHalfCalls(door.form, bytes, door.show(hear(recording, byRow)), label);
    return;
  }
  // Only what comes behind the end was cut off: usage, or an end marker.
  expectSaid(door.reader.stream(await bytesOf(response)).choices, door.show(expected).choices, label);
  await expectLine(stand, response, 'complete', { ...expected, usage: null });
}

/** Either nothing had gone and it is a 502, or what had gone (returned) is followed by an error and by no ending. */
async function expectBroken(
  stand: Stand,
  door: DoorForm,
  { response }: Pick<Exchange, 'response'>,
  expected: Said,
  label: string,
): Promise<Buffer> {
  if (response.status !== 200) {
    await expectNothing(stand, door, { response }, expected.error);
    return Buffer.alloc(0);
  }
  const bytes = await bytesOf(response);
  const told = door.reader.stream(bytes);
  expect(told, `${label}: ${bytes.toString().slice(-400)}`).toMatchObject({
    isComplete: false,
    error: { message: expect.stringMatching(/./) },
  });
  const code = readCode(expected.error);
  if (code !== 'insufficient_quota' && expected.error?.message) {
    expect(told.error.message, label).toBe(expected.error.message);
  }
  expectWellFormed(door, bytes, null);
  for (const [index, choice] of told.choices.entries()) {
    const said = door.show(expected).choices[index];
    expect(said?.text.startsWith(choice.text), `${label}: ${choice.text}`).toBe(true);
  }
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line, label).toMatchObject({ status: 200, ending: 'upstream_error' });
  return bytes;
}

const readCode = (error: Json): unknown => error?.code;

async function expectNothing(
  stand: Stand,
  door: DoorForm,
  { response }: Pick<Exchange, 'response'>,
  error: Json = null,
): Promise<void> {
  const text = await response.text();
  expect(response.status, text).toBe(502);
  const message = door.readError(JSON.parse(text), 502);
  if (error?.message && readCode(error) !== 'insufficient_quota') expect(message).toBe(error.message);
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line).toMatchObject({ status: 502, ending: 'upstream_error', attempts: 1 });
}

async function expectAnswer(
  stand: Stand,
  door: DoorForm,
  recording: ChatRecording,
  size: number,
): Promise<void> {
  const expected = hear(recording, !needsTwin(recording, door.form));
  const { response } = await ask(stand, door, recording, false, size);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  const body = JSON.parse(text);
  expectSaid(door.reader.answer(body), door.show(expected), sizeName(size));
  expectWholeShape(door, body, modelsOf(recording, door));
  await expectLine(stand, response, 'complete', expected);
}

/** Usage that nobody told may be estimated. */
function expectSaid(told: unknown, expected: unknown, label: string): void {
  const isUntold =
    typeof expected === 'object' && expected !== null && 'usage' in expected && expected.usage === null;
  expect(told, label).toEqual(isUntold ? { ...expected, usage: (told as Said).usage } : expected);
}

async function expectLine(stand: Stand, response: Response, ending: string, { usage }: Said): Promise<void> {
  const line = await stand.gateway.lineOf(response.headers.get('x-request-id'));
  expect(line).toMatchObject({ status: 200, ending, attempts: 1 });
  if (usage === null) expect(line.usage).toMatchObject({ output_tokens: expect.any(Number) });
  else expect(line.usage).toMatchObject(usage);
}
