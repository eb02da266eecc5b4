/** What the codec writes, as OpenAI's own SDK types it: a wrong member here is a compile error. */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
} from 'openai/resources/chat/completions';
import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, CanonicalRequest } from '../../../../src/dialects/canonical.ts';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { cited, encodeStream, NOW, requestOf } from './codec-support.ts';

const schema = { type: 'object', properties: { at: { type: 'string' } } };
const png = { kind: 'inline', mediaType: 'image/png', data: 'QQ==' } as const;

/** Said as canonical, so that no word of the client's form can slip through. */
const CASES: [string, Partial<CanonicalRequest>, ChatCompletionCreateParams][] = [
  [
    'a conversation with every kind of part',
    {
      turns: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief' }] },
        {
          role: 'user',
          name: 'Ann',
          parts: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: png, detail: 'low' },
            { type: 'audio', data: 'QQ==', format: 'wav' },
            {
              type: 'file',
              source: { kind: 'inline', mediaType: 'application/pdf', data: 'QQ==' },
              name: null,
            },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'text', text: 'I ' },
            { type: 'text', text: 'look' },
            { type: 'refusal', text: 'or not' },
            { type: 'tool-call', id: 'a', name: 'look', input: '', isCustom: false },
            { type: 'tool-call', id: 'b', name: 'say', input: 'hi', isCustom: true },
          ],
        },
        {
          role: 'tool',
          parts: [
            {
              type: 'tool-result',
              callId: 'a',
              name: 'look',
              content: [
                { type: 'text', text: 'seen' },
                { type: 'image', source: png },
                { type: 'audio', data: 'QQ==', format: 'mp3' },
              ],
              isError: false,
            },
            { type: 'tool-result', callId: 'b', name: null, content: [], isError: false },
          ],
        },
      ],
    },
    {
      model: 'gpt',
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          name: 'Ann',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'QQ==', format: 'wav' } },
            { type: 'file', file: { filename: 'file.pdf', file_data: 'data:application/pdf;base64,QQ==' } },
          ],
        },
        {
          role: 'assistant',
          content: 'I look',
          refusal: 'or not',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } },
            { id: 'b', type: 'custom', custom: { name: 'say', input: 'hi' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'seen' },
        { role: 'tool', tool_call_id: 'b', content: '' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
            { type: 'input_audio', input_audio: { data: 'QQ==', format: 'mp3' } },
          ],
        },
      ],
    },
  ],
  [
    'tools and the choice among them',
    {
      tools: [
        { kind: 'function', name: 'look', description: 'Looks', parameters: schema, strict: true },
        { kind: 'function', name: 'bare', description: null, parameters: null, strict: null },
        { kind: 'custom', name: 'say', description: 'Says', format: { type: 'text' } },
      ],
      toolChoice: { kind: 'allowed', mode: 'required', names: ['look', 'say'] },
      parallelToolCalls: false,
    },
    {
      model: 'gpt',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'Looks', parameters: schema, strict: true },
        },
        { type: 'function', function: { name: 'bare' } },
        { type: 'custom', custom: { name: 'say', description: 'Says', format: { type: 'text' } } },
      ],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [
            { type: 'function', function: { name: 'look' } },
            { type: 'custom', custom: { name: 'say' } },
          ],
        },
      },
      parallel_tool_calls: false,
    },
  ],
  [
    'every option',
    {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      seed: 7,
      stop: ['END'],
      choices: 2,
      logprobs: { top: 3 },
      responseFormat: { kind: 'schema', name: 'n', description: 'd', schema, strict: true },
      reasoning: { isEnabled: true, effort: 'high', budgetTokens: null },
      serviceTier: 'flex',
      metadata: { team: 'a' },
      user: 'u',
      wantsStream: true,
    },
    {
      model: 'gpt',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      seed: 7,
      stop: ['END'],
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', description: 'd', schema, strict: true },
      },
      reasoning_effort: 'high',
      service_tier: 'flex',
      metadata: { team: 'a' },
      user: 'u',
      stream: true,
      stream_options: { include_usage: true },
    },
  ],
  [
    'JSON without a schema, and thinking switched off',
    {
      responseFormat: { kind: 'json' },
      reasoning: { isEnabled: false, effort: null, budgetTokens: null },
    },
    {
      model: 'gpt',
      messages: [{ role: 'user', content: 'hi' }],
      response_format: { type: 'json_object' },
      reasoning_effort: 'none',
    },
  ],
];

describe('requests for OpenAI', () => {
  it.each(CASES)('%s', (_, fields, expected) => {
    const carries = ['developer', 'max_completion_tokens'] as const;
    const encoded = openaiChat.encodeRequest({ ...requestOf(), ...fields }, { model: 'gpt', carries });
    expect(encoded).toEqual({ body: expected, dropped: [] });
  });
});

const token = { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] };
const ANSWER: CanonicalAnswer = {
  id: 'msg_1',
  model: 'claude',
  created: null,
  choices: [
    {
      index: 0,
      parts: [
        {
          type: 'text',
          text: 'Hi',
          citations: [cited({ url: 'https://x', title: 't' }, { start: 0, end: 2 })],
        },
        { type: 'tool-call', id: 'a', name: 'f', input: '{}', isCustom: false },
      ],
      finish: 'tool-calls',
      nativeFinish: null,
      logprobs: [token],
    },
  ],
  usage: {
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 3,
    cacheWriteTokens: 0,
    reasoningTokens: 4,
    audioInputTokens: 2,
    audioOutputTokens: 1,
    estimated: false,
  },
  serviceTier: 'flex',
};
const usage = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 3, audio_tokens: 2 },
  completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 1 },
};
const url_citation = { url: 'https://x', title: 't', start_index: 0, end_index: 2 };

describe('answers for clients of OpenAI', () => {
  it('are what the SDK takes them for', () => {
    const expected = {
      id: 'msg_1',
      object: 'chat.completion',
      created: NOW,
      model: 'claude',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hi',
            refusal: null,
            annotations: [{ type: 'url_citation', url_citation }],
            tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          logprobs: { content: [token], refusal: null },
          finish_reason: 'tool_calls',
        },
      ],
      usage,
      service_tier: 'flex',
    } satisfies ChatCompletion;
    expect(openaiChat.encodeAnswer({ ...ANSWER, created: NOW }, requestOf())).toEqual(expected);
  });

  it('are streamed as the SDK takes them', () => {
    const request = requestOf({ stream: true, stream_options: { include_usage: true } });
    const { told } = encodeStream(toEvents(ANSWER), request);
    const base = {
      id: 'msg_1',
      object: 'chat.completion.chunk',
      created: NOW,
      model: 'claude',
      service_tier: 'flex',
    } as const;
    const chunk = (
      delta: ChatCompletionChunk.Choice.Delta,
      more: Partial<ChatCompletionChunk.Choice> = {},
    ): ChatCompletionChunk => ({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
      usage: null,
    });
    const { service_tier: _, ...first } = chunk({ role: 'assistant', content: '', refusal: null });
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } } as const;
    const expected: ChatCompletionChunk[] = [
      first,
      chunk({ content: 'Hi' }),
      chunk({ annotations: [{ type: 'url_citation', url_citation }] } as ChatCompletionChunk.Choice.Delta), // not in the SDK's type; OpenAI sends it
      chunk({ tool_calls: [call] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
      chunk({}, { logprobs: { content: [token], refusal: null } }),
      chunk({}, { finish_reason: 'tool_calls' }),
      { ...base, choices: [], usage },
    ];
    expect(told).toEqual([...expected, '[DONE]']);
  });
});
