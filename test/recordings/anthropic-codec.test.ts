/**
 * The codec of Anthropic's form against every recorded answer, stream and error of it. What has to come out is read
 * from the recorded JSON in the plainest way, not by the codec.
 */
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../src/dialects/anthropic-messages/codec.ts';
import { decodeCountRequest } from '../../src/dialects/anthropic-messages/decode-request.ts';
import { readErrorFields } from '../../src/dialects/anthropic-messages/error-fields.ts';
import { FINISH_REASONS } from '../../src/dialects/anthropic-messages/stop-reasons.ts';
import { AnthropicStreamObserver } from '../../src/dialects/anthropic-messages/stream-observer.ts';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  Citation,
  JsonObject,
  Part,
} from '../../src/dialects/canonical.ts';
import { aggregate } from '../support/aggregate.ts';
import { decodeStream as decodeAt, encodeStream, observeStream } from '../support/codec-streams.ts';
import { byMeaning, isError, itDecodesAlikeAtEverySize, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, read, readJson } from './manifest.ts';

const cases = casesOf(({ provider, api }) => provider === 'anthropic' && api === 'messages');
const counts = casesOf(
  ({ provider, api, status }) => provider === 'anthropic' && api === 'count-tokens' && status === 200,
);

const answers = titled(cases.filter((one) => !one.stream && !isError(one)));
const streams = titled(cases.filter((one) => one.stream));
const errors = titled(cases.filter((one) => !one.stream && isError(one)));
const requests = titled(cases.filter((one) => one.files.request !== undefined));
const REQUEST = anthropicMessages.decodeRequest({
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hi' }],
});

const decodeStream = (bytes: Uint8Array, size: number): CanonicalEvent[] =>
  decodeAt(anthropicMessages, bytes, size);

function observe(bytes: Uint8Array, size: number): AnthropicStreamObserver {
  const observer = new AnthropicStreamObserver();
  observeStream(observer, bytes, size);
  return observer;
}

/** The message that the recorded events add up to, as Anthropic's SDK would put it together. */
function addUp(bytes: Buffer): { message: Json; errors: Json[] } {
  const found: { message: Json; errors: Json[] } = { message: null, errors: [] };
  const inputs: string[] = [];
  for (const line of bytes.toString().split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const event = JSON.parse(line.slice(6));
    const block = found.message?.content[event.index];
    if (event.type === 'error') found.errors.push(event);
    if (event.type === 'message_start') found.message = { ...event.message, content: [] };
    if (event.type === 'content_block_start') {
      found.message.content[event.index] = structuredClone(event.content_block);
      inputs[event.index] = '';
    }
    const { delta } = event;
    if (delta?.type === 'text_delta') block.text += delta.text;
    if (delta?.type === 'thinking_delta') block.thinking += delta.thinking;
    if (delta?.type === 'signature_delta') block.signature = delta.signature;
    if (delta?.type === 'citations_delta') block.citations = [...(block.citations ?? []), delta.citation];
    if (delta?.type === 'input_json_delta') inputs[event.index] += delta.partial_json;
    if (event.type === 'content_block_stop' && inputs[event.index] !== '') {
      block.input = JSON.parse(inputs[event.index] ?? '');
    }
    if (event.type === 'message_delta') {
      Object.assign(found.message, delta);
      Object.assign(found.message.usage, event.usage);
    }
  }
  return found;
}

const pick = (parts: readonly Part[], type: Part['type']): Json[] =>
  parts.filter((part) => part.type === type);
const blocksOf = (message: Json, ...types: string[]): Json[] =>
  message.content.filter((block: Json) => types.includes(block.type));

