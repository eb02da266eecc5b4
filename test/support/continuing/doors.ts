/** The four doors, and what a client of each reads of a stream: strictly, as an SDK would. */
import { jsonOf } from './vendors.ts';

export interface ReadAnswer {
  readonly text: string;
  /** Ids and models of the answer, each once. */
  readonly ids: readonly string[];
  readonly models: readonly string[];
  /** How often an answer began, a text began, and an answer ended. */
  readonly starts: number;
  readonly texts: number;
  readonly ends: number;
  readonly finish: unknown;
  readonly failover: unknown;
  readonly usage: { readonly input: number; readonly output: number } | null;
  /** The error that the stream ended with. */
  readonly error: Readonly<Record<string, unknown>> | null;
}

export interface Door {
  readonly name: string;
  readonly path: (model: string) => string;
  readonly body: (model: string, fields?: object) => object;
  readonly read: (stream: string) => ReadAnswer;
}

// Streams as vendors document them: what is not there is read as undefined, and the test sees it.
// biome-ignore lint/suspicious/noExplicitAny: the JSON of four forms
type Json = any;

const once = (values: readonly string[]): string[] => [...new Set(values)];
const numbers = (input: unknown, output: unknown) => ({ input: Number(input), output: Number(output) });

const chat: Door = {
  name: 'openai-chat',
  path: () => '/v1/chat/completions',
  body: (model, fields = {}) => ({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Tell me of storks.' }],
    ...fields,
  }),
  read: (stream) => {
    const events: Json[] = jsonOf(stream);
    const chunks = events.filter((one) => one.error === undefined);
    const choices = chunks.flatMap((one) => one.choices);
    const last = chunks.find((one) => one.choices[0]?.finish_reason);
    const usage = chunks.findLast((one) => one.usage)?.usage;
    const roles = choices.filter((one) => one.delta.role !== undefined).length;
    return {
      text: choices.map((one) => one.delta.content ?? '').join(''),
      ids: once(chunks.map((one) => one.id)),
      models: once(chunks.map((one) => one.model)),
      starts: roles,
      texts: roles,
      ends: choices.filter((one) => one.finish_reason !== null).length,
      finish: last?.choices[0].finish_reason,
      failover: last?.edgeway?.failover,
      usage: usage ? numbers(usage.prompt_tokens, usage.completion_tokens) : null,
      error: events.at(-1).error ?? null,
    };
  },
};

const anthropic: Door = {
  name: 'anthropic-messages',
  path: () => '/v1/messages',
  body: (model, fields = {}) => ({
    model,
    stream: true,
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Tell me of storks.' }],
    ...fields,
  }),
  read: (stream) => {
    const events: Json[] = jsonOf(stream);
    const of = (type: string): Json[] => events.filter((one) => one.type === type);
    const [start] = of('message_start');
    const [last] = of('message_delta');
    if (of('content_block_stop').length > of('content_block_start').length)
      throw new Error('a block ended twice');
    return {
      text: of('content_block_delta')
        .map((one) => one.delta.text ?? '')
        .join(''),
      ids: of('message_start').map((one) => one.message.id),
      models: of('message_start').map((one) => one.message.model),
      starts: of('message_start').length,
      texts: of('content_block_start').length,
      ends: of('message_stop').length,
      finish: last?.delta.stop_reason,
      failover: last?.edgeway?.failover,
      usage: last
        ? numbers(last.usage.input_tokens ?? start.message.usage.input_tokens, last.usage.output_tokens)
        : null,
      error: of('error')[0]?.error ?? null,
    };
  },
};

const responses: Door = {
  name: 'openai-responses',
  path: () => '/v1/responses',
  body: (model, fields = {}) => ({ model, stream: true, input: 'Tell me of storks.', ...fields }),
  read: (stream) => {
    const events: Json[] = jsonOf(stream);
    for (const [index, one] of events.entries())
      if (one.sequence_number !== index) throw new Error(`event ${index} has number ${one.sequence_number}`);
    const of = (type: string): Json[] => events.filter((one) => one.type === type);
    const [completed] = of('response.completed');
    const told = of('response.output_text.delta').map((one) => one.delta);
    const [done] = of('response.output_text.done');
    if (done !== undefined && done.text !== told.join('')) throw new Error('the text is another at its end');
    const responsesOf = events.flatMap((one) => (one.response ? [one.response] : []));
    return {
      text: told.join(''),
      ids: once(responsesOf.map((one) => one.id)),
      models: once(responsesOf.map((one) => one.model)),
      starts: of('response.created').length,
      texts: of('response.content_part.added').length,
      ends: of('response.completed').length,
      finish: completed?.response.status,
      failover: completed?.response.edgeway?.failover,
      usage: completed
        ? numbers(completed.response.usage.input_tokens, completed.response.usage.output_tokens)
        : null,
      error: of('error')[0] ?? null,
    };
  },
};

const gemini: Door = {
  name: 'gemini',
  path: (model) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
  body: (_, fields = {}) => ({
    contents: [{ role: 'user', parts: [{ text: 'Tell me of storks.' }] }],
    ...fields,
  }),
  read: (stream) => {
    const events: Json[] = jsonOf(stream);
    const chunks = events.filter((one) => one.error === undefined);
    const candidates = chunks.flatMap((one) => one.candidates ?? []);
    const last = chunks.at(-1);
    const ends = candidates.filter((one) => one.finishReason !== undefined);
    return {
      text: candidates.flatMap((one) => one.content.parts.map((part: Json) => part.text ?? '')).join(''),
      ids: once(chunks.map((one) => one.responseId)),
      models: once(chunks.map((one) => one.modelVersion)),
      starts: 1,
      texts: 1,
      ends: ends.length,
      finish: ends[0]?.finishReason,
      failover: last?.edgeway?.failover,
      usage: last?.usageMetadata
        ? numbers(last.usageMetadata.promptTokenCount, last.usageMetadata.candidatesTokenCount)
        : null,
      error: events.at(-1).error ?? null,
    };
  },
};

export const DOORS: readonly Door[] = [chat, anthropic, responses, gemini];
export const CHAT_DOOR = chat;
