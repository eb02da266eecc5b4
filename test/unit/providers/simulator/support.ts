/** How these tests talk to the simulator: as the gateway does, with a `Request` for `simulator.invalid`. */
import type { Behaviours } from '../../../../src/providers/simulator/models.ts';
import { createSimulator } from '../../../../src/providers/simulator/simulator.ts';

export const NOW = 1_795_000_000_123;
export const CHAT = '/v1/chat/completions';

type Json = Record<string, unknown>;

interface Choice {
  readonly index: number;
  readonly finish_reason: string | null;
  readonly text: string;
  readonly message: Message;
  readonly delta: Partial<Message>;
}
interface Message {
  role: string;
  content: string | null;
  refusal: string | null;
  tool_calls?: ToolCall[];
}
interface ToolCall {
  index?: number;
  id?: string;
  type?: string;
  function: { name?: string; arguments: string };
}
interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}
/** Any answer, chunk or error; a test reads the parts that its route sends. */
export interface Answer {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: Choice[];
  readonly usage: Usage | null;
  readonly data: { readonly index: number; readonly embedding: number[] | string }[];
  readonly error: { readonly message: string; type: string; param: string | null; code: string | null };
}

export interface CallOptions {
  readonly behaviours?: Behaviours;
  readonly signal?: AbortSignal;
  readonly method?: string;
}

export function call(path: string, body: Json | string, options: CallOptions = {}): Promise<Response> {
  const simulator = createSimulator({ now: () => NOW, behaviours: options.behaviours ?? {} });
  const { method = 'POST', signal } = options;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return simulator(
    new Request(`https://simulator.invalid${path}`, {
      method,
      ...(method === 'GET' ? {} : { body: text }),
      ...(signal ? { signal } : {}),
    }),
  );
}

export const say = (content: unknown) => [{ role: 'user', content }];

/** The JSON of an answer that is not streamed. */
export async function ask(path: string, body: Json, options: CallOptions = {}): Promise<Answer> {
  return (await call(path, body, options)).json();
}

export interface StreamRead {
  readonly chunks: Answer[];
  /** `data: [DONE]` came last. */
  readonly done: boolean;
  /** What broke the body. */
  readonly failure: unknown;
}

/** Reads a stream to its end, or to where it breaks. */
export async function askStream(path: string, body: Json, options: CallOptions = {}): Promise<StreamRead> {
  return readStream(await call(path, { ...body, stream: true }, options));
}

export async function readStream(response: Response): Promise<StreamRead> {
  if (response.body === null) throw new Error('no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let failure: unknown;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  } catch (error) {
    failure = error;
  }
  const events = text.split('\n\n').filter((event) => event !== '');
  const data = events.map((event) => event.replace(/^data: /, ''));
  const done = data.at(-1) === '[DONE]';
  return { chunks: (done ? data.slice(0, -1) : data).map((event) => JSON.parse(event)), done, failure };
}

/** What a client makes of chat chunks: the choices of the answer that is not streamed. */
export function aggregate(chunks: readonly Answer[]): unknown[] {
  const choices: { message: Message; finish_reason: string | null; index: number; logprobs: null }[] = [];
  for (const { index, delta, finish_reason } of chunks.flatMap((chunk) => chunk.choices)) {
    choices[index] ??= {
      index,
      message: { role: '', content: null, refusal: null },
      logprobs: null,
      finish_reason: null,
    };
    const choice = choices[index];
    if (delta.role) choice.message.role = delta.role;
    if (typeof delta.content === 'string')
      choice.message.content = (choice.message.content ?? '') + delta.content;
    if (finish_reason) choice.finish_reason = finish_reason;
    for (const { index: position = 0, ...piece } of delta.tool_calls ?? []) {
      choice.message.tool_calls ??= [];
      const call = choice.message.tool_calls[position];
      if (call) call.function.arguments += piece.function.arguments;
      else choice.message.tool_calls[position] = structuredClone(piece);
    }
  }
  return choices;
}
