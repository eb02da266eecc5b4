/**
 * What `POST /v1/chat/completions` refuses. Sources: https://platform.openai.com/docs/api-reference/chat/create and
 * the errors that the API is known for.
 */
import { checked, type Json, Refusal } from './closed.ts';
import { heardDataUrl } from './media.ts';
import { BODY } from './openai-chat-shape.ts';
import { checkObjectSchema, checkStrict } from './schemas.ts';
import type { Heard, HeardMedia } from './script.ts';
import { heardTurn } from './script.ts';

type Texts = string | readonly { text: string }[];
interface Body {
  model: string;
  messages: readonly Message[];
  max_completion_tokens?: number | null;
  max_tokens?: number | null;
  temperature?: number | null;
  stop?: string | string[] | null;
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean } | null;
  tools?: readonly { function: { name: string; parameters?: Json; strict?: boolean | null } }[];
  tool_choice?: string | { function: { name: string } } | null;
  parallel_tool_calls?: boolean | null;
  reasoning_effort?: string | null;
  response_format?: { type: string; json_schema?: { schema: Json; strict?: boolean | null } } | null;
  metadata?: Json | null;
  store?: boolean | null;
}
interface Message {
  role: 'developer' | 'system' | 'user' | 'assistant' | 'tool';
  content?: string | readonly Json[] | null;
  tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[] | null;
  tool_call_id?: string;
}

const isReasoningModel = (model: string): boolean => /^(o\d|gpt-[5-9])/.test(model);

export function hearChat(value: unknown): Heard {
  const body = checked<Body>(value, BODY);
  checkParameters(body);
  checkTools(body);
  checkOrder(body.messages);
  const limit = body.max_completion_tokens ?? body.max_tokens ?? null;
  const choice = body.tool_choice ?? 'auto';
  return {
    model: body.model,
    wantsStream: body.stream === true,
    wantsUsage: body.stream_options?.include_usage === true,
    system: body.messages
      .filter(({ role }) => role === 'system' || role === 'developer')
      .map(({ content }) => textsOf(content).join('')),
    turns: body.messages
      .filter(({ role }) => role !== 'system' && role !== 'developer')
      .map((one, index) => turnOf(one, `messages[${index}]`)),
    tools: (body.tools ?? []).map((one) => one.function.name),
    toolChoice: typeof choice === 'string' ? choice : choice.function.name,
    schema: body.response_format?.json_schema?.schema ?? null,
    limit,
    temperature: body.temperature ?? null,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
    thinks: isReasoningModel(body.model) && body.reasoning_effort !== 'none',
  };
}

function checkParameters(body: Body): void {
  const unsupported = (param: string, instead = ''): never => {
    const message = `Unsupported parameter: '${param}' is not supported with this model.${instead}`;
    throw new Refusal(param, message, { code: 'unsupported_parameter' });
  };
  if (isReasoningModel(body.model)) {
    if ((body.max_tokens ?? null) !== null)
      unsupported('max_tokens', " Use 'max_completion_tokens' instead.");
    if (body.reasoning_effort !== 'none') {
      if ((body.temperature ?? 1) !== 1) unsupported('temperature');
      if ((body.stop ?? null) !== null) unsupported('stop');
    }
  } else if ((body.reasoning_effort ?? null) !== null) unsupported('reasoning_effort');
  if ((body.max_tokens ?? null) !== null && (body.max_completion_tokens ?? null) !== null) {
    throw new Refusal(
      'max_tokens',
      'Setting max_tokens and max_completion_tokens at the same time is not supported.',
    );
  }
  if (body.stream !== true && (body.stream_options ?? null) !== null) {
    throw new Refusal(
      'stream_options',
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    );
  }
  if ((body.metadata ?? null) !== null && body.store !== true) {
    throw new Refusal('metadata', "The 'metadata' parameter is only allowed when 'store' is enabled.");
  }
  const format = body.response_format;
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(body.messages))) {
    throw new Refusal(
      'messages',
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    );
  }
  if (format?.json_schema !== undefined) {
    const check = format.json_schema.strict === true ? checkStrict : checkObjectSchema;
    check(format.json_schema.schema, 'response_format.json_schema.schema');
  }
}

