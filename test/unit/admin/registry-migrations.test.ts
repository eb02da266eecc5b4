import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH } from '../../../src/admin/registry/audit-chain.ts';
import { readCopy } from '../../../src/admin/registry/copies.ts';
import { MIGRATIONS, migrate, schemaVersion } from '../../../src/admin/registry/migrations.ts';
import { Registry } from '../../../src/admin/registry/registry.ts';
import { parseCopy } from '../../../src/keys/edge-copies.ts';
import { aKey, createRegistry, newSha256, type TestRegistry } from './registry-support.ts';

const LATEST = MIGRATIONS.length;

/** Takes the Registry's storage back to what an earlier version of the code left. */
async function goBackTo(registry: TestRegistry, version: number, fill: (sql: SqlStorage) => void = () => {}) {
  await runInDurableObject(registry.stub, (_, { storage }) => {
    empty(storage);
    migrate(storage, version);
    fill(storage.sql);
  });
  await evictDurableObject(registry.stub);
}

function empty({ sql }: DurableObjectStorage): void {
  const tables = sql.exec<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_cf%'`,
  );
  for (const { name } of [...tables]) sql.exec(`DROP TABLE ${name}`);
}

const versionOf = (registry: TestRegistry) =>
  runInDurableObject(registry.stub, (_, { storage }) => schemaVersion(storage.sql));

/** What each version had to keep: rows as its code wrote them, for every table that it brought. */
const ROWS: readonly ((sql: SqlStorage, sha256: string) => void)[] = [
  () => {},
  (sql, sha256) => {
    sql.exec(
      `INSERT INTO organizations VALUES (3, 'org_1', 'acme', 'disabled', '{"concurrency":7}', 4, 1000, 2000)`,
    );
    sql.exec(`INSERT INTO projects VALUES (5, 'proj_1', 'web', 'acme', 'active', '{}', 1, 1000, 1000)`);
    sql.exec(
      `INSERT INTO keys VALUES (9, 'key_1', 'old key', 'ew-Ab12…wXyZ', 'web', NULL, 'active', NULL,
         '{"models":["a"]}', 3, 'ada', 1000, 2000)`,
    );
    sql.exec('INSERT INTO key_secrets VALUES (?, ?, 1000, NULL)', sha256, 'key_1');
  },
  (sql) => {
    sql.exec(`INSERT INTO changes VALUES (41, 'key_1', 2000)`);
    sql.exec(`INSERT INTO outbox VALUES ('key-id/key_1', 2, 1, 2000)`);
    sql.exec(`INSERT INTO copy_versions VALUES ('tenants', 12)`);
  },
  (sql) => {
    sql.exec(
      `INSERT INTO audit VALUES (1, 1000, 'ada', 'https://id.example', 'owner', 'key.create', 'key_1', 'web', NULL, '{"id":"key_1"}', NULL,
         NULL, 'req_1', ?, 'the hash')`,
      GENESIS_HASH,
    );
    sql.exec(`INSERT INTO idempotency VALUES ('ada keys.create', 'once', 'print', '{"id":"key_1"}', 1000)`);
  },
  (sql) => {
    sql.exec(
      `INSERT INTO config_versions (version, document, parent, created_by, created_at) VALUES (2, '{"models":{}}', 1, 'ada', 1000)`,
    );
    sql.exec(`INSERT INTO config_activations (version, activated_by, at) VALUES (2, 'ada', 1000)`);
    sql.exec(
      `INSERT INTO secrets (name, sealed, version, updated_by, updated_at) VALUES ('OPENAI_API_KEY', 'sealed', 1, 'ada', 1000)`,
    );
  },
  (sql) => {
    sql.exec(
      `INSERT INTO requests (id, kind, project, key_id, status, fields, requested_by, requested_by_issuer,
         requested_at) VALUES ('req_1', 'model', 'web', 'key_1', 'pending', '{"models":["b"]}', 'dev', 'https://id.example', 1000)`,
    );
  },
  () => {},
  (sql) => {
    sql.exec(
      `INSERT INTO invalidations VALUES (1700000000000, '{"project":"web"}', 'web', 'tag', 'a', 'ada', ?)`,
      Date.now(),
    );
  },
];

