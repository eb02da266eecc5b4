import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, Part } from '../../../../src/dialects/canonical.ts';
import { cited, countingCodec, hidden, NOW, requestOf, thought } from './codec-support.ts';

const decode = (message: unknown, choice: object = { finish_reason: 'stop' }, more: object = {}) =>
  countingCodec().decodeAnswer({
    id: 'chatcmpl-1',
    model: 'gpt',
    created: 5,
    choices: [{ index: 0, message, ...choice }],
    ...more,
  });
const partsOf = (message: unknown) => decode(message)?.choices[0]?.parts;
const answerOf = (parts: readonly Part[], more: object = {}): CanonicalAnswer => ({
  id: 'msg_1',
  model: 'claude',
  created: null,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: 'end_turn', ...more }],
  usage: null,
});
const encode = (answer: CanonicalAnswer, fields: object = {}) =>
  countingCodec().encodeAnswer(answer, requestOf({ ...fields }));
const PROOF = { signer: 'google', value: 'p' } as const;
const call = { type: 'tool-call', id: 'a', name: 'f', input: '', isCustom: false } as const;

describe('decodeAnswer', () => {
  it.each([
    ['no object', 'text'],
    ['no choices', { id: 'x' }],
    ['empty choices', { choices: [] }],
    ['a choice that is none', { choices: [null] }],
    ['wire 65: an error with status 200', { error: { message: 'no' }, choices: [] }],
    ['a failure as finish reason', { choices: [{ message: { content: 'x' }, finish_reason: 'error' }] }],
  ])('takes %s for no answer', (_, body) => {
    expect(countingCodec().decodeAnswer(body)).toBeNull();
  });

  it.each<[string, unknown, readonly unknown[]]>([
    ['wire 25: nulls', { content: null, refusal: null, tool_calls: null, reasoning: null }, []],
    ['wire 20: empty content', { content: '' }, []],
    ['wire 79: no message at all', undefined, []],
    ['wire 51: a refusal', { content: null, refusal: 'no' }, [{ type: 'refusal', text: 'no' }]],
    [
      'wire 24: a list of thinking and text',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'a' },
        ],
      },
      [thought('hm'), { type: 'text', text: 'a' }],
    ],
    [
      'thinking under both of its names',
      { content: 'a', reasoning: 'hm', reasoning_content: 'hm' },
      [thought('hm'), { type: 'text', text: 'a' }],
    ],
    [
      'thinking that is hidden, with a summary beside it',
      { content: 'a', reasoning: 'hm', reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] },
      [thought('hm'), hidden('x'), { type: 'text', text: 'a' }],
    ],
    [
      'wire 41: arguments as an object, and a number as id',
      { tool_calls: [{ id: 0, function: { name: 'f', arguments: { a: 1 } } }] },
      [{ ...call, id: 'call_made_1', input: '{"a":1}' }],
    ],
    [
      'wire 33: calls without ids',
      { tool_calls: [{ id: '', function: { name: 'f', arguments: '{}' } }, { function: { name: 'f' } }] },
      [
        { ...call, id: 'call_made_1', input: '{}' },
        { ...call, id: 'call_made_2', input: '{}' },
      ],
    ],
    [
      'wire 37: arguments `null`',
      { tool_calls: [{ id: 'a', function: { name: 'f', arguments: 'null' } }] },
      [{ ...call, input: '{}' }],
    ],
    [
      'wire 42: a custom call',
      { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: '4 + 4' } }] },
      [{ ...call, input: '4 + 4', isCustom: true }],
    ],
    [
      'a legacy call',
      { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      [{ ...call, id: 'call_made_1', input: '{"a":1}' }],
    ],
    [
      'traps D12: a proof on the message',
      {
        tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
        extra_content: { google: { thought_signature: 'p' } },
      },
      [{ ...call, input: '{}', signature: PROOF }],
    ],
  ])('reads %s', (_, message, parts) => {
    expect(partsOf(message)).toEqual(parts);
  });

  it.each([
    [{ finish_reason: 'stop' }, 'stop', 'stop'],
    [{ finish_reason: 'length' }, 'length', 'length'],
    [{ finish_reason: 'tool_calls' }, 'tool-calls', 'tool_calls'],
    [{ finish_reason: 'function_call' }, 'tool-calls', 'function_call'],
    [{ finish_reason: 'content_filter' }, 'content-filter', 'content_filter'],
    [{ finish_reason: 'eos' }, 'stop', 'eos'],
    [{ finish_reason: 'eos_token' }, 'stop', 'eos_token'],
    [{ finish_reason: 'model_length' }, 'length', 'model_length'],
    [{ finish_reason: 'sensitive' }, 'content-filter', 'sensitive'],
    [{ finish_reason: 'SAFETY' }, 'content-filter', 'SAFETY'],
    [{ finish_reason: 'stop', native_finish_reason: 'pause_turn' }, 'pause', 'pause_turn'],
    [{ finish_reason: 'never_seen' }, 'stop', 'never_seen'],
    [{ finish_details: { type: 'max_tokens' } }, 'length', 'max_tokens'],
    [{ finish_reason: null }, 'stop', null],
    [{}, 'stop', null],
  ])('wire 47, 49, traps D14: reads the ending %j as %s', (choice, finish, nativeFinish) => {
    expect(decode({ content: 'a' }, choice)?.choices[0]).toMatchObject({ finish, nativeFinish });
  });

  it.each([
    ['stop', 'tool-calls'],
    ['eos_token', 'tool-calls'],
    ['length', 'length'],
  ])('traps C8: reads %s after a tool call as %s', (finish_reason, finish) => {
    const message = { tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] };
    expect(decode(message, { finish_reason })?.choices[0]?.finish).toBe(finish);
  });

  it('reads what stands beside the text: probabilities, the tier, tokens of sound', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1 }], refusal: [{ token: 'no', logprob: -2 }] };
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 5,
      prompt_tokens_details: { audio_tokens: 4 },
      completion_tokens_details: { audio_tokens: 2 },
    };
    const answer = decode(
      { content: 'a' },
      { finish_reason: 'stop', logprobs },
      { service_tier: 'priority', usage },
    );
    expect(answer).toMatchObject({
      serviceTier: 'priority',
      usage: { audioInputTokens: 4, audioOutputTokens: 2 },
      choices: [{ logprobs: [...logprobs.content, ...logprobs.refusal] }],
    });
    expect(answer).not.toHaveProperty('extra');
    const old = decode({ content: 'a' }, { finish_reason: 'stop', logprobs: { tokens: ['a'] } });
    expect(old?.choices[0]).not.toHaveProperty('logprobs');
  });

  it.each([
    ['a text', { content: 'a' }, [{ signature: PROOF }]],
    [
      'a text beside a call that has its own',
      {
        content: 'a',
        tool_calls: [
          {
            id: 'a',
            function: { name: 'f', arguments: '{}' },
            extra_content: { google: { thought_signature: 'own' } },
          },
        ],
      },
      [{ signature: PROOF }, { signature: { signer: 'google', value: 'own' } }],
    ],
  ])('traps D12: gives the proof on a message to %s', (_, message, parts) => {
    const extra_content = { google: { thought_signature: 'p' } };
    expect(partsOf({ ...message, extra_content })).toMatchObject(parts);
    expect(requestOf({ messages: [{ role: 'assistant', ...message, extra_content }] }).turns).toMatchObject([
      { parts },
    ]);
  });

  it('keeps sources, annotations, and what only this form knows', () => {
    const url_citation = { url: 'https://x', title: 't', start_index: 0, end_index: 0 };
    const search_results = [{ url: 'https://x', title: 't' }];
    const answer = decode(
      { content: 'a' },
      { finish_reason: 'stop' },
      { search_results, system_fingerprint: 'fp' },
    );
    expect(answer?.choices[0]?.parts).toEqual([
      { type: 'text', text: 'a', citations: [cited(url_citation)] },
    ]);
    expect(answer?.extra).toEqual({ 'openai-chat': { search_results, system_fingerprint: 'fp' } });
  });
});

