/** Projects and organisations as the Registry stores them, and as the admin API shows them. */
import type { ProjectIssuer } from '../../config/identity-issuers.ts';
import type { LimitFields } from './key-rows.ts';
import type { Transaction } from './transaction.ts';

export interface TenantRow extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** JSON text of `OrganizationFields` or `ProjectFields`. */
  readonly fields: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ProjectRow extends TenantRow {
  readonly organization: string | null;
}

export type OrganizationFields = LimitFields;
export type ProjectFields = LimitFields & { readonly issuers?: ProjectIssuer[] | undefined };

export interface OrganizationResource extends LimitFields {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  readonly created_at: string;
  readonly updated_at: string;
  readonly version: number;
}

export interface ProjectResource extends OrganizationResource {
  readonly organization: string | null;
  readonly issuers: ProjectIssuer[];
}

export function findProjectRow(sql: SqlStorage, name: string): ProjectRow | undefined {
  return [...sql.exec<ProjectRow>('SELECT * FROM projects WHERE name = ?', name)][0];
}

export function findOrganizationRow(sql: SqlStorage, name: string): TenantRow | undefined {
  return [...sql.exec<TenantRow>('SELECT * FROM organizations WHERE name = ?', name)][0];
}

export function toOrganizationResource(row: TenantRow): OrganizationResource {
  return { ...shared(row), ...(JSON.parse(row.fields) as OrganizationFields) }; // written by commands only
}

export function toProjectResource(row: ProjectRow): ProjectResource {
  const { issuers, ...limits } = parseProjectFields(row.fields);
  return { ...shared(row), organization: row.organization, issuers: issuers ?? [], ...limits };
}

export const parseProjectFields = (text: string): ProjectFields => JSON.parse(text) as ProjectFields; // as above

const shared = (row: TenantRow) => ({
  id: row.id,
  name: row.name,
  status: row.status as OrganizationResource['status'], // written by commands only
  created_at: new Date(row.created_at).toISOString(),
  updated_at: new Date(row.updated_at).toISOString(),
  version: row.version,
});

/** A project comes into being with the first thing that names it; one that exists stays in the organisation it is in. */
export function ensureProject(
  transaction: Transaction,
  name: string,
  organization: string | null,
): ProjectRow {
  if (organization !== null) ensureOrganization(transaction, organization);
  return findProjectRow(transaction.sql, name) ?? insertProject(transaction, name, organization, {});
}

export function ensureOrganization(transaction: Transaction, name: string): TenantRow {
  return findOrganizationRow(transaction.sql, name) ?? insertOrganization(transaction, name, {});
}

/** The name has to be free, and the organisation has to exist. `fields` without nulls. */
export function insertProject(
  transaction: Transaction,
  name: string,
  organization: string | null,
  fields: object,
): ProjectRow {
  const { sql, now } = transaction;
  const row = sql
    .exec<ProjectRow>(
      `INSERT INTO projects (id, name, organization, status, fields, version, created_at, updated_at)
       VALUES (?, ?, ?, 'active', ?, 1, ?, ?) RETURNING *`,
      transaction.newId('proj'),
      name,
      organization,
      JSON.stringify(fields),
      now,
      now,
    )
    .one();
  const after = toProjectResource(row);
  transaction.audit({ action: 'project.create', target: row.id, project: name, before: null, after });
  if (isTold(fields) || isInherited(sql, organization)) transaction.copyChanged('tenants');
  return row;
}

/** Issuers and limits are told to the edges. */
const isTold = (fields: object): boolean => Object.keys(fields).length > 0;

/** Whether the organisation is one that closes its projects, or limits them. */
function isInherited(sql: SqlStorage, name: string | null): boolean {
  const organization = name === null ? undefined : findOrganizationRow(sql, name);
  if (organization === undefined) return false;
  return organization.status === 'disabled' || isTold(JSON.parse(organization.fields));
}

/** The name has to be free. `fields` without nulls. */
export function insertOrganization(transaction: Transaction, name: string, fields: object): TenantRow {
  const { sql, now } = transaction;
  const row = sql
    .exec<TenantRow>(
      `INSERT INTO organizations (id, name, status, fields, version, created_at, updated_at)
       VALUES (?, ?, 'active', ?, 1, ?, ?) RETURNING *`,
      transaction.newId('org'),
      name,
      JSON.stringify(fields),
      now,
      now,
    )
    .one();
  const after = toOrganizationResource(row);
  transaction.audit({ action: 'organization.create', target: row.id, project: null, before: null, after });
  if (isTold(fields)) transaction.copyChanged('tenants');
  return row;
}
