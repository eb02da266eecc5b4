/** Whether requests that differ have keys that differ. */
import canonicalize from 'canonicalize';
import type { RouteId } from '../../../src/dialects/routes.ts';
import { InvalidRequest } from '../../../src/errors.ts';
import type { Flip } from './flips.ts';
import { keyOf } from './keys.ts';

export interface Told {
  /** Pairs of different requests with one key, in words. */
  readonly collisions: readonly string[];
  /** How many keys there were, how many requests the gateway refuses, and how many it never caches. */
  readonly keyed: number;
  readonly refused: number;
  readonly uncached: number;
}

/**
 * All of `flips` against each other. `toMeaning`: a request without what may differ; those of one meaning may share a
 * key.
 */
export function compareKeys(
  id: RouteId,
  flips: readonly Flip[],
  toMeaning: (body: unknown) => unknown,
): Told {
  const seen = new Map<string, { readonly what: string; readonly meaning: string }>();
  const collisions: string[] = [];
  const counts = { keyed: 0, refused: 0, uncached: 0 };
  for (const { what, body } of flips) {
    const key = keyOrRefusal(id, body);
    if (key instanceof InvalidRequest) counts.refused += 1;
    else if (key === null) counts.uncached += 1;
    else {
      counts.keyed += 1;
      const meaning = canonicalize(toMeaning(body)) ?? '';
      const other = seen.get(key);
      if (other === undefined) seen.set(key, { what, meaning });
      else if (other.meaning !== meaning) collisions.push(`${other.what} = ${what}`);
    }
  }
  return { collisions, ...counts };
}

function keyOrRefusal(id: RouteId, body: unknown): string | null | InvalidRequest {
  try {
    return keyOf(id, body);
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
}
