/** `POST /v1/responses`, stateless, with the `openai` client. */
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
import { failedAtOpenAi } from './openai-chat-door.ts';

type Item = OpenAI.Responses.ResponseInputItem;
type Response = OpenAI.Responses.Response;

/** A stream that says itself that it failed: the client hands that over as an event. */
class ResponseFailed extends Error {
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

export const openAiResponsesDoor: Door = {
  id: 'openai-responses',
  endings: {
    stop: 'completed',
    'stop-sequence': 'completed',
    length: 'incomplete: max_output_tokens',
    calls: 'completed',
    filter: 'incomplete: content_filter',
  },
  hasInstructions: true,
  wholeMark: /response\.(completed|incomplete)/,
  open: converse,
  failed: (thrown) =>
    thrown instanceof ResponseFailed
      ? { status: null, message: thrown.message, type: thrown.code, param: null, retryAfter: null }
      : failedAtOpenAi(thrown),
};

function converse(target: Target, ask: Ask): Conversation {
  const { fetch, last, replay } = keepingFetch();
  const client = new OpenAI({ baseURL: `${target.url}/v1`, apiKey: target.key, maxRetries: 0, fetch });
  const input: Item[] = [];
  return {
    replay,
    instruct: (text) => {
      input.push({ role: 'developer', content: text });
    },
    user: (...parts) => {
      input.push({ role: 'user', content: contentOf(parts, toPart) });
    },
    assistant: (text, calls = []) => {
      if (text !== '') input.push({ role: 'assistant', content: text });
      for (const { id, name, args } of calls) {
        input.push({ type: 'function_call', call_id: id, name, arguments: JSON.stringify(args) });
      }
    },
    results: (list) => {
      for (const { call, text } of list) {
        input.push({ type: 'function_call_output', call_id: call.id, output: text });
      }
    },
    send: async (stream) => {
      const body = { model: ask.model, input, store: false, ...options(ask) };
      const response = stream
        ? await finalOf(await client.responses.create({ ...body, stream: true }))
        : await client.responses.create(body);
      return { ...toGot(response), ...(await last()) };
    },
    keep: ({ native }) => input.push(...(native as Item[])), // items that came out may go in
  };
}

function options({ system, tools, choice, limit, temperature, stop, schema, thinks }: Ask): object {
  return {
    ...(system === undefined ? {} : { instructions: system }),
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            name,
            description,
            parameters,
            strict: false,
          })),
        }),
    ...(choice === undefined
      ? {}
      : { tool_choice: typeof choice === 'string' ? choice : { type: 'function', ...choice } }),
    ...(limit === undefined ? {} : { max_output_tokens: limit }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop === undefined ? {} : { stop }),
    ...(thinks === true
      ? { reasoning: { effort: 'medium', summary: 'auto' }, include: ['reasoning.encrypted_content'] }
      : {}),
    ...(schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
  };
}

function toPart(part: UserPart): OpenAI.Responses.ResponseInputContent {
  if ('image' in part) {
    return { type: 'input_image', image_url: `data:image/png;base64,${part.image}`, detail: 'auto' };
  }
  if ('pdf' in part) {
    const data = `data:application/pdf;base64,${part.pdf}`;
    return { type: 'input_file', file_data: data, filename: 'paper.pdf' };
  }
  return { type: 'input_text', text: part.text };
}

/** The last event holds the whole; what the deltas say has to be the same. */
async function finalOf(stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>): Promise<Response> {
  let last: Response | null = null;
  let text = '';
  let args = '';
  let expected = 0;
  for await (const event of stream) {
    if (event.sequence_number !== expected)
      throw new Error(`event ${event.sequence_number}, not ${expected}`);
    expected += 1;
    if (last !== null) throw new Error(`an event behind the last one: ${event.type}`);
    if (event.type === 'response.output_text.delta' || event.type === 'response.refusal.delta')
      text += event.delta;
    if (event.type === 'response.function_call_arguments.delta') args += event.delta;
    if (event.type === 'error') throw new ResponseFailed(event.message, event.code);
    if (event.type === 'response.failed') {
      throw new ResponseFailed(event.response.error?.message ?? '', event.response.error?.code ?? null);
    }
    if (event.type === 'response.completed' || event.type === 'response.incomplete') last = event.response;
  }
  if (last === null) throw new Error('the stream ended without its last event');
  const got = toGot(last);
  if (text !== got.text + (got.refusal ?? '')) throw new Error(`deltas say ${JSON.stringify(text)}`);
  const whole = last.output.map((item) => (item.type === 'function_call' ? item.arguments : '')).join('');
  if (args !== whole)
    throw new Error(`argument deltas say ${JSON.stringify(args)}, not ${JSON.stringify(whole)}`);
  return last;
}

function toGot({
  output,
  status,
  incomplete_details: incomplete,
  usage,
}: Response): Omit<Got, 'raw' | 'headers'> {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.refusal] : []));
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: refusals.length === 0 ? null : refusals.join(''),
    reasoning: output
      .flatMap((item) =>
        item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])].map(({ text }) => text) : [],
      )
      .join(''),
    calls: output.flatMap((item): GotCall[] =>
      item.type === 'function_call'
        ? [{ id: item.call_id, name: item.name, args: parseArgs(item.arguments) }]
        : [],
    ),
    finish: status === 'incomplete' ? `incomplete: ${incomplete?.reason}` : String(status),
    usage:
      usage === undefined || usage === null
        ? null
        : {
            input: usage.input_tokens,
            output: usage.output_tokens,
            cached: usage.input_tokens_details.cached_tokens,
          },
    native: output,
  };
}
