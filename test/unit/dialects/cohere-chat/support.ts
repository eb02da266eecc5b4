/** Small requests, answers and streams for the tests of the Cohere codec. */
import type { Cohere } from 'cohere-ai';
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../../src/dialects/codec.ts';
import { createCohereCodec } from '../../../../src/dialects/cohere-chat/codec.ts';
import { requestWith, result as toolResult } from '../../../support/canonical.ts';
import { decodeStream as decodeAt } from '../../../support/codec-streams.ts';
import { refusedField } from '../../../support/refused-field.ts';

export {
  assistant,
  call,
  requestWith as request,
  text,
  thought,
  tool,
  user,
} from '../../../support/canonical.ts';

export const MODEL = 'command-a-03-2025';
export const THINKING_MODEL = 'command-a-reasoning-08-2025';

/** Made-up ids count. */
export const createCodec = () => {
  let made = 0;
  const next = (): string => `made_${++made}`;
  return createCohereCodec({ answer: next, call: next, now: () => 0 });
};

export const result = (callId: string, ...said: string[]): Turn => toolResult(callId, said);

export const encode = (fields: Partial<CanonicalRequest> = {}, model = MODEL): EncodedRequest =>
  createCodec().encodeRequest(requestWith(fields), { model });

/** The field that a refusal names. */
export const refusalOf = (fields: Partial<CanonicalRequest>, model = MODEL): string | null =>
  refusedField(() => encode(fields, model));

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
export const decodeStream = (body: string, size = 0): CanonicalEvent[] => decodeAt(createCodec(), body, size);

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
