/** What the Registry does by itself, hour by hour: it throws away what is over, and looks after its copies. */
import { keyCopyName, keyCopyNameById } from '../../keys/edge-copies.ts';
import { pruneAudit } from './audit-retention.ts';
import { pruneChanges } from './change-feed.ts';
import { forgetResults } from './idempotency.ts';
import { pruneInvalidations } from './invalidation-commands.ts';
import { readNote, writeNote } from './notes.ts';
import { publish, publishCopies } from './outbox.ts';

/** What a rotation or a deletion ended is kept this long, for edges that still hold a copy of it. */
const ENDED_MS = 24 * 3_600_000;

/** How often the copies of the whole gateway are published although nothing changed. */
const COPIES_MS = 3_600_000;
const COPIES_NOTE = 'copies_published_at';

/** In one transaction. `now` in milliseconds since the Unix epoch. */
export function keepHouse(sql: SqlStorage, now: number): void {
  pruneChanges(sql, now);
  forgetResults(sql, now);
  forgetDeletedKeys(sql, now);
  forgetEndedSecrets(sql, now);
  pruneInvalidations(sql, now);
  pruneAudit(sql, now);
  renewCopies(sql, now);
}

/** An edge that finds one missing cannot ask for it: it only looks when the Registry is silent. */
export function renewCopies(sql: SqlStorage, now: number): void {
  if (now - Number(readNote(sql, COPIES_NOTE) ?? 0) < COPIES_MS) return;
  publishCopies(sql, now);
  writeNote(sql, COPIES_NOTE, String(now));
}

function forgetDeletedKeys(sql: SqlStorage, now: number): void {
  const deleted = sql.exec<{ id: string }>(
    `DELETE FROM keys WHERE status = 'deleted' AND updated_at < ? RETURNING id`,
    now - ENDED_MS,
  );
  for (const { id } of [...deleted]) {
    sql.exec('UPDATE key_secrets SET expires_at = 0 WHERE key_id = ?', id);
    publish(sql, keyCopyNameById(id), now);
  }
}

function forgetEndedSecrets(sql: SqlStorage, now: number): void {
  const ended = sql.exec<{ sha256: string }>(
    'DELETE FROM key_secrets WHERE expires_at < ? RETURNING sha256',
    now - ENDED_MS,
  );
  for (const { sha256 } of [...ended]) publish(sql, keyCopyName(sha256), now);
}
