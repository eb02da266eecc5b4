/** Requests of `POST /v1/chat/completions` as closed sets of members: nothing else may stand in them. Source: https://platform.openai.com/docs/api-reference/chat/create */
import {
  anything,
  type Check,
  closed,
  either,
  flag,
  integer,
  list,
  matches,
  nullable,
  number,
  oneOf,
  record,
  someText,
  text,
  variants,
} from './closed.ts';

const open = { nulls: true };
const NAME = matches(/^[a-zA-Z0-9_-]{1,64}$/);
/** `string_above_max_length`: "Expected a string with maximum length 40". */
const CALL_ID = matches(/^.{1,40}$/s);
const textPart = closed({ 'type!': oneOf('text'), 'text!': text });
const texts = either(text, list(textPart, 1));
const userPart = variants('type', {
  text: textPart,
  image_url: closed({
    'type!': text,
    'image_url!': closed({ 'url!': text, detail: oneOf('auto', 'low', 'high', 'original') }),
  }),
  input_audio: closed({
    'type!': text,
    'input_audio!': closed({ 'data!': text, 'format!': oneOf('wav', 'mp3') }),
  }),
  file: closed({
    'type!': text,
    'file!': closed({ file_data: text, file_id: text, filename: text }),
  }),
});
const assistantPart = variants('type', {
  text: textPart,
  refusal: closed({ 'type!': text, 'refusal!': text }),
});
const toolCall = closed({
  'id!': CALL_ID,
  'type!': oneOf('function'),
  'function!': closed({ 'name!': NAME, 'arguments!': text }),
});
const message = variants('role', {
  developer: closed({ 'role!': text, 'content!': texts, name: NAME }, open),
  system: closed({ 'role!': text, 'content!': texts, name: NAME }, open),
  user: closed({ 'role!': text, 'content!': either(text, list(userPart, 1)), name: NAME }, open),
  assistant: closed(
    {
      'role!': text,
      content: either(text, list(assistantPart, 1)),
      refusal: text,
      name: NAME,
      audio: closed({ 'id!': text }),
      tool_calls: list(toolCall, 1, 128),
      annotations: list(anything),
    },
    open,
  ),
  tool: closed({ 'role!': text, 'content!': texts, 'tool_call_id!': CALL_ID }),
});
const tool: Check = closed({
  'type!': oneOf('function'),
  'function!': closed({ 'name!': NAME, description: text, parameters: record, strict: nullable(flag) }),
});
const toolChoice = either(
  oneOf('none', 'auto', 'required'),
  closed({ 'type!': oneOf('function'), 'function!': closed({ 'name!': NAME }) }),
);
const responseFormat = variants('type', {
  text: closed({ 'type!': text }),
  json_object: closed({ 'type!': text }),
  json_schema: closed({
    'type!': text,
    'json_schema!': closed({ 'name!': NAME, description: text, 'schema!': record, strict: nullable(flag) }),
  }),
});
export const BODY = closed(
  {
    'model!': someText,
    'messages!': list(message, 1),
    modalities: list(oneOf('text', 'audio')),
    reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
    max_completion_tokens: integer(1),
    max_tokens: integer(1),
    frequency_penalty: number(-2, 2),
    presence_penalty: number(-2, 2),
    web_search_options: record,
    top_logprobs: integer(0, 20),
    response_format: responseFormat,
    audio: record,
    store: flag,
    stream: flag,
    stop: either(text, list(text, 1, 4)),
    logit_bias: record,
    logprobs: flag,
    n: integer(1, 128),
    prediction: record,
    seed: integer(-(2 ** 63), 2 ** 63),
    stream_options: closed({ include_usage: flag, include_obfuscation: flag }, open),
    tools: list(tool, 1, 128),
    tool_choice: toolChoice,
    parallel_tool_calls: flag,
    metadata: record,
    temperature: number(0, 2),
    top_p: number(0, 1),
    user: text,
    safety_identifier: text,
    prompt_cache_key: text,
    prompt_cache_retention: oneOf('in_memory', '24h'),
    service_tier: oneOf('auto', 'default', 'flex', 'priority', 'scale'),
    verbosity: oneOf('low', 'medium', 'high'),
  },
  open,
);
