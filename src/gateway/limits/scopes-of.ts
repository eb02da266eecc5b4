/**
 * Whose limits count for a request: those of the token that was sent and of the key that it came from, of the project, of
 * the organisation, and of the end user. Each is a scope with a Ledger of its own; the names of Ledgers are made here.
 *
 * Limits of projects and organisations may stand in the document and in the Registry: the Registry's fields go first,
 * field by field. What is made here is kept for as long as neither changes, since every request asks for it.
 */
import { createHash } from 'node:crypto';
import type { ConfigDocument } from '../../config/schema.ts';
import { type LimitEntry, mergeLimits } from '../../config/schema-limits.ts';
import type { TenantsCopy } from '../../keys/edge-copies.ts';
import type { Principal } from '../../keys/principal.ts';
import { ledgerName, type Scope, type ScopeKind } from '../../limits/scope.ts';
import { isLimited, type ScopeLimits, toScopeLimits } from '../../limits/scope-limits.ts';

/** What the Registry says of tenants' limits. */
export type TenantLimits = Pick<TenantsCopy, 'projectLimits' | 'organizationLimits' | 'organizations'>;

/** `Services` are such. */
export interface ScopeSources {
  readonly scopeBook: ScopeBook;
  /** As they are known now: the same object until they change. */
  readonly tenants: () => TenantLimits;
}

/**
 * From the narrowest to the widest. The key and the project are always there, because what they use is recorded; the
 * others where they are limited. `endUserOfBody` counts where the credential names nobody.
 */
export function scopesOf(
  principal: Principal,
  endUserOfBody: string | null,
  { scopeBook, tenants }: ScopeSources,
): readonly Scope[] {
  return scopeBook.scopesOf(principal, endUserOfBody, tenants());
}

export const keyLedger = (ledgerId: string): string => ledgerName('key', ledgerId);
export const projectLedger = (name: string): string => ledgerName('project', shortened(name));
export const hedgeLedger = (project: string): string => ledgerName('hedge', shortened(project));

type Sources = Pick<ConfigDocument, 'projects' | 'organizations' | 'end_users' | 'limits'>;
type OnUnavailable = Scope['onUnavailable'];

interface KnownScopes {
  readonly tenants: TenantLimits;
  /** All but those of an end user whom the request's body names. */
  readonly scopes: readonly Scope[];
}

