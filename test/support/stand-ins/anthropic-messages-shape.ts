/** Requests of `POST /v1/messages` as closed sets of members: nothing else may stand in them. Source: https://platform.claude.com/docs/en/api/messages */
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
  Refusal,
  record,
  someText,
  text,
  variants,
} from './closed.ts';

const cacheControl = closed({ 'type!': oneOf('ephemeral'), ttl: oneOf('5m', '1h') });
const marked = { cache_control: nullable(cacheControl) };
const ID = matches(/^[a-zA-Z0-9_-]+$/);
const NAME = matches(/^[a-zA-Z0-9_-]{1,128}$/);
const spoken: Check = (value, path) => {
  text(value, path);
  if (value === '') throw new Refusal(path, 'text content blocks must be non-empty');
  if (String(value).trim() === '') {
    throw new Refusal(path, 'text content blocks must contain non-whitespace text');
  }
};
const textBlock = closed({ 'type!': text, 'text!': spoken, citations: nullable(list(record)), ...marked });
const source = variants('type', {
  base64: closed({ 'type!': text, 'media_type!': text, 'data!': text }),
  url: closed({ 'type!': text, 'url!': text }),
  text: closed({ 'type!': text, 'media_type!': oneOf('text/plain'), 'data!': text }),
});
const image = closed({ 'type!': text, 'source!': source, ...marked });
const document = closed({
  'type!': text,
  'source!': source,
  title: someText,
  context: someText,
  citations: closed({ enabled: flag }),
  ...marked,
});
const blocks = {
  text: textBlock,
  image,
  document,
  tool_use: closed({
    'type!': text,
    'id!': ID,
    'name!': NAME,
    'input!': record,
    caller: record,
    ...marked,
  }),
  tool_result: closed({
    'type!': text,
    'tool_use_id!': ID,
    content: either(text, list(variants('type', { text: textBlock, image, document }))),
    is_error: flag,
    ...marked,
  }),
  thinking: closed({ 'type!': text, 'thinking!': text, 'signature!': text }),
  redacted_thinking: closed({ 'type!': text, 'data!': text }),
};
const userContent = either(
  spoken,
  list(variants('type', { text: blocks.text, image, document, tool_result: blocks.tool_result }), 1),
);
const assistantContent = either(
  spoken,
  list(
    variants('type', {
      text: blocks.text,
      tool_use: blocks.tool_use,
      thinking: blocks.thinking,
      redacted_thinking: blocks.redacted_thinking,
    }),
    1,
  ),
);
const tool = closed({
  type: oneOf('custom'),
  'name!': NAME,
  description: someText,
  'input_schema!': record,
  strict: flag,
  ...marked,
});
const parallel = { disable_parallel_tool_use: flag };
export const BODY = closed({
  'model!': someText,
  'max_tokens!': integer(1),
  'messages!': list(
    variants('role', {
      user: closed({ 'role!': text, 'content!': userContent }),
      assistant: closed({ 'role!': text, 'content!': assistantContent }),
    }),
    1,
  ),
  system: either(spoken, list(textBlock, 1)),
  metadata: closed({ user_id: matches(/^.{0,256}$/s) }),
  stop_sequences: list(matches(/\S/)),
  stream: flag,
  temperature: number(0, 1),
  top_k: integer(0),
  top_p: number(0, 1),
  tools: list(tool),
  tool_choice: variants('type', {
    auto: closed({ 'type!': text, ...parallel }),
    any: closed({ 'type!': text, ...parallel }),
    tool: closed({ 'type!': text, 'name!': NAME, ...parallel }),
    none: closed({ 'type!': text }),
  }),
  thinking: variants('type', {
    enabled: closed({
      'type!': text,
      'budget_tokens!': integer(1024),
      display: oneOf('summarized', 'omitted'),
    }),
    adaptive: closed({ 'type!': text, display: oneOf('summarized', 'omitted') }),
    disabled: closed({ 'type!': text }),
  }),
  service_tier: oneOf('auto', 'standard_only'),
  container: anything,
  context_management: record,
  output_config: closed({
    effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'),
    format: closed({ 'type!': oneOf('json_schema'), 'schema!': record }),
  }),
  inference_geo: text,
});
