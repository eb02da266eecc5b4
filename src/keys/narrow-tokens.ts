/** Narrow tokens as credentials: verified without a look-up, and worth no more than the key that they were minted from. */
import type { LimitEntry } from '../config/schema-limits.ts';
import { GatewayUnavailable } from '../errors.ts';
import { IsolateCache } from '../isolate-cache.ts';
import type { DocumentKeys } from './document-keys.ts';
import type { KeyRing } from './key-ring.ts';
import type { NarrowClaims } from './narrow-claims.ts';
import { isNarrowToken, openNarrowToken, signNarrowToken } from './narrow-token.ts';
import { NarrowTokenKeys, type SigningSecret } from './narrow-token-keys.ts';
import { type Principal, toIpRanges } from './principal.ts';

export interface NarrowTokenSources {
  readonly documentKeys: DocumentKeys;
  readonly keyRing: Pick<KeyRing, 'findById'>;
  /** The newest first; empty while they cannot be had, `null` where nobody has a token. */
  readonly signingKeys: () => readonly (SigningSecret & { readonly secret: string })[] | null;
  readonly now: () => number;
}

/** What a token is asked for beside its parent. */
export type NarrowRequest = Omit<NarrowClaims, 'parent' | 'signingKeyId' | 'issuedAt'>;

export class NarrowTokens {
  readonly #sources: NarrowTokenSources;
  readonly #imported: IsolateCache<CryptoKey>;
  /** Raw token → its claims, once its signature was found good. */
  readonly #opened: IsolateCache<NarrowClaims>;
  /** Who the claims make, while the parent is the same: what is kept for a principal is kept for its next request. */
  readonly #principals = new WeakMap<NarrowClaims, Principal>();

  constructor(sources: NarrowTokenSources) {
    this.#sources = sources;
    const { now } = sources;
    this.#imported = new IsolateCache({ maxEntries: 100, ttlMs: 3_600_000, now });
    this.#opened = new IsolateCache({ maxEntries: 10_000, ttlMs: 60_000, now });
  }

  /** `undefined` if it is no good token, or its parent is no good key. Throws `GatewayUnavailable`. */
  async find(token: string): Promise<Principal | undefined> {
    const claims = await this.#open(token);
    if (claims === null) return undefined;
    const parent = await this.#parentOf(claims);
    if (parent === undefined) return undefined;
    const known = this.#principals.get(claims);
    if (known?.within === parent) return known;
    const principal = toPrincipal(claims, parent);
    this.#principals.set(claims, principal);
    return principal;
  }

  /**
   * A token for part of what `parent` may do. Throws `NarrowTokenTooLarge`, and `GatewayUnavailable` where the secrets to
   * sign with cannot be had. `undefined` for a principal that is no key.
   */
  async mint(request: NarrowRequest, parent: Principal): Promise<string | undefined> {
    const { documentKeys, now } = this.#sources;
    const [newest] = this.#secrets();
    const parentId = parent.keyId ?? documentKeys.idOf(parent, newest?.secret ?? '');
    if (parentId === undefined) return undefined;
    return signNarrowToken({ ...request, parent: parentId, issuedAt: now() }, this.#keys());
  }

  async #open(token: string): Promise<NarrowClaims | null> {
    const { now } = this.#sources;
    const known = this.#opened.get(token);
    if (known !== undefined) return now() < known.expiresAt ? known : null;
    if (!isNarrowToken(token) || this.#sources.signingKeys() === null) return null;
    const claims = await openNarrowToken(token, this.#keys(), now());
    if (claims !== null) this.#opened.set(token, claims);
    return claims;
  }

  async #parentOf({ parent, signingKeyId }: NarrowClaims): Promise<Principal | undefined> {
    const { documentKeys, keyRing } = this.#sources;
    const secret = this.#secrets().find(({ id }) => id === signingKeyId)?.secret ?? '';
    return documentKeys.findById(parent, secret) ?? keyRing.findById(parent);
  }

  #keys(): NarrowTokenKeys {
    return new NarrowTokenKeys(this.#secrets(), this.#imported);
  }

  #secrets(): readonly (SigningSecret & { readonly secret: string })[] {
    const secrets = this.#sources.signingKeys() ?? [];
    if (secrets.length === 0) throw new GatewayUnavailable('Tokens cannot be checked right now.');
    return secrets;
  }
}

function toPrincipal(claims: NarrowClaims, parent: Principal): Principal {
  return {
    ...parent,
    keyId: null,
    token: { id: claims.id, name: claims.name },
    endUser: claims.endUser ?? parent.endUser,
    models: claims.models,
    deniedModels: claims.deniedModels,
    routes: claims.routes,
    ipRanges: toIpRanges(claims.ipRanges),
    expiresAt: claims.expiresAt,
    limits: claims.limits as LimitEntry, // checked before we signed it
    ledgerId: claims.id,
    within: parent,
  };
}
