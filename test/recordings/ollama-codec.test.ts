/**
 * The codec of Ollama's native form against every recorded answer, stream and request of it. What has to come out is
 * read from the recorded JSON in the plainest way, not by the codec.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, CanonicalRequest, Part } from '../../src/dialects/canonical.ts';
import { createOllamaCodec } from '../../src/dialects/ollama-chat/codec.ts';
import { aggregate } from '../support/aggregate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIRECTORY = process.env.RECORDINGS_DIR ?? join(ROOT, '../shared/recordings');
const CHUNK_SIZES = [1, 7, 64, 4096, 0];

interface Case {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly stream: boolean;
  readonly files: { readonly response: string; readonly request?: string };
}
// biome-ignore lint/suspicious/noExplicitAny: recorded JSON, whose members the tests look for
type Json = any;

const areHere = existsSync(join(DIRECTORY, 'manifest.json'));
const read = (file: string): Buffer => readFileSync(join(DIRECTORY, file));
const readJson = (file: string): Json => JSON.parse(read(file).toString());
const cases: readonly Case[] = areHere
  ? readJson('manifest.json').cases.filter((one: Case) => one.provider === 'ollama' && one.api === 'api-chat')
  : [];
const titled = (found: readonly Case[]): [string, Case][] => found.map((one) => [one.id, one]);

const answers = titled(cases.filter((one) => !one.stream));
const streams = titled(cases.filter((one) => one.stream));
const requests = titled(cases.filter((one) => one.files.request !== undefined));
/** The form has no ids of answers: the made-up one is always the same here. */
const codec = createOllamaCodec({ answer: () => 'made-up', call: () => 'made-up', now: () => 0 });

function decodeStream(bytes: Uint8Array, size: number): CanonicalEvent[] {
  const framer = codec.createFramer('application/x-ndjson');
  const decoder = codec.createStreamDecoder();
  const events: CanonicalEvent[] = [];
  const step = size === 0 ? bytes.length : size;
  for (let at = 0; at < bytes.length; at += step) {
    for (const frame of framer.push(bytes.slice(at, at + step))) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}

/** The answer that the recorded lines add up to; the first one has the time. */
function addUp(bytes: Buffer): Json {
  const lines: Json[] = bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const content = lines.map(({ message }) => message.content).join('');
  return { ...lines.at(-1), created_at: lines[0].created_at, message: { role: 'assistant', content } };
}

/** Text, thinking, calls, usage, time and ending as recorded. */
function expectAsRecorded(answer: Json, recorded: Json): void {
  const { content, thinking, tool_calls = [] } = recorded.message;
  const parts: Json[] = answer.choices[0].parts;
  const of = (type: Part['type']): Json[] => parts.filter((part) => part.type === type);
  expect(of('text').map(({ text }) => text)).toEqual(content === '' ? [] : [content]);
  expect(of('reasoning').map(({ text }) => text)).toEqual(thinking === undefined ? [] : [thinking]);
  expect(of('tool-call').map(({ id, name, input }) => [id, name, JSON.parse(input)])).toEqual(
    tool_calls.map((call: Json) => [call.id, call.function.name, call.function.arguments]),
  );
  expect(parts).toHaveLength(of('text').length + of('reasoning').length + of('tool-call').length);
  expect(answer.choices[0]).toMatchObject({
    finish: tool_calls.length > 0 ? 'tool-calls' : recorded.done_reason,
    nativeFinish: recorded.done_reason,
  });
  expect(answer.usage).toMatchObject({
    inputTokens: recorded.prompt_eval_count,
    outputTokens: recorded.eval_count,
    estimated: false,
  });
  expect(answer.model).toBe(recorded.model);
  expect(answer.created).toBe(Math.floor(new Date(recorded.created_at).getTime() / 1000));
}

it(`recordings are read from ${DIRECTORY}${areHere ? '' : ' — THEY ARE NOT THERE, nothing was compared'}`, () => {
  if (!areHere) console.warn(`No recordings in ${DIRECTORY}: set RECORDINGS_DIR.`);
  else expect([answers.length >= 1, streams.length >= 1, requests.length >= 1]).toEqual([true, true, true]);
});

if (areHere) {
  it.each(answers)('%s decodes as recorded', (_, one) => {
    const recorded = readJson(one.files.response);
    expectAsRecorded(codec.decodeAnswer(recorded), recorded);
    expect(codec.readError(recorded, new Headers())).toBeNull();
  });

  it.each(answers)('%s says the same as a stream of one line', (_, one) => {
    const bytes = read(one.files.response);
    const { answer, mistakes } = aggregate(decodeStream(bytes, 64));
    expect(mistakes).toEqual([]);
    expect(answer).toEqual(codec.decodeAnswer(JSON.parse(bytes.toString())));
  });

  describe('streams', () => {
    it.each(streams)('%s decodes alike at every chunk size', (_, one) => {
      const bytes = read(one.files.response);
      const [whole, ...others] = CHUNK_SIZES.toReversed().map((size) => decodeStream(bytes, size));
      for (const events of others) expect(events).toEqual(whole);
    });

    it.each(streams)('%s decodes as recorded, and as the whole answer does (traps C9)', (_, one) => {
      const bytes = read(one.files.response);
      const recorded = addUp(bytes);
      const { answer, error, mistakes, unfinished } = aggregate(decodeStream(bytes, 7));
      expect({ error, mistakes, unfinished }).toEqual({ error: null, mistakes: [], unfinished: [] });
      expectAsRecorded(answer, recorded);
      expect(answer).toEqual(codec.decodeAnswer(recorded));
    });

    it.each(streams)('%s does not finish without its last line (traps C13)', (_, one) => {
      const bytes = read(one.files.response);
      const cut = bytes.subarray(0, bytes.indexOf('"done":true'));
      const { unfinished, mistakes } = aggregate(decodeStream(cut, 64));
      expect({ unfinished, mistakes }).toEqual({ unfinished: [0], mistakes: [] });
    });
  });

  it.each(requests)('%s: its request is sent with the same meaning', (_, one) => {
    const recorded = readJson(one.files.request ?? '');
    const { body, dropped } = codec.encodeRequest(toCanonical(recorded), { model: recorded.model });
    expect(dropped).toEqual([]);
    expect(body).toEqual(recorded);
  });
}

/** Of the fields that recorded requests have; an unknown one fails the test. */
function toCanonical({
  model: _,
  messages,
  tools = [],
  stream,
  options,
  ...unknown
}: Json): CanonicalRequest {
  const { temperature, seed, ...others } = options;
  expect([unknown, others]).toEqual([{}, {}]);
  return {
    turns: messages.map(({ role, content }: Json) => ({ role, parts: [{ type: 'text', text: content }] })),
    tools: tools.map(({ function: made }: Json) => ({ kind: 'function', strict: null, ...made })),
    toolChoice: null,
    parallelToolCalls: null,
    maxOutputTokens: null,
    temperature,
    topP: null,
    topK: null,
    frequencyPenalty: null,
    presencePenalty: null,
    seed,
    stop: [],
    choices: null,
    logprobs: null,
    responseFormat: null,
    reasoning: null,
    serviceTier: null,
    metadata: null,
    user: null,
    wantsStream: stream,
    wantsUsage: false,
    extra: {},
  };
}
