/** What can be done to minted keys. Secrets never come here: the admin API makes them, and hands in their hashes. */
import { isEmptyChange, type Nullable, toStoredFields } from './fields.ts';
import {
  findKeyRow,
  type KeyFields,
  type KeyResource,
  type KeyRow,
  parseFields,
  toKeyResource,
} from './key-rows.ts';
import { ensureProject } from './tenant-rows.ts';
import { Refusal, type Transaction } from './transaction.ts';

/** A secret that was just made, as far as the Registry may know it. */
export interface NewSecret {
  readonly sha256: string;
  /** What people recognise it by. */
  readonly masked: string;
}

export interface CreateKey {
  readonly secret: NewSecret;
  readonly name: string;
  readonly project: string;
  /** `null`: the project's. */
  readonly organization: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
  readonly fields: Nullable<KeyFields>;
}

export interface UpdateKey {
  readonly id: string;
  /** Refused with `precondition_failed` unless the key has this version. */
  readonly ifVersion: number | null;
  readonly name?: string;
  readonly expiresAt?: number | null;
  /** Fields to set; `null` takes one away. */
  readonly fields: Nullable<KeyFields>;
}

const NO_SUCH_KEY = 'There is no such key.';

export const keyCommands = {
  'keys.create': createKey,
  'keys.update': updateKey,
  'keys.rotate': rotateKey,
  'keys.disable': (transaction: Transaction, { id }: { id: string }) =>
    setStatus(transaction, id, 'disabled'),
  'keys.enable': (transaction: Transaction, { id }: { id: string }) => setStatus(transaction, id, 'active'),
  'keys.revoke': (transaction: Transaction, { id }: { id: string }) => setStatus(transaction, id, 'revoked'),
  'keys.delete': deleteKey,
};

export function createKey(transaction: Transaction, input: CreateKey): KeyResource {
  const { sql, now, actor } = transaction;
  transaction.requireProject(input.project, `There is no project ${JSON.stringify(input.project)}.`);
  const project = ensureProject(transaction, input.project, input.organization);
  const id = transaction.newId('key');
  sql.exec(
    `INSERT INTO keys (id, name, masked, project, organization, status, expires_at, fields, version, created_by,
       created_at, updated_at) VALUES (?, ?, ?, ?, ?, 'active', ?, ?, 1, ?, ?, ?)`,
    id,
    input.name,
    input.secret.masked,
    input.project,
    input.organization === project.organization ? null : input.organization,
    input.expiresAt,
    JSON.stringify(toStoredFields(input.fields)),
    actor.subject,
    now,
    now,
  );
  sql.exec('INSERT INTO key_secrets VALUES (?, ?, ?, NULL)', input.secret.sha256, id, now);
  transaction.keyChanged(id);
  const after = toKeyResource(sql, requireKey(transaction, id), now);
  transaction.audit({ action: 'key.create', target: id, project: input.project, before: null, after });
  return after;
}

function updateKey(transaction: Transaction, input: UpdateKey): KeyResource {
  const row = requireKey(transaction, input.id);
  if (input.ifVersion !== null && input.ifVersion !== row.version)
    throw new Refusal('precondition_failed', `The key has version ${row.version} by now.`);
  if (row.status === 'revoked') throw new Refusal('conflict', 'The key is revoked, which is for good.');
  const { name, expiresAt, fields } = input;
  if (isEmptyChange({ name, expiresAt, ...fields }))
    return toKeyResource(transaction.sql, row, transaction.now);
  return changeKey(transaction, row, 'key.update', () => {
    transaction.sql.exec(
      'UPDATE keys SET name = ?, expires_at = ?, fields = ? WHERE id = ?',
      name ?? row.name,
      expiresAt === undefined ? row.expires_at : expiresAt,
      JSON.stringify(toStoredFields({ ...parseFields(row.fields), ...fields })),
      row.id,
    );
  });
}

/** The old secret goes on for the overlap; one that an earlier rotation left ends at once, so two are good at most. */
function rotateKey(
  transaction: Transaction,
  input: { id: string; secret: NewSecret; overlapSeconds: number },
): KeyResource {
  const row = requireKey(transaction, input.id);
  if (row.status === 'revoked') throw new Refusal('conflict', 'The key is revoked, which is for good.');
  const { sql, now } = transaction;
  return changeKey(transaction, row, 'key.rotate', () => {
    sql.exec('UPDATE key_secrets SET expires_at = ? WHERE key_id = ? AND expires_at > ?', now, row.id, now);
    sql.exec(
      'UPDATE key_secrets SET expires_at = ? WHERE key_id = ? AND expires_at IS NULL',
      now + input.overlapSeconds * 1000,
      row.id,
    );
    sql.exec('INSERT INTO key_secrets VALUES (?, ?, ?, NULL)', input.secret.sha256, row.id, now);
    sql.exec('UPDATE keys SET masked = ? WHERE id = ?', input.secret.masked, row.id);
  });
}

function setStatus(
  transaction: Transaction,
  id: string,
  status: 'active' | 'disabled' | 'revoked',
): KeyResource {
  const row = requireKey(transaction, id);
  if (row.status === status) return toKeyResource(transaction.sql, row, transaction.now);
  if (row.status === 'revoked') throw new Refusal('conflict', 'The key is revoked, which is for good.');
  return changeKey(transaction, row, STATUS_ACTIONS[status], () => {
    transaction.sql.exec('UPDATE keys SET status = ? WHERE id = ?', status, id);
  });
}

const STATUS_ACTIONS = { active: 'key.enable', disabled: 'key.disable', revoked: 'key.revoke' } as const;

/** The row stays, without a name that anybody lists: its copies have to say that it is gone. */
function deleteKey(transaction: Transaction, { id }: { id: string }): { id: string } {
  const row = requireKey(transaction, id);
  const { sql, now } = transaction;
  const before = toKeyResource(sql, row, now);
  sql.exec(`UPDATE keys SET status = 'deleted', version = version + 1, updated_at = ? WHERE id = ?`, now, id);
  transaction.keyChanged(id);
  transaction.audit({ action: 'key.delete', target: id, project: row.project, before, after: null });
  return { id };
}

/** Every change of a key: a new version, told to the edges, noted with what was before and after. */
export function changeKey(
  transaction: Transaction,
  row: KeyRow,
  action: string,
  change: () => void,
): KeyResource {
  const { sql, now } = transaction;
  const before = toKeyResource(sql, row, now);
  change();
  sql.exec('UPDATE keys SET version = version + 1, updated_at = ? WHERE id = ?', now, row.id);
  transaction.keyChanged(row.id);
  const after = toKeyResource(sql, requireKey(transaction, row.id), now);
  transaction.audit({ action, target: row.id, project: row.project, before, after });
  return after;
}

export function requireKey(transaction: Transaction, id: string): KeyRow {
  const row = findKeyRow(transaction.sql, id);
  if (row === undefined) throw new Refusal('resource_not_found', NO_SUCH_KEY);
  transaction.requireProject(row.project, NO_SUCH_KEY);
  return row;
}
