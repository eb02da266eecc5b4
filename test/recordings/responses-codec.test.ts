/**
 * The codec of the Responses form against every recorded answer, stream and error of it, from every vendor. What has
 * to come out is read from the recorded JSON in the plainest way, not by the codec.
 */
import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, JsonObject, Part } from '../../src/dialects/canonical.ts';
import { openaiResponses } from '../../src/dialects/openai-responses/codec.ts';
import type { EventMeaning, StreamObserver } from '../../src/dialects/straight.ts';
import { aggregate } from '../support/aggregate.ts';
import { observeStream } from '../support/codec-streams.ts';
import { decodeStream, writeStream } from '../unit/dialects/openai-responses/support.ts';
import { isError, itDecodesAlikeAtEverySize, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, type ManifestCase, read, readJson } from './manifest.ts';

const cases = casesOf(({ api }) => api === 'responses');
const isQueued = ({ id }: ManifestCase): boolean => id.endsWith('/background-queued');

const answers = titled(cases.filter((one) => !one.stream && !isError(one) && !isQueued(one)));
const streams = titled(cases.filter((one) => one.stream));
const errors = titled(cases.filter((one) => !one.stream && isError(one)));
const requests = titled(cases.filter((one) => one.files.request !== undefined && !isQueued(one)));
const REQUEST = openaiResponses.decodeRequest({ input: 'Hi', top_logprobs: 1 });

/** Payloads of a stream, whatever stands around them. */
const payloads = (bytes: Buffer): Json[] =>
  bytes
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('data:') && !line.includes('[DONE]'))
    .map((line) => JSON.parse(line.slice(5)));

/** OpenAI encrypts a thought anew for the whole response: what counts is the item as its own event told it. */
function lastResponse(bytes: Buffer): Json {
  const events = payloads(bytes);
  const { response } = events.findLast((event) => event.response !== undefined);
  const done = events.filter(
    ({ type, item }) => type === 'response.output_item.done' && item.encrypted_content,
  );
  for (const { output_index, item } of done) response.output[output_index] = item;
  return response;
}

function observe(bytes: Buffer): { observer: StreamObserver; meanings: EventMeaning[] } {
  const observer = openaiResponses.straight.createObserver({ choices: 1, doneIsEnd: false });
  return { observer, meanings: observeStream(observer, bytes) };
}

const CONTENTS = { output_text: 'text', refusal: 'refusal' };
const OWN = ['message', 'reasoning', 'function_call', 'custom_tool_call'];

/** What an item says, as pairs of a part's type and what is in it. */
function said(item: Json): Json[] {
  const texts = (list: Json): string => (list ?? []).map(({ text }: Json) => text).join('\n\n');
  if (item.type === 'message') {
    return item.content.map((content: Json) => [
      CONTENTS[content.type as keyof typeof CONTENTS],
      content.text ?? content.refusal,
      (content.annotations ?? []).map(({ url, title, start_index, end_index }: Json) => [
        url,
        title,
        { start: start_index, end: end_index },
      ]),
    ]);
  }
  if (item.type === 'reasoning') {
    const text = texts(item.summary) || texts(item.content);
    const proof = item.encrypted_content ?? null;
    return text === '' && proof === null ? [] : [['reasoning', text, proof]];
  }
  if (!OWN.includes(item.type)) return [['opaque', item]];
  return [['tool-call', item.call_id, item.name, item.arguments ?? item.input]];
}

function told(part: Part): Json[] {
  switch (part.type) {
    case 'text': {
      const cited = (part.citations ?? []).map(({ url, title, span }) => [url, title, span]);
      return ['text', part.text, cited];
    }
    case 'refusal':
      return ['refusal', part.text, []];
    case 'reasoning':
      return ['reasoning', part.text, part.signature];
    case 'tool-call':
      return ['tool-call', part.id, part.name, part.input];
    case 'opaque':
      return ['opaque', part.value];
    default:
      return [part.type];
  }
}

/** Text, calls, thinking, citations, tools of the vendor's own, usage and ending as recorded. */
function expectAsRecorded(answer: CanonicalAnswer | null, response: Json): void {
  const [choice] = answer?.choices ?? [];
  if (answer === null || choice === undefined) throw new Error('there is no answer');
  expect(answer).toMatchObject({ model: response.model, created: response.created_at });
  expect(choice.parts.map(told)).toEqual(response.output.flatMap(said));
  const hasCalls = response.output.some(({ type }: Json) => /^(function|custom_tool)_call$/.test(type));
  const isCut = response.status === 'incomplete';
  expect(choice.finish).toBe(isCut ? 'length' : hasCalls ? 'tool-calls' : 'stop');
  expect(choice.nativeFinish).toBe(isCut ? response.incomplete_details.reason : response.status);
  const { usage } = response;
  expect(answer.usage).toMatchObject({
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  });
  const tools = response.output.filter(({ type }: Json) =>
    /^(web_search|code_int.*|image_gen.*)_call$/.test(type),
  );
  expect(answer.usage?.serverToolCalls ?? 0).toBe(tools.length);
}

/** OpenAI rounds the probabilities of the whole answer more than those of the deltas. */
const withoutLogprobs = (answer: CanonicalAnswer | null): unknown =>
  JSON.parse(JSON.stringify(answer), (key, value) => (key === 'logprob' ? 0 : value));

/** An answer without what this form has no place for, and with the id that it got. */
function meaning(answer: CanonicalAnswer | null): unknown {
  if (answer === null) return null;
  const { usage, ...rest } = answer;
  // Calls of the vendor's own tools are counted from its items, xAI's from a number.
  return withoutLogprobs({ ...rest, id: '', usage });
}

