/**
 * Copies of keys that KV did not get in time. An edge forgets what a pulse told it, so a change whose copy is late has to
 * be told for as long as the copy waits, and once more when it was written: KV shows old values for a while after that.
 */
import { keyCopyName, keyCopyNameById } from '../../keys/edge-copies.ts';

/** A copy that waits longer than this is late, as is one that KV refused once. */
export const LATE_MS = 60_000;

const KEY_ID_PREFIX = keyCopyNameById('');
const KEY_PREFIX = keyCopyName('');

/** Ids of keys with late copies, at most `limit`. A key that never changed has no older copy that could be believed. */
export function keysWithLateCopies(sql: SqlStorage, now: number, limit: number): string[] {
  // From the outbox to the keys, and not the other way round: a pulse may not read all keys that there are.
  const late = sql.exec<{ id: string }>(
    `WITH late AS (SELECT name FROM outbox WHERE attempts > 0 UNION SELECT name FROM outbox WHERE next_at < ?)
     SELECT id FROM keys WHERE version > 1 AND id IN (
       SELECT substr(name, ?) FROM late WHERE name >= ? AND name < ?
       UNION SELECT key_id FROM late CROSS JOIN key_secrets ON sha256 = substr(name, ?))
     LIMIT ?`,
    now - LATE_MS,
    KEY_ID_PREFIX.length + 1,
    KEY_ID_PREFIX,
    `${KEY_ID_PREFIX}~`,
    KEY_PREFIX.length + 1,
    limit,
  );
  return [...late].map(({ id }) => id);
}

/** A late copy was written: the change of its key is told again. */
export function tellAgain(sql: SqlStorage, name: string, now: number): void {
  sql.exec(
    `INSERT INTO changes (key_id, at)
     SELECT id, ? FROM keys WHERE version > 1 AND id IN (SELECT ? UNION SELECT key_id FROM key_secrets WHERE sha256 = ?)`,
    now,
    name.startsWith(KEY_ID_PREFIX) ? name.slice(KEY_ID_PREFIX.length) : null,
    name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : null,
  );
}
