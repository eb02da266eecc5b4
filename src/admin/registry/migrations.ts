/**
 * The Registry's schema, as the list of steps that made it. A step that was ever deployed is never changed: what comes
 * later is a further step. Each runs once, in one transaction with the note that it ran.
 */

/** Step N brings a storage of version N to version N + 1. */
export const MIGRATIONS: readonly string[] = [
  // 1: tenants and keys
  `CREATE TABLE organizations (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
     status TEXT NOT NULL, fields TEXT NOT NULL, version INTEGER NOT NULL,
     created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
   CREATE TABLE projects (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, organization TEXT,
     status TEXT NOT NULL, fields TEXT NOT NULL, version INTEGER NOT NULL,
     created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
   CREATE TABLE keys (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, masked TEXT NOT NULL,
     project TEXT NOT NULL, organization TEXT, status TEXT NOT NULL, expires_at INTEGER, fields TEXT NOT NULL,
     version INTEGER NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
   CREATE INDEX keys_by_project ON keys (project, seq);
   CREATE INDEX keys_not_deleted ON keys (status) WHERE status <> 'deleted';
   CREATE TABLE key_secrets (
     sha256 TEXT PRIMARY KEY, key_id TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER) WITHOUT ROWID;
   CREATE INDEX key_secrets_by_key ON key_secrets (key_id);`,
  // 2: what the edges are told, and what KV still has to get
  `CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, key_id TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE TABLE outbox (
     name TEXT PRIMARY KEY, generation INTEGER NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL)
     WITHOUT ROWID;
   CREATE INDEX outbox_by_time ON outbox (next_at);
   CREATE INDEX outbox_stuck ON outbox (name) WHERE attempts > 0;
   CREATE TABLE doubts (name TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE copy_versions (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;`,
  // 3: audit trail and repeated creates
  `CREATE TABLE audit (
     seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, issuer TEXT, role TEXT NOT NULL,
     action TEXT NOT NULL, target TEXT NOT NULL, project TEXT, before TEXT, after TEXT, ip TEXT, country TEXT,
     request_id TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
   CREATE INDEX audit_by_target ON audit (target, seq);
   CREATE TABLE idempotency (
     scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (scope, key)) WITHOUT ROWID;`,
  // 4: configuration versions and provider secrets
  `CREATE TABLE config_versions (
     version INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, parent INTEGER NOT NULL,
     created_by TEXT NOT NULL, created_at INTEGER NOT NULL);
   CREATE TABLE config_activations (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, previous INTEGER, activated_by TEXT NOT NULL,
     at INTEGER NOT NULL);
   CREATE TABLE secrets (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, sealed TEXT NOT NULL,
     version INTEGER NOT NULL, updated_by TEXT NOT NULL, updated_at INTEGER NOT NULL);`,
  // 5: what developers ask for
  `CREATE TABLE requests (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, project TEXT NOT NULL,
     key_id TEXT, status TEXT NOT NULL, fields TEXT NOT NULL, reason TEXT, requested_by TEXT NOT NULL,
     requested_by_issuer TEXT, requested_at INTEGER NOT NULL, decided_by TEXT, decided_by_issuer TEXT,
     decided_at INTEGER, decision_note TEXT, result_key_id TEXT);
   CREATE INDEX requests_by_project ON requests (project, seq);
   CREATE INDEX requests_pending ON requests (requested_by) WHERE status = 'pending';`,
  // 6: the copy `tenants` tells limits, and every edge has to read it anew; where nothing was written, nobody has one
  `INSERT INTO copy_versions SELECT 'tenants', 0 WHERE EXISTS
     (SELECT 1 FROM projects UNION SELECT 1 FROM organizations UNION SELECT 1 FROM copy_versions)
     ON CONFLICT (name) DO NOTHING;
   UPDATE copy_versions SET version = version + 1 WHERE name = 'tenants';
   INSERT INTO outbox SELECT 'copy/tenants', 1, 0, 0 FROM copy_versions WHERE name = 'tenants'
     ON CONFLICT (name) DO UPDATE SET generation = generation + 1, attempts = 0, next_at = 0;`,
  // 7: what is to be forgotten of the response cache; the number of an invalidation is its seq
  `CREATE TABLE invalidations (
     seq INTEGER PRIMARY KEY, owners TEXT NOT NULL, project TEXT, kind TEXT NOT NULL, value TEXT NOT NULL,
     created_by TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE UNIQUE INDEX invalidations_by_target ON invalidations (owners, kind, value);`,
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
  storage.sql.exec(
    'CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  );
  let version = schemaVersion(storage.sql);
  if (version > MIGRATIONS.length)
    throw new Error(
      `the Registry's storage has version ${version}, and this code knows ${MIGRATIONS.length}`,
    );
  for (; version < upTo; version += 1) {
    const statements = MIGRATIONS[version] ?? '';
    const next = String(version + 1);
    storage.transactionSync(() => {
      storage.sql.exec(statements);
      storage.sql.exec(
        `INSERT INTO meta VALUES ('schema_version', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        next,
      );
    });
  }
}

export function schemaVersion(sql: SqlStorage): number {
  const [row] = sql.exec<{ value: string }>(`SELECT value FROM meta WHERE name = 'schema_version'`);
  return row === undefined ? 0 : Number(row.value);
}
