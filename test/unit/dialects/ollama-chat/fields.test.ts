/** What each field becomes, beyond what `chat-fates.test.ts` asks of every codec. */
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import {
  OLLAMA_CHAT_FIELDS,
  OLLAMA_CHAT_NATIVE_FIELDS,
} from '../../../../src/dialects/ollama-chat/fields.ts';
import {
  CASES_LIKE_OPENAI,
  describeFieldTable,
  type FieldCase,
  type FieldCases,
  fromOpenAi,
} from '../field-cases.ts';
import { assistant, encode, MODEL, png, text, thought, tool, user } from './support.ts';

const option = (asks: Partial<CanonicalRequest>, options: object): FieldCase => ({
  asks,
  gives: { options },
});
const limit = option({ maxOutputTokens: 9 }, { num_predict: 9 });
const chosen: FieldCase = {
  asks: { tools: [tool('a'), tool('b')], toolChoice: { kind: 'allowed', mode: 'auto', names: ['b'] } },
  gives: { tools: [{ function: { name: 'b' } }] },
};

const CASES: FieldCases = {
  ...CASES_LIKE_OPENAI,
  model: { asks: {}, gives: { model: MODEL } },
  'messages.reasoning_content': {
    asks: { turns: [assistant(thought('Hm.'), text('Yes.')), user(text('So?'))] },
    gives: { messages: [{ thinking: 'Hm.', content: 'Yes.' }, {}] },
  },
  'messages.image_url': { asks: { turns: [user(png)] }, gives: { messages: [{ images: ['AAAA'] }] } },
  'messages.image_url.detail': { asks: { turns: [user({ ...png, detail: 'low' } as Part)] } },
  max_tokens: limit,
  max_completion_tokens: limit,
  temperature: option({ temperature: 1.5 }, { temperature: 1.5 }),
  top_p: option({ topP: 0.5 }, { top_p: 0.5 }),
  top_k: option({ topK: 5 }, { top_k: 5 }),
  frequency_penalty: option({ frequencyPenalty: -1 }, { frequency_penalty: -1 }),
  presence_penalty: option({ presencePenalty: 2 }, { presence_penalty: 2 }),
  top_logprobs: { asks: { logprobs: { top: 2 } }, gives: { top_logprobs: 2 } },
  seed: option({ seed: 5 }, { seed: 5 }),
  stop: option({ stop: ['END'] }, { stop: ['END'] }),
  response_format: { asks: { responseFormat: { kind: 'json' } }, gives: { format: 'json' } },
  'tools.strict': { asks: { tools: [tool('a', { strict: true })] } },
  tool_choice: chosen,
  function_call: chosen,
  reasoning_effort: {
    asks: { reasoning: { isEnabled: true, effort: 'medium', budgetTokens: null } },
    gives: { think: 'medium' },
  },
  'thinking.budget_tokens': { asks: { reasoning: { isEnabled: true, effort: null, budgetTokens: 99 } } },
  keep_alive: { asks: fromOpenAi({ keep_alive: 0 }), gives: { keep_alive: 0 } },
  truncate: { asks: fromOpenAi({ truncate: false }), gives: { truncate: false } },
  shift: { asks: fromOpenAi({ shift: false }), gives: { shift: false } },
  options: option(fromOpenAi({ options: { num_gpu: 1 } }), { num_gpu: 1 }),
  min_p: option(fromOpenAi({ min_p: 0.1 }), { min_p: 0.1 }),
  repeat_penalty: option(fromOpenAi({ repeat_penalty: 1.1 }), { repeat_penalty: 1.1 }),
  repeat_last_n: option(fromOpenAi({ repeat_last_n: 64 }), { repeat_last_n: 64 }),
  num_ctx: option(fromOpenAi({ num_ctx: 4096 }), { num_ctx: 4096 }),
};

describeFieldTable({
  fates: { ...OLLAMA_CHAT_FIELDS, ...OLLAMA_CHAT_NATIVE_FIELDS },
  native: OLLAMA_CHAT_NATIVE_FIELDS,
  cases: CASES,
  encode,
});
