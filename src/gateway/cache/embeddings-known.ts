/** Which of the vectors that were found may stand in one answer. */
import type { CacheEntry } from '../../cache/entry.ts';
import { decodeStored } from '../../dialects/embeddings/stored-answer.ts';
import { lengthOf, type StoredVector } from '../../dialects/embeddings/stored-vectors.ts';

/** Who made a vector: an alias leads to more than one model, and their vectors say nothing to each other. */
export interface VectorSource {
  /** The provider's id, and its own name of the model. */
  readonly provider: string;
  readonly model: string;
}

export const isSameSource = (one: VectorSource, other: VectorSource): boolean =>
  one.provider === other.provider && one.model === other.model;

/** A vector, with what its answer told. */
export interface ToldVector {
  readonly vector: StoredVector;
  /** Its share of the tokens; `null` if none were told. */
  readonly inputTokens: number | null;
  /** As the answer named it. */
  readonly model: string | null;
}

export interface KnownVectors {
  /** `null`: nothing is known. */
  readonly source: VectorSource | null;
  /** For each entry that was looked for; `null`: not known, or not of that source. */
  readonly vectors: readonly (ToldVector | null)[];
}

export const nothingKnown = (count: number): KnownVectors => ({
  source: null,
  vectors: Array.from({ length: count }, () => null),
});

/** Those of one source and one length, of which there are most. */
export function chooseKnown(found: readonly (CacheEntry | null)[]): KnownVectors {
  const read = found.map((entry) => entry && readInput(entry));
  const counts = new Map<string, number>();
  for (const one of read) if (one !== null) counts.set(one.kin, (counts.get(one.kin) ?? 0) + 1);
  const [[kin] = [null]] = [...counts].sort(([, one], [, other]) => other - one);
  const chosen = read.map((one) => (one?.kin === kin ? one : null));
  return {
    source: chosen.find((one) => one !== null)?.source ?? null,
    vectors: chosen.map((one) => one?.told ?? null),
  };
}

interface ReadInput {
  readonly told: ToldVector;
  readonly source: VectorSource;
  /** The same for vectors that may stand together. */
  readonly kin: string;
}

function readInput({ head, body }: CacheEntry): ReadInput | null {
  const stored = head.kind === 'vectors' ? decodeStored(body) : null;
  const [vector, ...others] = stored?.vectors ?? [];
  if (stored === null || vector === undefined || others.length > 0) return null;
  const { provider, model } = head;
  return {
    told: { vector, inputTokens: stored.inputTokens, model: stored.model },
    source: { provider, model },
    kin: JSON.stringify([provider, model, lengthOf(vector)]),
  };
}
