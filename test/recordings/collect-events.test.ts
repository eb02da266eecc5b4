/**
 * Canonical events put together, over every recorded conversation of every form. No Worker runs here. What a stream and
 * the whole answer tell differently, each in its form, is listed.
 */
import { describe, expect, it } from 'vitest';
import { answerToEvents } from '../../src/dialects/answer-events.ts';
import type { CanonicalAnswer, CanonicalEvent } from '../../src/dialects/canonical.ts';
import { EventCollector } from '../../src/dialects/collect-events.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../src/dialects/registry.ts';
import type { DoorDialect } from '../../src/dialects/routes.ts';
import { parseExact } from '../../src/exact-json.ts';
import { aggregate } from '../support/aggregate.ts';
import { decodeStream } from '../support/codec-streams.ts';
import { collect, contentOf } from '../support/stored-answers.ts';
import { itFindsRecordings } from './codec-suite.ts';
import { areHere } from './manifest.ts';
import { type ChatRecording, conversations } from './recording.ts';
import { titled } from './wire-numbers.ts';

/** An error with status 200 and an answer that is not there yet (wire 54, 65); streams that fail, or do not end. */
const NO_ANSWERS = [
  'openrouter/chat/error-200-body',
  'openai/responses/background-queued',
  'anthropic/messages/stream-error-overloaded',
  'groq/chat/stream-error-tool-use-failed',
  'openai/responses/stream-error-quota',
  'openrouter/chat/stream-error',
  'snowflake/chat/stream-text',
];
/** The vendor seals the same thinking twice: when the item begins, and when it is done. */
const SEALED_TWICE = ['openai/responses/stream-phase', 'openai/responses/stream-tool-call-reasoning'];

const isAnswer = ({ id }: ChatRecording): boolean => !NO_ANSWERS.includes(id);
const answers = titled(conversations.filter((one) => one.kind === 'answer' && isAnswer(one)));
const streams = titled(conversations.filter((one) => one.kind === 'stream' && isAnswer(one)));
const broken = titled(conversations.filter((one) => one.kind === 'stream' && !isAnswer(one)));

function put(events: readonly CanonicalEvent[]): CanonicalAnswer | null {
  const collector = new EventCollector();
  for (const event of events) collector.push([event]);
  return collector.answer();
}

const eventsOf = ({ form, bytes, headers }: ChatRecording): CanonicalEvent[] =>
  decodeStream(UPSTREAM_CODECS[form], bytes, 0, { contentType: headers['content-type'] ?? '' });

/** Events have no place for what only the own form knows of a tool call. */
const withoutExtraOfCalls = (answer: CanonicalAnswer | null): unknown =>
  answer?.choices.map(({ parts, ...choice }) => ({
    ...choice,
    parts: parts.map(({ extra, ...part }) => (part.type === 'tool-call' ? part : { ...part, extra })),
  }));

itFindsRecordings([answers, 95], [streams, 90]);

describe.runIf(areHere)('a whole answer, told in events and put together again', () => {
  it.each(answers)('%s', (_, { form, bytes }) => {
    const answer = UPSTREAM_CODECS[form].decodeAnswer(parseExact(bytes.toString()));
    if (answer === null) throw new Error('it is no answer');
    const again = put(answerToEvents(answer));
    expect({ ...again, choices: [] }).toEqual({ ...answer, choices: [] });
    expect(withoutExtraOfCalls(again)).toEqual(withoutExtraOfCalls(answer));
  });
});

describe.runIf(areHere)('a stream', () => {
  it.each(streams)('%s is put together as the tests read it', (_, recording) => {
    const events = eventsOf(recording);
    expect(put(events)).toEqual(aggregate(events).answer);
  });

  it.each(broken)('%s is no answer', (_, recording) => {
    expect(put(eventsOf(recording))).toBeNull();
  });
});

const isDoor = (form: string): form is DoorDialect => form in DOOR_CODECS;

/**
 * Beside the two in `contentOf`: only the whole answer has `extra`; its id and time are the last that were told, a
 * stream's the first; and OpenAI rounds probabilities once the text is done.
 */
describe.runIf(areHere)('a stream says what the answer says that its own form makes of it', () => {
  // The gateway asks for events; one recorded stream is an array (wire 9).
  const own = streams.filter(([, { form, bytes }]) => isDoor(form) && bytes.toString('latin1', 0, 1) !== '[');
  it.each(own.filter(([, { id }]) => !SEALED_TWICE.includes(id)))('%s', (_, recording) => {
    const { form, bytes } = recording;
    if (!isDoor(form)) return;
    const body = collect(DOOR_CODECS[form].stored, bytes);
    const whole = UPSTREAM_CODECS[form].decodeAnswer(body);
    const told = put(eventsOf(recording));
    expect(told).not.toBeNull();
    expect(contentOf(told)).toEqual(contentOf(whole));
    const beside = (answer: CanonicalAnswer | null) => [answer?.model, answer?.usage, answer?.serviceTier];
    expect(beside(told)).toEqual(beside(whole));
  });
});
