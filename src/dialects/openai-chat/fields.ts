/**
 * What becomes of each field of a request on its way to an upstream of the chat form: the strict OpenAI form, unless
 * the catalogue says that the target carries more. See `field-fate.ts`.
 */
import { dropped, type FieldFates, mapped } from '../field-fate.ts';
import type { RequestField } from '../request-fields.ts';

const SAMPLING = 'left out and named for OpenAI’s models that reason, unless they are told not to';

export const OPENAI_CHAT_FIELDS: FieldFates<RequestField> = {
  model: mapped('the upstream’s id of the model'),
  messages: mapped(
    'in their order; system texts where they stood, those of developers too, as `system` unless the target carries `developer`; images, audio and files of tool results in a user message after them',
  ),
  'messages.name': mapped(),
  'messages.refusal': mapped(),
  'messages.audio': mapped(),
  'messages.image_url': mapped('bytes as a data URL; images by another vendor’s file id are refused'),
  'messages.image_url.detail': mapped(),
  'messages.input_audio': mapped(),
  'messages.file': mapped(
    'bytes and OpenAI’s own file ids; files by URL and other vendors’ file ids are refused',
  ),
  'messages.file.filename': mapped(),
  'messages.tool_calls': mapped('ids of more than 40 characters get short ones'),
  'messages.is_error': dropped('the form has no word for a tool that failed'),
  'messages.reasoning_content': dropped('unless the target carries it, or `reasoning_details`'),
  'messages.annotations': dropped('the form has no citations in requests'),
  'messages.extra_content': dropped('proofs of thought; Google’s own are kept where the target carries them'),
  cache_control: dropped('unless the target carries it'),
  tools: mapped('functions and custom tools; tools that another vendor runs are left out and named'),
  'tools.strict': mapped(),
  tool_choice: mapped('left out where no tool is left; refused if it forces a call then'),
  parallel_tool_calls: mapped('left out where no tool is left'),
  functions: mapped('as `tools`'),
  function_call: mapped('as `tool_choice`'),
  max_tokens: mapped(
    '`max_completion_tokens` to OpenAI’s models that reason, and to targets that carry it; `max_tokens` to all others',
  ),
  max_completion_tokens: mapped('as `max_tokens`'),
  temperature: mapped(SAMPLING),
  top_p: mapped(SAMPLING),
  top_k: dropped('unless the client wrote it in this form'),
  frequency_penalty: mapped(SAMPLING),
  presence_penalty: mapped(SAMPLING),
  logit_bias: mapped(),
  logprobs: mapped(SAMPLING),
  top_logprobs: mapped(SAMPLING),
  seed: mapped(),
  n: mapped(),
  stop: mapped(),
  response_format: mapped(),
  reasoning_effort: mapped(
    'thinking that is switched off is `none`; OpenAI’s models get the next effort that they take, and it is named; left out and named for those that do not think',
  ),
  'thinking.budget_tokens': mapped(
    'the nearest effort (low below 4096, medium below 16384, else high); left out and named beside an effort',
  ),
  'reasoning.summary': dropped('vendors of the form show what they show'),
  modalities: mapped(),
  audio: mapped(),
  prediction: mapped(),
  web_search_options: mapped(),
  moderation: mapped(),
  verbosity: mapped(),
  service_tier: mapped(),
  prompt_cache_key: mapped(),
  prompt_cache_options: mapped(),
  prompt_cache_retention: mapped(),
  store: mapped(),
  metadata: mapped(),
  user: mapped(),
  safety_identifier: mapped(),
  stream: mapped(),
  stream_options: mapped(
    '`include_usage` is always asked for, but of vendors that refuse the field: there it is left out, and named if more was in it',
  ),
};
