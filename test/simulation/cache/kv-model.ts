/**
 * Workers KV as several places see it: what is written in one is seen there at once and elsewhere seconds later, and what
 * was read, or was not there, is remembered for as long as the reader said.
 * Source: https://developers.cloudflare.com/kv/concepts/how-kv-works/
 */
import type { Seeded } from '../../support/seeded.ts';

/** A write to one name for each second. https://developers.cloudflare.com/kv/platform/limits/ */
const BETWEEN_WRITES_MS = 1000;
/** Seconds until a write is seen everywhere. */
const SEEN_AFTER: readonly [number, number] = [1, 10];

type Value = string | Uint8Array;

interface Version {
  readonly value: Value;
  readonly place: number;
  readonly writtenAt: number;
  /** Elsewhere. */
  readonly seenAt: number;
  readonly expiresAt: number;
}

interface Remembered {
  readonly value: Value | null;
  readonly until: number;
}

/** Keys, as they are billed: a bulk read is one for each name, and what is not there counts too. */
export interface KvCounts {
  reads: number;
  /** Of the reads. */
  found: number;
  writes: number;
  /** More than one a second for a name. */
  refused: number;
}

export class KvModel {
  readonly #now: () => number;
  readonly #random: Seeded;
  readonly #count: () => KvCounts;
  /** By name, oldest first. */
  readonly #versions = new Map<string, Version[]>();

  /** `count`: where operations are counted now. */
  constructor(now: () => number, random: Seeded, count: () => KvCounts) {
    this.#now = now;
    this.#random = random;
    this.#count = count;
  }

  /** The namespace, as it is bound in a place. */
  at(place: number): KvPlace {
    const remembered = new Map<string, Remembered>();
    const read = (name: string, cacheTtl: number): Value | null => {
      const now = this.#now();
      const known = remembered.get(name);
      const isFresh = known !== undefined && known.until > now;
      const value = isFresh ? known.value : this.#read(name, place);
      if (!isFresh) remembered.set(name, { value, until: now + cacheTtl * 1000 });
      this.#count().reads += 1;
      if (value !== null) this.#count().found += 1;
      return value;
    };
    return {
      async get(names, { cacheTtl }) {
        if (typeof names !== 'string')
          return new Map(names.map((name) => [name, toText(read(name, cacheTtl))]));
        const value = read(names, cacheTtl);
        return value === null ? null : toBytes(value);
      },
      put: async (name, value, { expirationTtl }) => {
        this.#write(name, value, place, expirationTtl);
        remembered.delete(name);
      },
    };
  }

  #read(name: string, place: number): Value | null {
    const now = this.#now();
    const seen = this.#versions
      .get(name)
      ?.findLast((version) => version.place === place || version.seenAt <= now);
    return seen !== undefined && seen.expiresAt > now ? seen.value : null;
  }

  #write(name: string, value: Value, place: number, seconds: number): void {
    const now = this.#now();
    const versions = this.#versions.get(name) ?? [];
    const last = versions.at(-1);
    if (last !== undefined && now - last.writtenAt < BETWEEN_WRITES_MS) {
      this.#count().refused += 1;
      throw new Error('429 Too Many Requests');
    }
    this.#count().writes += 1;
    const seenAt = now + 1000 * this.#random.between(...SEEN_AFTER);
    versions.push({ value, place, writtenAt: now, seenAt, expiresAt: now + seconds * 1000 });
    this.#versions.set(name, versions.slice(-2));
  }
}

/** What the gateway's store calls. */
export interface KvPlace {
  get(
    names: string | readonly string[],
    options: { readonly cacheTtl: number },
  ): Promise<Map<string, string | null> | ArrayBuffer | null>;
  put(name: string, value: Value, options: { readonly expirationTtl: number }): Promise<void>;
}

const toText = (value: Value | null): string | null =>
  value === null || typeof value === 'string' ? value : Buffer.from(value).toString('utf8');

const toBytes = (value: Value): ArrayBuffer => Uint8Array.from(Buffer.from(value)).buffer;
