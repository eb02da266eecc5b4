import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject } from '../../../../src/dialects/canonical.ts';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { countingCodec } from './support.ts';

/** A chat request for each mapped field, and what it becomes. `chat-fates.test.ts` holds the codec to its table. */
const CHAT: Readonly<Record<string, { readonly fields: JsonObject; readonly sent: JsonObject }>> = {
  model: { fields: {}, sent: { model: 'gpt-5.2' } },
  messages: { fields: {}, sent: { input: [{ type: 'message', role: 'user', content: 'Hi' }] } },
  'messages.image_url.detail': {
    fields: message({
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }],
    }),
    sent: { input: [{ content: [{ type: 'input_image', detail: 'low' }] }] },
  },
  'messages.input_audio': {
    fields: message({
      role: 'user',
      content: [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }],
    }),
    sent: { input: [{ content: [{ type: 'input_audio' }] }] },
  },
  'messages.file': {
    fields: message({
      role: 'user',
      content: [{ type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } }],
    }),
    sent: { input: [{ content: [{ type: 'input_file', filename: 'a.pdf' }] }] },
  },
  'messages.file by its id': {
    fields: message({ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }),
    sent: { input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }] },
  },
  max_tokens: { fields: { max_tokens: 50 }, sent: { max_output_tokens: 50 } },
  max_completion_tokens: { fields: { max_completion_tokens: 50 }, sent: { max_output_tokens: 50 } },
  temperature: { fields: { temperature: 0.5 }, sent: { temperature: 0.5 } },
  top_p: { fields: { top_p: 0.5 }, sent: { top_p: 0.5 } },
  logprobs: { fields: { logprobs: true }, sent: { include: ['message.output_text.logprobs'] } },
  top_logprobs: { fields: { logprobs: true, top_logprobs: 3 }, sent: { top_logprobs: 3 } },
  response_format: {
    fields: {
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {}, strict: true } },
    },
    sent: { text: { format: { type: 'json_schema', name: 'a', schema: {}, strict: true } } },
  },
  tools: {
    fields: { tools: [{ type: 'function', function: { name: 'look' } }] },
    sent: { tools: [{ type: 'function', name: 'look' }] },
  },
  tool_choice: {
    fields: {
      tools: [{ type: 'custom', custom: { name: 'look' } }],
      tool_choice: { type: 'custom', custom: { name: 'look' } },
    },
    sent: { tools: [{ type: 'custom', name: 'look' }], tool_choice: { type: 'custom', name: 'look' } },
  },
  parallel_tool_calls: {
    fields: { functions: [{ name: 'look' }], parallel_tool_calls: false },
    sent: { parallel_tool_calls: false },
  },
  functions: { fields: { functions: [{ name: 'look' }] }, sent: { tools: [{ name: 'look' }] } },
  function_call: {
    fields: { functions: [{ name: 'look' }], function_call: { name: 'look' } },
    sent: { tool_choice: { type: 'function', name: 'look' } },
  },
  reasoning_effort: { fields: { reasoning_effort: 'low' }, sent: { reasoning: { effort: 'low' } } },
  service_tier: { fields: { service_tier: 'flex' }, sent: { service_tier: 'flex' } },
  user: { fields: { user: 'u1' }, sent: { user: 'u1' } },
  safety_identifier: { fields: { safety_identifier: 's1' }, sent: { safety_identifier: 's1' } },
  metadata: { fields: { metadata: { a: 'b' } }, sent: { metadata: { a: 'b' } } },
  stream: { fields: { stream: true }, sent: { stream: true } },
  stream_options: {
    fields: { stream: true, stream_options: { include_usage: true } },
    sent: { stream: true },
  },
  prompt_cache_key: { fields: { prompt_cache_key: 'k' }, sent: { prompt_cache_key: 'k' } },
  prompt_cache_retention: {
    fields: { prompt_cache_retention: '24h' },
    sent: { prompt_cache_retention: '24h' },
  },
  store: { fields: { store: true }, sent: { store: true } },
  verbosity: { fields: { verbosity: 'low' }, sent: { text: { verbosity: 'low' } } },
  web_search_options: {
    fields: {
      web_search_options: { user_location: { type: 'approximate', approximate: { city: 'Berlin' } } },
    },
    sent: { tools: [{ type: 'web_search', user_location: { type: 'approximate', city: 'Berlin' } }] },
  },
};

function message(one: JsonObject): JsonObject {
  return { messages: [one] };
}

describe('the table of fields', () => {
  const fromChat = (fields: JsonObject): CanonicalRequest =>
    openaiChat.decodeRequest({ model: 'a', messages: [{ role: 'user', content: 'Hi' }], ...fields });
  const send = (fields: JsonObject) => countingCodec().encodeRequest(fromChat(fields), { model: 'gpt-5.2' });

  it.each(Object.entries(CHAT))('says %s in its own words', (_, { fields, sent }) => {
    const { body, dropped } = send(fields);
    expect(dropped).toEqual([]);
    expect(body).toMatchObject(sent);
  });
});
