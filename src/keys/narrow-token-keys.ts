/**
 * The secrets that sign narrow tokens. Several at once, so that they can be rotated: the first signs, all of them
 * verify, and a secret leaves the list once its last token has expired.
 */
import { base64url } from 'jose';
import type { IsolateCache } from '../isolate-cache.ts';

export interface SigningSecret {
  /** Names the secret in the tokens that it signs; public. */
  readonly id: string;
  /** 32 bytes or more, or the base64 of them. */
  readonly secret: string | Uint8Array;
}

export interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey;
}

interface Material {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly cacheKey: string;
}

/** As many as the hash gives (RFC 2104 §3): fewer would be the weakest part of the token. */
const MIN_SECRET_BYTES = 32;

export class NarrowTokenKeys {
  readonly #materials: readonly Material[];
  readonly #imported: IsolateCache<CryptoKey>;

  /**
   * `imported` may be shared by all instances of an isolate: a promise may not outlive its request, so each key is
   * imported when it is first used. Throws if a secret is too short or no base64; the message does not quote it.
   */
  constructor(secrets: readonly SigningSecret[], imported: IsolateCache<CryptoKey>) {
    this.#materials = secrets.map(toMaterial);
    this.#imported = imported;
  }

  /** Throws if there is none. */
  async signingKey(): Promise<SigningKey> {
    const [first] = this.#materials;
    if (first === undefined) throw new Error('There is no secret to sign narrow tokens with.');
    return this.#import(first);
  }

  /** One after the other, the one that signs first. */
  async *verifyingKeys(): AsyncGenerator<SigningKey> {
    for (const material of this.#materials) yield this.#import(material);
  }

  async #import({ id, bytes, cacheKey }: Material): Promise<SigningKey> {
    const known = this.#imported.get(cacheKey);
    if (known !== undefined) return { id, key: known };
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
    this.#imported.set(cacheKey, key);
    return { id, key };
  }
}

function toMaterial({ id, secret }: SigningSecret): Material {
  const bytes = typeof secret === 'string' ? fromBase64(secret) : secret;
  if (bytes === null || bytes.length < MIN_SECRET_BYTES)
    throw new Error(
      `The signing secret ${JSON.stringify(id)} is not ${MIN_SECRET_BYTES} bytes or more in base64.`,
    );
  // By the secret too: an id that comes back with another secret must not meet the old one's key.
  return { id, bytes, cacheKey: `${base64url.encode(bytes)} ${id}` };
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
  } catch {
    return null;
  }
}
