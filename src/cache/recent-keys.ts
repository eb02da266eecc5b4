/**
 * Keys that were worked out lately, by all that they are made of: to work one out takes a third of the time of a hit.
 */
import { IsolateCache } from '../isolate-cache.ts';
import type { CacheKey } from './cache-key.ts';
import type { TenantScope } from './tenant-scope.ts';

/** With texts of 4 KiB, 4 MiB. */
const MAX_KEYS = 1000;
const TTL_MS = 600_000;

export class RecentKeys {
  readonly #hashes: IsolateCache<string | null>;

  constructor(now: () => number) {
    this.#hashes = new IsolateCache({ maxEntries: MAX_KEYS, ttlMs: TTL_MS, now });
  }

  /** `asked`: everything that `workOut` looks at, `scope` included. What it throws is not remembered. */
  of(asked: string, scope: TenantScope, workOut: () => CacheKey | null): CacheKey | null {
    const known = this.#hashes.get(asked);
    if (known !== undefined) return known === null ? null : { scope, hash: known };
    const key = workOut();
    this.#hashes.set(asked, key?.hash ?? null);
    return key;
  }
}