/** Text, calls, thinking, opaque blocks, usage and ending as recorded. */
function expectAsRecorded(answer: CanonicalAnswer | null, message: Json): void {
  const [choice] = answer?.choices ?? [];
  if (answer === null || choice === undefined) throw new Error('there is no answer');
  const { parts } = choice;
  const known = ['text', 'thinking', 'redacted_thinking', 'tool_use'];
  expect(parts).toHaveLength(message.content.length);
  expect(answer).toMatchObject({ id: message.id, model: message.model });
  expect(pick(parts, 'text').map(({ text, citations = [] }) => [text, citations.map(toRecorded)])).toEqual(
    blocksOf(message, 'text').map(({ text, citations }) => [text, (citations ?? []).map(toCited)]),
  );
  expect(
    pick(parts, 'reasoning').map(({ text, signature, redacted }) => [text, signature ?? redacted]),
  ).toEqual(
    blocksOf(message, 'thinking', 'redacted_thinking').map((block) => [
      block.thinking ?? '',
      block.signature ?? block.data,
    ]),
  );
  expect(pick(parts, 'tool-call').map(({ id, name, input }) => [id, name, JSON.parse(input)])).toEqual(
    blocksOf(message, 'tool_use').map(({ id, name, input }) => [id, name, input]),
  );
  expect(pick(parts, 'opaque').map(({ value }) => value)).toEqual(
    message.content.filter(({ type }: Json) => !known.includes(type)),
  );
  expect(choice.nativeFinish).toBe(message.stop_reason);
  expect(choice.finish).toBe(FINISH_REASONS[message.stop_reason]);
  expectUsage(answer, message.usage);
}

const toRecorded = ({ url, title, citedText, native }: Citation): Json => ({
  url,
  title,
  citedText,
  value: native.value,
});
const toCited = (value: Json): Json => ({
  url: value.url ?? null,
  title: value.title ?? value.document_title ?? null,
  citedText: value.cited_text,
  value,
});

function expectUsage({ usage }: CanonicalAnswer, recorded: Json): void {
  const entries: Json[] = recorded.iterations ?? [recorded];
  const sum = (name: string): number => entries.reduce((so, entry) => so + (entry[name] ?? 0), 0);
  const [cacheReadTokens, cacheWriteTokens] = [
    sum('cache_read_input_tokens'),
    sum('cache_creation_input_tokens'),
  ];
  const ran: Json = recorded.server_tool_use ?? {};
  const serverToolCalls = (ran.web_search_requests ?? 0) + (ran.web_fetch_requests ?? 0);
  expect(usage).toEqual({
    inputTokens: sum('input_tokens') + cacheReadTokens + cacheWriteTokens,
    outputTokens: sum('output_tokens'),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: recorded.output_tokens_details?.thinking_tokens ?? 0,
    ...(serverToolCalls > 0 ? { serverToolCalls } : {}),
    estimated: false,
  });
}

/** What streams have no place for: fields that only this form knows. */
function bare(answer: CanonicalAnswer | null): CanonicalAnswer | null {
  if (answer === null) return null;
  const { extra: _, ...rest } = answer;
  const choices = rest.choices.map((choice) => ({
    ...choice,
    parts: choice.parts.map(({ extra: __, ...part }) => part as Part),
  }));
  return { ...rest, choices };
}

itFindsRecordings([answers, 15], [streams, 14], [errors, 7]);

