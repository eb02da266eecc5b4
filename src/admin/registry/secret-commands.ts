/**
 * Provider secrets: sealed before they come here, and never opened here. The audit trail has their names only. Each
 * command says for which version of the configuration it was checked, and does nothing if another one counts by now.
 */
import { requireActive } from './config-commands.ts';
import { Refusal, type Transaction } from './transaction.ts';

/** All together have to fit into one copy for the edges. */
export const MAX_SECRETS = 200;

/** A secret as the admin API shows it. */
export interface SecretResource {
  readonly name: string;
  /** Grows with every new value. */
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
}

export interface SecretRow extends Record<string, SqlStorageValue> {
  readonly name: string;
  readonly version: number;
  readonly updated_by: string;
  /** Milliseconds since the Unix epoch. */
  readonly updated_at: number;
}

export const secretCommands = {
  'secret.put': putSecret,
  'secret.delete': deleteSecret,
};

interface SecretInput {
  readonly name: string;
  /** Version of the configuration that goes on with this change: the one that was active when it was checked. */
  readonly base: number;
}

function putSecret(
  transaction: Transaction,
  input: SecretInput & { readonly sealed: string },
): SecretResource {
  const { sql, now, actor } = transaction;
  requireActive(sql, input.base);
  const before = findVersion(sql, input.name);
  if (before === null && sql.exec<{ count: number }>(COUNT).one().count >= MAX_SECRETS)
    throw new Refusal('conflict', `There are ${MAX_SECRETS} secrets, which is as many as can be kept.`);
  const row = sql
    .exec<SecretRow>(
      `INSERT INTO secrets (name, sealed, version, updated_by, updated_at) VALUES (?, ?, 1, ?, ?)
       ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, version = version + 1,
         updated_by = excluded.updated_by, updated_at = excluded.updated_at
       RETURNING name, version, updated_by, updated_at`,
      input.name,
      input.sealed,
      actor.subject,
      now,
    )
    .one();
  transaction.copyChanged('secrets');
  audit(transaction, 'secret.put', input.name, before, row.version);
  return toSecretResource(row);
}

function deleteSecret(transaction: Transaction, { name, base }: SecretInput): { name: string } {
  const before = findVersion(transaction.sql, name);
  if (before === null) throw new Refusal('resource_not_found', 'There is no such secret.');
  requireActive(transaction.sql, base);
  transaction.sql.exec('DELETE FROM secrets WHERE name = ?', name);
  transaction.copyChanged('secrets');
  audit(transaction, 'secret.delete', name, before, null);
  return { name };
}

const COUNT = 'SELECT count(*) AS count FROM secrets';

function findVersion(sql: SqlStorage, name: string): number | null {
  const [row] = sql.exec<{ version: number }>('SELECT version FROM secrets WHERE name = ?', name);
  return row?.version ?? null;
}

function audit(
  transaction: Transaction,
  action: string,
  name: string,
  before: number | null,
  after: number | null,
): void {
  const note = (version: number | null) => (version === null ? null : { name, version });
  transaction.audit({ action, target: name, project: null, before: note(before), after: note(after) });
}

export const toSecretResource = ({ name, version, updated_at, updated_by }: SecretRow): SecretResource => ({
  name,
  version,
  updated_at: new Date(updated_at).toISOString(),
  updated_by,
});
