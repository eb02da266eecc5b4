/** The table of fields and the codec agree. */
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import { GEMINI_FIELDS } from '../../../../src/dialects/gemini/fields.ts';
import { assistant, encode, text, user } from './support.ts';

const openai = (fields: object): Partial<CanonicalRequest> => ({ extra: { 'openai-chat': { ...fields } } });
const saying = (part: Part): Partial<CanonicalRequest> => ({ turns: [{ role: 'user', parts: [part] }] });
const IMAGE = { kind: 'inline', mediaType: 'image/png', data: 'AA==' } as const;

/** A value that asks for something, for each field; what is not here stands in messages or the path. */
const ASKING: Readonly<Record<string, Partial<CanonicalRequest>>> = {
  messages: {},
  'messages.name': { turns: [{ ...user('Hi'), name: 'Ann' }] },
  'messages.reasoning_content': {
    turns: [
      user('A'),
      assistant(
        { type: 'reasoning', text: 'Hm', signature: null, redacted: null, signer: 'other' },
        text('B'),
      ),
    ],
  },
  'messages.annotations': saying({
    type: 'text',
    text: 'A',
    citations: [
      { url: 'u', title: null, citedText: null, span: null, native: { dialect: 'openai-chat', value: {} } },
    ],
  }),
  'messages.image_url': saying({ type: 'image', source: IMAGE }),
  'messages.image_url.detail': saying({ type: 'image', source: IMAGE, detail: 'high' }),
  'messages.input_audio': saying({ type: 'audio', data: 'AA==', format: 'wav' }),
  'messages.file': saying({ type: 'file', source: IMAGE, name: null }),
  'messages.file.filename': saying({ type: 'file', source: IMAGE, name: 'a.png' }),
  max_tokens: { maxOutputTokens: 1 },
  max_completion_tokens: { maxOutputTokens: 1 },
  temperature: { temperature: 0 },
  top_p: { topP: 0.5 },
  top_k: { topK: 1 },
  frequency_penalty: { frequencyPenalty: 1 },
  presence_penalty: { presencePenalty: 1 },
  logit_bias: openai({ logit_bias: { 1: 1 } }),
  logprobs: { logprobs: { top: null } },
  top_logprobs: { logprobs: { top: 2 } },
  seed: { seed: 1 },
  n: { choices: 2 },
  stop: { stop: ['a'] },
  response_format: { responseFormat: { kind: 'json' } },
  tools: { tools: [{ kind: 'function', name: 'f', description: null, parameters: {}, strict: null }] },
  tool_choice: {
    tools: [{ kind: 'function', name: 'f', description: null, parameters: null, strict: null }],
    toolChoice: { kind: 'required' },
  },
  parallel_tool_calls: { parallelToolCalls: false },
  reasoning_effort: { reasoning: { isEnabled: true, effort: 'low', budgetTokens: null } },
  service_tier: { serviceTier: 'flex' },
  user: { user: 'u' },
  metadata: { metadata: { a: 'b' } },
  modalities: openai({ modalities: ['text', 'image'] }),
  audio: openai({ audio: { voice: 'a' } }),
  prediction: openai({ prediction: { type: 'content' } }),
  prompt_cache_key: openai({ prompt_cache_key: 'k' }),
  prompt_cache_retention: openai({ prompt_cache_retention: '24h' }),
  cache_control: saying({ type: 'text', text: 'A', cacheMarker: { ttl: null } }),
  store: openai({ store: true }),
  verbosity: openai({ verbosity: 'low' }),
  web_search_options: openai({ web_search_options: { search_context_size: 'low' } }),
};
/** Said elsewhere: in the path, by another field's name, or always. */
const ELSEWHERE = ['model', 'functions', 'function_call', 'safety_identifier', 'stream', 'stream_options'];

describe('fields on their way to Gemini', () => {
  it('are all in the table and in this test', () => {
    expect([...Object.keys(ASKING), ...ELSEWHERE].sort()).toEqual(Object.keys(GEMINI_FIELDS).sort());
  });

  it.each(Object.entries(ASKING))('%s is what the table says', (name, fields) => {
    const fate = GEMINI_FIELDS[name]?.fate;
    const { body, dropped } = encode(fields);
    if (fate === 'dropped')
      expect(dropped.map((one) => one.replace('metadata.a', 'metadata'))).toEqual([name]);
    else {
      expect(fate).toBe('mapped');
      expect(dropped).toEqual([]);
      if (name !== 'messages') expect(body).not.toEqual(encode({}).body);
    }
  });
});
