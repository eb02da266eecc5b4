/** What becomes of each field of a request on its way to a Gemini upstream. See `field-fate.ts`. */
import { dropped, type FieldFates, mapped } from '../field-fate.ts';

export const GEMINI_FIELDS: FieldFates = {
  model: mapped('in the path'),
  messages: mapped(
    'system and developer messages to `systemInstruction`; neighbours of one role merged; empty ones left out',
  ),
  'messages.name': dropped('the form has no names of speakers'),
  'messages.reasoning_content': dropped(
    'thinking of other vendors; Google’s own is sent back with its proof',
  ),
  'messages.annotations': dropped('citations'),
  'messages.image_url': mapped(
    '`inlineData`, and `fileData` for https: and gs: URLs; other URLs are refused',
  ),
  'messages.image_url.detail': dropped('`low` and `high`; `auto` asks for nothing'),
  'messages.input_audio': mapped('`inlineData`'),
  'messages.file': mapped('bytes to `inlineData`; file ids of other vendors are refused'),
  'messages.file.filename': dropped('the API takes no names'),
  max_tokens: mapped('`maxOutputTokens`, which counts thoughts too'),
  max_completion_tokens: mapped('`maxOutputTokens`, which counts thoughts too'),
  temperature: mapped(''),
  top_p: mapped(''),
  top_k: mapped(''),
  frequency_penalty: mapped(''),
  presence_penalty: mapped(''),
  logit_bias: dropped(''),
  logprobs: mapped('`responseLogprobs`'),
  top_logprobs: mapped('`logprobs`'),
  seed: mapped('32 bits; larger ones left out and named'),
  n: mapped('`candidateCount`'),
  stop: mapped('at most 5, more are refused; empty ones left out and named'),
  response_format: mapped(
    '`responseMimeType` and `responseJsonSchema`; keywords that the API does not know moved into descriptions and named',
  ),
  tools: mapped(
    'functions, with `parametersJsonSchema` (unknown keywords moved into descriptions and named; `strict` named); `custom` tools and other vendors’ own tools are refused',
  ),
  tool_choice: mapped(
    '`toolConfig.functionCallingConfig`; an allowed subset in auto mode becomes `VALIDATED`',
  ),
  parallel_tool_calls: dropped('true asks for nothing'),
  functions: mapped('as `tools`'),
  function_call: mapped('as `tool_choice`'),
  reasoning_effort: mapped(
    '`thinkingLevel` since Gemini 3, a `thinkingBudget` for 2.5 (minimal and low 1024, medium 8192, high 24576 tokens, within the model’s bounds), with `includeThoughts`; left out and named before 2.5; models that always think do it as little as they can, and it is named',
  ),
  service_tier: mapped('default to `standard`, flex, priority; others left out and named'),
  user: dropped(''),
  safety_identifier: dropped(''),
  metadata: dropped('each key by its name'),
  stream: mapped('in the path'),
  stream_options: mapped('a stream of this form always has usage'),
  modalities: mapped('`responseModalities`'),
  audio: dropped(''),
  prediction: dropped(''),
  prompt_cache_key: dropped('the vendor caches by itself'),
  prompt_cache_retention: dropped(''),
  cache_control: dropped('the vendor caches by itself'),
  store: dropped('false asks for nothing'),
  verbosity: dropped(''),
  web_search_options: dropped(''),
};
