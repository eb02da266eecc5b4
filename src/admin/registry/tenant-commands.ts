/**
 * What can be done to projects and organisations. Their names stay, because keys and logs name them; what closes one, and
 * whose tokens open one, goes to the edges as the copy `tenants`.
 */
import type { ProjectIssuer } from '../../config/identity-issuers.ts';
import { type PlacedIssuer, sharedTokenMistakes } from '../../config/issuer-mistakes.ts';
import { toPath } from '../../config/parse-document.ts';
import { isEmptyChange, type Nullable, toStoredFields } from './fields.ts';
import {
  changeTenant,
  deleteTenant,
  ORGANIZATIONS,
  PROJECTS,
  requireTenant,
  setFields,
  setStatus,
} from './tenant-changes.ts';
import {
  ensureOrganization,
  findOrganizationRow,
  findProjectRow,
  insertOrganization,
  insertProject,
  type OrganizationFields,
  type ProjectFields,
  type ProjectRow,
  parseProjectFields,
  type TenantRow,
  toOrganizationResource,
  toProjectResource,
} from './tenant-rows.ts';
import { Refusal, type Transaction } from './transaction.ts';

export interface CreateOrganization {
  readonly name: string;
  readonly fields: Nullable<OrganizationFields>;
}

export interface CreateProject {
  readonly name: string;
  /** Made, if there is none of this name. */
  readonly organization: string | null;
  readonly fields: Nullable<ProjectFields>;
}

export interface UpdateOrganization {
  readonly id: string;
  /** Refused with `precondition_failed` unless it has this version. */
  readonly ifVersion: number | null;
  /** Fields to set; `null` takes one away. */
  readonly fields: Nullable<OrganizationFields>;
}

export interface UpdateProject {
  readonly id: string;
  readonly ifVersion: number | null;
  /** Absent: it stays where it is. */
  readonly organization?: string | null;
  readonly fields: Nullable<ProjectFields>;
}

type ById = { readonly id: string };

/** Keys that move with their project are told to the edges one by one: well below what one pulse can tell. */
export const MAX_MOVED_KEYS = 200;

export const tenantCommands = {
  'projects.create': createProject,
  'projects.update': updateProject,
  'projects.disable': (transaction: Transaction, { id }: ById) =>
    setStatus(transaction, PROJECTS, id, 'disabled'),
  'projects.enable': (transaction: Transaction, { id }: ById) =>
    setStatus(transaction, PROJECTS, id, 'active'),
  'projects.delete': deleteProject,
  'organizations.create': createOrganization,
  'organizations.update': updateOrganization,
  'organizations.disable': (transaction: Transaction, { id }: ById) =>
    setStatus(transaction, ORGANIZATIONS, id, 'disabled'),
  'organizations.enable': (transaction: Transaction, { id }: ById) =>
    setStatus(transaction, ORGANIZATIONS, id, 'active'),
  'organizations.delete': deleteOrganization,
};

function createOrganization(transaction: Transaction, { name, fields }: CreateOrganization) {
  if (findOrganizationRow(transaction.sql, name) !== undefined)
    throw new Refusal('conflict', 'There is an organisation of this name.', 'name');
  return toOrganizationResource(insertOrganization(transaction, name, toStoredFields(fields)));
}

function createProject(transaction: Transaction, { name, organization, fields }: CreateProject) {
  if (findProjectRow(transaction.sql, name) !== undefined)
    throw new Refusal('conflict', 'There is a project of this name.', 'name');
  requireOwnTokens(transaction, name, fields.issuers ?? []);
  if (organization !== null) ensureOrganization(transaction, organization);
  return toProjectResource(insertProject(transaction, name, organization, toStoredFields(fields)));
}

function updateOrganization(transaction: Transaction, { id, ifVersion, fields }: UpdateOrganization) {
  const row = requireTenant(transaction, ORGANIZATIONS, id, ifVersion);
  if (isEmptyChange(fields)) return toOrganizationResource(row);
  return changeTenant(transaction, ORGANIZATIONS, row, 'update', () =>
    setFields(transaction, ORGANIZATIONS, row, fields),
  );
}

