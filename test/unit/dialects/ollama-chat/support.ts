/** Small requests, answers and streams for the tests of the Ollama codec. */
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
  Tool,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../../src/dialects/codec.ts';
import { createOllamaCodec } from '../../../../src/dialects/ollama-chat/codec.ts';
import { InvalidRequest } from '../../../../src/errors.ts';

export const MODEL = 'qwen3:8b';

/** Made-up ids count. */
export const createCodec = () => {
  let made = 0;
  const next = (): string => `made_${++made}`;
  return createOllamaCodec({ answer: next, call: next, now: () => 0 });
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
export const png: Part = { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } };
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

export const toNdjson = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Everything that a body says, arriving in pieces of `size` bytes (0: at once). */
export function decodeStream(body: string, size = 0, contentType = 'application/x-ndjson'): CanonicalEvent[] {
  const codec = createCodec();
  const framer = codec.createFramer(contentType);
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

const CREATED = '2026-08-07T06:08:09.335586Z';
export const CREATED_SECONDS = 1786082889;

/** A line of a stream that is not the last. */
export const line = (message: JsonObject, fields: JsonObject = {}): JsonObject => ({
  model: MODEL,
  created_at: CREATED,
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...fields,
});

/** The last line of a stream, or a whole answer. */
export const last = (message: JsonObject = {}, fields: JsonObject = {}): JsonObject => ({
  ...line(message),
  done: true,
  done_reason: 'stop',
  total_duration: 1735248334,
  prompt_eval_count: 17,
  eval_count: 50,
  ...fields,
});

export const USAGE = {
  inputTokens: 17,
  outputTokens: 50,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
