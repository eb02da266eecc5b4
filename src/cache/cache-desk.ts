/**
 * Where the gateway asks for entries and leaves them: what this isolate has just seen, then a near copy, then the store
 * behind it. Nothing here fails and nothing hangs: what is slow, broken or not to be believed is not there, and a write
 * that fails is the log's business.
 */
import { withTimeout } from '../with-timeout.ts';
import type { CacheKey } from './cache-key.ts';
import type { CacheStore, FarStore, StoredValue } from './cache-store.ts';
import type { CacheCipher } from './cipher.ts';
import type { CacheEntry, EntryHead } from './entry.ts';
import { EntryBox } from './entry-box.ts';
import { FirstMarks } from './first-marks.ts';
import { RecentEntries } from './recent-entries.ts';
import { RecentKeys } from './recent-keys.ts';
import { StoreNames } from './store-names.ts';
import type { TenantScope } from './tenant-scope.ts';
import { WriteFailures } from './write-failures.ts';

export interface CacheDeskOptions {
  /** By the origin of the request; see `createNearStore`. */
  readonly near: (origin: string) => CacheStore;
  /** `null`: not bound. */
  readonly kv: FarStore | null;
  /** `null`: its variables are not set. */
  readonly upstash: FarStore | null;
  readonly cipher: CacheCipher;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly log: (line: object) => void;
}

/** Where one request looks and writes. */
export interface CachePlace {
  readonly store: 'kv' | 'upstash';
  /** Of the request's URL. */
  readonly origin: string;
  /** How long a look-up may take, milliseconds. */
  readonly lookupMs: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Whether an entry may be used, as invalidations and the request have it. */
export type IsGood = (head: EntryHead) => boolean;

export interface KeyedEntry {
  readonly key: CacheKey;
  readonly entry: CacheEntry;
}

/** The store behind has the rest of the time, should the near one say nothing. */
const NEAR_SHARE = 0.5;
/** Writes happen when the answer is gone already; the platform ends them after 30 s. */
const WRITE_TIMEOUT_MS = 10_000;
/** Near by, what was asked for once. */
const MARK = Uint8Array.of(1);

export class CacheDesk {
  /** Of requests that this isolate has just seen. */
  readonly keys: RecentKeys;
  readonly #options: CacheDeskOptions;
  readonly #box: EntryBox;
  readonly #names: StoreNames;
  readonly #recent: RecentEntries;
  readonly #marks: FirstMarks;
  readonly #failures: WriteFailures;

  constructor(options: CacheDeskOptions) {
    const { cipher, now, log } = options;
    this.#options = options;
    this.keys = new RecentKeys(now);
    this.#box = new EntryBox(cipher, now);
    this.#names = new StoreNames(now);
    this.#recent = new RecentEntries(now);
    this.#marks = new FirstMarks(now);
    this.#failures = new WriteFailures(now, log);
  }

  /** `null`: there is none that is good, or none was found in time. What is found behind is copied near. Never rejects. */
  read(key: CacheKey, place: CachePlace, isGood: IsGood): Promise<CacheEntry | null> {
    return orElse(this.#read(key, place, this.#unlessOver(isGood)), null);
  }

  /** As `read`, in the order of `keys`: all at once, behind only. Never rejects. */
  readMany(
    keys: readonly CacheKey[],
    place: CachePlace,
    isGood: IsGood,
  ): Promise<readonly (CacheEntry | null)[]> {
    const found = this.#readMany(keys, place, this.#unlessOver(isGood));
    return orElse(withTimeout(found, place.lookupMs), Array<null>(keys.length).fill(null));
  }

  /** Near by and behind. Whether the store behind has it: it has not what is too large, or over. Never rejects. */
  write(key: CacheKey, entry: CacheEntry, place: CachePlace): Promise<boolean> {
    return this.#attempt(place, async (far) => {
      const value = await this.#box.pack(key.scope, this.#names.entry(key), entry);
      if (value === null) return false;
      this.#recent.set(value.name, entry);
      this.#copyNear(value, place);
      await far?.put(value.name, value.bytes, value.seconds);
      return far !== null;
    });
  }