function checkTools(body: Body): void {
  const { tools = [] } = body;
  for (const param of ['tool_choice', 'parallel_tool_calls'] as const) {
    if (tools.length === 0 && (body[param] ?? null) !== null && body[param] !== 'none') {
      throw new Refusal(param, `'${param}' is only allowed when 'tools' are specified.`);
    }
  }
  tools.forEach(({ function: { parameters, strict } }, index) => {
    const path = `tools[${index}].function.parameters`;
    if (strict === true) checkStrict(parameters ?? {}, path);
    else if (parameters !== undefined) checkObjectSchema(parameters, path);
  });
  const choice = body.tool_choice;
  if (typeof choice === 'object' && choice !== null) {
    const { name } = choice.function;
    if (!tools.some((one) => one.function.name === name)) {
      throw new Refusal('tool_choice', `Tool choice 'function' '${name}' not found in 'tools' parameter.`);
    }
  }
}

/** Calls are answered by the messages right behind them, each once, and nothing else is. */
function checkOrder(messages: readonly Message[]): void {
  let open = new Set<string>();
  messages.forEach((one, index) => {
    const path = `messages[${index}]`;
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id ?? '')) {
        throw new Refusal(
          `${path}.role`,
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        );
      }
      return;
    }
    assertAnswered(open);
    const calls = one.tool_calls ?? [];
    open = new Set(calls.map(({ id }) => id));
    if (open.size < calls.length) throw new Refusal(`${path}.tool_calls`, 'Duplicate tool call ids.');
    if (
      one.role === 'assistant' &&
      calls.length === 0 &&
      (one.content ?? null) === null &&
      !('refusal' in one)
    ) {
      throw new Refusal(`${path}.content`, 'expected a string, got null.');
    }
  });
  assertAnswered(open);
}

function assertAnswered(open: ReadonlySet<string>): void {
  if (open.size === 0) return;
  throw new Refusal(
    'messages',
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
  );
}

const textsOf = (content: Texts | readonly Json[] | null | undefined): string[] =>
  typeof content === 'string'
    ? [content]
    : (content ?? []).flatMap((part) => ('text' in part ? [String(part.text)] : []));

function turnOf(one: Message, path: string): ReturnType<typeof heardTurn> {
  if (one.role === 'tool') {
    const result = { id: one.tool_call_id ?? null, name: null, text: textsOf(one.content).join('') };
    return heardTurn('user', { results: [result] });
  }
  const calls = (one.tool_calls ?? []).map(({ id, function: { name, arguments: args } }, index) => {
    try {
      return { id, name, args: JSON.parse(args) as unknown };
    } catch {
      throw new Refusal(`${path}.tool_calls[${index}].function.arguments`, 'is no JSON');
    }
  });
  const parts = typeof one.content === 'string' ? [] : (one.content ?? []);
  const media = parts.flatMap((part, index) => mediaOf(part, `${path}.content[${index}]`));
  return heardTurn(one.role === 'assistant' ? 'assistant' : 'user', {
    texts: textsOf(one.content).filter((piece) => piece !== ''),
    calls,
    media,
  });
}

function mediaOf(part: Json, path: string): HeardMedia[] {
  if (part.type === 'image_url') {
    const { url } = part.image_url as { url: string }; // the shape was checked
    return [heardDataUrl(url, `${path}.image_url.url`)];
  }
  if (part.type === 'file') {
    const { file_data, filename } = part.file as { file_data?: string; filename?: string }; // the shape was checked
    if (filename === undefined || filename === '') {
      throw new Refusal(`${path}.file`, "Missing required parameter: 'filename'.");
    }
    return [heardDataUrl(file_data, `${path}.file.file_data`)];
  }
  return [];
}
