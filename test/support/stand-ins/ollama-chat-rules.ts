/** What Ollama's `POST /api/chat` refuses, and what it would pass over in silence. Source: https://docs.ollama.com/api/chat */
import {
  anything,
  checked,
  closed,
  either,
  flag,
  integer,
  isJson,
  type Json,
  list,
  number,
  oneOf,
  Refusal,
  record,
  someText,
  text,
} from './closed.ts';
import { heardMedia } from './media.ts';
import { checkObjectSchema } from './schemas.ts';
import { type Heard, type HeardTurn, heardTurn } from './script.ts';

const message = closed({
  'role!': oneOf('system', 'user', 'assistant', 'tool'),
  content: text,
  thinking: text,
  images: list(text),
  tool_calls: list(
    closed({
      id: text,
      type: oneOf('function'),
      'function!': closed({ index: integer(), 'name!': someText, description: text, 'arguments!': record }),
    }),
    1,
  ),
  tool_name: text,
  tool_call_id: text,
});
const BODY = closed({
  'model!': someText,
  'messages!': list(message, 1),
  tools: list(
    closed({
      'type!': oneOf('function'),
      'function!': closed({ 'name!': someText, description: text, parameters: record }),
    }),
  ),
  format: either(oneOf('json'), record),
  options: closed({
    num_ctx: integer(1),
    num_predict: integer(-2),
    num_keep: integer(),
    temperature: number(0),
    top_k: integer(),
    top_p: number(0, 1),
    min_p: number(0, 1),
    typical_p: number(0, 1),
    seed: integer(-(2 ** 63), 2 ** 63),
    stop: list(text),
    repeat_penalty: number(),
    repeat_last_n: integer(-1),
    presence_penalty: number(),
    frequency_penalty: number(),
  }),
  stream: flag,
  keep_alive: anything,
  think: either(flag, oneOf('low', 'medium', 'high', 'max')),
  logprobs: flag,
  top_logprobs: integer(),
  truncate: flag,
  shift: flag,
});

interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content?: string;
  images?: readonly string[];
  tool_calls?: readonly { id?: string; function: { name: string; arguments: Json } }[];
  tool_name?: string;
  tool_call_id?: string;
}
interface Body {
  model: string;
  messages: readonly Message[];
  tools?: readonly { function: { name: string; parameters?: Json } }[];
  format?: unknown;
  options?: { num_predict?: number; temperature?: number; stop?: readonly string[] };
  stream?: boolean;
  think?: boolean | string;
}

export function hearOllama(value: unknown): Heard {
  const body = checked<Body>(value, BODY);
  const { tools = [], options = {}, messages, think } = body;
  tools.forEach((one, index) => {
    const path = `tools[${index}].function.parameters`;
    if (one.function.parameters !== undefined) checkObjectSchema(one.function.parameters, path);
  });
  if (isJson(body.format)) checkObjectSchema(body.format, 'format');
  checkOrder(messages);
  return {
    model: body.model,
    wantsStream: body.stream !== false,
    wantsUsage: true,
    system: messages.filter(({ role }) => role === 'system').map(({ content }) => content ?? ''),
    turns: messages.flatMap((one, index) =>
      one.role === 'system' ? [] : [turnOf(one, `messages[${index}]`)],
    ),
    tools: tools.map((one) => one.function.name),
    toolChoice: 'auto',
    schema: isJson(body.format) ? body.format : null,
    limit: options.num_predict ?? null,
    temperature: options.temperature ?? null,
    stop: options.stop ?? [],
    thinks: think !== undefined && think !== false,
  };
}

/** Each result names its tool, and follows a call of it. */
function checkOrder(messages: readonly Message[]): void {
  let open: { id: string | undefined; name: string }[] = [];
  messages.forEach((one, index) => {
    if (one.role === 'tool') {
      const at = open.findIndex(
        ({ id, name }) =>
          name === one.tool_name && (one.tool_call_id === undefined || one.tool_call_id === id),
      );
      if (at === -1)
        throw new Refusal(`messages[${index}]`, `tool result of ${one.tool_name} without its call`);
      open.splice(at, 1);
      return;
    }
    if (open.length > 0) throw new Refusal(`messages[${index}]`, 'a tool call has no result');
    open = (one.tool_calls ?? []).map(({ id, function: { name } }) => ({ id, name }));
  });
  if (open.length > 0) throw new Refusal('messages', 'a tool call has no result');
}

function turnOf(one: Message, path: string): HeardTurn {
  const said = one.content ?? '';
  if (one.role === 'tool') {
    const result = { id: one.tool_call_id ?? null, name: one.tool_name ?? null, text: said };
    return heardTurn('user', { results: [result] });
  }
  return heardTurn(one.role === 'assistant' ? 'assistant' : 'user', {
    texts: said === '' ? [] : [said],
    calls: (one.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
      id: id ?? null,
      name,
      args,
    })),
    media: (one.images ?? []).map((data, index) =>
      heardMedia(data, kindOf(data), `${path}.images[${index}]`),
    ),
  });
}

/** The bytes alone say what they are, and only images are known. */
const kindOf = (data: string): string => (data.startsWith('/9j/') ? 'image/jpeg' : 'image/png');
