/** What each field becomes, beyond what `chat-fates.test.ts` asks of every codec. */
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import {
  COHERE_CHAT_FIELDS,
  COHERE_CHAT_NATIVE_FIELDS,
} from '../../../../src/dialects/cohere-chat/fields.ts';
import type { FieldFates } from '../../../../src/dialects/field-fate.ts';
import {
  assistant,
  call,
  encode,
  MODEL,
  refusalOf,
  THINKING_MODEL,
  text,
  thought,
  tool,
  user,
} from './support.ts';

interface Case {
  readonly asks: Partial<CanonicalRequest>;
  /** What the body then holds, of mapped fields. */
  readonly gives?: object;
  /** Named in `dropped`, or the refused field, if not the field itself. */
  readonly name?: string;
  readonly model?: string;
}

const png: Part = {
  type: 'image',
  source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' },
  detail: 'high',
};
const url = 'data:image/png;base64,AAAA';
const failed: Part = { type: 'tool-result', callId: 'a', name: null, content: [], isError: true };
const citation = {
  url: null,
  title: null,
  citedText: null,
  span: null,
  native: { dialect: 'openai-chat', value: {} },
} as const;
const openai = (fields: object): Partial<CanonicalRequest> => ({ extra: { 'openai-chat': { ...fields } } });
const thinks = { isEnabled: true, effort: 'low', budgetTokens: null };
const limit = { asks: { maxOutputTokens: 9 }, gives: { max_tokens: 9 } };
const tools = { asks: { tools: [tool('a')] }, gives: { tools: [{ function: { name: 'a' } }] } };
const forced: Case = {
  asks: { tools: [tool('a')], toolChoice: { kind: 'required' } },
  gives: { tool_choice: 'REQUIRED' },
};

const CASES: Readonly<Record<string, Case>> = {
  model: { asks: {}, gives: { model: MODEL } },
  messages: { asks: {}, gives: { messages: [{ role: 'user', content: 'Hi' }] } },
  'messages.name': { asks: { turns: [{ ...user(text('Hi')), name: 'Ann' }] } },
  'messages.reasoning_content': {
    asks: { turns: [assistant(thought('Hm.'), text('Yes.')), user(text('So?'))] },
    gives: { messages: [{ content: [{ type: 'thinking', thinking: 'Hm.' }, { type: 'text' }] }, {}] },
    model: THINKING_MODEL,
  },
  'messages.annotations': {
    asks: { turns: [assistant({ type: 'text', text: 'x', citations: [citation] }), user(text('So?'))] },
  },
  'messages.image_url': {
    asks: { turns: [user(png)] },
    gives: { messages: [{ content: [{ image_url: { url } }] }] },
  },
  'messages.image_url.detail': {
    asks: { turns: [user(png)] },
    gives: { messages: [{ content: [{ image_url: { detail: 'high' } }] }] },
  },
  'messages.input_audio': {
    asks: { turns: [user({ type: 'audio', data: 'AAAA', format: 'wav' })] },
    name: 'messages[0].content[0]',
  },
  'messages.file': {
    asks: { turns: [user({ type: 'file', name: null, source: { kind: 'file-id', id: 'f' } })] },
    name: 'messages[0].content[0]',
  },
  'messages.is_error': {
    asks: { turns: [user(text('Hi')), assistant(call('a')), { role: 'tool', parts: [failed] }] },
  },
  cache_control: { asks: { tools: [tool('a', { cacheMarker: { ttl: '5m' } })] } },
  max_tokens: limit,
  max_completion_tokens: limit,
  temperature: { asks: { temperature: 0.5 }, gives: { temperature: 0.5 } },
  top_p: { asks: { topP: 0.5 }, gives: { p: 0.5 } },
  top_k: { asks: { topK: 5 }, gives: { k: 5 } },
  frequency_penalty: { asks: { frequencyPenalty: 0.5 }, gives: { frequency_penalty: 0.5 } },
  presence_penalty: { asks: { presencePenalty: 0.5 }, gives: { presence_penalty: 0.5 } },
  logit_bias: { asks: openai({ logit_bias: { 5: 1 } }) },
  logprobs: { asks: { logprobs: { top: null } }, gives: { logprobs: true } },
  top_logprobs: { asks: { logprobs: { top: 2 } } },
  seed: { asks: { seed: 5 }, gives: { seed: 5 } },
  n: { asks: { choices: 2 } },
  stop: { asks: { stop: ['END'] }, gives: { stop_sequences: ['END'] } },
  response_format: {
    asks: { responseFormat: { kind: 'json' } },
    gives: { response_format: { type: 'json_object' } },
  },
  tools,
  'tools.strict': { asks: { tools: [tool('a', { strict: true })] }, gives: { strict_tools: true } },
  tool_choice: forced,
  parallel_tool_calls: { asks: { parallelToolCalls: false } },
  functions: tools,
  function_call: forced,
  reasoning_effort: {
    asks: { reasoning: thinks },
    gives: { thinking: { type: 'enabled', token_budget: 2048 } },
    model: THINKING_MODEL,
  },
  service_tier: { asks: { serviceTier: 'flex' } },
  user: { asks: { user: 'u' } },
  safety_identifier: { asks: { ...openai({ safety_identifier: 'u' }), user: 'u' } },
  metadata: { asks: { metadata: { team: 'x' } }, name: 'metadata.team' },
  stream: { asks: { wantsStream: true }, gives: { stream: true } },
  stream_options: { asks: { wantsStream: true, wantsUsage: true }, gives: { stream: true } },
  modalities: { asks: openai({ modalities: ['audio'] }) },
  audio: { asks: openai({ audio: { voice: 'alloy' } }) },
  prediction: { asks: openai({ prediction: { type: 'content' } }) },
  prompt_cache_key: { asks: openai({ prompt_cache_key: 'k' }) },
  prompt_cache_retention: { asks: openai({ prompt_cache_retention: '24h' }) },
  store: { asks: openai({ store: true }) },
  verbosity: { asks: openai({ verbosity: 'low' }) },
  web_search_options: { asks: openai({ web_search_options: {} }) },
  documents: { asks: openai({ documents: ['x'] }), gives: { documents: ['x'] } },
  citation_options: {
    asks: openai({ citation_options: { mode: 'OFF' } }),
    gives: { citation_options: { mode: 'OFF' } },
  },
  safety_mode: { asks: openai({ safety_mode: 'STRICT' }), gives: { safety_mode: 'STRICT' } },
  strict_tools: { asks: openai({ strict_tools: true }), gives: { strict_tools: true } },
  priority: { asks: openai({ priority: 3 }), gives: { priority: 3 } },
};

const TABLE: FieldFates = { ...COHERE_CHAT_FIELDS, ...COHERE_CHAT_NATIVE_FIELDS };

describe('the table of fields', () => {
  it('has a case here for each native field; `chat-fates.test.ts` has the others', () => {
    expect(Object.keys(CASES)).toEqual(expect.arrayContaining(Object.keys(COHERE_CHAT_NATIVE_FIELDS)));
  });

  it.each(Object.entries(CASES))('%s becomes what it has to', (field, sample) => {
    const { asks, gives, name = field, model } = sample;
    const fate = TABLE[field]?.fate;
    if (fate === 'refused') {
      expect(refusalOf(asks, model)).toBe(name);
      return;
    }
    const { body, dropped } = encode(asks, model);
    if (fate === 'dropped') expect(dropped).toEqual([name]);
    else {
      if (gives === undefined) throw new Error('the case does not say what the field becomes');
      expect(dropped).toEqual([]);
      expect(body).toMatchObject(gives);
    }
  });
});
