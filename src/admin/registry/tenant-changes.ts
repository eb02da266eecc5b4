/** What is done to projects and to organisations in the same way: looking them up, changing, closing, deleting. */
import { isEmptyChange, toStoredFields } from './fields.ts';
import {
  type OrganizationResource,
  type ProjectResource,
  type ProjectRow,
  type TenantRow,
  toOrganizationResource,
  toProjectResource,
} from './tenant-rows.ts';
import { Refusal, type Transaction } from './transaction.ts';

/** What projects and organisations differ in, for what is done to both. */
export interface TenantKind<Row extends TenantRow, Resource> {
  readonly table: 'projects' | 'organizations';
  /** As actions in the audit trail begin. */
  readonly noun: 'project' | 'organization';
  readonly missing: string;
  readonly toResource: (row: Row) => Resource;
  readonly projectOf: (row: Row) => string | null;
}

export const PROJECTS: TenantKind<ProjectRow, ProjectResource> = {
  table: 'projects',
  noun: 'project',
  missing: 'There is no such project.',
  toResource: toProjectResource,
  projectOf: ({ name }) => name,
};

export const ORGANIZATIONS: TenantKind<TenantRow, OrganizationResource> = {
  table: 'organizations',
  noun: 'organization',
  missing: 'There is no such organisation.',
  toResource: toOrganizationResource,
  projectOf: () => null,
};

export function deleteTenant<Row extends TenantRow, Resource>(
  transaction: Transaction,
  kind: TenantKind<Row, Resource>,
  row: Row,
): { id: string } {
  transaction.sql.exec(`DELETE FROM ${kind.table} WHERE id = ?`, row.id);
  transaction.copyChanged('tenants'); // it may have been closed, or have had issuers or limits
  transaction.audit({
    action: `${kind.noun}.delete`,
    target: row.id,
    project: kind.projectOf(row),
    before: kind.toResource(row),
    after: null,
  });
  return { id: row.id };
}

/** Every change: a new version, noted with what was before and after. */
export function changeTenant<Row extends TenantRow, Resource>(
  transaction: Transaction,
  kind: TenantKind<Row, Resource>,
  row: Row,
  verb: 'update' | 'disable' | 'enable',
  change: () => void,
): Resource {
  change();
  const changed = transaction.sql
    .exec<Row>(
      `UPDATE ${kind.table} SET version = version + 1, updated_at = ? WHERE id = ? RETURNING *`,
      transaction.now,
      row.id,
    )
    .one();
  const after = kind.toResource(changed);
  transaction.audit({
    action: `${kind.noun}.${verb}`,
    target: row.id,
    project: kind.projectOf(row),
    before: kind.toResource(row),
    after,
  });
  return after;
}

/** Whatever these fields are, limits or issuers, the edges have to know them. */
export function setFields<Row extends TenantRow, Resource>(
  transaction: Transaction,
  { table }: TenantKind<Row, Resource>,
  row: Row,
  changes: object,
): void {
  const fields = JSON.stringify(toStoredFields({ ...JSON.parse(row.fields), ...changes }));
  transaction.sql.exec(`UPDATE ${table} SET fields = ? WHERE id = ?`, fields, row.id);
  if (!isEmptyChange(changes)) transaction.copyChanged('tenants');
}

/** `ifVersion`: `null` takes any version. */
export function requireTenant<Row extends TenantRow, Resource>(
  transaction: Transaction,
  kind: TenantKind<Row, Resource>,
  id: string,
  ifVersion: number | null = null,
): Row {
  const [row] = transaction.sql.exec<Row>(`SELECT * FROM ${kind.table} WHERE id = ?`, id);
  if (row === undefined) throw new Refusal('resource_not_found', kind.missing);
  const project = kind.projectOf(row);
  if (project !== null) transaction.requireProject(project, kind.missing);
  if (ifVersion !== null && ifVersion !== row.version)
    throw new Refusal('precondition_failed', `It has version ${row.version} by now.`);
  return row;
}

export function setStatus<Row extends TenantRow, Resource>(
  transaction: Transaction,
  kind: TenantKind<Row, Resource>,
  id: string,
  status: OrganizationResource['status'],
): Resource {
  const row = requireTenant(transaction, kind, id);
  if (row.status === status) return kind.toResource(row);
  return changeTenant(transaction, kind, row, STATUS_VERBS[status], () => {
    transaction.sql.exec(`UPDATE ${kind.table} SET status = ? WHERE id = ?`, status, id);
    transaction.copyChanged('tenants');
  });
}

const STATUS_VERBS = { active: 'enable', disabled: 'disable' } as const;