function updateProject(transaction: Transaction, input: UpdateProject) {
  const row = requireTenant(transaction, PROJECTS, input.id, input.ifVersion);
  const { organization = row.organization, fields } = input;
  if (isEmptyChange({ organization: input.organization, ...fields })) return toProjectResource(row);
  requireOwnTokens(transaction, row.name, fields.issuers ?? []);
  return changeTenant(transaction, PROJECTS, row, 'update', () => {
    setFields(transaction, PROJECTS, row, fields);
    if (organization !== row.organization) moveProject(transaction, row, organization);
  });
}

/** Its keys go with it, but those that were given another organisation. */
function moveProject(transaction: Transaction, { id, name }: ProjectRow, organization: string | null): void {
  const { sql, now } = transaction;
  const following = [
    ...sql.exec<{ id: string }>(
      `SELECT id FROM keys WHERE project = ? AND organization IS NULL AND status IN ('active', 'disabled') LIMIT ?`,
      name,
      MAX_MOVED_KEYS + 1,
    ),
  ];
  if (following.length > MAX_MOVED_KEYS)
    throw new Refusal(
      'conflict',
      `The project has more than ${MAX_MOVED_KEYS} keys, too many to move with it.`,
      'organization',
    );
  if (organization !== null) ensureOrganization(transaction, organization);
  sql.exec('UPDATE projects SET organization = ? WHERE id = ?', organization, id);
  for (const key of following) {
    sql.exec('UPDATE keys SET version = version + 1, updated_at = ? WHERE id = ?', now, key.id);
    transaction.keyChanged(key.id);
  }
  transaction.copyChanged('tenants'); // either organisation may be one that closes its projects
}

function deleteProject(transaction: Transaction, { id }: ById): { id: string } {
  const row = requireTenant(transaction, PROJECTS, id);
  if (holdsKeys(transaction, 'project', row.name))
    throw new Refusal('conflict', 'The project has keys: delete them first.');
  return deleteTenant(transaction, PROJECTS, row);
}

function deleteOrganization(transaction: Transaction, { id }: ById): { id: string } {
  const row = requireTenant(transaction, ORGANIZATIONS, id);
  const [project] = transaction.sql.exec('SELECT 1 FROM projects WHERE organization = ? LIMIT 1', row.name);
  if (project !== undefined)
    throw new Refusal('conflict', 'The organisation has projects: move or delete them first.');
  if (holdsKeys(transaction, 'organization', row.name))
    throw new Refusal('conflict', 'The organisation has keys: delete them first.');
  return deleteTenant(transaction, ORGANIZATIONS, row);
}

function holdsKeys({ sql }: Transaction, column: 'project' | 'organization', name: string): boolean {
  const keys = sql.exec(`SELECT 1 FROM keys WHERE ${column} = ? AND status <> 'deleted' LIMIT 1`, name);
  return [...keys].length > 0;
}

/** A token must say whose it is: no two projects accept the same ones. */
function requireOwnTokens({ sql }: Transaction, project: string, issuers: readonly ProjectIssuer[]): void {
  if (issuers.length === 0) return;
  const others = sql.exec<TenantRow>(
    `SELECT * FROM projects WHERE name <> ? AND json_array_length(fields, '$.issuers') > 0`,
    project,
  );
  const placed = [...others].flatMap(({ name, fields }) =>
    placeIssuers(name, toPath(['projects', name, 'issuers']), parseProjectFields(fields).issuers ?? []),
  );
  const [mistake] = sharedTokenMistakes(
    [...placed, ...placeIssuers(project, 'issuers', issuers)],
    'a token must say whose it is',
  );
  if (mistake !== undefined) throw new Refusal('conflict', mistake.message, mistake.path);
}

const placeIssuers = (owner: string, path: string, issuers: readonly ProjectIssuer[]): PlacedIssuer[] =>
  issuers.map((entry, index) => ({ entry, path: `${path}[${index}]`, owner }));
