/**
 * A Ledger's schema, as the list of steps that made it. A step that was ever deployed is never changed: what comes later
 * is a further step. Each runs once, in one transaction with the note that it ran.
 */
import { ALERT_TABLES } from '../alerts/outbox.ts';

/** Step N brings a storage of version N to version N + 1. */
export const MIGRATIONS: readonly string[] = [
  // 1: the record, states of the Book that it leads to, what was used by day and model, alerts
  `CREATE TABLE record (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL);
   CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL);
   CREATE TABLE usage_days (
     day TEXT NOT NULL, model TEXT NOT NULL, requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
     reasoning_tokens INTEGER NOT NULL, nano_usd INTEGER NOT NULL, estimated_requests INTEGER NOT NULL,
     unpriced_requests INTEGER NOT NULL, PRIMARY KEY (day, model)) WITHOUT ROWID;
   ${ALERT_TABLES}`,
];

/** The slice of the object's storage that a migration needs. */
export interface MigrationStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(work: () => T): T;
}

/**
 * Brings the storage to version `upTo`. Throws if the storage is newer than this code: an older version must not write
 * into what it does not know.
 */
export function migrate(storage: MigrationStorage, upTo = MIGRATIONS.length): void {
  const { sql } = storage;
  sql.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  let version = schemaVersion(sql);
  if (version > MIGRATIONS.length)
    throw new Error(`the Ledger's storage has version ${version}, and this code knows ${MIGRATIONS.length}`);
  for (; version < upTo; version += 1) {
    const statements = MIGRATIONS[version] ?? '';
    const next = String(version + 1);
    storage.transactionSync(() => {
      sql.exec(statements);
      writeNote(sql, 'schema_version', next);
    });
  }
}

export const schemaVersion = (sql: SqlStorage): number => Number(readNote(sql, 'schema_version') ?? 0);

/** Single values that a Ledger keeps for itself. */
export function readNote(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name);
  return row?.value ?? null;
}

export function writeNote(sql: SqlStorage, name: string, value: string): void {
  sql.exec(
    'INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  );
}
