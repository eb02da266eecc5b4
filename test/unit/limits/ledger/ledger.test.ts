import { runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { SettledRequest } from '../../../../src/limits/ledger-protocol.ts';
import type { LimitFields } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { aSettlement, units } from '../ledger-calls.ts';
import { NOON, TestLedger, TODAY } from './ledger-support.ts';

const LONG_MS = 40_000;
const DAY_MS = 86_400_000;

/** Rows that were written, those of alarms included. */
const written = async (ledger: TestLedger, fields: Parameters<TestLedger['call']>[0]) => {
  const changes = () =>
    ledger.within((_, { storage }) => Number(storage.sql.exec('SELECT total_changes() AS n').one().n));
  const before = await changes();
  await ledger.call(fields);
  return (await changes()) - before;
};

describe('a Ledger that is evicted', () => {
  it('between reserve and settle goes on as if nothing had been', async () => {
    const ledger = await TestLedger.create({
      requests_per_minute: 10,
      tokens_per_minute: 1000,
      concurrency: 2,
      budgets: [{ usd: 1, window: 'month' }],
    });
    const held = { requests: 1, tokens: 400, nanoUsd: 900_000_000, slots: 1 };
    await ledger.call({ need: held });
    await ledger.evict();
    expect(await ledger.usage()).toMatchObject({ held, concurrency: { inFlight: 1 } });
    expect(await ledger.call({ need: { nanoUsd: 200_000_000 } })).toMatchObject({
      refusal: { field: 'budgets' },
    });
    await ledger.evict();
    await ledger.call({
      begun: 1,
      settled: [aSettlement({ ...held, requests: 0 }, { tokens: 150, nanoUsd: 5 })],
    });
    await ledger.evict();
    const { held: left, buckets, budgets, total } = await ledger.usage();
    expect(left).toEqual(NO_UNITS);
    expect(buckets.map(({ remaining }) => remaining)).toEqual([9, 850]);
    expect(budgets).toMatchObject([{ spentNanoUsd: 5, heldNanoUsd: 0 }]);
    expect(total).toMatchObject({ requests: 1, nanoUsd: 5 });
    expect(await ledger.verify()).toMatchObject({ isWhole: true, entries: 2 });
  });

  it('refills no bucket, and none is emptier than before', async () => {
    const ledger = await TestLedger.create({ requests_per_minute: 60 });
    await ledger.call({ need: { requests: 50 } });
    await ledger.call({ begun: 50 });
    ledger.now += 1500;
    await ledger.evict();
    expect((await ledger.usage()).buckets).toMatchObject([{ remaining: 11 }]);
    ledger.now += 500;
    expect((await ledger.usage()).buckets).toMatchObject([{ remaining: 12 }]);
  });
});

describe('an alarm', () => {
  it('books the money of leases that ended although nobody calls', async () => {
    const ledger = await TestLedger.create({ budgets: [{ usd: 1, window: 'day' }] });
    await ledger.call({ need: { nanoUsd: 600 } });
    const at = await ledger.alarm;
    expect(at).toBe(NOON + 35_000);
    ledger.now += LONG_MS;
    expect(await runDurableObjectAlarm(ledger.stub)).toBe(true);
    expect(await ledger.rows('SELECT entry FROM record ORDER BY seq DESC LIMIT 1')).toEqual([
      { entry: JSON.stringify({ at: NOON + LONG_MS }) },
    ]);
    expect((await ledger.usage()).budgets).toMatchObject([{ spentNanoUsd: 600, estimatedNanoUsd: 600 }]);
    expect(await ledger.alarm).toBeNull();
  });

  it('is set again for a lease that lives on, and only then', async () => {
    const ledger = await TestLedger.create({ budgets: [{ usd: 1, window: 'day' }] });
    await ledger.call({ need: { nanoUsd: 600 } });
    for (let calls = 0; calls < 5; calls += 1) {
      ledger.now += 6000;
      await ledger.call({});
    }
    expect(await ledger.alarm).toBe(NOON + 35_000);
    ledger.now = NOON + 35_000;
    await runDurableObjectAlarm(ledger.stub);
    expect(await ledger.alarm).toBe(NOON + 65_000);
    await ledger.call({ returned: { nanoUsd: 600 } });
    ledger.now += LONG_MS;
    await runDurableObjectAlarm(ledger.stub);
    expect(await ledger.alarm).toBeNull();
    expect((await ledger.usage()).budgets).toMatchObject([{ spentNanoUsd: 0 }]);
  });

  it('is not set for what needs nobody to look: rates and slots', async () => {
    const ledger = await TestLedger.create({ requests_per_minute: 60, concurrency: 5 });
    await ledger.call({ need: { requests: 5, slots: 5 } });
    expect(await ledger.alarm).toBeNull();
  });
});

describe('the cost of a call in rows', () => {
  it('is one where something changed, and none where nothing did', async () => {
    const ledger = await TestLedger.create({ requests_per_minute: 60, concurrency: 5 });
    expect(await written(ledger, { need: { requests: 2, slots: 2 } })).toBe(1);
    expect(
      await written(ledger, { begun: 1, settled: [aSettlement({ slots: 1 }, {})], need: { requests: 1 } }),
    ).toBe(1);
    expect(await written(ledger, { need: { requests: 60 } })).toBe(0); // refused
    expect(await written(ledger, {})).toBe(0);
    expect(await ledger.usage()).toMatchObject({ total: { requests: 1 } });
  });

  it('of a scope that only records is one for a batch', async () => {
    const ledger = await TestLedger.create();
    const settled = Array.from({ length: 200 }, (_, index) =>
      aSettlement({}, { nanoUsd: index }, { model: `m${index % 9}` }),
    );
    for (let calls = 0; calls < 5; calls += 1) expect(await written(ledger, { settled })).toBe(1);
  });

  it('with budgets is one more for the alarm, which is set seldom, and for who is told, which changes seldom', async () => {
    const ledger = await TestLedger.create({ budgets: [{ usd: 1, window: 'day' }] });
    const alerts = { scope: 'key "ci"', webhooks: [] };
    expect(await written(ledger, { need: { nanoUsd: 5 }, alerts })).toBe(3);
    for (let calls = 0; calls < 10; calls += 1) {
      ledger.now += 1000;
      expect(await written(ledger, { need: { nanoUsd: 5 }, alerts })).toBe(1);
    }
  });
});

describe('the record', () => {
  it('is whole after 500 parallel calls, and all of them counted', async () => {
    const ledger = await TestLedger.create({
      requests_per_minute: 300,
      tokens_per_day: 1_000_000,
      concurrency: 400,
    });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        ledger.call({
          lease: `lease ${index % 50}`,
          need: { requests: 1, tokens: 100, slots: 1 },
          settled: [aSettlement({}, { nanoUsd: index })],
        }),
      ),
    );
    expect(answers.filter(({ refusal }) => refusal === null)).toHaveLength(300);
    const before = await ledger.usage();
    expect(before).toMatchObject({
      held: units({ requests: 300, tokens: 30_000, slots: 300 }),
      total: { requests: 500, nanoUsd: (499 * 500) / 2 },
    });
    await ledger.evict();
    expect(await ledger.usage()).toEqual(before);
    expect(await ledger.verify()).toMatchObject({ isWhole: true, differences: [] });
  });

  it.each([1, 2, 3])(
    'leads to every counter again after any history, evictions included (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const ledger = await TestLedger.create();
      const steps = 450;
      for (let step = 0; step < steps; step += 1) {
        await randomStep(ledger, random);
        if (random.chance(0.02)) await ledger.evict();
        if (random.chance(0.02))
          expect(await ledger.verify()).toMatchObject({ isWhole: true, differences: [] });
      }
      const before = await ledger.usage();
      await ledger.evict();
      expect(await ledger.usage()).toEqual(before);
      expect(await ledger.verify()).toMatchObject({ isWhole: true, differences: [] });
      expect(await ledger.count('checkpoints')).toBeGreaterThan(0);
    },
  );

  it('that somebody tampered with is noticed', async () => {
    const ledger = await TestLedger.create({ requests_per_minute: 60 });
    for (let calls = 0; calls < 5; calls += 1)
      await ledger.call({ need: { requests: 1 }, settled: [aSettlement({}, { nanoUsd: 10 })] });
    expect(await ledger.verify()).toMatchObject({ isWhole: true, entries: 5 });
    await ledger.rows(
      `UPDATE record SET entry = replace(entry, '"nanoUsd":10', '"nanoUsd":11') WHERE seq = 3`,
    );
    const { isWhole, differences } = await ledger.verify();
    expect(isWhole).toBe(false);
    expect(differences.map((text) => text.split(' ')[0])).toEqual(['spending', 'total']);
    await ledger.rows('DELETE FROM record WHERE seq = 3');
    expect((await ledger.verify()).differences[0]).toBe('entries between 2 and 4 are missing');
    await ledger.rows('DELETE FROM record WHERE seq = 5');
    expect((await ledger.verify()).differences).toContain('the record ends at 4 instead of 5');
  });

  it('keeps a day of itself at least, from a checkpoint on, and no more than it must', async () => {
    const ledger = await TestLedger.create({ requests_per_day: 1_000_000 });
    // A call every five minutes for five days.
    const calls = 5 * 288;
    await ledger.within(async (object) => {
      for (let count = 0; count < calls; count += 1) {
        ledger.now += 300_000;
        await object.call(ledger.made({ settled: [aSettlement({}, { nanoUsd: 1 })] }));
      }
    });
    const rows = await ledger.count('record');
    expect(rows).toBeGreaterThanOrEqual(288);
    expect(rows).toBeLessThanOrEqual(288 + 2 * 256);
    expect(await ledger.count('checkpoints')).toBeLessThanOrEqual(3);
    const { isWhole, entries } = await ledger.verify();
    expect(isWhole).toBe(true);
    expect(entries).toBeGreaterThanOrEqual(288);
    // No row is deleted, because that costs as much as to write one.
    expect(await written(ledger, { settled: [aSettlement({}, { nanoUsd: 1 })] })).toBe(1);
    expect(await ledger.count('record')).toBe(rows);
    await ledger.evict();
    expect(await written(ledger, { settled: [aSettlement({}, { nanoUsd: 1 })] })).toBe(1);
    expect(await ledger.count('record')).toBe(rows);
    expect((await ledger.usage()).total.requests).toBe(calls + 2);
    expect(await ledger.verify()).toMatchObject({ isWhole: true, differences: [] });
  });

  it('answers a call again that a checkpoint holds already', async () => {
    const ledger = await TestLedger.create({ requests_per_day: 10_000 });
    const early = ledger.made({ need: { requests: 7 } });
    const lost = ledger.made({ need: { requests: 5 } });
    await ledger.stub.call(early);
    await ledger.stub.call(lost);
    await ledger.call({ unanswered: [lost.id] });
    for (let calls = 0; calls < 300; calls += 1) await ledger.call({ begun: 1 });
    expect(await ledger.count('checkpoints')).toBe(1);
    await ledger.evict();
    expect((await ledger.stub.call(early)).drawn.requests).toBe(7);
    expect((await ledger.stub.call(lost)).drawn.requests).toBe(0);
    expect(await ledger.verify()).toMatchObject({ isWhole: true, entries: 303 });
  });

  it('that cannot be written leaves nothing in memory either', async () => {
    const ledger = await TestLedger.create({ requests_per_minute: 10 });
    await ledger.call({ need: { requests: 1 } });
    await ledger.rows(
      `CREATE TRIGGER broken BEFORE INSERT ON record BEGIN SELECT raise(abort, 'disk full'); END`,
    );
    const call = ledger.made({ need: { requests: 2 } });
    // Not by RPC: the rejection would count as one that nobody handles there.
    await ledger.within((object) => expect(object.call(call)).rejects.toThrow('disk full'));
    await ledger.rows('DROP TRIGGER broken');
    expect((await ledger.usage()).held.requests).toBe(1);
    expect((await ledger.call({ need: { requests: 9 } })).refusal).toBeNull();
    expect(await ledger.verify()).toMatchObject({ isWhole: true });
  });
});

