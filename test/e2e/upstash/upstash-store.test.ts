/** What is Redis' own about these limits: its clock, its keys, its scripts, and those who read. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LimitExceeded } from '../../../src/errors.ts';
import type { Crossing } from '../../../src/limits/alerts/alert.ts';
import type { AlertRouting, LimitStore } from '../../../src/limits/ledger-protocol.ts';
import { READING } from '../../../src/limits/upstash/reading-guard.ts';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';
import { aCall, aSettlement, units } from '../../unit/limits/ledger-calls.ts';

const DAY_MS = 86_400_000;

let lab: RedisLab;
let store: LimitStore;
let ledger: string;
beforeAll(async () => {
  lab = await startRedisLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.front.fail('none');
  store = lab.store();
  ledger = `key:${crypto.randomUUID()}`;
});

const usage = (days: { from: string; to: string } | null = null) =>
  store.usage(ledger, { limits: null, days });

describe('5,000 draws at once', () => {
  it('of four isolates pass no limit by one unit', async () => {
    const limits = {
      requests_per_day: 4000,
      tokens_per_day: 333_333,
      concurrency: 3600,
      budgets: [{ usd: 3.21, window: 'month' as const }],
    };
    const need = { requests: 1, tokens: 100, nanoUsd: 1_000_003, slots: 1 };
    const stores = Array.from({ length: 4 }, () => lab.store());
    const name = ledger;
    const answers = await inWaves(5000, 250, (index) =>
      (stores[index % 4] ?? store).call(name, aCall({ limits, lease: `lease ${index % 40}`, need })),
    );
    const granted = answers.filter(({ refusal }) => refusal === null).length;
    expect(granted).toBe(Math.floor(3_210_000_000 / 1_000_003)); // the budget is the tightest
    const { held, buckets, budgets } = await usage();
    expect(held).toEqual(
      units({ requests: granted, tokens: granted * 100, nanoUsd: granted * 1_000_003, slots: granted }),
    );
    expect(budgets[0]?.heldNanoUsd).toBeLessThanOrEqual(3_210_000_000);
    expect(buckets.map(({ remaining }) => remaining >= 0)).toEqual([true, true]);
  });
});

describe('the clock', () => {
  it('is that of Redis, whatever isolates believe', async () => {
    const limits = {
      requests_per_minute: 10,
      budgets: [{ usd: 1, window: 'day' as const, time_zone: 'Asia/Tokyo' }],
    };
    const late = lab.store({ now: () => Date.now() - 400 * DAY_MS });
    const early = lab.store({ now: () => Date.now() + 400 * DAY_MS });
    for (const isolate of [store, late, early])
      await isolate.call(
        ledger,
        aCall({ limits, need: { requests: 3 }, settled: [aSettlement({}, { nanoUsd: 100 })] }),
      );
    expect(await early.call(ledger, aCall({ limits, need: { requests: 3 } }))).toMatchObject({
      refusal: { field: 'requests_per_minute', remaining: 1 },
    });
    const { now, budgets } = await usage();
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(budgets).toMatchObject([{ spentNanoUsd: 300 }]);
  });
});

describe('keys', () => {
  it('of one Ledger stay together in a cluster, and all of them end', async () => {
    const limits = { requests_per_day: 5, concurrency: 3, budgets: [{ usd: 1, window: 'month' as const }] };
    await store.call(ledger, aCall({ limits, need: { requests: 1, slots: 1 } }));
    await store.call(ledger, aCall({ limits, settled: [aSettlement({}, { nanoUsd: 5 })] }));
    const keys = await keysOf(ledger);
    expect(keys.length).toBeGreaterThan(6);
    for (const key of keys) {
      expect(key.slice(key.indexOf('{') + 1, key.indexOf('}'))).toBe(ledger);
      expect(await lab.front.send('PTTL', key)).toBeGreaterThan(0);
      expect(await lab.front.send('PTTL', key)).toBeLessThan(101 * DAY_MS);
    }
  });

  it('outlive a bucket that takes longer to fill', async () => {
    const limits = { requests_per_minute: 1, burst_requests: 200_000 };
    await store.call(ledger, aCall({ limits, need: { requests: 200_000 } }));
    expect(await lab.front.send('PTTL', `test:{${ledger}}:book`)).toBeGreaterThan(200_000 * 60_000);
  });

  it('stay for ever where a total counts, and no longer', async () => {
    const total = { budgets: [{ usd: 1, window: 'total' as const }] };
    await store.call(ledger, aCall({ limits: total, settled: [aSettlement({}, { nanoUsd: 5 })] }));
    expect(await lab.front.send('PTTL', `test:{${ledger}}:book`)).toBe(-1);
    await store.call(ledger, aCall({ limits: {} }));
    expect(await lab.front.send('PTTL', `test:{${ledger}}:book`)).toBeGreaterThan(0);
  });

  it('of names that hold anything are told apart', async () => {
    const names = ['end_user:a}b', 'end_user:a}c', 'end_user:{', 'end_user:\n|"\\', 'end_user:日本'];
    const limits = { requests_per_day: 5 };
    for (const [index, name] of names.entries())
      await store.call(name, aCall({ limits, need: { requests: index } }));
    for (const [index, name] of names.entries())
      expect((await store.usage(name, { limits: null, days: null })).held.requests).toBe(index);
  });

  it('do not grow with refusals, nor with calls that say nothing', async () => {
    const limits = { requests_per_day: 1 };
    await store.call(ledger, aCall({ limits, need: { requests: 1 } }));
    const before = await sizeOf(ledger);
    for (let index = 0; index < 20; index += 1) {
      await store.call(ledger, aCall({ limits, need: { requests: 1 } }));
      await store.call(ledger, aCall({ limits }));
    }
    expect(await sizeOf(ledger)).toBe(before);
  });

  it('hold the sums of 200 models a day at most, and of 92 days', async () => {
    let now = Date.parse('2026-01-05T10:00:00Z');
    const clocked = lab.store({ now: () => now, redisNow: () => now });
    const settle = (model: string) => aSettlement({}, { nanoUsd: 1 }, { model });
    const models = Array.from({ length: 250 }, (_, index) => settle(`openai/${index}`.padEnd(300, 'x')));
    await clocked.call(ledger, aCall({ settled: models }));
    const of = async () =>
      (await clocked.usage(ledger, { limits: null, days: { from: '2026-01-01', to: '2026-12-31' } })).days;
    const [first] = await of();
    expect((await of()).length).toBe(201);
    expect(first?.model.length).toBe(200);
    expect((await of()).find(({ model }) => model === 'other')).toMatchObject({ nanoUsd: 50, requests: 50 });
    now += 92 * DAY_MS;
    await clocked.call(ledger, aCall({ settled: [settle('openai/new')] }));
    expect((await of()).map(({ day, model }) => [day, model])).toEqual([['2026-04-07', 'openai/new']]);
  });
});

describe('large numbers', () => {
  it('are exact to the unit', async () => {
    const limits = {
      tokens_per_day: 9_000_000_000_000,
      budgets: [{ usd: 8_000_000, window: 'total' as const }],
    };
    await store.call(
      ledger,
      aCall({ limits, need: { tokens: 8_999_999_999_999, nanoUsd: 7_999_999_999_999_999 } }),
    );
    expect(await store.call(ledger, aCall({ limits, need: { nanoUsd: 2 } }))).toMatchObject({
      refusal: { remaining: 1, limit: 8_000_000_000_000_000 },
    });
    expect((await usage()).held).toEqual(
      units({ tokens: 8_999_999_999_999, nanoUsd: 7_999_999_999_999_999 }),
    );
  });
});

describe('thresholds', () => {
  const routing: AlertRouting = { scope: 'key "ci"', webhooks: [] };
  const limits = { budgets: [{ usd: 1, soft_usd: 0.5, window: 'day' as const }] };
  const settle = (nanoUsd: number) =>
    aCall({ limits, alerts: routing, settled: [aSettlement({}, { nanoUsd })] });

  it('are told of once, whoever crosses them', async () => {
    const told: [string, Crossing['type'], number][] = [];
    const crossed = async (name: string, { type, spentNanoUsd }: Crossing) => {
      told.push([name, type, spentNanoUsd]);
    };
    const stores = [lab.store({ crossed }), lab.store({ crossed })];
    for (const isolate of stores)
      for (let turn = 0; turn < 4; turn += 1) await isolate.call(ledger, settle(150_000_000));
    expect(told).toEqual([
      [ledger, 'budget.soft', 600_000_000],
      [ledger, 'budget.hard', 1_050_000_000],
    ]);
  });

  it('that could not be told of are told of by a later call', async () => {
    const told: string[] = [];
    let now = Date.now();
    let isDown = true;
    const crossed = async (_: string, { type, budget }: Crossing, { scope }: AlertRouting) => {
      if (isDown) throw new Error('nobody there');
      told.push(`${type} ${budget.id} ${scope}`);
    };
    const isolate = lab.store({ crossed, now: () => now });
    expect((await isolate.call(ledger, settle(600_000_000))).refusal).toBe(null);
    isDown = false;
    await isolate.call(ledger, settle(1));
    expect(told).toEqual([]); // not with every call
    now += 10_000;
    await isolate.call(ledger, settle(1));
    await isolate.call(ledger, settle(1));
    expect(told).toEqual(['budget.soft day UTC key "ci"']);
  });
});

describe('reading', () => {
  it('is bounded for all isolates together', async () => {
    const isolates = [lab.store(), lab.store()];
    const reads = await Promise.allSettled(
      Array.from({ length: 2 * READING.burst }, (_, index) =>
        (isolates[index % 2] ?? store).usage(ledger, { limits: null, days: null }),
      ),
    );
    const refused = reads.flatMap((read) => (read.status === 'rejected' ? [read.reason] : []));
    expect(refused.every((reason) => reason instanceof LimitExceeded && (reason.retryAfterMs ?? 0) > 0)).toBe(
      true,
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(reads.length - refused.length).toBeGreaterThanOrEqual(READING.burst);
    // Others are not meant.
    await store.usage(`${ledger} of another`, { limits: null, days: null });
  });

  it('changes nothing', async () => {
    const limits = { requests_per_minute: 60, concurrency: 2 };
    await store.call(ledger, aCall({ limits, need: { requests: 10, slots: 1 } }));
    const before = await dumpOf(ledger);
    await usage();
    expect(await dumpOf(ledger)).toEqual(before);
  });
});

async function keysOf(name: string): Promise<string[]> {
  const keys = await lab.front.send('KEYS', `test:{${name}}:*`);
  return (keys as string[]).toSorted();
}

const dumpOf = async (name: string) =>
  Promise.all((await keysOf(name)).map(async (key) => [key, await lab.front.send('DUMP', key)]));

async function sizeOf(name: string): Promise<number> {
  let size = 0;
  for (const key of await keysOf(name)) {
    const type = await lab.front.send('TYPE', key);
    size += Number(await lab.front.send(type === 'zset' ? 'ZCARD' : 'HLEN', key));
  }
  return size;
}

/** So many at once, as many as the loopback bears. */
async function inWaves<Value>(count: number, atOnce: number, make: (index: number) => Promise<Value>) {
  const made: Value[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) made.push(await make(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return made;
}
