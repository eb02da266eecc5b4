/** Token counting. Source: https://ai.google.dev/api/tokens. Vertex has another body: this is the Developer API's. */
import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget, UpstreamCodec } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';

export const counting: NonNullable<UpstreamCodec['counting']> = {
  path: ({ model }) => `/models/${encodeURIComponent(model)}:countTokens`,
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
    const { body, dropped } = encodeRequest(request, target);
    return { body: { generateContentRequest: { model: `models/${target.model}`, ...body } }, dropped };
  },
  decodeAnswer(body: unknown): number | null {
    const total = isRecord(body) ? body.totalTokens : null;
    return typeof total === 'number' && total >= 0 ? total : null;
  },
};
