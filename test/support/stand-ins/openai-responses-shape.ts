/** Requests of `POST /v1/responses` as closed sets of members: nothing else may stand in them. Source: https://platform.openai.com/docs/api-reference/responses/create */
import {
  anything,
  type Check,
  closed,
  either,
  flag,
  integer,
  isJson,
  list,
  matches,
  number,
  oneOf,
  record,
  someText,
  text,
  variants,
} from './closed.ts';

const open = { nulls: true };
const NAME = matches(/^[a-zA-Z0-9_-]{1,64}$/);
const CALL_ID = matches(/^.{1,64}$/s);
const STATUS = oneOf('in_progress', 'completed', 'incomplete');
const itemId = (prefix: string): Check => matches(new RegExp(`^${prefix}_.{1,60}$`));

const inputPart = variants('type', {
  input_text: closed({ 'type!': text, 'text!': text }),
  input_image: closed(
    { 'type!': text, image_url: text, file_id: text, detail: oneOf('auto', 'low', 'high', 'original') },
    open,
  ),
  input_file: closed(
    {
      'type!': text,
      file_data: text,
      file_id: text,
      file_url: text,
      filename: text,
      detail: oneOf('low', 'high'),
    },
    open,
  ),
});
const outputPart = variants('type', {
  output_text: closed(
    { 'type!': text, 'text!': text, annotations: list(anything), logprobs: list(anything) },
    open,
  ),
  refusal: closed({ 'type!': text, 'refusal!': text }),
});
const message = variants('role', {
  user: closed({ type: oneOf('message'), 'role!': text, 'content!': either(text, list(inputPart, 1)) }),
  system: closed({ type: oneOf('message'), 'role!': text, 'content!': either(text, list(inputPart, 1)) }),
  developer: closed({ type: oneOf('message'), 'role!': text, 'content!': either(text, list(inputPart, 1)) }),
  assistant: closed(
    {
      type: oneOf('message'),
      'role!': text,
      'content!': either(text, list(outputPart, 1)),
      id: itemId('msg'),
      status: STATUS,
      phase: oneOf('commentary', 'final_answer'),
    },
    open,
  ),
});
const items = {
  message,
  function_call: closed(
    {
      'type!': text,
      'call_id!': CALL_ID,
      'name!': NAME,
      'arguments!': text,
      id: itemId('fc'),
      status: STATUS,
      namespace: text,
    },
    open,
  ),
  function_call_output: closed(
    {
      'type!': text,
      'call_id!': CALL_ID,
      'output!': either(text, list(inputPart, 1)),
      id: itemId('fco?'),
      status: STATUS,
    },
    open,
  ),
  reasoning: closed(
    {
      'type!': text,
      id: itemId('rs'),
      'summary!': list(closed({ 'type!': oneOf('summary_text'), 'text!': text })),
      content: list(closed({ 'type!': oneOf('reasoning_text'), 'text!': text })),
      encrypted_content: text,
      status: STATUS,
    },
    open,
  ),
};
const item: Check = (value, path) =>
  (isJson(value) && value.type === undefined ? message : variants('type', items))(value, path);
const tool = closed(
  {
    'type!': oneOf('function'),
    'name!': NAME,
    description: text,
    parameters: record,
    strict: flag,
  },
  open,
);
const format = variants('type', {
  text: closed({ 'type!': text }),
  json_object: closed({ 'type!': text }),
  json_schema: closed(
    { 'type!': text, 'name!': NAME, 'schema!': record, description: text, strict: flag },
    open,
  ),
});
export const BODY = closed(
  {
    'model!': someText,
    'input!': either(text, list(item, 1)),
    instructions: text,
    background: flag,
    conversation: anything,
    include: list(
      oneOf('reasoning.encrypted_content', 'message.output_text.logprobs', 'message.input_image.image_url'),
    ),
    max_output_tokens: integer(16),
    max_tool_calls: integer(1),
    metadata: record,
    parallel_tool_calls: flag,
    previous_response_id: text,
    prompt: record,
    prompt_cache_key: text,
    prompt_cache_retention: text,
    reasoning: closed(
      {
        effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
        summary: oneOf('auto', 'concise', 'detailed'),
      },
      open,
    ),
    safety_identifier: text,
    service_tier: oneOf('auto', 'default', 'flex', 'priority'),
    store: flag,
    stream: flag,
    stream_options: closed({ include_obfuscation: flag }, open),
    temperature: number(0, 2),
    text: closed({ format, verbosity: oneOf('low', 'medium', 'high') }, open),
    tool_choice: either(
      oneOf('none', 'auto', 'required'),
      closed({ 'type!': oneOf('function'), 'name!': NAME }),
      closed({
        'type!': oneOf('allowed_tools'),
        'mode!': oneOf('auto', 'required'),
        'tools!': list(closed({ 'type!': oneOf('function'), 'name!': NAME }), 1),
      }),
    ),
    tools: list(tool),
    top_logprobs: integer(0, 20),
    top_p: number(0, 1),
    truncation: oneOf('auto', 'disabled'),
    user: text,
  },
  open,
);