/** The scopes of one edition of the configuration. */
export class ScopeBook {
  readonly #document: Sources;
  /** `null`: end users are not limited. */
  readonly #endUserLimits: ScopeLimits | null;
  readonly #known = new WeakMap<Principal, KnownScopes>();
  /** Of projects and organisations, by Ledger: as many as the operator has, and the same ones whoever asks. */
  #shared: { readonly tenants: TenantLimits | null; readonly limits: Map<string, ScopeLimits> } = {
    tenants: null,
    limits: new Map(),
  };

  constructor(document: Sources) {
    this.#document = document;
    const limits = toScopeLimits(document.end_users ?? {});
    this.#endUserLimits = isLimited(limits) ? limits : null;
  }

  scopesOf(principal: Principal, endUserOfBody: string | null, tenants: TenantLimits): readonly Scope[] {
    let known = this.#known.get(principal);
    if (known?.tenants !== tenants) {
      known = { tenants, scopes: this.#make(principal, tenants) };
      this.#known.set(principal, known);
    }
    const limits = this.#endUserLimits;
    if (limits === null || principal.endUser !== null || endUserOfBody === null || endUserOfBody === '')
      return known.scopes;
    return [...known.scopes, this.#endUser(principal.project, endUserOfBody, limits)];
  }

  #make(principal: Principal, tenants: TenantLimits): readonly Scope[] {
    const { project, endUser } = principal;
    // Not every credential names its organisation.
    const organization = principal.organization ?? ownMember(tenants.organizations, project) ?? null;
    const scopes = [...this.#credentials(principal), this.#project(project, tenants)];
    if (organization !== null) scopes.push(this.#organization(organization, project, tenants));
    if (endUser !== null && this.#endUserLimits !== null)
      scopes.push(this.#endUser(project, endUser, this.#endUserLimits));
    return scopes.filter(({ isRecorded, limits }) => isRecorded || isLimited(limits));
  }

  /** A credential, and those that it is a part of: whatever each may use, it may only use within the others. */
  #credentials(principal: Principal): Scope[] {
    const scopes = new Map<string, Scope>();
    for (let one: Principal | null = principal; one !== null; one = one.within) {
      const limits = toScopeLimits(one.limits);
      const { project, token, keyName, ledgerId } = one;
      const ledger = token === null ? keyLedger(ledgerId) : ledgerName('token', ledgerId);
      if (scopes.has(ledger)) continue;
      const kind = token === null ? 'key' : 'token';
      const name = token === null ? keyName : (token.name ?? token.id);
      scopes.set(ledger, this.#scope({ kind, ledger, name, project, limits }));
    }
    return [...scopes.values()];
  }

  #project(name: string, tenants: TenantLimits): Scope {
    const ledger = projectLedger(name);
    const limits = this.#sharedLimits(ledger, tenants, () =>
      mergeLimits(ownMember(this.#document.projects, name), ownMember(tenants.projectLimits, name)),
    );
    return this.#scope({ kind: 'project', ledger, name, project: name, limits });
  }

  #organization(name: string, project: string, tenants: TenantLimits): Scope {
    const kind = 'organization';
    const ledger = ledgerName(kind, shortened(name));
    const limits = this.#sharedLimits(ledger, tenants, () =>
      mergeLimits(ownMember(this.#document.organizations, name), ownMember(tenants.organizationLimits, name)),
    );
    return this.#scope({ kind, ledger, name, project, limits });
  }

  /** Of a project: users of two tenants may have the same name, and are not the same. */
  #endUser(project: string, name: string, limits: ScopeLimits): Scope {
    const kind = 'end_user';
    // As JSON, so that no other two names read the same.
    const ledger = ledgerName(kind, shortened(JSON.stringify([project, name])));
    return this.#scope({ kind, ledger, name: name.slice(0, MAX_NAME), project, limits });
  }

  #sharedLimits(ledger: string, tenants: TenantLimits, read: () => LimitEntry): ScopeLimits {
    if (this.#shared.tenants !== tenants) this.#shared = { tenants, limits: new Map() };
    const known = this.#shared.limits.get(ledger);
    if (known !== undefined) return known;
    const limits = toScopeLimits(read());
    this.#shared.limits.set(ledger, limits);
    return limits;
  }

  #scope({ project, ...scope }: ScopeFields): Scope {
    const { kind, limits } = scope;
    return {
      ...scope,
      onUnavailable: isLimited(limits) ? (this.#configured(project) ?? usualFor(limits)) : 'open',
      isRecorded: kind === 'key' || kind === 'project',
    };
  }

  /** What the operator says, for the requests of a project or for all. */
  #configured(project: string): OnUnavailable | undefined {
    return (
      ownMember(this.#document.projects, project)?.on_unavailable ?? this.#document.limits.on_unavailable
    );
  }
}

type ScopeFields = Pick<Scope, 'ledger' | 'name' | 'limits'> & {
  readonly kind: ScopeKind;
  /** That the request belongs to. */
  readonly project: string;
};

/** Money that nobody counts is not to be spent. */
export const usualFor = ({ budgets }: ScopeLimits): OnUnavailable => (budgets.length > 0 ? 'closed' : 'open');

const MAX_NAME = 200;

/** A Ledger's name has bounds, and the names of tenants and their users have none. */
const shortened = (name: string): string =>
  name.length <= MAX_NAME ? name : `sha256 ${createHash('sha256').update(name).digest('hex')}`;

/** Names are anybody's choice: `constructor` is one that every object seems to have. */
const ownMember = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined => (record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined);
