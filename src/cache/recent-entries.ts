/**
 * Entries that this isolate has just read or written. The Cache API costs as much of a CPU as the call upstream that it
 * saves; what is asked for all the time is found here. Whoever asks checks each entry as one from a store, so nothing
 * lives on because it is here.
 */
import { IsolateCache } from '../isolate-cache.ts';
import type { CacheEntry } from './entry.ts';

/** 4 MiB at most. */
const MAX_ENTRIES = 64;
const MAX_BYTES = 64 * 1024;
/** What others have written since is seen after so long. */
const TTL_MS = 5_000;

export class RecentEntries {
  readonly #entries: IsolateCache<CacheEntry>;

  constructor(now: () => number) {
    this.#entries = new IsolateCache({ maxEntries: MAX_ENTRIES, ttlMs: TTL_MS, now });
  }

  /** Bytes of its own: a stream may take those that it is given. */
  get(name: string): CacheEntry | null {
    const entry = this.#entries.get(name);
    return entry === undefined ? null : copyOf(entry);
  }

  /** Larger ones are passed by. */
  set(name: string, entry: CacheEntry): void {
    if (entry.body.length + (entry.canonical?.length ?? 0) <= MAX_BYTES)
      this.#entries.set(name, copyOf(entry));
    else this.#entries.delete(name);
  }
}

const copyOf = ({ head, body, canonical }: CacheEntry): CacheEntry => ({
  head,
  body: body.slice(),
  canonical: canonical?.slice() ?? null,
});
