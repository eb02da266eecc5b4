/**
 * Provider secrets at rest: AES-GCM-256 under a key from `MASTER_SECRET`. The Registry, KV and the isolates' copies hold
 * sealed texts only, and each opens under the name that it was sealed for and no other.
 *
 * Another `MASTER_SECRET` opens nothing that was sealed before: those secrets are as if they were not set, until they
 * are put again.
 */
import { base64url } from 'jose';
import type { SecretVault } from './api/admin-env.ts';

/** In UTF-16 units; a shorter one is taken for none. */
export const MIN_MASTER_SECRET_LENGTH = 32;

export interface OpenableVault extends SecretVault {
  /**
   * `null` for what was sealed under another master secret or another name, for what is no sealed text, and where no
   * master secret is set.
   */
  readonly open: (name: string, sealed: string) => Promise<string | null>;
}

const PREFIX = 'v1.';
const NONCE_BYTES = 12;
const INFO = 'edgeway provider secrets v1';

/** `seal` throws where no master secret of the right length is set. */
export function createSecretVault(masterSecret: string | undefined): OpenableVault {
  const isOpen = (masterSecret ?? '').length >= MIN_MASTER_SECRET_LENGTH;
  let derived: CryptoKey | undefined;
  // The key is kept, not the promise of it, which belongs to the request that made it.
  const key = async (): Promise<CryptoKey> => {
    derived ??= await deriveKey(masterSecret ?? '');
    return derived;
  };
  return {
    isOpen,
    async seal(name, value) {
      if (!isOpen) throw new Error('MASTER_SECRET is not set');
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(parameters(name, iv), await key(), encoder.encode(value));
      const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      bytes.set(iv);
      bytes.set(new Uint8Array(sealed), NONCE_BYTES);
      return PREFIX + base64url.encode(bytes);
    },
    async open(name, sealed) {
      if (!isOpen || !sealed.startsWith(PREFIX)) return null;
      try {
        const bytes = base64url.decode(sealed.slice(PREFIX.length));
        const of = parameters(name, bytes.subarray(0, NONCE_BYTES));
        const value = await crypto.subtle.decrypt(of, await key(), bytes.subarray(NONCE_BYTES));
        return new TextDecoder().decode(value);
      } catch {
        return null;
      }
    },
  };
}

const encoder = new TextEncoder();

const parameters = (name: string, iv: Uint8Array) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(name),
});

async function deriveKey(masterSecret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(masterSecret), 'HKDF', false, [
    'deriveKey',
  ]);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(INFO) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
