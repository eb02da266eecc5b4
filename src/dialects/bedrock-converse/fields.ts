/** What becomes of each field of a request on its way to Bedrock's Converse. See `field-fate.ts`. */
import { dropped, type FieldFates, mapped, refused } from '../field-fate.ts';
import type { RequestField } from '../request-fields.ts';

export const BEDROCK_CONVERSE_FIELDS: FieldFates<RequestField> = {
  model: mapped('in the path; the family that it names decides what the request may hold'),
  messages: mapped(
    'system and developer messages to `system`, or to the first user message for models without one; neighbours of one role merged; empty and blank ones left out',
  ),
  'messages.name': dropped('the form has no names of speakers'),
  'messages.refusal': mapped('as text'),
  'messages.audio': dropped('sound of an earlier answer, by its id'),
  'messages.image_url': mapped(
    'data URLs and `s3://`; other URLs are refused, and so are types but PNG, JPEG, GIF and WebP',
  ),
  'messages.image_url.detail': dropped('`low` and `high`; `auto` asks for nothing'),
  'messages.input_audio': mapped('few models take it'),
  'messages.file': mapped(
    'PDF, Word, Excel, CSV, HTML, Markdown, text, images and video; a document needs a text beside it; OpenAI’s file ids are refused',
  ),
  'messages.file.filename': mapped('`name` of a document, in the letters that Bedrock takes'),
  'messages.tool_calls': mapped(
    'ids with other characters than letters, digits, `_` and `-`, or longer than 64, in an escaped form that answers undo',
  ),
  'messages.is_error': mapped('`status`, for Claude and Nova; left out and named for others'),
  'messages.reasoning_content': dropped(
    'thoughts without a proof that the model takes back; Claude’s signed ones, and GPT’s encrypted ones, are sent back',
  ),
  'messages.annotations': dropped('citations'),
  'messages.extra_content': dropped('proofs of the thought behind calls and texts'),
  cache_control: mapped(
    '`cachePoint` behind the block for Claude and Nova (not behind tools); left out and named for other models',
  ),
  tools: mapped(
    'functions; `custom` tools and other vendors’ own tools are refused, and all of them for models without tools. Tools that were called earlier and are no longer offered are sent by name, because Bedrock demands it',
  ),
  'tools.strict': mapped('for Claude since 4.5; left out and named for others'),
  tool_choice: mapped(
    'forced choices are left out and named for models that do not know them, and while Claude thinks; `none` leaves the tools out, or is named where calls stand in the history',
  ),
  parallel_tool_calls: dropped('false; true asks for nothing'),
  functions: mapped('as `tools`'),
  function_call: mapped('as `tool_choice`'),
  max_tokens: mapped('without one the model’s own limit; set for a thinking budget'),
  max_completion_tokens: mapped('`maxTokens`'),
  temperature: mapped(
    'above 1 cut to 1 and named; left out and named where Claude or its thinking take only 1, and at Nova’s highest effort',
  ),
  top_p: mapped(
    'left out and named beside `temperature` since Claude Opus 4.1, and where the model or thinking forbids it',
  ),
  top_k: mapped('for Claude, Nova and Mistral 7B; left out and named for others'),
  frequency_penalty: dropped('0 asks for nothing'),
  presence_penalty: dropped('0 asks for nothing'),
  logit_bias: dropped(),
  logprobs: dropped(),
  top_logprobs: dropped(),
  seed: dropped(),
  n: refused('1 only'),
  stop: mapped('`stopSequences`; empty ones, and for Claude blank ones, are left out and named'),
  response_format: mapped(
    '`json_schema` to `outputConfig.textFormat`, with keywords that it does not know moved into descriptions and named; `json_object` is refused',
  ),
  reasoning_effort: mapped(
    'Claude’s `thinking` as in Anthropic’s own form, Nova 2’s `reasoningConfig` (`high` is `medium` and named beside a limit), `reasoning.effort` for GPT, `reasoning_effort` for gpt-oss and Kimi; left out and named for others',
  ),
  'thinking.budget_tokens': mapped(
    'of Claude; for others the nearest effort (low up to 2048, medium up to 8192, else high)',
  ),
  'reasoning.summary': mapped('thinking is shown where there is any'),
  modalities: refused('text only'),
  audio: dropped(),
  prediction: dropped(),
  web_search_options: dropped(),
  moderation: dropped(),
  verbosity: dropped(),
  service_tier: mapped('default, flex and priority; auto asks for nothing, others left out and named'),
  prompt_cache_key: dropped('cache markers are mapped to cache points'),
  prompt_cache_options: dropped(),
  prompt_cache_retention: dropped(),
  store: dropped('false asks for nothing'),
  metadata: mapped('`requestMetadata`; entries that its log does not take are left out and named'),
  user: dropped('`requestMetadata` can hold it'),
  safety_identifier: dropped(),
  stream: mapped('in the path'),
  stream_options: mapped('a stream of this form always has usage'),
};

/** Fields that only this form has. */
export const BEDROCK_CONVERSE_NATIVE_FIELDS: FieldFates = {
  guardrailConfig: mapped('as it is; so are the other fields of Converse by their own names'),
  additionalModelRequestFields: mapped('written over ours'),
  additionalModelResponseFieldPaths: mapped(),
  promptVariables: mapped(),
  requestMetadata: mapped('beside `metadata`'),
  performanceConfig: mapped(),
  serviceTier: mapped('instead of `service_tier`'),
};
