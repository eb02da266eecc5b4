import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { requestOf, thought } from './codec-support.ts';

const said = (...parts: Part[]): Partial<CanonicalRequest> => ({ turns: [{ role: 'assistant', parts }] });
const asked = (...parts: Part[]): Partial<CanonicalRequest> => ({ turns: [{ role: 'user', parts }] });
const encode = (fields: Partial<CanonicalRequest>) =>
  openaiChat.encodeRequest({ ...requestOf(), ...fields }, { model: 'm' });

const tools = { tools: [{ type: 'custom', custom: { name: 'c' } }] };
const schema = { name: 'n', schema: { type: 'object' } };
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
/** What a client writes, and how it goes out where that is something else. `chat-fates.test.ts` has the rest. */
const KEPT: Record<string, [fields: Record<string, unknown>, sent?: object]> = {
  model: [{}, { model: 'm' }],
  messages: [{ messages: [{ role: 'system', content: 'a' }] }],
  'messages.name': [{ messages: [{ role: 'user', content: 'a', name: 'Ann' }] }],
  'messages.image_url': [
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'https://a.test', detail: 'low' } }],
        },
      ],
    },
  ],
  'messages.input_audio': [
    {
      messages: [
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] },
      ],
    },
  ],
  'messages.file': [
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
  ],
  'messages.tool_calls': [{ messages: [{ role: 'assistant', content: null, tool_calls: [call] }] }],
  'messages of tools': [{ messages: [{ role: 'tool', tool_call_id: 'a', content: 'b' }] }],
  max_tokens: [{ max_tokens: 5 }],
  max_completion_tokens: [{ max_completion_tokens: 5 }, { max_tokens: 5 }],
  temperature: [{ temperature: 0 }],
  top_p: [{ top_p: 0.5 }],
  frequency_penalty: [{ frequency_penalty: 0.5 }],
  presence_penalty: [{ presence_penalty: 0.5 }],
  logit_bias: [{ logit_bias: { 1: 2 } }],
  logprobs: [{ logprobs: true }],
  top_logprobs: [{ logprobs: true, top_logprobs: 2 }],
  seed: [{ seed: 0 }],
  n: [{ n: 2 }],
  stop: [{ stop: ['a'] }],
  response_format: [{ response_format: { type: 'json_schema', json_schema: schema } }],
  tools: [tools],
  tool_choice: [{ ...tools, tool_choice: 'required' }],
  parallel_tool_calls: [{ ...tools, parallel_tool_calls: false }],
  functions: [{ functions: [{ name: 'f' }] }, { tools: [{ type: 'function', function: { name: 'f' } }] }],
  function_call: [{ functions: [{ name: 'f' }], function_call: 'none' }, { tool_choice: 'none' }],
  reasoning_effort: [{ reasoning_effort: 'high' }],
  'thinking.budget_tokens': [
    { thinking: { type: 'enabled', budget_tokens: 9 } },
    { thinking: { type: 'enabled', budget_tokens: 9 } },
  ],
  service_tier: [{ service_tier: 'flex' }],
  user: [{ user: 'u' }],
  safety_identifier: [{ safety_identifier: 's' }],
  metadata: [{ metadata: { team: 'a' } }],
  stream: [{ stream: true }],
  stream_options: [
    { stream: true, stream_options: { include_obfuscation: false } },
    { stream_options: { include_obfuscation: false, include_usage: true } },
  ],
  modalities: [{ modalities: ['text', 'audio'] }],
  audio: [{ audio: { voice: 'v', format: 'wav' } }],
  prediction: [{ prediction: { type: 'content', content: 'a' } }],
  prompt_cache_key: [{ prompt_cache_key: 'k' }],
  prompt_cache_retention: [{ prompt_cache_retention: '24h' }],
  store: [{ store: true }],
  verbosity: [{ verbosity: 'low' }],
  web_search_options: [{ web_search_options: {} }],
};

describe('fields of a chat request', () => {
  it('refuses files by URL: the form has bytes only', () => {
    const source = { kind: 'url', url: 'https://a.test' } as const;
    expect(() => encode(asked({ type: 'file', source, name: null }))).toThrow(InvalidRequest);
  });

  it.each(Object.entries(KEPT))('%s goes out', (_, [fields, sent = fields]) => {
    const { body, dropped } = openaiChat.encodeRequest(requestOf(fields), { model: 'm' });
    expect(body).toMatchObject(sent);
    expect(dropped).toEqual([]);
  });

  it('names a budget that stands beside an effort, and nothing that asks for nothing', () => {
    const reasoning = { isEnabled: true, effort: 'low', budgetTokens: 9 };
    expect(encode({ reasoning }).dropped).toEqual(['thinking.budget_tokens']);
    const fields = {
      ...said({ type: 'text', text: 'a', citations: [] }, thought('')),
      extra: { 'anthropic-messages': { container: null, betas: [] } },
    };
    expect(encode(fields).dropped).toEqual([]);
  });
});
