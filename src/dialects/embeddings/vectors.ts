/** Reading the pieces of vendors' answers: vectors, token counts. Nothing here trusts a type. */
import { inputUsage } from '../input-usage.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import { decodeFloats } from './float-base64.ts';

/** What one call brought. */
export interface ReadCall<Vector = readonly number[]> {
  readonly vectors: readonly (Vector | null)[];
  /** `null` if the vendor does not tell. */
  readonly inputTokens: number | null;
  readonly model?: string | null;
}

/** Numbers, or their base64; `null` for anything else. */
export function readVector(value: unknown): readonly number[] | null {
  const vector = typeof value === 'string' ? decodeFloats(value) : value;
  return Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite) ? vector : null;
}

/** Sum of what is told; `null` if one of them does not tell, because half a bill is a wrong one. */
export const sumOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);

/** The calls as one answer; `null` if one could not be read, or if there is not one vector for each input. */
export function joinCalls(
  calls: readonly (ReadCall | null)[],
  request: EmbeddingRequest,
): EmbeddingAnswer | null {
  const read = calls.filter((call) => call !== null);
  const vectors = read.flatMap((call) => call.vectors).filter((vector) => vector !== null);
  const sent = read.reduce((sum, call) => sum + call.vectors.length, 0);
  const isWhole =
    read.length === calls.length && vectors.length === sent && sent === request.inputs.length && sent > 0;
  if (!isWhole) return null;
  return {
    vectors,
    usage: inputUsage(sumOf(read.map((call) => call.inputTokens))),
    model: read[0]?.model ?? null,
  };
}