describe('days', () => {
  it('have two hundred models, and what is more counts as one', async () => {
    const ledger = await TestLedger.create();
    const settled = (from: number, count: number): SettledRequest[] =>
      Array.from({ length: count }, (_, index) =>
        aSettlement({}, { nanoUsd: 1 }, { model: `m/${from + index}` }),
      );
    await ledger.call({ settled: settled(0, 150) });
    await ledger.evict();
    for (let calls = 0; calls < 300; calls += 1) await ledger.call({ settled: settled(0, 1) });
    await ledger.evict();
    await ledger.call({ settled: settled(100, 200) });
    const { days, total } = await ledger.usage({ from: TODAY, to: TODAY });
    expect(days).toHaveLength(201);
    expect(days.find(({ model }) => model === 'other')).toMatchObject({ requests: 100, nanoUsd: 100 });
    expect(days.reduce((sum, { requests }) => sum + requests, 0)).toBe(650);
    expect(total.requests).toBe(650);
    expect(await ledger.verify()).toMatchObject({ isWhole: true });
    ledger.now += DAY_MS;
    await ledger.call({ settled: settled(500, 3) });
    expect((await ledger.usage({ from: '2036-11-22', to: '2036-11-30' })).days).toHaveLength(3);
  });
});

describe('alerts', () => {
  const webhook = { url: 'https://hooks.example/x', format: 'json', allow_insecure: false } as const;
  const alerts = { scope: 'key "ci"', webhooks: [webhook] };
  const limits: LimitFields = { budgets: [{ usd: 1, soft_usd: 0.5, window: 'day' }] };
  const waiting = (ledger: TestLedger) => ledger.rows('SELECT event FROM alerts_outbox ORDER BY seq');

  it('wait in the outbox with the settlement that crossed, once, and an alarm is set', async () => {
    const ledger = await TestLedger.create(limits);
    await ledger.call({ settled: [aSettlement({}, { nanoUsd: 499_999_999 })], alerts });
    expect(await waiting(ledger)).toEqual([]);
    await ledger.call({ settled: [aSettlement({}, { nanoUsd: 1 })], alerts });
    await ledger.evict();
    await ledger.call({ settled: [aSettlement({}, { nanoUsd: 1 })], alerts });
    const [row, ...others] = await waiting(ledger);
    expect(JSON.parse(String(row?.event))).toMatchObject({ type: 'budget.soft', scope: 'key "ci"' });
    expect(others).toEqual([]);
    expect(await ledger.alarm).toBe(NOON);
  });

  it('of money that was lost while nobody called go to whom the last call named, after an eviction too', async () => {
    const ledger = await TestLedger.create(limits);
    await ledger.call({ need: { nanoUsd: 1_000_000_000 }, alerts });
    await ledger.evict();
    ledger.now += LONG_MS;
    await ledger.usage();
    const events = (await waiting(ledger)).map(({ event }) => JSON.parse(String(event)).type);
    expect(events).toEqual(['budget.soft', 'budget.hard']);
  });

  it('go to nobody where nobody is named', async () => {
    const ledger = await TestLedger.create(limits);
    await ledger.call({ settled: [aSettlement({}, { nanoUsd: 2_000_000_000 })] });
    expect([await waiting(ledger), await ledger.alarm]).toEqual([[], null]);
  });

  it('of others can be left here, and forgotten', async () => {
    const ledger = await TestLedger.create();
    const note = {
      type: 'credential.exhausted',
      id: 'credential.exhausted/openai#0',
      silentUntil: null,
      data: { provider: 'openai', credential: 'openai#0', reason: 'quota', status: 429 },
      routing: alerts,
    } as const;
    await ledger.stub.note(note);
    await ledger.stub.note(note);
    expect(await waiting(ledger)).toHaveLength(1);
    expect(await ledger.alarm).toBe(NOON);
    await ledger.stub.forgetAlert(note.id);
    await ledger.stub.note(note);
    expect(await waiting(ledger)).toHaveLength(2);
  });
});

