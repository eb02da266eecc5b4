/** `POST /v1/messages`, with `@anthropic-ai/sdk`. */
import Anthropic from '@anthropic-ai/sdk';
import {
  type Ask,
  type Conversation,
  contentOf,
  type Door,
  type Got,
  keepingFetch,
  type Target,
  type UserPart,
} from './door.ts';

type Message = Anthropic.MessageParam;

export const anthropicDoor: Door = {
  id: 'anthropic-messages',
  endings: {
    stop: 'end_turn',
    'stop-sequence': 'stop_sequence',
    length: 'max_tokens',
    calls: 'tool_use',
    filter: 'refusal',
  },
  hasInstructions: false,
  wholeMark: /message_stop|"stop_reason":"/,
  open: converse,
  failed(thrown) {
    if (!(thrown instanceof Anthropic.APIError)) return null;
    // The body, as the SDK keeps it.
    const body = thrown.error as { type?: string; error?: { type?: string; message?: string } } | undefined;
    if (body?.type !== 'error') return null;
    return {
      status: thrown.status ?? null,
      message: body.error?.message ?? '',
      type: body.error?.type ?? null,
      param: null,
      retryAfter: thrown.headers?.get('retry-after') ?? null,
    };
  },
};

const THINKING_BUDGET = 2048;
/** Required here. */
const DEFAULT_LIMIT = 4096;

function converse(target: Target, ask: Ask): Conversation {
  const { fetch, last, replay } = keepingFetch();
  // The client's own version of the API has no temperature any more.
  const defaultHeaders = ask.temperature === undefined ? {} : { 'anthropic-version': '2023-06-01' };
  const client = new Anthropic({
    baseURL: target.url,
    apiKey: target.key,
    maxRetries: 0,
    fetch,
    defaultHeaders,
  });
  const messages: Message[] = [];
  return {
    replay,
    user: (...parts) => {
      messages.push({ role: 'user', content: contentOf(parts, toBlock) });
    },
    assistant: (text, calls = []) => {
      const said: Anthropic.ContentBlockParam[] = text === '' ? [] : [{ type: 'text', text }];
      const called = calls.map(({ id, name, args }) => ({
        type: 'tool_use' as const,
        id,
        name,
        input: args,
      }));
      messages.push({ role: 'assistant', content: [...said, ...called] });
    },
    results: (list) => {
      messages.push({
        role: 'user',
        content: list.map(({ call, text }) => ({ type: 'tool_result', tool_use_id: call.id, content: text })),
      });
    },
    send: async (stream) => {
      const body = {
        model: ask.model,
        max_tokens: ask.limit ?? DEFAULT_LIMIT,
        messages,
        ...options(ask),
      };
      const message = stream
        ? await client.messages.stream(body).finalMessage()
        : await client.messages.create(body);
      return { ...toGot(message), ...(await last()) };
    },
    // Blocks that came out may go in.
    keep: ({ native }) =>
      messages.push({ role: 'assistant', content: native as Anthropic.ContentBlockParam[] }),
  };
}

function options({ system, tools, choice, temperature, stop, schema, thinks }: Ask): object {
  return {
    ...(system === undefined ? {} : { system }),
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: parameters,
          })),
        }),
    ...(choice === undefined ? {} : { tool_choice: toChoice(choice) }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop === undefined ? {} : { stop_sequences: [stop] }),
    ...(thinks === true
      ? { thinking: { type: 'enabled', budget_tokens: THINKING_BUDGET, display: 'summarized' } }
      : {}),
    ...(schema === undefined ? {} : { output_config: { format: { type: 'json_schema', schema } } }),
  };
}

function toChoice(choice: NonNullable<Ask['choice']>): object {
  if (typeof choice === 'object') return { type: 'tool', ...choice };
  return { type: choice === 'required' ? 'any' : choice };
}

function toBlock(part: UserPart): Anthropic.ContentBlockParam {
  if ('image' in part) {
    return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: part.image } };
  }
  if ('pdf' in part) {
    return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: part.pdf } };
  }
  return { type: 'text', text: part.text };
}

function toGot({ content, stop_reason: finish, usage }: Anthropic.Message): Omit<Got, 'raw' | 'headers'> {
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    refusal: null,
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    finish: String(finish),
    usage: {
      input:
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      output: usage.output_tokens,
      cached: usage.cache_read_input_tokens ?? 0,
    },
    native: content,
  };
}
