/** What Cohere's `POST /v2/chat` refuses. Source: https://docs.cohere.com/reference/chat */
import {
  anything,
  checked,
  closed,
  either,
  flag,
  integer,
  type Json,
  list,
  matches,
  number,
  oneOf,
  Refusal,
  record,
  someText,
  text,
  variants,
} from './closed.ts';
import { heardDataUrl } from './media.ts';
import { checkObjectSchema } from './schemas.ts';
import { type Heard, type HeardTurn, heardTurn } from './script.ts';

const NAME = matches(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
const textPart = closed({ 'type!': oneOf('text'), 'text!': text });
const image = closed({
  'type!': text,
  'image_url!': closed({ 'url!': someText, detail: oneOf('auto', 'low', 'high') }),
});
const document = closed({ 'type!': text, 'document!': closed({ 'data!': either(text, record), id: text }) });
const message = variants('role', {
  system: closed({ 'role!': text, 'content!': either(someText, list(textPart, 1)) }),
  user: closed({
    'role!': text,
    'content!': either(someText, list(variants('type', { text: textPart, image_url: image }), 1)),
  }),
  assistant: closed({
    'role!': text,
    content: either(
      text,
      list(
        variants('type', {
          text: textPart,
          thinking: closed({ 'type!': text, 'thinking!': text }),
        }),
      ),
    ),
    tool_plan: text,
    tool_calls: list(
      closed({
        'id!': someText,
        'type!': oneOf('function'),
        'function!': closed({ 'name!': NAME, 'arguments!': text }),
      }),
      1,
    ),
    citations: list(anything),
  }),
  tool: closed({
    'role!': text,
    'tool_call_id!': someText,
    'content!': either(text, list(variants('type', { text: textPart, document }), 1)),
  }),
});
const BODY = closed({
  'model!': someText,
  'messages!': list(message, 1),
  tools: list(
    closed({
      'type!': oneOf('function'),
      'function!': closed({ 'name!': NAME, description: text, 'parameters!': record }),
    }),
  ),
  strict_tools: flag,
  documents: list(anything),
  citation_options: record,
  response_format: variants('type', {
    text: closed({ 'type!': text }),
    json_object: closed({ 'type!': text, json_schema: record, schema: record }),
  }),
  safety_mode: oneOf('CONTEXTUAL', 'STRICT', 'OFF'),
  max_tokens: integer(1),
  stop_sequences: list(someText, 0, 5),
  temperature: number(0, 1),
  seed: integer(0),
  frequency_penalty: number(0, 1),
  presence_penalty: number(0, 1),
  k: integer(0, 500),
  p: number(0.01, 0.99),
  logprobs: flag,
  tool_choice: oneOf('REQUIRED', 'NONE'),
  thinking: closed({ 'type!': oneOf('enabled', 'disabled'), token_budget: integer(1) }),
  priority: integer(0, 999),
  stream: flag,
});

interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content?: string | readonly Json[];
  tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}
interface Body {
  model: string;
  messages: readonly Message[];
  tools?: readonly { function: { name: string; parameters: Json } }[];
  tool_choice?: string;
  strict_tools?: boolean;
  response_format?: { type: string; json_schema?: Json; schema?: Json };
  max_tokens?: number;
  temperature?: number;
  stop_sequences?: readonly string[];
  thinking?: { type: string; token_budget?: number };
  stream?: boolean;
}

export function hearCohere(value: unknown): Heard {
  const body = checked<Body>(value, BODY);
  const { tools = [], response_format: format, thinking } = body;
  tools.forEach((one, index) => {
    checkObjectSchema(one.function.parameters, `tools[${index}].function.parameters`);
  });
  if (body.tool_choice !== undefined && tools.length === 0) {
    throw new Refusal('tool_choice', 'tool_choice requires tools');
  }
  if (format?.type === 'json_object' && tools.length > 0) {
    throw new Refusal('response_format', 'is not supported with tools');
  }
  const schema = format?.json_schema ?? format?.schema ?? null;
  if (schema !== null) checkObjectSchema(schema, 'response_format.json_schema');
  if (thinking !== undefined && !/reasoning/.test(body.model)) {
    throw new Refusal('thinking', 'thinking is not supported by this model');
  }
  checkOrder(body.messages);
  return {
    model: body.model,
    wantsStream: body.stream === true,
    wantsUsage: true,
    system: body.messages
      .filter(({ role }) => role === 'system')
      .map(({ content }) => textsOf(content).join('')),
    turns: body.messages.flatMap((one, index) =>
      one.role === 'system' ? [] : [turnOf(one, `messages[${index}]`, body.model)],
    ),
    tools: tools.map((one) => one.function.name),
    toolChoice: { REQUIRED: 'required', NONE: 'none' }[body.tool_choice ?? ''] ?? 'auto',
    schema: schema ?? null,
    limit: body.max_tokens ?? null,
    temperature: body.temperature ?? null,
    stop: body.stop_sequences ?? [],
    thinks: /reasoning/.test(body.model) && thinking?.type !== 'disabled',
  };
}

function checkOrder(messages: readonly Message[]): void {
  let open = new Set<string>();
  messages.forEach((one, index) => {
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id ?? '')) {
        throw new Refusal(
          `messages[${index}]`,
          `tool call id ${one.tool_call_id} not found in the previous tool calls`,
        );
      }
      return;
    }
    if (open.size > 0) {
      throw new Refusal(`messages[${index}]`, `missing tool results for ${[...open].join(', ')}`);
    }
    open = new Set((one.tool_calls ?? []).map(({ id }) => id));
  });
  if (open.size > 0) throw new Refusal('messages', `missing tool results for ${[...open].join(', ')}`);
  if (messages.at(-1)?.role === 'assistant')
    throw new Refusal('messages', 'the last message must not be of role assistant');
}

const textsOf = (content: string | readonly Json[] | undefined): string[] =>
  typeof content === 'string'
    ? [content]
    : (content ?? []).flatMap(({ text: said, document: one }) => {
        if (typeof said === 'string') return [said];
        return one === undefined ? [] : [JSON.stringify((one as Json).data)]; // the shape was checked
      });

function turnOf(one: Message, path: string, model: string): HeardTurn {
  if (one.role === 'tool') {
    const text = textsOf(one.content).join('');
    return heardTurn('user', { results: [{ id: one.tool_call_id ?? null, name: null, text }] });
  }
  const parts = typeof one.content === 'string' ? [] : (one.content ?? []);
  const media = parts.flatMap((part, index) => {
    if (part.type !== 'image_url') return [];
    const at = `${path}.content[${index}]`;
    if (!/vision/.test(model)) throw new Refusal(at, `image content is not supported by model ${model}`);
    return [heardDataUrl((part.image_url as { url: string }).url, at)]; // the shape was checked
  });
  const calls = (one.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => {
    try {
      return { id, name, args: JSON.parse(args) as unknown };
    } catch {
      throw new Refusal(`${path}.tool_calls`, 'arguments are no JSON');
    }
  });
  const texts = textsOf(one.content).filter((text) => text !== '');
  if (one.role === 'assistant' && texts.length === 0 && calls.length === 0) {
    throw new Refusal(path, 'must have content or tool calls');
  }
  return heardTurn(one.role === 'assistant' ? 'assistant' : 'user', { texts, calls, media });
}