describe('encodeAnswer', () => {
  it('has every field that clients rely on', () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: 3,
      cacheWriteTokens: 2,
      reasoningTokens: 4,
      estimated: false,
    };
    expect(encode({ ...answerOf([{ type: 'text', text: 'hi' }]), usage })).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: NOW,
      model: 'claude',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
          native_finish_reason: 'end_turn',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 4 },
      },
    });
  });

  it.each<[string, readonly Part[], object]>([
    ['wire 20: nothing', [], { content: '' }],
    [
      'wire 37: a call without arguments',
      [call],
      {
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    ['a refusal', [{ type: 'refusal', text: 'no' }], { content: null, refusal: 'no' }],
    [
      'traps D13: signed and redacted thinking',
      [thought('hm', 's', 'anthropic'), hidden('x', 'openai'), thought('?'), { type: 'text', text: 'a' }],
      {
        content: 'a',
        reasoning_content: 'hm?',
        reasoning_details: [
          {
            type: 'reasoning.text',
            text: 'hm',
            signature: 's',
            format: 'anthropic-claude-v1',
            index: 0,
          },
          { type: 'reasoning.encrypted', data: 'x', format: 'openai-responses-v1', index: 1 },
          { type: 'reasoning.text', text: '?', index: 2 },
        ],
      },
    ],
    [
      'wire 43: server tools, which are not shown',
      [
        { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
        { type: 'text', text: 'a' },
      ],
      { content: 'a' },
    ],
    [
      'wire 17: cited text in pieces',
      [
        { type: 'text', text: 'ab' },
        {
          type: 'text',
          text: 'cd',
          citations: [
            {
              url: 'https://x',
              title: null,
              citedText: 'said',
              span: null,
              native: { dialect: 'anthropic-messages', value: { type: 'web_search_result_location' } },
            },
            cited({ url: 'https://y', title: 't', start_index: 0, end_index: 9 }, { start: 1, end: 2 }),
            {
              url: null,
              title: 'A document',
              citedText: 'said',
              span: null,
              native: { dialect: 'anthropic-messages', value: { type: 'char_location' } },
            },
          ],
        },
      ],
      {
        content: 'abcd',
        annotations: [
          {
            type: 'url_citation',
            url_citation: { start_index: 2, end_index: 4, url: 'https://x', title: '', content: 'said' },
          },
          {
            type: 'url_citation',
            url_citation: { url: 'https://y', title: 't', start_index: 3, end_index: 4 },
          },
        ],
      },
    ],
    [
      'an image',
      [{ type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QQ==' } }],
      { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } }] },
    ],
  ])('writes %s', (_, parts, message) => {
    const { choices } = encode(answerOf(parts)) as { choices: { message: object }[] };
    expect(choices[0]?.message).toEqual({ role: 'assistant', content: null, refusal: null, ...message });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool-calls', 'tool_calls'],
    ['content-filter', 'content_filter'],
    ['pause', 'stop'],
  ])('writes the ending %s as %s', (finish, finish_reason) => {
    expect(encode(answerOf([], { finish }))).toMatchObject({ choices: [{ finish_reason }] });
  });

  it('tells the probabilities of a refusal as such', () => {
    const logprobs = [{ token: 'no' }];
    expect(encode(answerOf([{ type: 'refusal', text: 'no' }], { logprobs }))).toMatchObject({
      choices: [{ logprobs: { content: null, refusal: logprobs } }],
    });
  });

  it('traps D12: marks a proof of another vendor where Google’s would stand', () => {
    const signature = { signer: 'anthropic', value: 's' } as const;
    const { choices } = encode(answerOf([{ type: 'text', text: 'a', signature }])) as {
      choices: { message: { extra_content: { google: { thought_signature: string } } } }[];
    };
    const message = choices[0]?.message;
    expect(message?.extra_content.google.thought_signature).not.toBe('s');
    expect(requestOf({ messages: [message] }).turns).toMatchObject([{ parts: [{ signature }] }]);
  });

  it('answers clients of the legacy functions in their form', () => {
    const fields = { functions: [{ name: 'f' }] };
    expect(encode(answerOf([call], { finish: 'tool-calls' }), fields)).toMatchObject({
      choices: [
        { message: { function_call: { name: 'f', arguments: '{}' } }, finish_reason: 'function_call' },
      ],
    });
  });

  it('wire 50: tells a pause so that it can be read again', () => {
    const again = countingCodec().decodeAnswer(
      encode(answerOf([], { finish: 'pause', nativeFinish: 'pause_turn' })),
    );
    expect(again?.choices[0]).toMatchObject({ finish: 'pause', nativeFinish: 'pause_turn' });
  });

  it('restores every block of thinking when the message is sent back as it is', () => {
    const parts: Part[] = [
      thought('one', 's1', 'anthropic'),
      {
        ...hidden('x', 'openai'),
        text: 'sum',
        extra: { 'openai-responses': { id: 'rs_1' } },
      },
      thought('two'),
      thought('three', 's3', 'amazon'),
      thought('four', 's4'),
      { type: 'text', text: 'said' },
      { ...call, input: '{}', signature: { signer: 'anthropic', value: 'p' } },
    ];
    const { choices } = encode(answerOf(parts)) as { choices: { message: object }[] };
    expect(requestOf({ messages: [choices[0]?.message] }).turns).toEqual([{ role: 'assistant', parts }]);
  });
});