  /** As `write`, near by only. Never rejects. */
  async writeNear(key: CacheKey, entry: CacheEntry, place: CachePlace): Promise<void> {
    const value = await orElse(this.#box.pack(key.scope, this.#names.entry(key), entry), null);
    if (value === null) return;
    this.#recent.set(value.name, entry);
    this.#copyNear(value, place);
  }

  /** As `write`, behind only. `true`: all of them. Never rejects. */
  writeMany(entries: readonly KeyedEntry[], place: CachePlace): Promise<boolean> {
    return this.#attempt(place, async (far) => {
      if (far === null) return false;
      const packed = await Promise.all(
        entries.map(({ key, entry }) => this.#box.pack(key.scope, this.#names.entry(key), entry)),
      );
      const values = packed.filter((value) => value !== null);
      await far.putMany(values);
      return values.length === entries.length;
    });
  }

  /** Whether the same was asked for in the last `ttlSeconds`, as far as this place knows; now it was. Never rejects. */
  async isSecond(key: CacheKey, place: CachePlace, ttlSeconds: number): Promise<boolean> {
    const name = this.#names.mark(key);
    if (this.#marks.has(name)) return true;
    if ((await this.#getNear(name, place)) !== null) return true;
    this.#marks.set(name, ttlSeconds);
    this.#copyNear({ name, bytes: MARK, seconds: ttlSeconds }, place);
    return false;
  }

  async #read(key: CacheKey, place: CachePlace, isGood: IsGood): Promise<CacheEntry | null> {
    const name = this.#names.entry(key);
    const recent = this.#recent.get(name);
    if (recent !== null && isGood(recent.head)) return recent;
    const entry = await this.#readStores(key.scope, name, place, isGood);
    if (entry !== null) this.#recent.set(name, entry);
    return entry;
  }

  async #readStores(
    scope: TenantScope,
    name: string,
    place: CachePlace,
    isGood: IsGood,
  ): Promise<CacheEntry | null> {
    const { now } = this.#options;
    const startedAt = now();
    const nearby = await this.#box.unpack(scope, name, await this.#getNear(name, place));
    if (nearby !== null && isGood(nearby.head)) return nearby;
    const far = this.#farOf(place);
    if (far === null) return null;
    // A timer for each store, because most need one only, and a timer costs as much as parsing ten kilobytes.
    const bytes = await withTimeout(far.get(name), place.lookupMs - (now() - startedAt));
    const entry = await this.#box.unpack(scope, name, bytes);
    if (bytes === null || entry === null || !isGood(entry.head)) return null;
    this.#copyNear({ name, bytes, seconds: this.#box.secondsLeft(entry) }, place);
    return entry;
  }

  async #readMany(
    keys: readonly CacheKey[],
    place: CachePlace,
    isGood: IsGood,
  ): Promise<readonly (CacheEntry | null)[]> {
    const names = keys.map((key) => this.#names.entry(key));
    const found = (await this.#farOf(place)?.getMany(names)) ?? [];
    return Promise.all(
      keys.map(async ({ scope }, i) => {
        const entry = await this.#box.unpack(scope, names[i] ?? '', found[i] ?? null);
        return entry !== null && isGood(entry.head) ? entry : null;
      }),
    );
  }

  #farOf({ store }: CachePlace): FarStore | null {
    return this.#options[store];
  }

  /** What is over is not there, however long a store has it. */
  #unlessOver(isGood: IsGood): IsGood {
    return (head) => head.keptUntil > this.#options.now() && isGood(head);
  }

  #getNear(name: string, { origin, lookupMs }: CachePlace): Promise<Uint8Array | null> {
    return orElse(withTimeout(this.#options.near(origin).get(name), lookupMs * NEAR_SHARE), null);
  }

  #copyNear({ name, bytes, seconds }: StoredValue, { origin, waitUntil }: CachePlace): void {
    waitUntil(orElse(this.#options.near(origin).put(name, bytes, seconds), undefined));
  }

  async #attempt(place: CachePlace, work: (far: FarStore | null) => Promise<boolean>): Promise<boolean> {
    try {
      return await withTimeout(work(this.#farOf(place)), WRITE_TIMEOUT_MS);
    } catch (error) {
      this.#failures.note(place.store, error);
      return false;
    }
  }
}

/** Whatever became of the work. */
async function orElse<Value, Other>(work: Promise<Value>, other: Other): Promise<Value | Other> {
  try {
    return await work;
  } catch {
    return other;
  }
}
