/**
 * Token counting: the parts of a Converse request that cost input tokens.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
 */
import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';

const COUNTED = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'];

export function encodeCount(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const { body, dropped } = encodeRequest(request, target);
  const converse = Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.includes(name)));
  return { body: { input: { converse } }, dropped };
}

export const decodeCount = (body: unknown): number | null =>
  isRecord(body) && typeof body.inputTokens === 'number' && body.inputTokens >= 0 ? body.inputTokens : null;