/** What the Registry of today makes of them. */
const CHECKS: readonly ((registry: TestRegistry, sha256: string) => Promise<void>)[] = [
  async () => {},
  async (registry, sha256) => {
    expect(await registry.query('keys.get', { id: 'key_1' })).toMatchObject({
      name: 'old key',
      models: ['a'],
      organization: 'acme',
      version: 3,
    });
    expect((await registry.stub.findKey(sha256))?.id).toBe('key_1');
    expect(await registry.query('organizations.get', { id: 'org_1' })).toMatchObject({
      status: 'disabled',
      concurrency: 7,
    });
    expect(await registry.query('projects.get', { id: 'proj_1' })).toMatchObject({ name: 'web' });
    const { id } = await registry.write('keys.create', aKey());
    expect((await registry.rows('SELECT seq FROM keys WHERE id = ?', id))[0]).toEqual({ seq: 10 });
  },
  async (registry) => {
    expect((await registry.stub.pulse(null)).cursor.seq).toBeGreaterThanOrEqual(41);
    expect(JSON.parse(await registry.stub.readCopy('tenants')).version).toBeGreaterThanOrEqual(12);
  },
  async (registry) => {
    const [first] = await registry.audit();
    expect(first).toMatchObject({ actor: 'ada', after: { id: 'key_1' } });
    expect(await registry.rows('SELECT issuer FROM audit WHERE seq = 1')).toEqual([
      { issuer: 'https://id.example' },
    ]);
    const [second] = await registry.rows('SELECT previous_hash FROM audit WHERE seq = 2');
    expect(second).toEqual({ previous_hash: 'the hash' });
    expect(await registry.rows('SELECT key FROM idempotency')).toEqual([{ key: 'once' }]);
  },
  async (registry) => {
    expect(JSON.parse(await registry.stub.readCopy('config'))).toMatchObject({
      number: 2,
      text: '{"models":{}}',
    });
    expect(JSON.parse(await registry.stub.readCopy('secrets')).sealed).toEqual({ OPENAI_API_KEY: 'sealed' });
  },
  async (registry) => {
    expect(await registry.query('requests.get', { id: 'req_1' })).toMatchObject({
      asked: { models: ['b'] },
      requested_by: 'dev',
      requested_by_issuer: 'https://id.example',
      decided_by_issuer: null,
    });
  },
  async () => {},
  async (registry) => {
    expect(JSON.parse(await registry.stub.readCopy('cache'))).toMatchObject({
      generation: 1_700_000_000_000,
      entries: [{ generation: 1_700_000_000_000, project: 'web', kind: 'tag', value: 'a' }],
    });
  },
];

describe('the schema of the Registry', () => {
  it('has rows and a check here for every step', () => {
    expect([ROWS.length, CHECKS.length]).toEqual([LATEST + 1, LATEST + 1]);
  });

  it.each(Array.from({ length: LATEST + 1 }, (_, version) => version))(
    'comes from version %i to the latest, and what stood there still does',
    async (version) => {
      const registry = createRegistry();
      const sha256 = newSha256();
      await goBackTo(registry, version, (sql) => {
        for (const insert of ROWS.slice(0, version + 1)) insert(sql, sha256);
      });
      expect(await versionOf(registry)).toBe(LATEST);
      for (const check of CHECKS.slice(0, version + 1)) await check(registry, sha256);
      // Whatever came later works as well.
      const key = await registry.write('keys.create', aKey({ fields: { models: ['a'] } }));
      const wish = { kind: 'model' as const, keyId: key.id, models: ['b'], reason: null };
      expect(await registry.write('requests.create', wish)).toMatchObject({ status: 'pending' });
    },
  );

  it.each(Array.from({ length: 6 }, (_, version) => version))(
    'of version %i had told nobody of limits: every edge reads them anew, from the Registry and from KV',
    async (version) => {
      const { stub } = createRegistry();
      await runInDurableObject(stub, (_, { storage }) => {
        empty(storage);
        migrate(storage, version);
        for (const insert of ROWS.slice(0, version + 1)) insert(storage.sql, newSha256());
        migrate(storage);
        const copy = parseCopy('tenants', JSON.stringify(readCopy(storage.sql, 'tenants')));
        expect(copy?.version).toBe([0, 1][version] ?? 13);
        expect([copy?.organizationLimits, copy?.organizations]).toEqual(
          version === 0 ? [{}, {}] : [{ acme: { concurrency: 7 } }, { web: 'acme' }],
        );
        const waiting = storage.sql.exec(`SELECT name FROM outbox WHERE name = 'copy/tenants'`);
        expect([...waiting]).toHaveLength(version === 0 ? 0 : 1);
      });
    },
  );

  it('of a newer version is not touched: the Registry does not start', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey());
    await runInDurableObject(registry.stub, (_, state) => {
      const { storage } = state;
      storage.sql.exec(`UPDATE meta SET value = ? WHERE name = 'schema_version'`, String(LATEST + 1));
      const refusal = `has version ${LATEST + 1}, and this code knows ${LATEST}`;
      expect(() => migrate(storage)).toThrow(refusal);
      expect(() => new Registry(state, {})).toThrow(refusal);
      expect(schemaVersion(storage.sql)).toBe(LATEST + 1);
    });
  });

  it('stays at the version before a step that fails, with nothing of that step', async () => {
    const registry = createRegistry();
    await goBackTo(registry, LATEST);
    await runInDurableObject(registry.stub, (_, { storage }) => {
      for (const table of [
        'requests',
        'config_versions',
        'config_activations',
        'secrets',
        'audit',
        'idempotency',
        'invalidations',
      ])
        storage.sql.exec(`DROP TABLE ${table}`);
      storage.sql.exec(`UPDATE meta SET value = '2' WHERE name = 'schema_version'`);
      storage.sql.exec('CREATE TABLE secrets (in_the_way)'); // the last statement of step 4
      expect(() => migrate(storage)).toThrow('already exists');
      expect(schemaVersion(storage.sql)).toBe(3);
      const made = storage.sql.exec<{ name: string }>(
        `SELECT name FROM sqlite_schema WHERE name IN ('audit', 'config_versions', 'config_activations')`,
      );
      expect([...made]).toEqual([{ name: 'audit' }]);
      storage.sql.exec('DROP TABLE secrets');
      migrate(storage);
      expect(schemaVersion(storage.sql)).toBe(LATEST);
    });
  });
});
