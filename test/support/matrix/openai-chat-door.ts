/** `POST /v1/chat/completions`, with the `openai` client. */
import OpenAI from 'openai';
import {
  type Ask,
  type Conversation,
  contentOf,
  type Door,
  type Got,
  type GotCall,
  keepingFetch,
  parseArgs,
  type Target,
  type UserPart,
} from './door.ts';

type Message = OpenAI.ChatCompletionMessageParam;
/** Clients keep fields that the types do not know. */
type Answer = OpenAI.ChatCompletionMessage & {
  reasoning_content?: string | null;
  reasoning_details?: unknown[];
};
type Whole = { message: Answer; finish: string; usage: OpenAI.CompletionUsage | null | undefined };

export const openAiChatDoor: Door = {
  id: 'openai-chat',
  endings: {
    stop: 'stop',
    'stop-sequence': 'stop',
    length: 'length',
    calls: 'tool_calls',
    filter: 'content_filter',
  },
  hasInstructions: true,
  wholeMark: /\[DONE\]|"finish_reason":"/,
  open: converse,
  failed: failedAtOpenAi,
};

export function failedAtOpenAi(thrown: unknown): ReturnType<Door['failed']> {
  if (!(thrown instanceof OpenAI.APIError)) return null;
  return {
    status: thrown.status ?? null,
    message: thrown.message,
    type: thrown.type ?? null,
    param: thrown.param ?? null,
    retryAfter: thrown.headers?.get('retry-after') ?? null,
  };
}

function converse(target: Target, ask: Ask): Conversation {
  const { fetch, last, replay } = keepingFetch();
  const client = new OpenAI({ baseURL: `${target.url}/v1`, apiKey: target.key, maxRetries: 0, fetch });
  const messages: Message[] = ask.system === undefined ? [] : [{ role: 'system', content: ask.system }];
  return {
    replay,
    instruct: (text) => {
      messages.push({ role: 'developer', content: text });
    },
    user: (...parts) => {
      messages.push({ role: 'user', content: contentOf(parts, toPart) });
    },
    assistant: (text, calls = []) => {
      const toolCalls = calls.map(({ id, name, args }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: JSON.stringify(args) },
      }));
      messages.push({
        role: 'assistant',
        content: text === '' ? null : text,
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      });
    },
    results: (list) => {
      for (const { call, text } of list)
        messages.push({ role: 'tool', tool_call_id: call.id, content: text });
    },
    send: async (stream) => {
      const body = { model: ask.model, messages, ...options(ask) };
      const whole = stream
        ? await aggregate(
            await client.chat.completions.create({
              ...body,
              stream: true,
              stream_options: { include_usage: true },
            }),
          )
        : readWhole(await client.chat.completions.create(body));
      return { ...toGot(whole), ...(await last()) };
    },
    // The message as it came is a message param, but for what the types do not know.
    keep: ({ native }) => messages.push(native as Message),
  };
}

function options({ tools, choice, limit, temperature, stop, schema, thinks }: Ask): object {
  return {
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
        }),
    ...(choice === undefined
      ? {}
      : { tool_choice: typeof choice === 'string' ? choice : { type: 'function', function: choice } }),
    ...(limit === undefined ? {} : { max_completion_tokens: limit }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop === undefined ? {} : { stop }),
    ...(thinks === true ? { reasoning_effort: 'medium' } : {}),
    ...(schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } }),
  };
}

function toPart(part: UserPart): OpenAI.ChatCompletionContentPart {
  if ('image' in part) {
    return { type: 'image_url', image_url: { url: `data:image/png;base64,${part.image}` } };
  }
  if ('pdf' in part) {
    const data = `data:application/pdf;base64,${part.pdf}`;
    return { type: 'file', file: { file_data: data, filename: 'paper.pdf' } };
  }
  return { type: 'text', text: part.text };
}

function readWhole({ choices, usage }: OpenAI.ChatCompletion): Whole {
  const [choice] = choices;
  if (choice === undefined || choices.length !== 1) throw new Error(`${choices.length} choices`);
  return { message: choice.message, finish: choice.finish_reason, usage };
}

/** As clients do: strings grow, tool calls by their index, details one behind the other. */
async function aggregate(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<Whole> {
  const message: Answer = { role: 'assistant', content: null, refusal: null };
  const calls: OpenAI.ChatCompletionMessageFunctionToolCall[] = [];
  let finish = '';
  let usage: OpenAI.CompletionUsage | null | undefined = null;
  for await (const chunk of stream) {
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    if (choice.finish_reason !== null) finish += choice.finish_reason;
    const delta: Partial<Answer> = choice.delta as Partial<Answer>; // with what the types do not know
    if (typeof delta.content === 'string') message.content = (message.content ?? '') + delta.content;
    if (typeof delta.refusal === 'string') message.refusal = (message.refusal ?? '') + delta.refusal;
    if (typeof delta.reasoning_content === 'string') {
      message.reasoning_content = (message.reasoning_content ?? '') + delta.reasoning_content;
    }
    if (delta.reasoning_details !== undefined) {
      message.reasoning_details = [...(message.reasoning_details ?? []), ...delta.reasoning_details];
    }
    for (const { index, ...piece } of choice.delta.tool_calls ?? []) {
      const known = calls[index];
      if (known === undefined) {
        calls[index] = structuredClone(piece) as OpenAI.ChatCompletionMessageFunctionToolCall; // the first piece has it all
      } else {
        const { function: called, ...rest } = piece;
        Object.assign(known, rest);
        known.function.arguments += called?.arguments ?? '';
      }
    }
  }
  if (calls.length > 0) message.tool_calls = calls;
  return { message, finish, usage };
}

function toGot({ message, finish, usage }: Whole): Omit<Got, 'raw' | 'headers'> {
  const calls = (message.tool_calls ?? []).map((call): GotCall => {
    if (call.type !== 'function') throw new Error(`a ${call.type} call`);
    return { id: call.id, name: call.function.name, args: parseArgs(call.function.arguments) };
  });
  return {
    text: message.content ?? '',
    refusal: message.refusal ?? null,
    reasoning: message.reasoning_content ?? '',
    calls,
    finish,
    usage:
      usage === null || usage === undefined
        ? null
        : {
            input: usage.prompt_tokens,
            output: usage.completion_tokens,
            cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
          },
    native: message,
  };
}
