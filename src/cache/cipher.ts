/**
 * Entries at rest: AES-256-GCM under a key for each tenant scope, derived from `CACHE_ENCRYPTION_KEY` by HKDF-SHA-256. An
 * entry opens in the scope and under the name that it was sealed for, and nowhere else. What
 * `CACHE_ENCRYPTION_KEY_PREVIOUS` sealed still opens, and nothing is sealed with it: that is how keys are changed.
 *
 * What is sealed: a magic, the fingerprint of the secret (8 bytes), a random IV (12 bytes), the cipher text with its tag.
 * 2^32 entries of one scope is what random IVs are good for under one secret.
 */
import { concat } from '../bytes.ts';
import { cipherMistake } from './cipher-mistake.ts';
import { CipherSecret } from './cipher-secret.ts';
import type { TenantScope } from './tenant-scope.ts';

export interface CacheCipher {
  /** The very same bytes where no secret is set. */
  seal(scope: TenantScope, name: string, plain: Uint8Array): Promise<Uint8Array>;
  /**
   * `null`: changed, sealed under a secret that is not set, for another scope or name, or not sealed while a secret is
   * set. Without a secret, the very same bytes unless they are sealed.
   */
  open(scope: TenantScope, name: string, bytes: Uint8Array): Promise<Uint8Array | null>;
}

export interface CacheSecrets {
  /** `CACHE_ENCRYPTION_KEY`: at least 16 characters; 32 random bytes in base64 are recommended. */
  readonly key: string | undefined;
  /** `CACHE_ENCRYPTION_KEY_PREVIOUS` */
  readonly previous: string | undefined;
  readonly now: () => number;
}

/** Unlike that of an entry; it begins with what is no UTF-8. Another layout has another last byte. */
const MAGIC = Uint8Array.of(0x89, 0x45, 0x53, 1);
const FINGERPRINT_AT = MAGIC.length;
const IV_AT = FINGERPRINT_AT + CipherSecret.FINGERPRINT_BYTES;
const IV_BYTES = 12;
const SEALED_AT = IV_AT + IV_BYTES;

/** Throws, with a reason for the operator, for what `cipherMistake` refuses. */
export function createCacheCipher({ key, previous, now }: CacheSecrets): CacheCipher {
  const mistake = cipherMistake({ key, previous });
  if (mistake !== null) throw new Error(mistake);
  if (key === undefined) return NO_CIPHER;
  const former = previous === undefined ? null : new CipherSecret(previous, now);
  return sealingCipher(new CipherSecret(key, now), former);
}

const NO_CIPHER: CacheCipher = {
  seal: async (_scope, _name, plain) => plain,
  open: async (_scope, _name, bytes) => (isSealed(bytes) ? null : bytes),
};

const isSealed = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

function sealingCipher(current: CipherSecret, previous: CipherSecret | null): CacheCipher {
  return {
    async seal(scope, name, plain) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(
        parameters(name, iv),
        await current.keyOf(scope),
        unshared(plain),
      );
      return concat([MAGIC, current.fingerprint, iv, new Uint8Array(sealed)]);
    },
    async open(scope, name, bytes) {
      if (!isSealed(bytes)) return null;
      const fingerprint = bytes.subarray(FINGERPRINT_AT, IV_AT);
      const secret = [current, previous].find((one) => one?.isNamedBy(fingerprint));
      if (secret === undefined || secret === null) return null;
      const of = parameters(name, bytes.subarray(IV_AT, SEALED_AT));
      const key = await secret.keyOf(scope);
      try {
        return new Uint8Array(await crypto.subtle.decrypt(of, key, unshared(bytes.subarray(SEALED_AT))));
      } catch {
        return null;
      }
    },
  };
}

/** Nobody here has memory that threads share, which is all that the types would keep away from `crypto`. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

const parameters = (name: string, iv: Uint8Array) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(name),
});
