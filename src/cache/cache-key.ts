/** What makes two requests one: see `docs/cache.md`. */
import type { TenantScope } from './tenant-scope.ts';

export interface CacheKeyParts {
  readonly scope: TenantScope;
  /** Neutral of the wire form: `chat`, `embeddings`, or the id of a route that has one form only. */
  readonly operation: string;
  /** As the client named it: an alias, or `provider/model`. */
  readonly model: string;
  /** Changes when the same name leads elsewhere. */
  readonly policy: string;
  readonly namespace: string | null;
  /** What is asked, without what cannot change the answer. Long integers as raw JSON. */
  readonly request: unknown;
}

export interface CacheKey {
  readonly scope: TenantScope;
  /** SHA-256, lowercase hex: 64 characters. Told to clients as `x-edgeway-cache-key`. */
  readonly hash: string;
}
