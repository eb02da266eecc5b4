/** One secret that entries are sealed under, and the keys that were derived from it. */
import { createHash } from 'node:crypto';
import { IsolateCache } from '../isolate-cache.ts';
import type { TenantScope } from './tenant-scope.ts';

/** Scopes whose keys an isolate remembers: deriving one costs as much as opening an entry. */
const MAX_KEYS = 1000;
const KEY_TTL_MS = 3_600_000;
const SALT = 'edgeway cache v1';
/** Before the secret: no other use of the same text shows the same digest. */
const FINGERPRINT_LABEL = 'edgeway cache key fingerprint v1\0';

export class CipherSecret {
  static readonly FINGERPRINT_BYTES = 8;
  /** Tells which secret sealed an entry, and not what it is. */
  readonly fingerprint: Uint8Array;
  readonly #secret: string;
  readonly #keys: IsolateCache<CryptoKey>;
  /** A key once it is known, never a promise: that would belong to one request. */
  #material: CryptoKey | null = null;

  constructor(secret: string, now: () => number) {
    const digest = createHash('sha256').update(FINGERPRINT_LABEL).update(secret).digest('hex');
    this.fingerprint = Uint8Array.from({ length: CipherSecret.FINGERPRINT_BYTES }, (_, i) =>
      Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16),
    );
    this.#secret = secret;
    this.#keys = new IsolateCache({ maxEntries: MAX_KEYS, ttlMs: KEY_TTL_MS, now });
  }

  isNamedBy(fingerprint: Uint8Array): boolean {
    return this.fingerprint.every((byte, i) => fingerprint[i] === byte);
  }

  /** AES-256-GCM. */
  async keyOf(scope: TenantScope): Promise<CryptoKey> {
    const known = this.#keys.get(scope);
    if (known !== undefined) return known;
    const encoder = new TextEncoder();
    this.#material ??= await crypto.subtle.importKey('raw', encoder.encode(this.#secret), 'HKDF', false, [
      'deriveKey',
    ]);
    const key = await crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(SALT), info: encoder.encode(scope) },
      this.#material,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    );
    this.#keys.set(scope, key);
    return key;
  }
}
