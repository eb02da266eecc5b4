/**
 * The Cache API: free, and of one data centre. It is there on a domain of one's own, and a host without it (workers.dev,
 * behind Access, a runtime that has none) is one where nothing is ever found: none of that is an error.
 * Source: https://developers.cloudflare.com/workers/runtime-apis/cache/
 */
import type { CacheStore } from '../cache-store.ts';

export interface NearStoreOptions {
  /** Throws or rejects where there is none. */
  readonly cache: () => Cache | Promise<Cache>;
  /** Of the Worker itself, as the request came to it: names of other hosts are not kept. */
  readonly origin: string;
}

/** No route of the Worker: only the cache knows it. */
const PATH = '/.edgeway-cache/';

export function createNearStore({ cache, origin }: NearStoreOptions): CacheStore {
  const urlOf = (name: string): string => `${origin}${PATH}${name}`;
  return {
    async get(name) {
      try {
        const found = await (await cache()).match(urlOf(name));
        return found === undefined ? null : new Uint8Array(await found.arrayBuffer());
      } catch {
        return null;
      }
    },
    async put(name, bytes, seconds) {
      const headers = {
        'cache-control': `max-age=${seconds}`,
        'content-type': 'application/octet-stream',
      };
      try {
        await (await cache()).put(urlOf(name), new Response(bytes, { headers }));
      } catch {
        // As if it had been dropped the moment after.
      }
    },
  };
}
