/** The values of edge copies, made from what is true when they are asked for. */
import type { LimitEntry } from '../../config/schema-limits.ts';
import {
  COPY_NAMES,
  type Copies,
  type CopyName,
  copyName,
  keyCopyName,
  keyCopyNameById,
  type TenantsCopy,
} from '../../keys/edge-copies.ts';
import { readInvalidations } from './invalidation-rows.ts';
import { readKeyCopy } from './key-rows.ts';

export function copyVersion(sql: SqlStorage, name: CopyName): number {
  const [row] = sql.exec<{ version: number }>('SELECT version FROM copy_versions WHERE name = ?', name);
  return row?.version ?? 0;
}

export function readCopy<Name extends CopyName>(sql: SqlStorage, name: Name): Copies[Name] {
  return COPY_READERS[name](sql);
}

const COPY_READERS: { readonly [Name in CopyName]: (sql: SqlStorage) => Copies[Name] } = {
  tenants: readTenants,
  config: (sql) => ({ version: copyVersion(sql, 'config'), ...activeConfig(sql) }),
  secrets: (sql) => {
    const rows = sql.exec<{ name: string; sealed: string }>('SELECT name, sealed FROM secrets ORDER BY name');
    return {
      version: copyVersion(sql, 'secrets'),
      sealed: Object.fromEntries([...rows].map(({ name, sealed }) => [name, sealed])),
    };
  },
  cache: (sql) => ({ version: copyVersion(sql, 'cache'), ...readInvalidations(sql) }),
};

function readTenants(sql: SqlStorage): TenantsCopy {
  const names = (query: string) => [...sql.exec<{ name: string }>(query)].map(({ name }) => name);
  const closedOrganizations = `SELECT name FROM organizations WHERE status <> 'active'`;
  // Not every credential of a project names its organisation.
  const closedProjects = `SELECT name FROM projects WHERE status <> 'active' OR organization IN (${closedOrganizations})`;
  const issuers = sql.exec<{ name: string; issuers: string }>(
    `SELECT name, json_extract(fields, '$.issuers') AS issuers FROM projects
     WHERE json_array_length(fields, '$.issuers') > 0 ORDER BY name`,
  );
  const projectLimits = limitsOf(sql, 'projects');
  const organizationLimits = limitsOf(sql, 'organizations');
  const members = sql.exec<{ name: string; organization: string }>(
    'SELECT name, organization FROM projects WHERE organization IN (SELECT value FROM json_each(?)) ORDER BY name',
    JSON.stringify(Object.keys(organizationLimits)),
  );
  return {
    version: copyVersion(sql, 'tenants'),
    closedProjects: names(`${closedProjects} ORDER BY name`),
    closedOrganizations: names(`${closedOrganizations} ORDER BY name`),
    issuers: Object.fromEntries([...issuers].map((row) => [row.name, JSON.parse(row.issuers)])),
    projectLimits,
    organizationLimits,
    organizations: Object.fromEntries([...members].map(({ name, organization }) => [name, organization])),
  };
}

/** By name; those without limits are left out. */
function limitsOf(sql: SqlStorage, table: 'projects' | 'organizations'): Record<string, LimitEntry> {
  const rows = sql.exec<{ name: string; fields: string }>(
    `SELECT name, json_remove(fields, '$.issuers') AS fields FROM ${table}
     WHERE json_remove(fields, '$.issuers') <> '{}' ORDER BY name`,
  );
  return Object.fromEntries([...rows].map(({ name, fields }) => [name, JSON.parse(fields)]));
}

/** The document that counts, and the number that people know it by; none while the variable's counts. */
export function activeConfig(sql: SqlStorage): { number: number; text: string | null } {
  const [row] = sql.exec<{ version: number; document: string | null }>(
    `SELECT a.version, v.document FROM config_activations a LEFT JOIN config_versions v ON v.version = a.version
     ORDER BY a.seq DESC LIMIT 1`,
  );
  return { number: row?.version ?? 0, text: row?.document ?? null };
}

/** What should stand in KV under this name; `null`: nothing. */
export function copyValue(sql: SqlStorage, name: string): string | null {
  const copy = COPY_NAMES.find((one) => copyName(one) === name);
  if (copy !== undefined) return JSON.stringify(readCopy(sql, copy));
  const id = name.startsWith(KEY_ID_PREFIX) ? name.slice(KEY_ID_PREFIX.length) : keyIdOf(sql, name);
  const key = id === null ? null : readKeyCopy(sql, id);
  return key === null ? null : JSON.stringify(key);
}

const KEY_ID_PREFIX = keyCopyNameById('');
const KEY_PREFIX = keyCopyName('');

/** By `key/<sha256>`; `null` if no key has this hash any more. */
function keyIdOf(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ key_id: string }>(
    'SELECT key_id FROM key_secrets WHERE sha256 = ?',
    name.slice(KEY_PREFIX.length),
  );
  return row?.key_id ?? null;
}
