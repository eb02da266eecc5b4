/** What the admin API asks of projects and organisations. Who has projects of their own sees those, and their organisations. */
import { type Condition, contains, type Page, type PageInput, readPage } from './pages.ts';
import {
  type OrganizationResource,
  type ProjectResource,
  type ProjectRow,
  type TenantRow,
  toOrganizationResource,
  toProjectResource,
} from './tenant-rows.ts';
import type { Reader } from './transaction.ts';

export interface ListOrganizations extends PageInput {
  readonly status: 'active' | 'disabled' | null;
  /** Part of the name or the id; the case of ASCII letters counts for nothing. */
  readonly search: string | null;
}

export interface ListProjects extends ListOrganizations {
  readonly organization: string | null;
}

export const tenantQueries = {
  'projects.list': listProjects,
  'projects.get': getProject,
  'projects.named': namedProjects,
  'organizations.list': listOrganizations,
  'organizations.get': getOrganization,
};

function listProjects(reader: Reader, input: ListProjects): Page<ProjectResource> {
  const conditions: Condition[] = [...ownProjects(reader), ...found(input)];
  if (input.organization !== null) conditions.push(['organization = ?', input.organization]);
  return readPage(reader, 'projects', conditions, input, toProjectResource);
}

function listOrganizations(reader: Reader, input: ListOrganizations): Page<OrganizationResource> {
  const conditions = [...ownOrganizations(reader), ...found(input)];
  return readPage(reader, 'organizations', conditions, input, toOrganizationResource);
}

function getProject(reader: Reader, { id }: { id: string }): ProjectResource | null {
  const row = findById<ProjectRow>(reader, 'projects', id, ownProjects(reader));
  return row === undefined ? null : toProjectResource(row);
}

/** Those of these names that there are. */
function namedProjects(reader: Reader, { names }: { names: readonly string[] }): ProjectResource[] {
  const conditions = [[`name IN (${NAMES})`, JSON.stringify(names)] as const, ...ownProjects(reader)];
  const where = conditions.map(([text]) => `(${text})`).join(' AND ');
  const values = conditions.flatMap(([, ...rest]) => rest);
  return [...reader.sql.exec<ProjectRow>(`SELECT * FROM projects WHERE ${where}`, ...values)].map(
    toProjectResource,
  );
}

function getOrganization(reader: Reader, { id }: { id: string }): OrganizationResource | null {
  const row = findById<TenantRow>(reader, 'organizations', id, ownOrganizations(reader));
  return row === undefined ? null : toOrganizationResource(row);
}

function findById<Row extends TenantRow>(
  { sql }: Reader,
  table: 'projects' | 'organizations',
  id: string,
  own: readonly Condition[],
): Row | undefined {
  const where = own.map(([text]) => ` AND (${text})`).join('');
  const values = own.flatMap(([, ...rest]) => rest);
  return [...sql.exec<Row>(`SELECT * FROM ${table} WHERE id = ?${where}`, id, ...values)][0];
}

function found({ status, search }: ListOrganizations): Condition[] {
  const conditions: Condition[] = [];
  if (status !== null) conditions.push(['status = ?', status]);
  if (search !== null) conditions.push(contains(['name', 'id'], search));
  return conditions;
}

const NAMES = 'SELECT value FROM json_each(?)';

function ownProjects({ actor: { projects } }: Reader): Condition[] {
  return projects === null ? [] : [[`name IN (${NAMES})`, JSON.stringify(projects)]];
}

function ownOrganizations({ actor: { projects } }: Reader): Condition[] {
  if (projects === null) return [];
  const organizations = `SELECT organization FROM projects WHERE name IN (${NAMES})`;
  return [[`name IN (${organizations})`, JSON.stringify(projects)]];
}
