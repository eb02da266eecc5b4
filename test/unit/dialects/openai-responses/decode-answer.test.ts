import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { countingCodec } from './support.ts';

const USAGE = {
  input_tokens: 30,
  input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 39,
};

const response = (output: readonly unknown[], fields: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  created_at: 5.0,
  status: 'completed',
  model: 'gpt-5',
  error: null,
  output,
  usage: USAGE,
  ...fields,
});

const message = (...content: JsonObject[]): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content,
});
const decode = (body: unknown) => countingCodec().decodeAnswer(body);
const partsOf = (...output: unknown[]) => decode(response(output))?.choices[0]?.parts;

describe('answers', () => {
  it('reads items in their order', () => {
    const annotation = {
      type: 'url_citation',
      start_index: 1,
      end_index: 3,
      url: 'https://a.example',
      title: 'A',
    };
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    expect(
      decode(
        response(
          [
            {
              type: 'reasoning',
              id: 'rs_1',
              summary: [{ text: 'One.' }, { text: 'Two.' }],
              encrypted_content: 'gAAA',
            },
            search,
            message(
              { type: 'output_text', text: 'Hello', annotations: [annotation] },
              { type: 'refusal', refusal: 'No.' },
            ),
            { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '' },
            { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'patch', input: 'a' },
          ],
          { service_tier: 'flex' },
        ),
      ),
    ).toEqual({
      id: 'resp_1',
      model: 'gpt-5',
      created: 5,
      choices: [
        {
          index: 0,
          parts: [
            { type: 'reasoning', text: 'One.\n\nTwo.', signature: 'gAAA', redacted: null, signer: 'openai' },
            { type: 'opaque', dialect: 'openai-responses', value: search },
            {
              type: 'text',
              text: 'Hello',
              citations: [
                {
                  url: 'https://a.example',
                  title: 'A',
                  citedText: null,
                  span: { start: 1, end: 3 },
                  native: { dialect: 'openai-responses', value: annotation },
                },
              ],
            },
            { type: 'refusal', text: 'No.' },
            { type: 'tool-call', id: 'call_1', name: 'look', input: '{}', isCustom: false },
            { type: 'tool-call', id: 'call_2', name: 'patch', input: 'a', isCustom: true },
          ],
          finish: 'tool-calls',
          nativeFinish: 'completed',
        },
      ],
      usage: {
        inputTokens: 30,
        outputTokens: 9,
        cacheReadTokens: 10,
        cacheWriteTokens: 5,
        reasoningTokens: 4,
        serverToolCalls: 1,
        estimated: false,
      },
      serviceTier: 'flex',
    });
  });

  it.each([
    [{ status: 'completed' }, 'stop', 'completed'],
    [
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      'length',
      'max_output_tokens',
    ],
    [
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content-filter',
      'content_filter',
    ],
    [{ status: 'incomplete', incomplete_details: { reason: 'new_reason' } }, 'length', 'new_reason'],
    [{ status: 'incomplete', incomplete_details: null }, 'length', 'incomplete'],
    [{ status: null }, 'stop', null],
  ])('traps D14: reads the ending %j', (fields, finish, nativeFinish) => {
    expect(decode(response([], fields))?.choices[0]).toMatchObject({ finish, nativeFinish });
  });

  it('keeps length where a call was cut', () => {
    const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"a' };
    expect(decode(response([call], { status: 'incomplete' }))?.choices[0]?.finish).toBe('length');
  });

  it('wire 46: a tool that failed inside a completed response fails nothing', () => {
    const call = { type: 'mcp_call', id: 'mcp_1', status: 'failed', error: { code: 500 } };
    expect(partsOf(call)).toEqual([{ type: 'opaque', dialect: 'openai-responses', value: call }]);
  });

  it.each([
    [
      'a failed response',
      response([], { status: 'failed', error: { code: 'server_error', message: 'No.' } }),
    ],
    ['a failed response without an error', response([], { status: 'failed' })],
    ['a cancelled response', response([], { status: 'cancelled' })],
    ['a queued response', response([], { status: 'queued' })],
    ['an error', { error: { message: 'No.' } }],
    ['no output', { ...response([]), output: null }],
    ['a list', []],
    ['nothing', null],
    ['a text', 'no'],
  ])('takes %s for no answer', (_, body) => {
    expect(decode(body)).toBeNull();
  });

  it('does not trust types', () => {
    const broken = [
      null,
      5,
      {},
      message(),
      { type: 'message', content: null },
      { type: 'reasoning', summary: 'a' },
    ];
    const decoded = decode(
      response(broken, { id: null, model: null, created_at: 'now', usage: { input_tokens: null } }),
    );
    expect(decoded).toMatchObject({ id: 'resp_1', model: '', created: null, usage: null });
    expect(partsOf(message({ type: 'output_text', text: null, annotations: [5], logprobs: 'a' }))).toEqual([
      { type: 'text', text: '' },
    ]);
    expect(partsOf({ type: 'function_call' })).toEqual([
      { type: 'tool-call', id: 'call_1', name: '', input: '{}', isCustom: false },
    ]);
  });

  it('reads log probabilities', () => {
    const logprobs = [{ token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] }];
    const decoded = decode(
      response([message({ type: 'output_text', text: 'Hi', annotations: [], logprobs })]),
    );
    expect(decoded?.choices[0]?.logprobs).toEqual(logprobs);
  });
});