if (areHere) {
  describe('answers', () => {
    it.each(answers)('%s decodes as recorded', (_, one) => {
      const message = readJson(one.files.response);
      expectAsRecorded(anthropicMessages.decodeAnswer(message), message);
    });

    it.each(answers)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const decoded = anthropicMessages.decodeAnswer(readJson(one.files.response));
      if (decoded === null) throw new Error('it does not decode');
      const encoded = anthropicMessages.encodeAnswer(decoded, REQUEST);
      const again = anthropicMessages.decodeAnswer(encoded);
      expect(again).toEqual(decoded);
      expect(anthropicMessages.encodeAnswer(again ?? decoded, REQUEST)).toEqual(encoded);
    });

    it.each(answers)('%s is encoded to the recorded blocks and ending', (_, one) => {
      const message = readJson(one.files.response);
      const decoded = anthropicMessages.decodeAnswer(message);
      if (decoded === null) throw new Error('it does not decode');
      const { content, stop_reason, stop_sequence } = anthropicMessages.encodeAnswer(decoded, REQUEST);
      const recorded = { content: message.content, stop_reason: message.stop_reason };
      expect({ content, stop_reason, stop_sequence }).toEqual({
        ...recorded,
        stop_sequence: message.stop_sequence,
      });
    });
  });

  describe('streams', () => {
    itDecodesAlikeAtEverySize(streams, decodeStream);

    it.each(streams)('%s decodes as recorded', (_, one) => {
      const bytes = read(one.files.response);
      const { message, errors: recorded } = addUp(bytes);
      const observer = observe(bytes, 7);
      const { answer, error, mistakes } = aggregate(decodeStream(bytes, 7));
      expect(mistakes).toEqual([]);
      if (recorded.length > 0) {
        const { type, message: said } = recorded[0].error;
        expect(error).toEqual({ type, message: said, param: null, code: null });
        expect(observer.error).toEqual(recorded[0]);
        expect(observer.isComplete).toBe(false);
        return;
      }
      expectAsRecorded(answer, message);
      expect(observer).toMatchObject({ isComplete: true, error: undefined });
      expect(observer.usage).toEqual(answer?.usage);
      expect(observer.outputCharacters).toBeGreaterThan(0);
    });

    it.each(streams)('%s is not finished where its last event is missing (C11)', (_, one) => {
      const bytes = read(one.files.response);
      const end = bytes.lastIndexOf('event: message_stop');
      if (end === -1) return expect(aggregate(decodeStream(bytes, 0)).error).not.toBeNull();
      const cut = bytes.subarray(0, end);
      expect(aggregate(decodeStream(cut, 0))).toMatchObject({ unfinished: [0], mistakes: [], error: null });
      expect(observe(cut, 0).isComplete).toBe(false);
    });

    it.each(streams)('%s says what the whole message says (C9)', (_, one) => {
      const bytes = read(one.files.response);
      const { message, errors: recorded } = addUp(bytes);
      if (recorded.length > 0) return expect(message).toBeNull();
      const { answer } = aggregate(decodeStream(bytes, 0));
      expect(byMeaning(answer)).toEqual(byMeaning(bare(anthropicMessages.decodeAnswer(message))));
    });

    it.each(streams)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const events = decodeStream(read(one.files.response), 0);
      const before = aggregate(events);
      if (before.error !== null) return;
      const written = encodeStream(anthropicMessages.createStreamEncoder(REQUEST), events);
      const after = aggregate(decodeStream(written, 64));
      expect(after).toEqual(before);
    });
  });

  describe('token counts', () => {
    it.each(titled(counts))('%s is asked and read as recorded', (_, one) => {
      const asked = readJson(one.files.request ?? '') as JsonObject;
      const { counting } = anthropicMessages;
      const { model } = asked as { model: string };
      expect(counting?.encodeRequest(decodeCountRequest(asked), { model })).toEqual({
        body: asked,
        dropped: [],
      });
      const answered = readJson(one.files.response);
      expect(counting?.decodeAnswer(answered)).toBe(answered.input_tokens);
    });
  });

  describe('errors', () => {
    it.each(errors)('%s is read as recorded, and is no answer', (_, one) => {
      const body = readJson(one.files.response);
      const { type, message } = body.error;
      expect(readErrorFields(body)).toEqual({ type, message, param: null, code: null });
      expect(anthropicMessages.decodeAnswer(body)).toBeNull();
    });
  });

  describe('requests', () => {
    it.each(requests)('%s is sent on with the same meaning', (_, one) => {
      const body = readJson(one.files.request ?? '') as JsonObject;
      const { model } = body as { model: string };
      const { body: sent, dropped } = anthropicMessages.encodeRequest(anthropicMessages.decodeRequest(body), {
        model,
      });
      expect(dropped).toEqual([]);
      expect(asBlocks(sent)).toEqual(asBlocks(body));
    });
  });
}

/** Texts and lists of one text block mean the same; so do `false` and nothing, and marks on schemas that close them. */
function asBlocks({ stream, system, messages, ...rest }: Json): Json {
  const blocks = (content: Json): Json =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return {
    ...rest,
    ...(stream === true ? { stream } : {}),
    ...(system === undefined ? {} : { system: blocks(system) }),
    messages: messages.map((message: Json) => ({ ...message, content: blocks(message.content) })),
  };
}
