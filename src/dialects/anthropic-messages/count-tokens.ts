/** Counting a request's tokens before it is sent. https://platform.claude.com/docs/en/api/messages-count-tokens */

import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';

/** What the endpoint takes; it refuses all other members. */
const COUNTED = [
  'model',
  'system',
  'messages',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'cache_control',
] as const;

/** What says nothing about the input is left out, and is no loss. Throws `InvalidRequest`. */
export function encodeCountRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const own = counted(request.extra['anthropic-messages'] ?? {});
  const { body, dropped } = encodeRequest(
    {
      ...request,
      temperature: null,
      topP: null,
      topK: null,
      frequencyPenalty: null,
      presencePenalty: null,
      seed: null,
      stop: [],
      choices: null,
      logprobs: null,
      serviceTier: null,
      metadata: null,
      user: null,
      wantsStream: false,
      extra: { 'anthropic-messages': own },
    },
    target,
  );
  return { body: counted(body), dropped };
}

const counted = (body: JsonObject): JsonObject =>
  Object.fromEntries(COUNTED.filter((name) => name in body).map((name) => [name, body[name]]));

/** `null` if the body is no answer of the endpoint. */
export const decodeCount = (body: unknown): number | null =>
  isRecord(body) && Number.isSafeInteger(body.input_tokens) ? Number(body.input_tokens) : null;
