/** What stands around a gateway for its response cache: a KV namespace, and where a test wants it a near cache. */
import { type KvStore, startKvStore } from './kv-store.ts';
import { type NearCache, startNearCache } from './near-cache.ts';

export interface CacheOptions {
  /** One that is not stopped with the gateway; default: an empty one of its own. `null`: `CACHE` is not bound. */
  readonly kv?: KvStore | null;
  /** Gives each isolate a Cache API of its own. Without it there is none, and its methods throw. */
  readonly near?: boolean;
}

export interface CacheStand {
  /** The namespace `CACHE`. Throws with `kv: null`. */
  readonly kv: KvStore;
  /** Of the first isolate; throws without `near: true`. */
  readonly near: NearCache;
  /** Of the second one. */
  readonly nearElsewhere: NearCache;
  readonly ports: CachePorts;
  stop(): Promise<void>;
}

/** On loopback. */
export interface CachePorts {
  readonly kv?: number;
  readonly near?: number;
  readonly nearElsewhere?: number;
}

export async function startCacheStand({
  kv: given,
  near: wantsNear = false,
}: CacheOptions = {}): Promise<CacheStand> {
  const kv = given === undefined ? await startKvStore() : given;
  const near = wantsNear ? await startNearCache() : null;
  const nearElsewhere = wantsNear ? await startNearCache() : null;
  return {
    get kv() {
      return kv ?? missing('a KV namespace of its own');
    },
    get near() {
      return near ?? missing('near: true');
    },
    get nearElsewhere() {
      return nearElsewhere ?? missing('near: true');
    },
    ports: {
      ...(kv === null ? {} : { kv: kv.port }),
      ...(near === null ? {} : { near: near.port }),
      ...(nearElsewhere === null ? {} : { nearElsewhere: nearElsewhere.port }),
    },
    stop: async () => {
      if (given === undefined) await kv?.stop();
      await near?.stop();
      await nearElsewhere?.stop();
    },
  };
}

function missing(option: string): never {
  throw new Error(`start the gateway with cache: { ${option} }`);
}
