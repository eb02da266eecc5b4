/** How the answer to a request that was not found is kept. */
import type { KeyedEntry } from '../../cache/cache-desk.ts';
import type { CacheEntry } from '../../cache/entry.ts';
import type { Exchange } from '../exchange.ts';
import type { Recording } from './answer-recorder.ts';
import type { Lookup } from './lookup.ts';
import { jittered } from './policy.ts';

export function recordingOf(lookup: Lookup, { context, flight }: Exchange): Recording {
  const { policy, subjects, generation } = lookup;
  return {
    subjects,
    choices: lookup.choices,
    generation,
    freshMs: jittered(policy.ttlMs, context.random),
    staleMs: Math.max(policy.staleWhileRevalidateMs, policy.staleIfErrorMs),
    keepsToolCalls: policy.keepsToolCalls,
    keep: (entry, parts = []) => context.waitUntil(keep(entry, parts, lookup)),
    tap: flight?.kind === 'cache' ? flight.tap : null,
  };
}

/**
 * A write to KV costs ten reads: whoever wishes pays it only for what is asked for twice. What can be put together from
 * its parts lies whole near by only.
 */
async function keep(
  whole: CacheEntry,
  parts: readonly KeyedEntry[],
  { desk, key, place, policy }: Lookup,
): Promise<void> {
  const isProven = policy.write === 'always' || (await desk.isSecond(key, place, policy.ttlMs / 1000));
  if (!isProven) return;
  if (parts.length === 0) await desk.write(key, whole, place);
  else await Promise.all([desk.writeNear(key, whole, place), desk.writeMany(parts, place)]);
}
