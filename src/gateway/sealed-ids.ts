/**
 * Ids of stored responses as clients see them: `resp_` and a sealed text that says which target, credential and
 * tenant it belongs to. Nobody can read, change or make one without the credential's secret, and nobody else's opens.
 *
 * Bytes: version (1), fingerprint of the credential (8), nonce (12), AES-GCM of `[provider, model, tenant, id]`. The
 * nonce is an HMAC of what is sealed, so one response has one id however often it is read.
 */
import type { IsolateCache } from '../isolate-cache.ts';
import type { Principal } from '../keys/principal.ts';
import type { Credential, Provider } from '../providers/provider.ts';
import type { Snapshot } from './snapshot.ts';

const PREFIX = 'resp_';
const VERSION = 1;
const FINGERPRINT_BYTES = 8;
const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + FINGERPRINT_BYTES + NONCE_BYTES;
/** Longer ones are nobody's. */
const MAX_ID_LENGTH = 2048;

export interface StoredResponse {
  readonly provider: Provider;
  readonly credential: Credential;
  /** The upstream's model id. */
  readonly model: string;
  /** The provider's own id. */
  readonly id: string;
}

/** Whose responses a key may read: its project's. */
export const tenantOf = ({ organization, project }: Principal): string =>
  JSON.stringify([organization, project]);

export class SealedIds {
  readonly #snapshot: Snapshot;
  readonly #keys: IsolateCache<SealingKeys>;
  readonly #ownSecret: () => string;

  /**
   * `keys`: by credential id; deriving them costs as much as a small request. `ownSecret`: what only this gateway knows;
   * throws `GatewayUnavailable` while it cannot be had.
   */
  constructor(snapshot: Snapshot, keys: IsolateCache<SealingKeys>, ownSecret: () => string) {
    this.#snapshot = snapshot;
    this.#keys = keys;
    this.#ownSecret = ownSecret;
  }

  async seal({ provider, credential, model, id }: StoredResponse, tenant: string): Promise<string> {
    const keys = await this.#keysOf(provider, credential);
    const plain = encoder.encode(JSON.stringify([provider.id, model, tenant, id]));
    const nonce = (await hmac(keys.nonce, plain)).subarray(0, NONCE_BYTES);
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, keys.cipher, plain);
    const bytes = new Uint8Array(HEAD_BYTES + sealed.byteLength);
    bytes[0] = VERSION;
    bytes.set(keys.fingerprint, 1);
    bytes.set(nonce, 1 + FINGERPRINT_BYTES);
    bytes.set(new Uint8Array(sealed), HEAD_BYTES);
    return PREFIX + toBase64Url(bytes);
  }

  /** `null` if it is forged, another tenant's, or its credential is no longer configured. */
  async open(text: string, tenant: string): Promise<StoredResponse | null> {
    const bytes =
      text.length <= MAX_ID_LENGTH && text.startsWith(PREFIX) ? fromBase64Url(text.slice(5)) : null;
    if (bytes === null || bytes.length <= HEAD_BYTES || bytes[0] !== VERSION) return null;
    const fingerprint = bytes.subarray(1, 1 + FINGERPRINT_BYTES);
    const nonce = bytes.subarray(1 + FINGERPRINT_BYTES, HEAD_BYTES);
    for (const provider of this.#snapshot.providers.values()) {
      for (const credential of provider.credentials) {
        const keys = await this.#keysOf(provider, credential);
        if (!isEqual(keys.fingerprint, fingerprint)) continue;
        const plain = await decrypt(keys.cipher, nonce, bytes.subarray(HEAD_BYTES));
        if (plain === null || plain[0] !== provider.id || plain[2] !== tenant) continue;
        return { provider, credential, model: plain[1], id: plain[3] };
      }
    }
    return null;
  }

  async #keysOf(provider: Provider, credential: Credential): Promise<SealingKeys> {
    const known = this.#keys.get(credential.id);
    if (known !== undefined) return known;
    const derived = await this.#derive(provider, credential);
    this.#keys.set(credential.id, derived);
    return derived;
  }

  /** From the credential's secret; where a provider takes none, from the gateway's own. */
  async #derive(provider: Provider, credential: Credential): Promise<SealingKeys> {
    const secret = credential.secrets.length > 0 ? credential.secrets.join('\n') : this.#ownSecret();
    const material = await crypto.subtle.importKey('raw', encoder.encode(`\n${secret}`), 'HKDF', false, [
      'deriveBits',
      'deriveKey',
    ]);
    const from = (purpose: string) => ({
      name: 'HKDF',
      hash: 'SHA-256',
      salt: encoder.encode(provider.id),
      info: encoder.encode(`edgeway response ids: ${purpose}`),
    });
    const aes = { name: 'AES-GCM', length: 256 };
    const mac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
    const [cipher, nonce, fingerprint] = await Promise.all([
      crypto.subtle.deriveKey(from('cipher'), material, aes, false, ['encrypt', 'decrypt']),
      crypto.subtle.deriveKey(from('nonce'), material, mac, false, ['sign']),
      crypto.subtle.deriveBits(from('fingerprint'), material, FINGERPRINT_BYTES * 8),
    ]);
    return { cipher, nonce, fingerprint: new Uint8Array(fingerprint) };
  }
}

export interface SealingKeys {
  readonly cipher: CryptoKey;
  readonly nonce: CryptoKey;
  readonly fingerprint: Uint8Array;
}

const encoder = new TextEncoder();

const hmac = async (key: CryptoKey, bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

/** `null` if the seal does not hold. */
async function decrypt(
  key: CryptoKey,
  iv: Uint8Array,
  sealed: Uint8Array,
): Promise<readonly [string, string, string, string] | null> {
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed);
    return JSON.parse(new TextDecoder().decode(plain)) as [string, string, string, string]; // as `seal` wrote it
  } catch {
    return null;
  }
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
  } catch {
    return null;
  }
}
