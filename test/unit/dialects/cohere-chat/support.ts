/** Small requests, answers and streams for the tests of the Cohere codec. */
import type { Cohere } from 'cohere-ai';
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
  Tool,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../../src/dialects/codec.ts';
import { createCohereCodec } from '../../../../src/dialects/cohere-chat/codec.ts';
import { InvalidRequest } from '../../../../src/errors.ts';

export const MODEL = 'command-a-03-2025';
export const THINKING_MODEL = 'command-a-reasoning-08-2025';

/** Made-up ids count. */
export const createCodec = () => {
  let made = 0;
  const next = (): string => `made_${++made}`;
  return createCohereCodec({ answer: next, call: next, now: () => 0 });
};

export const text = (value: string): Part => ({ type: 'text', text: value });
export const thought = (value: string): Part => ({
  type: 'reasoning',
  text: value,
  signature: null,
  redacted: null,
  signer: 'other',
});
export const call = (id: string, input = '{}', name = 'look'): Part => ({
  type: 'tool-call',
  id,
  name,
  input,
  isCustom: false,
});
export const user = (...parts: Part[]): Turn => ({ role: 'user', parts });
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
export const result = (callId: string, ...content: string[]): Turn => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId,
      name: null,
      content: content.map((value) => ({ type: 'text', text: value })),
      isError: false,
    },
  ],
});
export const tool = (name: string, fields: Partial<Extract<Tool, { kind: 'function' }>> = {}): Tool => ({
  kind: 'function',
  name,
  description: null,
  parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
  strict: null,
  ...fields,
});

export const request = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  turns: [user(text('Hi'))],
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  frequencyPenalty: null,
  presencePenalty: null,
  seed: null,
  stop: [],
  choices: null,
  logprobs: null,
  responseFormat: null,
  reasoning: null,
  serviceTier: null,
  metadata: null,
  user: null,
  wantsStream: false,
  wantsUsage: false,
  extra: {},
  ...fields,
});

export const encode = (fields: Partial<CanonicalRequest> = {}, model = MODEL): EncodedRequest =>
  createCodec().encodeRequest(request(fields), { model });

/** What an `InvalidRequest` names; throws if none came. */
export function refusalOf(fields: Partial<CanonicalRequest>, model = MODEL): string | null {
  try {
    encode(fields, model);
  } catch (error) {
    if (error instanceof InvalidRequest) return error.param;
    throw error;
  }
  throw new Error('it was not refused');
}

type V2Request = Omit<Cohere.V2ChatRequest, 'model'>;

/** A body in the words of Cohere's SDK, as it goes over the wire; what clients make up is left as it is. */
export const wire = (body: Partial<V2Request>): unknown => toSnakeCase({ model: MODEL, ...body });

const FREE_FORM = ['parameters', 'jsonSchema', 'documents'];

function toSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      FREE_FORM.includes(key) ? member : toSnakeCase(member),
    ]),
  );
}

export const toSse = (events: readonly JsonObject[]): string =>
  `${events.map(toSseEvent).join('')}data: [DONE]\n\n`;

const toSseEvent = (event: JsonObject): string =>
  `${event.type === undefined ? '' : `event: ${event.type}\n`}data: ${JSON.stringify(event)}\n\n`;

/** Everything that a body says, arriving in pieces of `size` bytes (0: at once). */
export function decodeStream(body: string, size = 0): CanonicalEvent[] {
  const codec = createCodec();
  const framer = codec.createFramer('text/event-stream');
  const decoder = codec.createStreamDecoder();
  const bytes = new TextEncoder().encode(body);
  const step = size === 0 ? Math.max(bytes.length, 1) : size;
  const events: CanonicalEvent[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    for (const frame of framer.push(bytes.slice(at, at + step))) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}

export const start = (id = 'answer-1'): JsonObject => ({
  type: 'message-start',
  id,
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
});
export const contentStart = (index: number, type: 'text' | 'thinking'): JsonObject => ({
  type: 'content-start',
  index,
  delta: { message: { content: { type, [type]: '' } } },
});
export const contentDelta = (index: number, content: JsonObject): JsonObject => ({
  type: 'content-delta',
  index,
  delta: { message: { content } },
});
export const contentEnd = (index: number): JsonObject => ({ type: 'content-end', index });
export const planDelta = (plan: string): JsonObject => ({
  type: 'tool-plan-delta',
  delta: { message: { tool_plan: plan } },
});
export const callStart = (index: number, id: string, name = 'look'): JsonObject => ({
  type: 'tool-call-start',
  index,
  delta: { message: { tool_calls: { id, type: 'function', function: { name, arguments: '' } } } },
});
export const callDelta = (index: number, piece: string): JsonObject => ({
  type: 'tool-call-delta',
  index,
  delta: { message: { tool_calls: { function: { arguments: piece } } } },
});
export const callEnd = (index: number): JsonObject => ({ type: 'tool-call-end', index });
export const citationStart = (index: number, citations: JsonObject): JsonObject => ({
  type: 'citation-start',
  index,
  delta: { message: { citations } },
});
export const USAGE: JsonObject = {
  billed_units: { input_tokens: 8, output_tokens: 3 },
  tokens: { input_tokens: 503, output_tokens: 12, reasoning_tokens: 4 },
  cached_tokens: 448,
};
export const messageEnd = (finish_reason: unknown = 'COMPLETE', fields: JsonObject = {}): JsonObject => ({
  type: 'message-end',
  delta: { finish_reason, usage: USAGE, ...fields },
});
