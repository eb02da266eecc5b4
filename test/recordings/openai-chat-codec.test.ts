/**
 * The chat codec reads every recorded answer of its form: at any chunk size the same, text, calls, thinking, usage
 * and ending as recorded, and after a way out and back still the same. No Worker runs here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  Part,
} from '../../src/dialects/canonical.ts';
import type { Carried, DecodeOptions } from '../../src/dialects/codec.ts';
import type { Identifiers } from '../../src/dialects/identifiers.ts';
import { createChatCodec } from '../../src/dialects/openai-chat/codec.ts';
import { type Aggregated, aggregate } from '../support/aggregate.ts';
import { CHUNK_SIZES, decodeStream, encodeStream } from '../support/codec-streams.ts';
import { hasSpecs, loadSpecification, SPECS_DIR } from '../support/openapi.ts';
import { areHere, DIRECTORY } from './manifest.ts';
import { toLoggedUsage } from './oracle.ts';
import { type Recording, recordings, sizeName } from './recording.ts';
import { readEvents } from './sse-reader.ts';
import { titled } from './wire-numbers.ts';

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Ids that count, so that two readings of one recording can be compared. */
function counting(): Identifiers {
  let count = 0;
  const next = (prefix: string) => () => `${prefix}${count++}`;
  return { answer: next('chatcmpl-made-'), call: next('call_made_'), now: () => 1_700_000_000 };
}

const REQUEST: CanonicalRequest = createChatCodec(counting()).decodeRequest({
  messages: [{ role: 'user', content: 'hi' }],
  stream: true,
  stream_options: { include_usage: true },
});

const readEventsOf = (bytes: Uint8Array, size: number, options?: DecodeOptions): CanonicalEvent[] =>
  decodeStream(createChatCodec(counting()), bytes, size, options);

/** All parts of a reading, of choices that never finished too. */
const partsOf = (reading: Aggregated): readonly Part[] => [
  ...(reading.answer?.choices ?? []).flatMap((choice) => choice.parts),
  ...Object.values(reading.unfinishedParts).flat(),
];

