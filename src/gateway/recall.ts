/** Stage 4: is there an answer already? No cache is configured in this version, so every request goes on. */

/** As sent in `x-edgeway-cache` and logged as `cache`. */
export type CacheStatus = 'hit' | 'miss' | 'bypass' | 'coalesced' | 'semantic';

export type Recalled = { readonly kind: 'go-on'; readonly cache: CacheStatus };

export function recall(): Recalled {
  return { kind: 'go-on', cache: 'bypass' };
}
