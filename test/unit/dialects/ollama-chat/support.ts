/** Small requests, answers and streams for the tests of the Ollama codec. */
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../../src/dialects/codec.ts';
import { createOllamaCodec } from '../../../../src/dialects/ollama-chat/codec.ts';
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

export const MODEL = 'qwen3:8b';

/** Made-up ids count. */
export const createCodec = () => {
  let made = 0;
  const next = (): string => `made_${++made}`;
  return createOllamaCodec({ answer: next, call: next, now: () => 0 });
};

export const png: Part = { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } };
export const result = (callId: string, ...said: string[]): Turn => toolResult(callId, said);

export const encode = (fields: Partial<CanonicalRequest> = {}, model = MODEL): EncodedRequest =>
  createCodec().encodeRequest(requestWith(fields), { model });

/** The field that a refusal names. */
export const refusalOf = (fields: Partial<CanonicalRequest>, model = MODEL): string | null =>
  refusedField(() => encode(fields, model));

export const toNdjson = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Everything that a body says, arriving in pieces of `size` bytes (0: at once). */
export const decodeStream = (
  body: string,
  size = 0,
  contentType = 'application/x-ndjson',
): CanonicalEvent[] => decodeAt(createCodec(), body, size, { contentType });

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
