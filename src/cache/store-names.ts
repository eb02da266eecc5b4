/**
 * Names in the stores, which all are made here, from a key that has a tenant:
 * - `c1/{tenant}/{hash}`: an entry
 * - `m1/{tenant}/{hash}`: the mark that it was asked for once, near by only
 *
 * `tenant`: the first 16 hex digits of the SHA-256 of the scope.
 */
import { createHash } from 'node:crypto';
import { IsolateCache } from '../isolate-cache.ts';
import type { CacheKey } from './cache-key.ts';

const TENANT_DIGITS = 16;
const MAX_TENANTS = 1000;
const TENANT_TTL_MS = 3_600_000;

export class StoreNames {
  readonly #tenants: IsolateCache<string>;

  constructor(now: () => number) {
    this.#tenants = new IsolateCache({ maxEntries: MAX_TENANTS, ttlMs: TENANT_TTL_MS, now });
  }

  entry(key: CacheKey): string {
    return `c1/${this.#belowTenant(key)}`;
  }

  mark(key: CacheKey): string {
    return `m1/${this.#belowTenant(key)}`;
  }

  #belowTenant({ scope, hash }: CacheKey): string {
    let tenant = this.#tenants.get(scope);
    if (tenant === undefined) {
      tenant = createHash('sha256').update(scope).digest('hex').slice(0, TENANT_DIGITS);
      this.#tenants.set(scope, tenant);
    }
    return `${tenant}/${hash}`;
  }
}
