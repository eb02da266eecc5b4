/**
 * The codec of Cohere's form against every recorded answer, stream, error and request of it. What has to come out is
 * read from the recorded JSON in the plainest way, not by the codec.
 */
import { expect, it } from 'vitest';
import type { CanonicalRequest, Part, Turn } from '../../src/dialects/canonical.ts';
import { cohereChat } from '../../src/dialects/cohere-chat/codec.ts';
import { requestWith } from '../support/canonical.ts';
import { decodeStream } from '../support/codec-streams.ts';
import { type Decode, describeStreams, isError, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, readJson } from './manifest.ts';

const cases = casesOf(({ provider, api }) => provider === 'cohere' && api === 'v2-chat');

const answers = titled(cases.filter((one) => !one.stream && !isError(one)));
const streams = titled(cases.filter((one) => one.stream));
const errors = titled(cases.filter(isError));
const requests = titled(cases.filter((one) => one.files.request !== undefined));

const decode: Decode = (bytes, size) => decodeStream(cohereChat, bytes, size);

/** The answer that the recorded events add up to. */
function addUp(bytes: Buffer): Json {
  const message: Json = { content: [], tool_plan: '', tool_calls: [], citations: [] };
  const answer: Json = { message };
  for (const line of bytes.toString().split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const event = JSON.parse(line.slice(6));
    const delta = event.delta?.message;
    if (event.type === 'message-start') answer.id = event.id;
    if (event.type === 'content-start') message.content[event.index] = delta.content;
    if (event.type === 'content-delta') message.content[event.index].text += delta.content.text;
    if (event.type === 'tool-plan-delta') message.tool_plan += delta.tool_plan;
    if (event.type === 'tool-call-start') message.tool_calls[event.index] = delta.tool_calls;
    if (event.type === 'tool-call-delta') {
      message.tool_calls[event.index].function.arguments += delta.tool_calls.function.arguments;
    }
    if (event.type === 'citation-start') message.citations.push(delta.citations);
    if (event.type === 'message-end') Object.assign(answer, event.delta);
  }
  return answer;
}

const FINISHES: Json = { COMPLETE: 'stop', MAX_TOKENS: 'length', TOOL_CALL: 'tool-calls' };

/** Text, thinking, plan, calls, citations, usage and ending as recorded. */
function expectAsRecorded(answer: Json, recorded: Json): void {
  const { content = [], tool_plan, tool_calls = [], citations = [] } = recorded.message;
  const parts: Json[] = answer.choices[0].parts;
  const of = (type: Part['type']): Json[] => parts.filter((part) => part.type === type);
  const texts = content.filter((block: Json) => block.type === 'text' && block.text !== '');
  const thoughts = content
    .filter((block: Json) => block.type === 'thinking')
    .map((block: Json) => block.thinking);
  expect(answer.id).toBe(recorded.id);
  expect(of('text').map(({ text }) => text)).toEqual(texts.map(({ text }: Json) => text));
  expect(of('reasoning').map(({ text }) => text)).toEqual([...thoughts, ...(tool_plan ? [tool_plan] : [])]);
  expect(of('tool-call').map(({ id, name, input }) => [id, name, JSON.parse(input)])).toEqual(
    tool_calls.map((call: Json) => [
      call.id,
      call.function.name,
      JSON.parse(call.function.arguments || '{}') ?? {},
    ]),
  );
  const cited = of('text').flatMap((part) =>
    (part.citations ?? []).map((one: Json) => [
      part.text.slice(one.span.start, one.span.end),
      one.native.value,
    ]),
  );
  expect(cited).toEqual(
    citations.flatMap((one: Json) =>
      one.sources.map((source: Json) => [one.text, { ...one, sources: [source] }]),
    ),
  );
  expect(answer.choices[0]).toMatchObject({
    finish: FINISHES[recorded.finish_reason],
    nativeFinish: recorded.finish_reason,
  });
  const { tokens, cached_tokens, billed_units } = recorded.usage;
  expect(answer.usage).toEqual({
    inputTokens: tokens.input_tokens,
    outputTokens: tokens.output_tokens,
    cacheReadTokens: cached_tokens,
    cacheWriteTokens: 0,
    reasoningTokens: tokens.reasoning_tokens ?? 0,
    estimated: false,
  });
  expect(answer.extra).toEqual({ 'cohere-chat': { billed_units } });
}

itFindsRecordings([answers, 9], [streams, 2], [errors, 2]);

if (areHere) {
  it.each(answers)('%s decodes as recorded', (_, one) => {
    const recorded = readJson(one.files.response);
    expectAsRecorded(cohereChat.decodeAnswer(recorded), recorded);
    expect(cohereChat.readError(recorded, new Headers())).toBeNull();
  });

  describeStreams(streams, {
    codec: cohereChat,
    decode,
    addUp,
    expectAsRecorded,
    ending: { name: 'message-end', bytes: 'event: message-end' },
  });

  it.each(errors)('%s is read as recorded, and is no answer', (_, one) => {
    const body = readJson(one.files.response);
    const expected = { message: body.message, type: body.error_type ?? null, param: null, code: null };
    expect(cohereChat.readError(body, new Headers())).toEqual(expected);
    expect(cohereChat.decodeAnswer(body)).toBeNull();
  });

  it.each(requests)('%s: its request is sent with the same meaning', (_, one) => {
    const recorded = readJson(one.files.request ?? '');
    const { body, dropped } = cohereChat.encodeRequest(toCanonical(recorded), { model: recorded.model });
    expect(dropped).toEqual([]);
    expect(meaningOf(body)).toEqual(meaningOf(recorded));
  });
}

/** Of the fields that recorded requests have; an unknown one fails the test. */
function toCanonical({
  model: _,
  messages,
  tools = [],
  stream,
  documents,
  ...unknown
}: Json): CanonicalRequest {
  expect(unknown).toEqual({});
  return requestWith({
    turns: messages.map(toTurn),
    tools: tools.map(({ function: made }: Json) => ({ kind: 'function', strict: null, ...made })),
    wantsStream: stream,
    extra: documents === undefined ? {} : { 'openai-chat': { documents } },
  });
}

function toTurn({ role, content, tool_calls = [], tool_call_id }: Json): Turn {
  const blocks: Json[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const calls = tool_calls.map(({ id, function: made }: Json) => ({
    type: 'tool-call',
    id,
    name: made.name,
    input: made.arguments,
    isCustom: false,
  }));
  if (role !== 'tool') return { role, parts: [...blocks, ...calls] };
  return {
    role,
    parts: [
      { type: 'tool-result', callId: tool_call_id, name: null, content: blocks as never, isError: false },
    ],
  };
}

/** A text and a list of one text mean the same; so do `false` and nothing, and an empty text and none. */
function meaningOf({ stream = false, messages, ...rest }: Json): Json {
  const blocks = (content: Json): Json[] =>
    (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])).filter(
      (block: Json) => block.text !== '',
    );
  return {
    ...rest,
    stream,
    messages: messages.map((one: Json) => ({ ...one, content: blocks(one.content) })),
  };
}
