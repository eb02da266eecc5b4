/** Keys that stand in the configuration document, by hash. */
import type { KeyEntry } from '../config/schema.ts';
import { parseIpRange } from '../ip-range.ts';
import type { IsolateCache } from '../isolate-cache.ts';
import type { Principal } from './principal.ts';

export class DocumentKeys {
  readonly #byHash: ReadonlyMap<string, Principal>;
  /** By raw token, because the first hash of a request leaves the isolate and costs more than all the rest. */
  readonly #known: IsolateCache<Principal>;

  constructor(entries: readonly KeyEntry[], known: IsolateCache<Principal>) {
    this.#byHash = new Map(entries.map((entry) => [entry.sha256, toPrincipal(entry)]));
    this.#known = known;
  }

  get isEmpty(): boolean {
    return this.#byHash.size === 0;
  }

  /** The principal of a key, whether or not it may still be used; `undefined` if there is no such key. */
  async find(token: string): Promise<Principal | undefined> {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const principal = this.#byHash.get(await sha256Hex(token));
    if (principal !== undefined) this.#known.set(token, principal);
    return principal;
  }
}

function toPrincipal(entry: KeyEntry): Principal {
  return {
    keyName: entry.name,
    project: entry.project,
    organization: entry.organization ?? null,
    models: entry.models ?? null,
    deniedModels: entry.denied_models ?? [],
    routes: entry.routes ?? null,
    ipRanges: entry.ip_ranges?.map(parseIpRange).filter((range) => range !== undefined) ?? null,
    expiresAt: entry.expires_at === undefined ? null : Date.parse(entry.expires_at),
    isMetered: entry.metering,
  };
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
