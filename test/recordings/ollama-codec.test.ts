/**
 * The codec of Ollama's native form against every recorded answer, stream and request of it. What has to come out is
 * read from the recorded JSON in the plainest way, not by the codec.
 */
import { expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../src/dialects/canonical.ts';
import { createOllamaCodec } from '../../src/dialects/ollama-chat/codec.ts';
import { aggregate } from '../support/aggregate.ts';
import { requestWith } from '../support/canonical.ts';
import { decodeStream } from '../support/codec-streams.ts';
import { type Decode, describeStreams, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, read, readJson } from './manifest.ts';

const cases = casesOf(({ provider, api }) => provider === 'ollama' && api === 'api-chat');

const answers = titled(cases.filter((one) => !one.stream));
const streams = titled(cases.filter((one) => one.stream));
const requests = titled(cases.filter((one) => one.files.request !== undefined));
/** The form has no ids of answers: the made-up one is always the same here. */
const codec = createOllamaCodec({ answer: () => 'made-up', call: () => 'made-up', now: () => 0 });

const decode: Decode = (bytes, size) =>
  decodeStream(codec, bytes, size, { contentType: 'application/x-ndjson' });

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

itFindsRecordings([answers, 1], [streams, 1], [requests, 1]);

if (areHere) {
  it.each(answers)('%s decodes as recorded', (_, one) => {
    const recorded = readJson(one.files.response);
    expectAsRecorded(codec.decodeAnswer(recorded), recorded);
    expect(codec.readError(recorded, new Headers())).toBeNull();
  });

  it.each(answers)('%s says the same as a stream of one line', (_, one) => {
    const bytes = read(one.files.response);
    const { answer, mistakes } = aggregate(decode(bytes, 64, one));
    expect(mistakes).toEqual([]);
    expect(answer).toEqual(codec.decodeAnswer(JSON.parse(bytes.toString())));
  });

  describeStreams(streams, {
    codec,
    decode,
    addUp,
    expectAsRecorded,
    ending: { name: 'last line', bytes: '"done":true' },
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
  return requestWith({
    turns: messages.map(({ role, content }: Json) => ({ role, parts: [{ type: 'text', text: content }] })),
    tools: tools.map(({ function: made }: Json) => ({ kind: 'function', strict: null, ...made })),
    temperature,
    seed,
    wantsStream: stream,
  });
}