/** Texts and lists of one text mean the same, and so do things left out and their defaults. */
function asSaid({ input, stream, store, previous_response_id, tools, text, ...rest }: Json): Json {
  const content = (said: Json): Json =>
    (typeof said === 'string' ? [{ type: 'input_text', text: said }] : said).map((part: Json) =>
      part.type === 'input_image' ? { detail: 'auto', ...part } : part,
    );
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const include = (rest.include ?? []).filter((one: string) => one !== 'reasoning.encrypted_content');
  return {
    ...rest,
    include: include.toSorted(),
    input: items.map((item: Json) => ({ type: 'message', ...item, content: content(item.content) })),
    ...(stream === true ? { stream } : {}),
    ...(text === undefined ? {} : { text }),
    tools: (tools ?? []).map(({ description, ...tool }: Json) => ({
      ...tool,
      ...(description === null ? {} : { description }),
    })),
  };
}

itFindsRecordings([answers, 10], [streams, 17], [errors, 6]);

if (areHere) {
  describe('answers', () => {
    it.each(answers)('%s decodes as recorded', (_, one) => {
      const response = readJson(one.files.response);
      const answer = openaiResponses.decodeAnswer(response);
      expectAsRecorded(answer, response);
      expect(answer?.id).toBe(response.id);
      expect(openaiResponses.straight.isError(response)).toBe(false);
      expect(openaiResponses.straight.readUsage(response)).toEqual(answer?.usage);
    });

    it('wire 54: a response that is queued is no answer', () => {
      const [queued] = cases.filter(isQueued);
      expect(openaiResponses.decodeAnswer(readJson(queued?.files.response ?? ''))).toBeNull();
    });

    it.each(answers)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const decoded = openaiResponses.decodeAnswer(readJson(one.files.response));
      if (decoded === null) throw new Error('it does not decode');
      const again = openaiResponses.decodeAnswer(openaiResponses.encodeAnswer(decoded, REQUEST));
      expect(meaning(again)).toEqual(meaning(decoded));
    });
  });

  describe('streams', () => {
    itDecodesAlikeAtEverySize(streams, (bytes, size) => decodeStream(bytes, size));

    it.each(streams)('%s decodes as recorded', (_, one) => {
      const bytes = read(one.files.response);
      const response = lastResponse(bytes);
      const { answer, error, mistakes } = aggregate(decodeStream(bytes, 7));
      expect(mistakes).toEqual([]);
      const { observer, meanings } = observe(bytes);
      if (response.status === 'failed') {
        const { error: recorded } = payloads(bytes).find(({ type }) => type === 'error');
        const { message, type, code } = recorded;
        expect(error).toEqual({ message, type, param: null, code });
        expect(openaiResponses.readError(observer.error, new Headers())).toEqual(error);
        expect(meanings).toContain('error');
        expect(observer.isComplete).toBe(false);
        return;
      }
      expectAsRecorded(answer, response);
      expect(observer).toMatchObject({ isComplete: true, error: undefined });
      expect(observer.usage).toEqual(answer?.usage);
      expect(meanings).toContain('content');
      expect(meanings.includes('done')).toBe(bytes.includes('[DONE]'));
      const parts = answer?.choices[0]?.parts ?? [];
      const texts = parts.map((part) => ('text' in part ? part.text : 'input' in part ? part.input : ''));
      expect(observer.outputCharacters).toBe(texts.join('').length);
    });

    it.each(streams)('%s says what the whole response says (C9)', (_, one) => {
      const bytes = read(one.files.response);
      const response = lastResponse(bytes);
      const whole = openaiResponses.decodeAnswer(response);
      if (response.status === 'failed') return expect(whole).toBeNull();
      const { answer } = aggregate(decodeStream(bytes));
      const isRotated = one.id.endsWith('id-rotation'); // its id is another one in every event (wire 29)
      expect(withoutLogprobs(answer)).toEqual(
        withoutLogprobs(isRotated && whole !== null ? { ...whole, id: answer?.id ?? '' } : whole),
      );
    });

    it.each(streams)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const before = aggregate(decodeStream(read(one.files.response)));
      if (before.error !== null) return;
      const events = decodeStream(read(one.files.response));
      const after = aggregate(decodeStream(writeStream(events, REQUEST, openaiResponses), 64));
      expect(after.mistakes).toEqual([]);
      expect(meaning(after.answer)).toEqual(meaning(before.answer));
    });
  });

  describe('errors', () => {
    it.each(errors)('%s is read as recorded, and is no answer', (_, one) => {
      const body = readJson(one.files.response);
      const {
        message,
        type = null,
        param = null,
      } = typeof body.error === 'string' ? { message: body.error } : body.error;
      const code = body.error.code ?? body.code;
      expect(openaiResponses.readError(body, new Headers())).toEqual({ message, type, param, code });
      expect(openaiResponses.decodeAnswer(body)).toBeNull();
      expect(openaiResponses.straight.isError(body)).toBe(true);
    });
  });

  describe('requests', () => {
    it.each(requests)('%s is sent on with the same meaning', (_, one) => {
      const body = readJson(one.files.request ?? '') as JsonObject;
      const { model } = body as { model: string };
      const request = openaiResponses.decodeRequest(body);
      const { body: sent, dropped } = openaiResponses.encodeRequest(request, { model });
      expect(dropped).toEqual([]);
      expect(asSaid(sent)).toEqual(asSaid(body));
    });
  });
}
