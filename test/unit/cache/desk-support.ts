/** A cache desk between a real Cache API, a KV namespace that breaks on demand, and a clock that a test turns. */
import { CacheDesk, type CachePlace } from '../../../src/cache/cache-desk.ts';
import type { CacheStore, FarStore } from '../../../src/cache/cache-store.ts';
import { createCacheCipher } from '../../../src/cache/cipher.ts';
import { createKvStore } from '../../../src/cache/stores/kv-store.ts';
import { createNearStore } from '../../../src/cache/stores/near-store.ts';
import { BrokenKv } from './broken-kv.ts';
import { createClock } from './entries.ts';

export interface DeskOptions {
  /** Default: one of its own, which nobody else reads. */
  readonly origin?: string;
  readonly key?: string;
  readonly previous?: string;
  /** Default: the real one. */
  readonly near?: CacheStore;
  readonly upstash?: FarStore;
  readonly kv?: BrokenKv | null;
  readonly lookupMs?: number;
}

export interface TestDesk {
  readonly desk: CacheDesk;
  readonly place: CachePlace;
  readonly kv: BrokenKv;
  readonly clock: ReturnType<typeof createClock>;
  readonly logged: object[];
  /** What lies near by, under `name`. */
  nearby(name: string): Promise<Uint8Array | null>;
  /** Until what was left to be done after the answer is done. */
  settled(): Promise<void>;
}

/** As a fresh isolate has it. */
export function createDesk(options: DeskOptions = {}): TestDesk {
  const { origin = `https://${crypto.randomUUID()}.example`, lookupMs = 300 } = options;
  const kv = options.kv ?? new BrokenKv();
  const clock = createClock();
  const logged: object[] = [];
  const work: Promise<unknown>[] = [];
  const near = (at: string) => options.near ?? createNearStore({ cache: () => caches.default, origin: at });
  const desk = new CacheDesk({
    near,
    kv: options.kv === null ? null : createKvStore(kv.namespace),
    upstash: options.upstash ?? null,
    cipher: createCacheCipher({ key: options.key, previous: options.previous, now: clock.read }),
    now: clock.read,
    log: (line) => logged.push(line),
  });
  return {
    desk,
    place: { store: 'kv', origin, lookupMs, waitUntil: (one) => work.push(one) },
    kv,
    clock,
    logged,
    nearby: (name) => near(origin).get(name),
    settled: async () => {
      await Promise.all(work.splice(0));
    },
  };
}

export const NO_NEAR: CacheStore = { get: async () => null, put: async () => undefined };