const LIMITS: readonly LimitFields[] = [
  {},
  { requests_per_minute: 100, tokens_per_minute: 10_000 },
  { requests_per_minute: 40, tokens_per_day: 100_000, concurrency: 10 },
  { concurrency: 5, budgets: [{ usd: 0.01, soft_usd: 0.005, window: 'day' }] },
  {
    requests_per_day: 5000,
    budgets: [
      { usd: 0.05, soft_usd: 0.01, window: 'week', time_zone: 'Asia/Kathmandu' },
      { usd: 0.02, window: 'day', rolling: true },
      { usd: 1, window: 'total' },
    ],
  },
];

/** Says something that an isolate might, or should not. */
async function randomStep(ledger: TestLedger, random: Seeded): Promise<void> {
  const { between, chance, pick } = random;
  ledger.now += pick([0, 0, 0, between(1, 1000), between(1, 10_000), between(1, 60_000), 3_600_000]);
  if (chance(0.1)) ledger.limits = pick(LIMITS);
  const lease = `lease ${between(0, 9)}`;
  const some = () => ({
    requests: between(0, 3),
    tokens: between(0, 500),
    nanoUsd: between(0, 1_000_000),
    slots: between(0, 1),
  });
  const settle = () =>
    aSettlement(
      { ...some(), requests: 0 },
      { tokens: between(0, 600), nanoUsd: between(0, 1_200_000) },
      { lease, model: pick(['a/b', 'c/d', '']) },
    );
  const call = ledger.made({
    lease,
    begun: pick([0, 0, 1, 2]),
    settled: random.list(pick([0, 0, 1, 3]), settle),
    ...(chance(0.2) ? { returned: some() } : {}),
    ...(chance(0.6) ? { need: some(), beyond: some() } : {}),
  });
  if (chance(0.1)) await ledger.call({ lease, unanswered: [call.id, crypto.randomUUID()] });
  const answer = await ledger.stub.call(call);
  if (chance(0.1)) expect(await ledger.stub.call(call)).toEqual(answer);
  if (chance(0.1)) await ledger.call({ lease, unanswered: [call.id] });
  if (chance(0.05)) await ledger.usage();
  if (chance(0.05)) await runDurableObjectAlarm(ledger.stub);
}
