/** What each field becomes, beyond what `chat-fates.test.ts` asks of every codec. */
import type { Part } from '../../../../src/dialects/canonical.ts';
import {
  COHERE_CHAT_FIELDS,
  COHERE_CHAT_NATIVE_FIELDS,
} from '../../../../src/dialects/cohere-chat/fields.ts';
import {
  CASES_LIKE_OPENAI,
  describeFieldTable,
  type FieldCase,
  type FieldCases,
  fromOpenAi,
} from '../field-cases.ts';
import { assistant, encode, MODEL, THINKING_MODEL, text, thought, tool, user } from './support.ts';

const png: Part = {
  type: 'image',
  source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' },
  detail: 'high',
};
const url = 'data:image/png;base64,AAAA';
const thinks = { isEnabled: true, effort: 'low', budgetTokens: null };
const limit = { asks: { maxOutputTokens: 9 }, gives: { max_tokens: 9 } };
const forced: FieldCase = {
  asks: { tools: [tool('a')], toolChoice: { kind: 'required' } },
  gives: { tool_choice: 'REQUIRED' },
};

const CASES: FieldCases = {
  ...CASES_LIKE_OPENAI,
  model: { asks: {}, gives: { model: MODEL } },
  'messages.reasoning_content': {
    asks: { turns: [assistant(thought('Hm.'), text('Yes.')), user(text('So?'))] },
    gives: { messages: [{ content: [{ type: 'thinking', thinking: 'Hm.' }, { type: 'text' }] }, {}] },
    model: THINKING_MODEL,
  },
  'messages.image_url': {
    asks: { turns: [user(png)] },
    gives: { messages: [{ content: [{ image_url: { url } }] }] },
  },
  'messages.image_url.detail': {
    asks: { turns: [user(png)] },
    gives: { messages: [{ content: [{ image_url: { detail: 'high' } }] }] },
  },
  max_tokens: limit,
  max_completion_tokens: limit,
  temperature: { asks: { temperature: 0.5 }, gives: { temperature: 0.5 } },
  top_p: { asks: { topP: 0.5 }, gives: { p: 0.5 } },
  top_k: { asks: { topK: 5 }, gives: { k: 5 } },
  frequency_penalty: { asks: { frequencyPenalty: 0.5 }, gives: { frequency_penalty: 0.5 } },
  presence_penalty: { asks: { presencePenalty: 0.5 }, gives: { presence_penalty: 0.5 } },
  top_logprobs: { asks: { logprobs: { top: 2 } } },
  seed: { asks: { seed: 5 }, gives: { seed: 5 } },
  stop: { asks: { stop: ['END'] }, gives: { stop_sequences: ['END'] } },
  response_format: {
    asks: { responseFormat: { kind: 'json' } },
    gives: { response_format: { type: 'json_object' } },
  },
  'tools.strict': { asks: { tools: [tool('a', { strict: true })] }, gives: { strict_tools: true } },
  tool_choice: forced,
  function_call: forced,
  reasoning_effort: {
    asks: { reasoning: thinks },
    gives: { thinking: { type: 'enabled', token_budget: 2048 } },
    model: THINKING_MODEL,
  },
  documents: { asks: fromOpenAi({ documents: ['x'] }), gives: { documents: ['x'] } },
  citation_options: {
    asks: fromOpenAi({ citation_options: { mode: 'OFF' } }),
    gives: { citation_options: { mode: 'OFF' } },
  },
  safety_mode: { asks: fromOpenAi({ safety_mode: 'STRICT' }), gives: { safety_mode: 'STRICT' } },
  strict_tools: { asks: fromOpenAi({ strict_tools: true }), gives: { strict_tools: true } },
  priority: { asks: fromOpenAi({ priority: 3 }), gives: { priority: 3 } },
};

describeFieldTable({
  fates: { ...COHERE_CHAT_FIELDS, ...COHERE_CHAT_NATIVE_FIELDS },
  native: COHERE_CHAT_NATIVE_FIELDS,
  cases: CASES,
  encode,
});