const textOf = (parts: readonly Part[], type: 'text' | 'refusal' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

const callsOf = (parts: readonly Part[]) => parts.filter((part) => part.type === 'tool-call');

/** A second reading of messages and deltas, as simple as can be. */
interface Told {
  /** By choice. */
  text: string[];
  refusal: string[];
  reasoning: string[];
  /** Arguments, by choice and by index or place of the call. */
  calls: Map<string, { name: string; input: string }>;
  finishes: Map<unknown, string>;
  usage: ReturnType<typeof toLoggedUsage>;
}

function addMessage(told: Told, choice: number, message: Json): void {
  const add = (field: 'text' | 'refusal' | 'reasoning', text: unknown): void => {
    told[field][choice] = (told[field][choice] ?? '') + (text ?? '');
  };
  for (const piece of typeof message.content === 'string'
    ? [{ text: message.content }]
    : list(message.content)) {
    const { text, thinking } = record(piece);
    if (thinking === undefined) add('text', text);
    else for (const one of list(thinking)) add('reasoning', record(one).text);
  }
  add('refusal', message.refusal);
  add('reasoning', message.reasoning_content ?? message.reasoning);
  for (const [place, value] of list(message.tool_calls).entries()) {
    const call = record(value);
    const made = record(call.function ?? call.custom);
    const key = `${choice}/${call.index ?? place}`;
    const known = told.calls.get(key) ?? { name: '', input: '' };
    const input = made.arguments ?? made.input ?? '';
    known.name ||= String(made.name ?? '');
    known.input += typeof input === 'string' ? input : JSON.stringify(input);
    told.calls.set(key, known);
  }
}

function tell(chunks: readonly Json[]): Told {
  const told: Told = {
    text: [],
    refusal: [],
    reasoning: [],
    calls: new Map(),
    finishes: new Map(),
    usage: null,
  };
  for (const chunk of chunks) {
    told.usage = toLoggedUsage(chunk.usage) ?? toLoggedUsage(record(chunk.x_groq).usage) ?? told.usage;
    for (const [place, value] of list(chunk.choices).entries()) {
      const choice = record(value);
      const index = typeof choice.index === 'number' ? choice.index : place;
      addMessage(
        told,
        index,
        record(chunk.object === 'chat.completion' || !choice.delta ? choice.message : choice.delta),
      );
      const finish =
        choice.native_finish_reason ?? choice.finish_reason ?? record(choice.finish_details).type;
      if (typeof finish === 'string' && !told.finishes.has(index)) told.finishes.set(index, finish);
    }
  }
  return told;
}

function expectTold(parts: readonly Part[], answer: CanonicalAnswer | null, told: Told): void {
  expect(textOf(parts, 'text')).toBe(told.text.join(''));
  expect(textOf(parts, 'refusal')).toBe(told.refusal.join(''));
  expect(textOf(parts, 'reasoning')).toBe(told.reasoning.join(''));
  const calls = callsOf(parts).map(({ name, input }) => ({ name, input }));
  expect(calls).toEqual([...told.calls.values()].map(({ name, input }) => ({ name, input: input || '{}' })));
  for (const { id, isCustom, input } of callsOf(parts)) {
    expect(id).not.toBe('');
    if (!isCustom) expect(() => JSON.parse(input)).not.toThrow();
  }
  for (const choice of answer?.choices ?? []) {
    expect(choice.nativeFinish).toBe(told.finishes.get(choice.index) ?? null);
    const said = told.finishes.get(choice.index);
    if (callsOf(choice.parts).length > 0 && said !== 'length') expect(choice.finish).toBe('tool-calls');
  }
  const usage = answer?.usage ?? null;
  expect(
    usage === null
      ? null
      : {
          input_tokens: usage.inputTokens,
          output_tokens: usage.outputTokens,
          cache_read_tokens: usage.cacheReadTokens,
          cache_write_tokens: usage.cacheWriteTokens,
          estimated: false,
        },
  ).toEqual(told.usage === null ? null : { ...told.usage, reasoning_tokens: undefined });
}

const isChat = ({ route }: Recording): boolean => route === '/v1/chat/completions';
const streams = recordings.filter((one) => isChat(one) && one.kind === 'stream');
const answers = recordings.filter((one) => isChat(one) && one.kind === 'answer');

/** Streams that tell an error, and the one whose vendor never sends a finish reason (wire 47). */
const WITH_ERROR = ['groq/chat/stream-error-tool-use-failed', 'openrouter/chat/stream-error'];
const WITHOUT_FINISH = ['snowflake/chat/stream-text'];
const NOTHING_UNFINISHED = { unfinished: [], unfinishedParts: {} };
/** Bodies that are errors with status 200 (wire 65). */
const NO_ANSWERS = ['openrouter/chat/error-200-body'];

if (areHere) {
  const specification = hasSpecs() ? loadSpecification() : null;
  if (specification === null) console.warn('No OpenAPI document (set SPECS_DIR): shapes were NOT checked.');

  const expectShape = (schema: string, value: Json): void => {
    const hasCustom = JSON.stringify(value).includes('"type":"custom"'); // unknown to the document in chunks
    if (specification !== null && !hasCustom) expect(specification.mistakes(schema, value)).toEqual([]);
  };

  describe('streams through the chat codec', () => {
    it.each(titled(streams))('%s', (_, { id, bytes }) => {
      const whole = readEventsOf(bytes, 0);
      for (const size of CHUNK_SIZES) expect(readEventsOf(bytes, size), sizeName(size)).toEqual(whole);

      const reading = aggregate(whole);
      expect(reading.mistakes).toEqual([]);
      expect(reading.error !== null).toBe(WITH_ERROR.includes(id));
      expect(reading.unfinished.length > 0).toBe(WITHOUT_FINISH.includes(id) || id === WITH_ERROR[0]);

      if (WITHOUT_FINISH.includes(id)) {
        const ended = aggregate(readEventsOf(bytes, 0, { doneIsEnd: true }));
        expect({ ...ended, answer: null }).toEqual({ ...reading, answer: null, ...NOTHING_UNFINISHED });
        expect(ended.answer?.choices[0]).toMatchObject({ finish: 'stop', nativeFinish: null });
      }

      const chunks = [...readEvents(bytes)]
        .filter(({ data }) => data !== null && data !== '[DONE]')
        .map(({ data }) => record(JSON.parse(data ?? '')));
      expectTold(partsOf(reading), reading.answer, tell(chunks));
    });

    it.each(titled(streams.filter(({ id }) => !WITH_ERROR.includes(id))))(
      'and out again: %s',
      (_, { bytes }) => {
        const events = readEventsOf(bytes, 0);
        const encoder = createChatCodec(counting()).createStreamEncoder(REQUEST);
        const written = Buffer.from(encodeStream(encoder, events));
        for (const { data } of readEvents(written)) {
          if (data !== '[DONE]')
            expectShape('CreateChatCompletionStreamResponse', record(JSON.parse(data ?? '')));
        }
        const first = aggregate(events);
        const second = aggregate(readEventsOf(written, 7));
        expect(second.mistakes).toEqual([]);
        expect(second.unfinished).toEqual([]);
        const { created, ...said } = first.answer ?? { created: null };
        const choices = first.unfinished.map((index) => ({
          index,
          parts: first.unfinishedParts[index],
          finish: 'stop',
          nativeFinish: 'stop',
        }));
        const expected = { ...said, choices: [...(first.answer?.choices ?? []), ...choices] };
        expect(second.answer).toEqual({ ...expected, created: created ?? 1_700_000_000 });
      },
    );
  });

  describe('answers through the chat codec', () => {
    it.each(titled(answers))('%s', (_, { id, bytes }) => {
      const codec = createChatCodec(counting());
      const body = record(JSON.parse(bytes.toString()));
      const answer = codec.decodeAnswer(body);
      expect(answer === null).toBe(NO_ANSWERS.includes(id));
      if (answer === null) return;
      expectTold(
        answer.choices.flatMap((choice) => choice.parts),
        answer,
        tell([{ ...body, object: 'chat.completion' }]),
      );

      const encoded = codec.encodeAnswer(answer, REQUEST);
      // What only this form knows comes out as the provider said it, its own service tiers too.
      expectShape('CreateChatCompletionResponse', { ...encoded, service_tier: 'default' });
      const again = codec.decodeAnswer(encoded);
      expect(again).toEqual({
        ...answer,
        created: answer.created ?? 1_700_000_000,
        choices: answer.choices.map((choice) => ({
          ...choice,
          nativeFinish: choice.nativeFinish ?? 'stop',
        })),
      });
    });
  });

  describe('recorded requests through the chat codec', () => {
    const asked = recordings.filter((one) => isChat(one) && Array.isArray(one.request.messages));
    it.each(titled(asked))('%s', (_, { request }) => {
      const codec = createChatCodec(counting());
      const decoded = codec.decodeRequest({ ...request, model: 'm' });
      const carries: Carried[] = [
        'cache_control',
        'reasoning_content',
        'reasoning_details',
        'thought_signature',
        'developer',
      ];
      const { body, dropped } = codec.encodeRequest(decoded, { model: 'm', carries });
      expect(dropped).toEqual([]);
      expect(codec.decodeRequest(body)).toEqual(decoded);
    });
  });
} else {
  it('the recordings are not there: NOTHING was read', () => {
    console.warn(`No recordings at ${DIRECTORY} (set RECORDINGS_DIR): nothing was read.`);
  });
}

/** A value for each field of the document's request. A field that is added there has to be given one here. */
const FIELDS: Json = {
  messages: [{ role: 'user', content: 'hi' }],
  model: 'm',
  metadata: { team: 'a' },
  top_logprobs: 2,
  logprobs: true,
  temperature: 0.5,
  top_p: 0.9,
  user: 'u',
  safety_identifier: 's',
  prompt_cache_key: 'k',
  prompt_cache_retention: '24h',
  prompt_cache_options: { ttl: '1h' },
  service_tier: 'flex',
  modalities: ['text'],
  verbosity: 'low',
  reasoning_effort: 'high',
  max_completion_tokens: 10,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  web_search_options: { search_context_size: 'low' },
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
  },
  audio: { voice: 'alloy', format: 'wav' },
  store: true,
  moderation: { model: 'x' },
  stream: true,
  stop: ['a', 'b'],
  logit_bias: { '1': 2 },
  n: 2,
  prediction: { type: 'content', content: 'p' },
  seed: 7,
  stream_options: { include_usage: true, include_obfuscation: false },
  tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
  tool_choice: { type: 'function', function: { name: 'f' } },
  parallel_tool_calls: false,
};
/** Old names, which go out under the new ones. */
const OLD_NAMES = ['max_tokens', 'functions', 'function_call'];

