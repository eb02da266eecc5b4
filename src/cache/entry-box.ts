/** Entries as stores take them: encoded, sealed, and for as long as they are kept. */
import { concat } from '../bytes.ts';
import type { StoredValue } from './cache-store.ts';
import type { CacheCipher } from './cipher.ts';
import { type CacheEntry, MAX_ENTRY_BYTES } from './entry.ts';
import { decodeEntry, encodeEntry } from './entry-bytes.ts';
import type { TenantScope } from './tenant-scope.ts';

const encoder = new TextEncoder();

/** Stands before an entry: one that was copied to another name, sealed or not, is none there. */
const labelOf = (name: string): Uint8Array => encoder.encode(`${name}\n`);

export class EntryBox {
  readonly #cipher: CacheCipher;
  readonly #now: () => number;

  constructor(cipher: CacheCipher, now: () => number) {
    this.#cipher = cipher;
    this.#now = now;
  }

  /** `null`: too large, or over already. */
  async pack(scope: TenantScope, name: string, entry: CacheEntry): Promise<StoredValue | null> {
    const seconds = this.secondsLeft(entry);
    if (seconds < 1 || entry.body.length + (entry.canonical?.length ?? 0) > MAX_ENTRY_BYTES) return null;
    const plain = concat([labelOf(name), encodeEntry(entry)]);
    return { name, bytes: await this.#cipher.seal(scope, name, plain), seconds };
  }

  /** `null`: no entry, or not one of this name. */
  async unpack(scope: TenantScope, name: string, bytes: Uint8Array | null): Promise<CacheEntry | null> {
    const plain = bytes === null ? null : await this.#cipher.open(scope, name, bytes);
    const label = labelOf(name);
    const isOfName = plain !== null && label.every((byte, i) => plain[i] === byte);
    return isOfName ? decodeEntry(plain.subarray(label.length)) : null;
  }

  /** How long it is kept from now on, in whole seconds, rounded up; below 1, it is over. */
  secondsLeft({ head }: CacheEntry): number {
    return Math.ceil((head.keptUntil - this.#now()) / 1000);
  }
}
