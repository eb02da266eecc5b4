import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../../src/limits/ledger/book.ts';
import { MIGRATIONS, migrate, schemaVersion } from '../../../../src/limits/ledger/migrations.ts';
import { NOON, TestLedger, TODAY } from './ledger-support.ts';

const LATEST = MIGRATIONS.length;

/** Takes a Ledger's storage back to what an earlier version of the code left. */
async function goBackTo(ledger: TestLedger, version: number, fill: (sql: SqlStorage) => void = () => {}) {
  await ledger.within((_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_cf%'`,
    );
    for (const { name } of [...tables]) storage.sql.exec(`DROP TABLE ${name}`);
    migrate(storage, version);
    fill(storage.sql);
  });
  await ledger.evict();
}

/** The text of a state as version 1 wrote it. */
const STATE: Checkpoint = {
  now: NOON - 1000,
  limits: {
    rates: {
      requests_per_minute: { limit: 60, periodMs: 60_000, burst: 60 },
      tokens_per_minute: null,
      requests_per_day: null,
      tokens_per_day: null,
    },
    concurrency: 3,
    budgets: [
      { id: 'day UTC', nanoUsd: 1000, softNanoUsd: 500, window: 'day', rolling: false, timeZone: 'UTC' },
    ],
  },
  buckets: {
    requests_per_minute: {
      rate: { limit: 60, periodMs: 60_000, burst: 60 },
      whole: 10,
      fraction: 30_000,
      at: NOON - 1000,
    },
  },
  leases: {
    live: [['lease', NOON - 1000, { requests: 2, tokens: 0, nanoUsd: 100, slots: 1 }]],
    ended: [['old', NOON - 60_000, { requests: 0, tokens: 0, nanoUsd: 40, slots: 0 }]],
  },
  spending: { slices: [[Math.floor(NOON / 900_000) - 1, 300, 40]], settled: 300, lost: 40 },
  told: { 'day UTC': { soft: null, hard: null } },
  total: {
    requests: 3,
    inputTokens: 30,
    outputTokens: 3,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    nanoUsd: 300,
    estimatedRequests: 1,
    unpricedRequests: 0,
  },
};
const ENTRY = `{"at":${NOON},"id":"call","lease":"lease","begun":1,"settled":[{"id":"r","lease":"lease",
  "held":{"requests":0,"tokens":0,"nanoUsd":100,"slots":1},"used":{"requests":1,"tokens":0,"nanoUsd":70,"slots":0},
  "consumption":{"model":"openai/gpt-5.2","inputTokens":7,"outputTokens":1,"cacheReadTokens":0,"cacheWriteTokens":0,
  "reasoningTokens":0,"isEstimated":false,"isUnpriced":false}}],"drawn":{"requests":1,"tokens":0,"nanoUsd":50,"slots":1}}`;

/** What each version had to keep: rows as its code wrote them, for every table that it brought. */
const ROWS: readonly ((sql: SqlStorage) => void)[] = [
  () => {},
  (sql) => {
    sql.exec('INSERT INTO checkpoints VALUES (7, ?, ?)', NOON - 1000, JSON.stringify(STATE));
    sql.exec('INSERT INTO record VALUES (8, ?)', ENTRY);
    sql.exec(`INSERT INTO usage_days VALUES ('${TODAY}', 'openai/gpt-5.2', 3, 30, 3, 0, 0, 0, 300, 1, 0)`);
    sql.exec(`INSERT INTO meta VALUES ('alerts', '{"scope":"key","webhooks":[]}')`);
    sql.exec(`INSERT INTO alerts_told VALUES ('told', NULL)`);
  },
];

/** What the Ledger of today makes of them. */
const CHECKS: readonly ((ledger: TestLedger) => Promise<void>)[] = [
  async () => {},
  async (ledger) => {
    const usage = await ledger.stub.usage({ limits: null, days: { from: TODAY, to: TODAY } });
    expect(usage).toMatchObject({
      buckets: [{ field: 'requests_per_minute', remaining: 10 }], // one came, one was drawn
      concurrency: { limit: 3, inFlight: 1 },
      held: { requests: 2, nanoUsd: 50 },
      budgets: [{ spentNanoUsd: 410, estimatedNanoUsd: 40, heldNanoUsd: 50 }],
      total: { requests: 4, inputTokens: 37, nanoUsd: 370 },
      days: [{ model: 'openai/gpt-5.2', requests: 4, inputTokens: 37, nanoUsd: 370 }],
    });
    expect(await ledger.stub.call({ ...ledger.made({ lease: 'lease' }), id: 'call' })).toMatchObject({
      drawn: { requests: 1, nanoUsd: 50 },
    });
  },
];

describe('the schema of a Ledger', () => {
  it('has rows and a check here for every step', () => {
    expect([ROWS.length, CHECKS.length]).toEqual([LATEST + 1, LATEST + 1]);
  });

  it.each(Array.from({ length: LATEST + 1 }, (_, version) => version))(
    'comes from version %i to the latest, and what stood there still does',
    async (version) => {
      const ledger = await TestLedger.create();
      await goBackTo(ledger, version, (sql) => {
        for (const insert of ROWS.slice(0, version + 1)) insert(sql);
      });
      expect(await ledger.within((_, { storage }) => schemaVersion(storage.sql))).toBe(LATEST);
      for (const check of CHECKS.slice(0, version + 1)) await check(ledger);
      expect(await ledger.verify()).toMatchObject({ isWhole: true });
    },
  );

  it('of a newer version is not touched', async () => {
    const ledger = await TestLedger.create();
    await ledger.within((_, { storage }) => {
      storage.sql.exec(`UPDATE meta SET value = ? WHERE name = 'schema_version'`, String(LATEST + 1));
      expect(() => migrate(storage)).toThrow(`has version ${LATEST + 1}, and this code knows ${LATEST}`);
      expect(schemaVersion(storage.sql)).toBe(LATEST + 1);
      storage.sql.exec(`UPDATE meta SET value = ? WHERE name = 'schema_version'`, String(LATEST));
    });
  });

  it('stays at the version before a step that fails, with nothing of that step', async () => {
    const ledger = await TestLedger.create();
    await goBackTo(ledger, 0);
    await ledger.within((_, { storage }) => {
      for (const table of ['record', 'checkpoints', 'usage_days', 'alerts_told', 'alerts_outbox'])
        storage.sql.exec(`DROP TABLE IF EXISTS ${table}`);
      storage.sql.exec(`DELETE FROM meta WHERE name = 'schema_version'`);
      storage.sql.exec('CREATE TABLE usage_days (in_the_way)'); // the third statement of step 1
      expect(() => migrate(storage)).toThrow('already exists');
      const made = storage.sql.exec(`SELECT name FROM sqlite_schema WHERE name IN ('record', 'checkpoints')`);
      expect([[...made], schemaVersion(storage.sql)]).toEqual([[], 0]);
      storage.sql.exec('DROP TABLE usage_days');
      migrate(storage);
      expect(schemaVersion(storage.sql)).toBe(LATEST);
    });
  });
});
