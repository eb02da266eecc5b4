/**
 * Whose entries a request may read and write. A branded text: nothing in this room works without one, and one is made
 * from what a credential says, never from what a request says (traps E1).
 */
declare const brand: unique symbol;

export type TenantScope = string & { readonly [brand]: 'TenantScope' };

export type ScopeKind = 'key' | 'project' | 'organization';

/** Who asks, as its credential says. */
export interface Tenant {
  /** Unlike that of any other key, for as long as it exists. */
  readonly keyId: string;
  readonly project: string;
  readonly organization: string | null;
}

/** A credential without an organisation shares with its project only, whatever `kind` says. */
export function tenantScope({ keyId, project, organization }: Tenant, kind: ScopeKind): TenantScope {
  const parts =
    kind === 'key'
      ? ['key', organization, project, keyId]
      : kind === 'organization' && organization !== null
        ? ['organization', organization]
        : ['project', organization, project];
  return JSON.stringify(parts) as TenantScope; // made here and nowhere else
}

export function scopeKindOf(scope: TenantScope): ScopeKind {
  const [kind]: ScopeKind[] = JSON.parse(scope); // made above
  return kind ?? 'project';
}
