/** What becomes of each field of a request on its way to an Anthropic upstream. See `field-fate.ts`. */
import { dropped, type FieldFates, mapped, refused } from '../field-fate.ts';
import type { RequestField } from '../request-fields.ts';

export const ANTHROPIC_MESSAGES_FIELDS: FieldFates<RequestField> = {
  model: mapped('the upstream’s id of the model'),
  messages: mapped(
    'system and developer messages to `system`; neighbours of one role merged; empty ones left out',
  ),
  'messages.name': dropped('the form has no names of speakers'),
  'messages.refusal': mapped('as text'),
  'messages.audio': dropped('sound of an earlier answer, by its id'),
  'messages.image_url': mapped('base64 and URLs; other vendors’ file ids are refused'),
  'messages.image_url.detail': dropped('`low` and `high`; `auto` asks for nothing'),
  'messages.input_audio': refused('no audio input'),
  'messages.file': mapped('PDF, images and text; other types and OpenAI’s file ids are refused'),
  'messages.file.filename': mapped('`title` of a document'),
  'messages.tool_calls': mapped(
    'ids with other characters than letters, digits, `_` and `-`, or longer than 64, in an escaped form that answers undo',
  ),
  'messages.is_error': mapped(),
  'messages.reasoning_content': dropped(
    'thinking without Anthropic’s own signature; signed thinking is sent back',
  ),
  'messages.annotations': dropped('citations of other vendors; Anthropic’s own are sent back'),
  'messages.extra_content': dropped('other vendors’ proofs of the thought behind calls and texts'),
  cache_control: mapped(),
  tools: mapped(
    'functions, names with other characters than letters, digits, `_` and `-` in an escaped form that answers undo; `custom` tools and other vendors’ own tools are refused',
  ),
  'tools.strict': mapped('keywords that strict schemas do not know moved into descriptions and named'),
  tool_choice: mapped('forced choices become `auto`, and are named, while thinking is on'),
  parallel_tool_calls: mapped('`tool_choice.disable_parallel_tool_use`'),
  functions: mapped('as `tools`'),
  function_call: mapped('as `tool_choice`'),
  max_tokens: mapped('default 32000, or 4096 for Claude before 3.7 and for models that are not Claude'),
  max_completion_tokens: mapped('`max_tokens`'),
  temperature: mapped(
    'above 1 cut to 1 and named; left out and named for models or thinking that take only 1',
  ),
  top_p: mapped(
    'left out and named beside `temperature` since Opus 4.1, and where the model or thinking forbids it',
  ),
  top_k: mapped('left out and named where the model or thinking forbids it'),
  frequency_penalty: dropped('0 asks for nothing'),
  presence_penalty: dropped('0 asks for nothing'),
  logit_bias: dropped(),
  logprobs: dropped(),
  top_logprobs: dropped(),
  seed: dropped(),
  n: refused('1 only'),
  stop: mapped('`stop_sequences`; sequences of blanks only are left out and named'),
  response_format: mapped(
    '`json_schema` to `output_config.format`, with keywords that it does not know moved into descriptions and named; `json_object` is refused',
  ),
  reasoning_effort: mapped(
    '`thinking` with a budget (minimal 1024, low 2048, medium 8192, high 16384, xhigh 24576, max 31000 tokens) up to Claude 4.5, adaptive with `output_config.effort` from 4.6 (a budget of the client’s own is kept for 4.6); left out and named where the model has no thinking, the limit has no room, or a turn goes on without its thinking',
  ),
  'thinking.budget_tokens': mapped(
    'below the limit; the nearest effort for models that take no budget (low up to 4096, medium up to 12288, else high)',
  ),
  'reasoning.summary': mapped('summaries are always asked for'),
  modalities: refused('text only'),
  audio: dropped(),
  prediction: dropped(),
  web_search_options: dropped(),
  moderation: dropped(),
  verbosity: dropped(),
  service_tier: mapped('auto and priority to `auto`, default to `standard_only`; others left out and named'),
  prompt_cache_key: dropped('cache markers are mapped to `cache_control`'),
  prompt_cache_options: dropped(),
  prompt_cache_retention: dropped(),
  store: dropped('false asks for nothing'),
  metadata: dropped('each key by its name; the form has `user_id` only'),
  user: mapped('`metadata.user_id`; longer than 256 characters left out and named'),
  safety_identifier: mapped('`metadata.user_id`'),
  stream: mapped(),
  stream_options: mapped('a stream of this form always has usage'),
};
