/**
 * Answers as they are kept, and told again: every recorded answer and stream of the forms beside chat completions, and
 * what their doors write of the recorded answers of every other form.
 */
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes.ts';
import type { CanonicalAnswer, JsonObject } from '../../src/dialects/canonical.ts';
import { parseJson, recordOf } from '../../src/dialects/json.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../src/dialects/registry.ts';
import { parseExact } from '../../src/exact-json.ts';
import { isRecord } from '../../src/is-record.ts';
import { aggregate, toEvents } from '../support/aggregate.ts';
import { decodeStream, encodeStream } from '../support/codec-streams.ts';
import { asWritten, collect, contentOf, eventsOf, retell, retellBytes } from '../support/stored-answers.ts';
import { itFindsRecordings } from './codec-suite.ts';
import { areHere } from './manifest.ts';
import { type ChatRecording, conversations, sizeName } from './recording.ts';
import { titled } from './wire-numbers.ts';

/** With the numbers of their answers and streams, and a question that wants to see all that there is to see. */
const FORMS = [
  ['openai-responses', 11, 18, { input: 'Hi', top_logprobs: 1 }],
  ['anthropic-messages', 15, 14, { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }],
  [
    'gemini',
    18,
    13,
    {
      contents: [{ parts: [{ text: 'Hi' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    },
  ],
] as const;

const isQueued = ({ id }: ChatRecording): boolean => id.endsWith('/background-queued');
/** The gateway always asks for events. */
const isArray = ({ bytes }: ChatRecording): boolean => bytes.toString('latin1', 0, 1) === '[';

const answers = conversations.filter((one) => one.kind === 'answer' && !isQueued(one));
const streams = conversations.filter((one) => one.kind === 'stream' && !isArray(one));

function bodyOf({ bytes }: ChatRecording): JsonObject {
  const body = parseExact(bytes.toString());
  if (!isRecord(body)) throw new Error('a recorded answer is an object');
  return body;
}

/** What a provider of its own form said; `null` for errors. */
function decoded({ form, kind, bytes, headers }: ChatRecording): CanonicalAnswer | null {
  const codec = UPSTREAM_CODECS[form];
  if (kind === 'answer') return codec.decodeAnswer(parseExact(bytes.toString()));
  const contentType = headers['content-type'] ?? '';
  const { answer, error } = aggregate(decodeStream(codec, bytes, 0, { contentType }));
  return error === null && (answer?.choices.length ?? 0) > 0 ? answer : null;
}

describe.each(FORMS)('%s', (form, leastAnswers, leastStreams, question) => {
  const door = DOOR_CODECS[form];
  const { stored } = door;
  const codec = UPSTREAM_CODECS[form];
  const own = (all: readonly ChatRecording[]) => titled(all.filter((one) => one.form === form));
  const others = titled([...answers, ...streams].filter((one) => one.form !== form));

  itFindsRecordings([own(answers), leastAnswers], [own(streams), leastStreams]);
  if (!areHere) return;

  describe('a whole answer, told as a stream', () => {
    it.each(own(answers))('%s', (_, recording) => {
      const body = bodyOf(recording);
      const stream = retellBytes(stored, body);
      for (const size of [0, 7]) {
        expect(collect(stored, stream, size), sizeName(size)).toEqual(asWritten(body));
      }
      const { answer, mistakes, error } = aggregate(decodeStream(codec, stream));
      expect({ mistakes, error }).toEqual({ mistakes: [], error: null });
      const whole = codec.decodeAnswer(body);
      expect(contentOf(answer)).toEqual(contentOf(whole));
      expect(answer?.usage).toEqual(whole?.usage);
      const events = retell(stored, body);
      for (const count of events.keys()) expect(collect(stored, concat(events.slice(0, count)))).toBeNull();
    });
  });

  describe('a stream, put together', () => {
    it.each(own(streams))('%s', (_, recording) => {
      const answer = decoded(recording);
      const body = collect(stored, recording.bytes, 7);
      if (answer === null || body === null) {
        expect([answer, body]).toEqual([null, null]);
        return;
      }
      const whole = codec.decodeAnswer(withFirstProofs(body, recording.bytes));
      expect(contentOf(whole)).toEqual(contentOf(answer));
      expect(whole?.usage).toEqual(answer.usage);
      expect(collect(stored, retellBytes(stored, body))).toEqual(asWritten(body));
    });

    it.each(own(streams))('%s: nothing before its end', (_, recording) => {
      const collector = stored.createCollector();
      const observer = door.straight.createObserver({ choices: 1, doneIsEnd: false });
      for (const event of eventsOf(recording.bytes)) {
        observer.observe(event);
        collector.push(event);
        expect(collector.body() !== null).toBe(observer.isComplete);
      }
    });
  });

  describe('what the door writes of another form’s answer, as a stream and whole', () => {
    it.each(others)('%s', (_, recording) => {
      const answer = decoded(recording);
      if (answer === null) return;
      const request = door.decodeRequest(question);
      const events = toEvents(answer, 5);
      const body = collect(stored, encodeStream(door.createStreamEncoder(request), events));
      const whole = door.encodeAnswer(answer, request);
      const [told, said] = [body, whole].map((one) => codec.decodeAnswer(JSON.parse(JSON.stringify(one))));
      expect(contentOf(told ?? null)).toEqual(contentOf(said ?? null));
      // Where the vendor tells none, one of the two may estimate it.
      if (answer.usage !== null) expect(told?.usage).toEqual(said?.usage);
      expect(collect(stored, retellBytes(stored, whole))).toEqual(asWritten(whole));
    });
  });
});

/** OpenAI encrypts a thought anew for the whole response, and decoders of streams hear of it before. */
function withFirstProofs(body: JsonObject, stream: Uint8Array): JsonObject {
  const proofs = new Map<unknown, unknown>();
  for (const { data } of eventsOf(stream)) {
    const event = recordOf(parseJson(data ?? ''));
    const { encrypted_content: proof } = recordOf(event.item);
    if (event.type === 'response.output_item.done') proofs.set(event.output_index, proof);
  }
  const toItem = (item: unknown, index: number) =>
    proofs.has(index) ? { ...recordOf(item), encrypted_content: proofs.get(index) } : item;
  return Array.isArray(body.output) ? { ...body, output: body.output.map(toItem) } : body;
}
