/** What each field becomes, beyond what `chat-fates.test.ts` asks of every codec. */
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import type { FieldFates } from '../../../../src/dialects/field-fate.ts';
import {
  OLLAMA_CHAT_FIELDS,
  OLLAMA_CHAT_NATIVE_FIELDS,
} from '../../../../src/dialects/ollama-chat/fields.ts';
import { assistant, call, encode, MODEL, png, refusalOf, text, thought, tool, user } from './support.ts';

interface Case {
  readonly asks: Partial<CanonicalRequest>;
  /** What the body then holds, of mapped fields. */
  readonly gives?: object;
  /** Named in `dropped`, or the refused field, if not the field itself. */
  readonly name?: string;
}

const failed: Part = { type: 'tool-result', callId: 'a', name: null, content: [], isError: true };
const citation = {
  url: null,
  title: null,
  citedText: null,
  span: null,
  native: { dialect: 'openai-chat', value: {} },
} as const;
const openai = (fields: object): Partial<CanonicalRequest> => ({ extra: { 'openai-chat': { ...fields } } });
const option = (asks: Partial<CanonicalRequest>, options: object): Case => ({ asks, gives: { options } });
const limit = option({ maxOutputTokens: 9 }, { num_predict: 9 });
const tools = { asks: { tools: [tool('a')] }, gives: { tools: [{ function: { name: 'a' } }] } };
const chosen: Case = {
  asks: { tools: [tool('a'), tool('b')], toolChoice: { kind: 'allowed', mode: 'auto', names: ['b'] } },
  gives: { tools: [{ function: { name: 'b' } }] },
};

const CASES: Readonly<Record<string, Case>> = {
  model: { asks: {}, gives: { model: MODEL } },
  messages: { asks: {}, gives: { messages: [{ role: 'user', content: 'Hi' }] } },
  'messages.name': { asks: { turns: [{ ...user(text('Hi')), name: 'Ann' }] } },
  'messages.reasoning_content': {
    asks: { turns: [assistant(thought('Hm.'), text('Yes.')), user(text('So?'))] },
    gives: { messages: [{ thinking: 'Hm.', content: 'Yes.' }, {}] },
  },
  'messages.annotations': {
    asks: { turns: [assistant({ type: 'text', text: 'x', citations: [citation] }), user(text('So?'))] },
  },
  'messages.image_url': { asks: { turns: [user(png)] }, gives: { messages: [{ images: ['AAAA'] }] } },
  'messages.image_url.detail': { asks: { turns: [user({ ...png, detail: 'low' } as Part)] } },
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
  temperature: option({ temperature: 1.5 }, { temperature: 1.5 }),
  top_p: option({ topP: 0.5 }, { top_p: 0.5 }),
  top_k: option({ topK: 5 }, { top_k: 5 }),
  frequency_penalty: option({ frequencyPenalty: -1 }, { frequency_penalty: -1 }),
  presence_penalty: option({ presencePenalty: 2 }, { presence_penalty: 2 }),
  logit_bias: { asks: openai({ logit_bias: { 5: 1 } }) },
  logprobs: { asks: { logprobs: { top: null } }, gives: { logprobs: true } },
  top_logprobs: { asks: { logprobs: { top: 2 } }, gives: { top_logprobs: 2 } },
  seed: option({ seed: 5 }, { seed: 5 }),
  n: { asks: { choices: 2 } },
  stop: option({ stop: ['END'] }, { stop: ['END'] }),
  response_format: { asks: { responseFormat: { kind: 'json' } }, gives: { format: 'json' } },
  tools,
  'tools.strict': { asks: { tools: [tool('a', { strict: true })] } },
  tool_choice: chosen,
  parallel_tool_calls: { asks: { parallelToolCalls: false } },
  functions: tools,
  function_call: chosen,
  reasoning_effort: {
    asks: { reasoning: { isEnabled: true, effort: 'medium', budgetTokens: null } },
    gives: { think: 'medium' },
  },
  'thinking.budget_tokens': { asks: { reasoning: { isEnabled: true, effort: null, budgetTokens: 99 } } },
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
  keep_alive: { asks: openai({ keep_alive: 0 }), gives: { keep_alive: 0 } },
  truncate: { asks: openai({ truncate: false }), gives: { truncate: false } },
  shift: { asks: openai({ shift: false }), gives: { shift: false } },
  options: option(openai({ options: { num_gpu: 1 } }), { num_gpu: 1 }),
  min_p: option(openai({ min_p: 0.1 }), { min_p: 0.1 }),
  repeat_penalty: option(openai({ repeat_penalty: 1.1 }), { repeat_penalty: 1.1 }),
  repeat_last_n: option(openai({ repeat_last_n: 64 }), { repeat_last_n: 64 }),
  num_ctx: option(openai({ num_ctx: 4096 }), { num_ctx: 4096 }),
};

const TABLE: FieldFates = { ...OLLAMA_CHAT_FIELDS, ...OLLAMA_CHAT_NATIVE_FIELDS };

describe('the table of fields', () => {
  it('has a case here for each native field; `chat-fates.test.ts` has the others', () => {
    expect(Object.keys(CASES)).toEqual(expect.arrayContaining(Object.keys(OLLAMA_CHAT_NATIVE_FIELDS)));
  });

  it.each(Object.entries(CASES))('%s becomes what it has to', (field, sample) => {
    const { asks, gives, name = field } = sample;
    const fate = TABLE[field]?.fate;
    if (fate === 'refused') {
      expect(refusalOf(asks)).toBe(name);
      return;
    }
    const { body, dropped } = encode(asks);
    if (fate === 'dropped') expect(dropped).toEqual([name]);
    else {
      if (gives === undefined) throw new Error('the case does not say what the field becomes');
      expect(dropped).toEqual([]);
      expect(body).toMatchObject(gives);
    }
  });
});