type Schemas = Readonly<Record<string, Json>>;

/** Names of all properties of a schema, through `allOf` and references. */
function propertiesOf(name: string): string[] {
  const document = JSON.parse(readFileSync(join(SPECS_DIR, 'openai.openapi.json'), 'utf8'));
  const schemas: Schemas = document.components.schemas;
  const walk = (schema: Json): string[] => [
    ...Object.keys(record(schema.properties)),
    ...list(schema.allOf).flatMap((one) => walk(record(one))),
    ...(typeof schema.$ref === 'string' ? walk(record(schemas[schema.$ref.split('/').at(-1) ?? ''])) : []),
  ];
  return [...new Set(walk(record(schemas[name])))];
}

if (hasSpecs()) {
  it('traps D15: loses no field of the OpenAPI document', () => {
    const codec = createChatCodec(counting());
    const names = propertiesOf('CreateChatCompletionRequest');
    expect(names.length).toBeGreaterThan(30);
    expect([...names].sort()).toEqual([...Object.keys(FIELDS), ...OLD_NAMES].sort());
    const { body, dropped } = codec.encodeRequest(codec.decodeRequest(FIELDS), {
      model: 'm',
      carries: ['max_completion_tokens'],
    });
    expect(dropped).toEqual([]);
    expect(body).toEqual(FIELDS);
  });
} else {
  it('the OpenAPI document is not there: its fields were NOT walked', () => {
    console.warn('No OpenAPI document (set SPECS_DIR): the fields of a request were not walked.');
  });
}
