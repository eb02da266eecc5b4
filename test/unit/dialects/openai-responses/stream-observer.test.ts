import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { SseSplitter } from '../../../../src/streaming/sse.ts';
import { countingCodec, sse } from './support.ts';

const { straight, readError, encodeFailure } = countingCodec();

function observe(body: string, doneIsEnd = false) {
  const observer = straight.createObserver({ choices: 1, doneIsEnd });
  const meanings = new SseSplitter()
    .push(new TextEncoder().encode(body))
    .map((event) => observer.observe(event));
  return { observer, meanings };
}

const delta = (text: string) => ({ type: 'response.output_text.delta', output_index: 0, delta: text });
const message = { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] };
const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
const completed = (output: readonly JsonObject[] = []) => ({
  type: 'response.completed',
  response: { status: 'completed', output, usage },
});

describe('the observer', () => {
  it('sees content, usage and the end', () => {
    const { observer, meanings } = observe(
      sse(
        { type: 'response.created', response: { id: 'resp_1', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] } },
        delta(''),
        delta('Hi'),
        { type: 'response.output_text.done', output_index: 0, text: 'Hi' },
        { type: 'response.output_item.done', output_index: 0, item: message },
        completed([message]),
      ),
    );
    expect(meanings).toEqual(['other', 'other', 'other', 'content', 'other', 'other', 'other']);
    expect(observer).toMatchObject({ isComplete: true, outputCharacters: 2, doneMarker: null });
    expect(observer.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  it.each([
    ['arguments', { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{}' }],
    ['an item', { type: 'response.output_item.done', output_index: 0, item: message }],
    [
      'a tool of the vendor',
      { type: 'response.output_item.done', output_index: 0, item: { type: 'web_search_call' } },
    ],
    ['an image', { type: 'response.image_generation_call.partial_image', partial_image_b64: 'AAAA' }],
    ['the response', completed([message])],
  ])('wire 44: takes what comes whole for content: %s', (_, event) => {
    expect(observe(sse(event)).meanings).toEqual(['content']);
  });

  it('takes neither progress nor empty items for content', () => {
    const { meanings } = observe(
      sse(
        { type: 'response.web_search_call.searching', output_index: 0 },
        { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', summary: [] } },
        { type: 'response.content_part.done', output_index: 1, part: { type: 'output_text', text: '' } },
      ),
    );
    expect(meanings).toEqual(['other', 'other', 'other']);
  });

  it('wire 54: response.incomplete is an end', () => {
    const { observer } = observe(sse(delta('Hi'), { ...completed(), type: 'response.incomplete' }));
    expect(observer.isComplete).toBe(true);
  });

  it('wire 4: tells [DONE] apart, which ends nothing unless the vendor has no other end', () => {
    expect(observe('data: [DONE]\n\n')).toMatchObject({
      meanings: ['done'],
      observer: { isComplete: false },
    });
    expect(observe('data: [DONE]\n\n', true).observer.isComplete).toBe(true);
  });

  it.each([
    ['an error event', { type: 'error', error: { code: 'b', message: 'No.', type: 'a' } }],
    ['a failed response', { type: 'response.failed', response: { error: { code: 'b', message: 'No.' } } }],
  ])('wire 65: reads %s', (_, event: JsonObject) => {
    const { observer, meanings } = observe(sse(delta('Hi'), event));
    expect(meanings).toEqual(['content', 'error']);
    expect(observer.isComplete).toBe(false);
    expect(readError(observer.error, new Headers())).toMatchObject({ message: 'No.', code: 'b' });
  });

  it('passes over what it cannot read', () => {
    const { meanings } = observe(
      ': hello\n\ndata: {\n\ndata: []\n\ndata: null\n\nevent: error\ndata: broken\n\n',
    );
    expect(meanings).toEqual(['other', 'other', 'other', 'other', 'error']);
  });
});

describe('errors', () => {
  it.each([
    ['an error object', { error: { message: 'No.' } }, true],
    ['a failed response', { object: 'response', status: 'failed', error: null }, true],
    ['a cancelled response', { object: 'response', status: 'cancelled', error: null }, true],
    ['a completed response', { object: 'response', status: 'completed', error: null, output: [] }, false],
  ])('tells %s', (_, body, isError) => {
    expect(straight.isError(body)).toBe(isError);
    expect(readError(body, new Headers()) !== null).toBe(isError);
  });

  it.each([
    [
      { error: { message: 'No.', type: 'a', param: 'b', code: 'c' } },
      { message: 'No.', type: 'a', param: 'b', code: 'c' },
    ],
    [
      { code: 'A sentence', error: 'No.' },
      { message: 'No.', type: null, param: null, code: 'A sentence' },
    ],
    [
      { status: 'failed', error: null },
      { message: null, type: null, param: null, code: 'failed' },
    ],
    ['<html>', null],
    [null, null],
  ])('wire 75: reads %j', (body, fields) => {
    expect(readError(body, new Headers())).toEqual(fields);
  });

  it('ends a stream that passed through as a stream of its own', () => {
    const error = { message: 'No.', type: 'server_error', param: null, code: 'provider_error' };
    const response = { id: 'resp_1', status: 'in_progress', output: [] };
    const { observer } = observe(sse({ type: 'response.created', sequence_number: 0, response }));
    const text = new TextDecoder().decode(encodeFailure({ status: 502, headers: {}, error }, observer));
    expect(text).toContain('event: error\ndata: {"type":"error"');
    expect(text).toContain('"sequence_number":1');
    expect(text).toContain(
      'event: response.failed\ndata: {"type":"response.failed","response":{"id":"resp_1"',
    );
    expect(new TextDecoder().decode(encodeFailure({ status: 502, headers: {}, error }, null))).not.toContain(
      'failed',
    );
  });
});
