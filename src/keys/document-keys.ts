/** Keys that stand in the configuration document, by hash. They may have any form. */
import { createHmac } from 'node:crypto';
import type { KeyEntry } from '../config/schema.ts';
import { pickLimits } from '../config/schema-limits.ts';
import type { IsolateCache } from '../isolate-cache.ts';
import { sha256Hex } from '../sha256.ts';
import { documentKeyLedgerId } from './ledger-ids.ts';
import { type Principal, toIpRanges } from './principal.ts';

export class DocumentKeys {
  readonly #byHash: ReadonlyMap<string, Principal>;
  /** By raw token, because the first hash of a request leaves the isolate and costs more than all the rest. */
  readonly #known: IsolateCache<Principal>;
  /** What tokens name the keys by, for each secret that signs tokens: one, or two while it is changed. */
  readonly #names = new Map<string, KeyNames>();

  constructor(entries: readonly KeyEntry[], known: IsolateCache<Principal>) {
    this.#byHash = new Map(entries.map((entry) => [entry.sha256, toPrincipal(entry)]));
    this.#known = known;
  }

  get isEmpty(): boolean {
    return this.#byHash.size === 0;
  }

  /** Without any look-up. */
  recall(token: string): Principal | undefined {
    return this.#known.get(token);
  }

  /** The principal of a key, whether or not it may still be used; `undefined` if there is no such key. */
  async find(token: string): Promise<Principal | undefined> {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    if (this.isEmpty) return undefined;
    const principal = this.#byHash.get(await sha256Hex(token));
    if (principal !== undefined) this.#known.set(token, principal);
    return principal;
  }

  /**
   * What a token names this key by, under the secret that signs the token: without the secret nobody learns the key's
   * hash from it. `undefined` for a principal that is no key of this document.
   */
  idOf(principal: Principal, signingSecret: string): string | undefined {
    return this.#namesUnder(signingSecret).ids.get(principal);
  }

  /** The key that `idOf` gave this id to, while the document has it. */
  findById(id: string, signingSecret: string): Principal | undefined {
    return id.startsWith(ID_PREFIX) ? this.#namesUnder(signingSecret).principals.get(id) : undefined;
  }

  /** All at once, when the first is asked for: they stay the same for as long as the document does. */
  #namesUnder(signingSecret: string): KeyNames {
    const known = this.#names.get(signingSecret);
    if (known !== undefined) return known;
    const names = [...this.#byHash].map(
      ([sha256, principal]) => [principal, toId(sha256, signingSecret)] as const,
    );
    const made = {
      ids: new Map(names),
      principals: new Map(names.map(([principal, id]) => [id, principal])),
    };
    this.#names.set(signingSecret, made);
    return made;
  }
}

interface KeyNames {
  readonly ids: ReadonlyMap<Principal, string>;
  readonly principals: ReadonlyMap<string, Principal>;
}

const ID_PREFIX = 'document-key:';

const toId = (sha256: string, signingSecret: string): string =>
  ID_PREFIX + createHmac('sha256', signingSecret).update(sha256).digest('hex').slice(0, 32);

function toPrincipal(entry: KeyEntry): Principal {
  return {
    keyName: entry.name,
    keyId: null,
    token: null,
    project: entry.project,
    organization: entry.organization ?? null,
    endUser: null,
    models: entry.models ?? null,
    deniedModels: entry.denied_models ?? [],
    routes: entry.routes ?? null,
    ipRanges: toIpRanges(entry.ip_ranges ?? null),
    expiresAt: entry.expires_at === undefined ? null : Date.parse(entry.expires_at),
    limits: pickLimits(entry),
    waitingRoom: entry.waiting_room ?? null,
    ledgerId: documentKeyLedgerId(entry.sha256),
    isMetered: entry.metering,
    logsContent: entry.log_content,
    within: null,
  };
}
