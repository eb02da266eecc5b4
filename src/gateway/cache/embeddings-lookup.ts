/** Embeddings in the cache: the whole answer in one look, or what is known of its inputs. */
import type { CacheKey } from '../../cache/cache-key.ts';
import type { EntryHead } from '../../cache/entry.ts';
import { hashKey } from '../../cache/hash-key.ts';
import type { Plan } from '../exchange.ts';
import type { Asked } from './asked.ts';
import { EmbeddingsBatch } from './embeddings-batch.ts';
import type { BatchSplit } from './embeddings-split.ts';
import { commonParts, type KeyPlace } from './key-parts.ts';
import type { Found, Lookup } from './lookup.ts';

/** A batch with its keys. */
export interface KeyedBatch {
  readonly batch: EmbeddingsBatch;
  readonly whole: CacheKey;
  /** Of `batch.inputRequests`; none where only the whole is kept, or where one input is the whole. */
  readonly inputs: readonly CacheKey[];
}

/** What is missing of a batch, and where what comes is kept. */
export interface PartlyKnown extends KeyedBatch {
  readonly split: BatchSplit;
}

/** `null` where the door cannot read the body, or canonical JSON cannot say it. */
export function keyBatch({ route, body, request }: Asked, model: string, place: KeyPlace): KeyedBatch | null {
  if (route.embeddings === null || body === null) return null;
  const batch = EmbeddingsBatch.read({ door: route.embeddings.door, model: request.model, body });
  if (batch === null) return null;
  const keyOf = (asked: unknown) =>
    hashKey({ ...commonParts(model, place), operation: 'embeddings', request: asked });
  const whole = keyOf(batch.wholeRequest);
  const inputs = batch.inputRequests.map(keyOf);
  if (whole === null || inputs.some((key) => key === null)) return null;
  const isAlone = inputs[0]?.hash === whole.hash;
  return { batch, whole, inputs: isAlone ? [] : inputs.filter((key) => key !== null) };
}

/** What is known of the inputs, where those who know it may be asked for the rest. */
export async function lookForInputs(
  keyed: KeyedBatch,
  { desk, place, isGood }: Pick<Lookup, 'desk' | 'place' | 'isGood'>,
  { targets }: Plan,
  now: number,
): Promise<PartlyKnown & { readonly found: Found | null }> {
  const { batch, inputs } = keyed;
  const heads: EntryHead[] = [];
  const isGoodInput = (head: EntryHead): boolean => {
    const isReachable = targets.some(
      ({ provider, model }) => provider.id === head.provider && model === head.model,
    );
    return isReachable && now < head.freshUntil && isGood(head);
  };
  const entries = inputs.length === 0 ? [] : await desk.readMany(inputs, place, isGoodInput);
  for (const entry of entries) if (entry !== null) heads.push(entry.head);
  const split = batch.split(entries);
  const [first] = heads;
  if (split.missing.length > 0 || first === undefined) return { ...keyed, split, found: null };
  const storedAt = Math.min(...heads.map((head) => head.storedAt));
  const freshUntil = Math.min(...heads.map((head) => head.freshUntil));
  const answer = split.recall();
  const head = { ...first, ...split.source, storedAt, freshUntil, usage: answer.usage };
  const entry = { head, body: answer.whole(), canonical: null };
  return { ...keyed, split, found: { entry, body: { kind: 'whole', bytes: answer.body(), usage: null } } };
}

export const nothingKnownOf = (keyed: KeyedBatch): PartlyKnown & { readonly found: null } => ({
  ...keyed,
  split: keyed.batch.split(keyed.batch.inputRequests.map(() => null)),
  found: null,
});
