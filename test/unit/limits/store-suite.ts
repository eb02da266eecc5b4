/**
 * What every store of limits must hold, whatever it is made of: run by the Durable Objects in workerd, and by others
 * wherever they run. It says nothing but calls, and reads nothing but answers; nothing here waits for a clock.
 */
import { describe, expect, it } from 'vitest';
import type {
  LedgerAnswer,
  LimitStore,
  SettledRequest,
  UsageDay,
} from '../../../src/limits/ledger-protocol.ts';
import { type LimitFields, toScopeLimits } from '../../../src/limits/scope-limits.ts';
import { addUnits, NO_UNITS, type Units } from '../../../src/limits/units.ts';
import { seeded } from '../../support/seeded.ts';
import { aCall, aSettlement, type CallFields, units } from './ledger-calls.ts';

/** A store whose clock stands still but for `advance`. */
export interface StoreUnderTest {
  readonly store: LimitStore;
  /** Milliseconds since the Unix epoch, at the beginning: `SUITE_STARTS_AT`, where that can be chosen. */
  readonly startsAt: number;
  /** Lets time go on, for all Ledgers. */
  advance(ms: number): Promise<void>;
  /** Throws away what the store has in memory of a Ledger. Default: there is nothing in memory. */
  evict?(ledger: string): Promise<void>;
}

/** Far ahead, so that nothing that is set for a time of the suite comes by the real clock. */
export const SUITE_STARTS_AT = Date.parse('2036-11-21T12:00:00Z');
/** Longer than a lease lives that nobody hears of. */
const LONG_MS = 40_000;
const DAY_MS = 86_400_000;

/** A scope, and those who call its Ledger. */
class TestScope {
  readonly #test: StoreUnderTest;
  readonly ledger = `key:${crypto.randomUUID()}`;
  limits: LimitFields;

  constructor(test: StoreUnderTest, limits: LimitFields) {
    this.#test = test;
    this.limits = limits;
  }

  call(fields: CallFields): Promise<LedgerAnswer> {
    return this.#test.store.call(this.ledger, this.made(fields));
  }

  send(call: ReturnType<typeof aCall>): Promise<LedgerAnswer> {
    return this.#test.store.call(this.ledger, call);
  }

  made(fields: CallFields) {
    return aCall({ limits: this.limits, ...fields });
  }

  usage(days: { readonly from: string; readonly to: string } | null = null) {
    return this.#test.store.usage(this.ledger, { limits: toScopeLimits(this.limits), days });
  }

  async levels(): Promise<number[]> {
    return (await this.usage()).buckets.map(({ remaining }) => remaining);
  }

  async evict(): Promise<void> {
    await this.#test.evict?.(this.ledger);
  }
}

const sumOf = (all: readonly Units[]): Units => all.reduce(addUnits, NO_UNITS);
const leaseOf = (index: number): string => `lease ${index % 7}`;

export function describeStore(name: string, createStore: () => Promise<StoreUnderTest>): void {
  const createScope = async (limits: LimitFields) => {
    const test = await createStore();
    return { test, scope: new TestScope(test, limits) };
  };

  describe(`${name}: parallel draws`, () => {
    it.each<[string, LimitFields, Partial<Units>, number]>([
      ['requests a minute', { requests_per_minute: 37 }, { requests: 1 }, 37],
      ['requests at once', { requests_per_minute: 1000, burst_requests: 23 }, { requests: 1 }, 23],
      ['tokens a minute', { tokens_per_minute: 1000 }, { tokens: 30 }, 33],
      ['tokens at once', { tokens_per_minute: 10, burst_tokens: 500 }, { tokens: 50 }, 10],
      ['requests a day', { requests_per_day: 41 }, { requests: 1 }, 41],
      ['tokens a day', { tokens_per_day: 9_000_000_000 }, { tokens: 1_000_000_000 }, 9],
      ['slots', { concurrency: 29 }, { slots: 1 }, 29],
      ['a daily budget', { budgets: [{ usd: 0.05, window: 'day' }] }, { nanoUsd: 1_000_001 }, 49],
      ['a total budget', { budgets: [{ usd: 0.05, window: 'total' }] }, { nanoUsd: 1_000_000 }, 50],
      [
        'a rolling budget',
        { budgets: [{ usd: 0.05, window: 'week', rolling: true }] },
        { nanoUsd: 2_000_000 },
        25,
      ],
      [
        'the tightest of all',
        { requests_per_minute: 90, tokens_per_day: 700, concurrency: 80 },
        { requests: 1, tokens: 10, slots: 1 },
        70,
      ],
    ])('of %s are granted exactly as often as there is enough', async (_, limits, need, expected) => {
      const { scope } = await createScope(limits);
      const draws = Array.from({ length: 100 }, (_, index) => scope.call({ lease: leaseOf(index), need }));
      const answers = await Promise.all(draws);
      const granted = answers.filter(({ refusal }) => refusal === null);
      expect(granted).toHaveLength(expected);
      const refused = answers.filter(({ refusal }) => refusal !== null);
      expect(refused.map(({ drawn }) => drawn)).toEqual(refused.map(() => NO_UNITS));
      expect((await scope.usage()).held).toEqual(sumOf(granted.map(({ drawn }) => drawn)));
    });

    it('never give slices beyond what there is', async () => {
      const limits: LimitFields = {
        requests_per_minute: 500,
        tokens_per_minute: 50_000,
        concurrency: 400,
        budgets: [{ usd: 0.1, window: 'month' }],
      };
      const { scope } = await createScope(limits);
      const need = { requests: 1, tokens: 100, nanoUsd: 100_000, slots: 1 };
      const beyond = { requests: 50, tokens: 5000, nanoUsd: 5_000_000, slots: 5 };
      const draws = Array.from({ length: 700 }, (_, index) =>
        scope.call({ lease: leaseOf(index), need, beyond }),
      );
      const drawn = sumOf((await Promise.all(draws)).map((answer) => answer.drawn));
      const { held, buckets } = await scope.usage();
      expect(held).toEqual(drawn);
      expect(buckets.map(({ remaining }) => remaining)).toEqual([
        500 - drawn.requests,
        50_000 - drawn.tokens,
      ]);
      expect(drawn.slots).toBeLessThanOrEqual(400);
      expect(drawn.nanoUsd).toBeLessThanOrEqual(100_000_000);
      // Something has run out.
      expect(await scope.call({ need })).toMatchObject({ drawn: NO_UNITS });
    });
  });

  describe(`${name}: a refusal`, () => {
    it('takes nothing of what there would have been enough of', async () => {
      const { scope } = await createScope({
        requests_per_minute: 10,
        tokens_per_minute: 100,
        concurrency: 1,
      });
      await scope.call({ need: { slots: 1 } });
      const { drawn, refusal } = await scope.call({ need: { requests: 1, tokens: 10, slots: 1 } });
      expect([drawn, refusal]).toMatchObject([
        NO_UNITS,
        { field: 'concurrency', limit: 1, remaining: 0, needed: 1 },
      ]);
      expect(await scope.levels()).toEqual([10, 100]);
    });

    it('says when there will be enough, and is right', async () => {
      const { scope, test } = await createScope({ tokens_per_minute: 61, burst_tokens: 100 });
      await scope.call({ need: { tokens: 100 } });
      await scope.call({ settled: [aSettlement({ tokens: 100 }, { tokens: 100 })] });
      const { refusal } = await scope.call({ need: { tokens: 70 } });
      expect(refusal).toMatchObject({ field: 'tokens_per_minute', remaining: 0, retryAfterMs: 68_853 });
      await test.advance(68_852);
      expect(await scope.call({ need: { tokens: 70 } })).toMatchObject({ refusal: { retryAfterMs: 1 } });
      await test.advance(1);
      expect(await scope.call({ need: { tokens: 70 } })).toMatchObject({ refusal: null });
    });

    it('says never of what can never be', async () => {
      const { scope } = await createScope({
        tokens_per_minute: 60,
        concurrency: 2,
        budgets: [{ usd: 1, window: 'day' }],
      });
      for (const need of [{ tokens: 61 }, { slots: 3 }, { nanoUsd: 1_000_000_001 }])
        expect(await scope.call({ need })).toMatchObject({ refusal: { retryAfterMs: null } });
    });
  });

  describe(`${name}: a call`, () => {
    it('that is said many times at once counts once, and has one answer', async () => {
      const { scope } = await createScope({ requests_per_minute: 100, tokens_per_minute: 1000 });
      await scope.call({ need: { requests: 10, tokens: 100 } });
      const call = scope.made({
        begun: 2,
        settled: [aSettlement({ tokens: 50 }, { tokens: 20, nanoUsd: 123 })],
        returned: { requests: 1 },
        need: { requests: 5 },
      });
      const answers = await Promise.all(Array.from({ length: 20 }, () => scope.send(call)));
      expect(answers.map(({ drawn }) => drawn)).toEqual(answers.map(() => units({ requests: 5 })));
      await scope.evict();
      expect((await scope.send(call)).drawn).toEqual(units({ requests: 5 }));
      const { held, total } = await scope.usage();
      expect(await scope.levels()).toEqual([86, 930]);
      expect(held).toEqual(units({ requests: 12, tokens: 50 }));
      expect(total).toMatchObject({ requests: 1, nanoUsd: 123 });
    });

    it('that was never answered gives its draw back, and what it told counts', async () => {
      const { scope } = await createScope({ tokens_per_minute: 1000, concurrency: 5 });
      const settled = [aSettlement({}, { tokens: 5, nanoUsd: 9 })];
      const lost = scope.made({ need: { tokens: 100, slots: 2 }, settled });
      await scope.send(lost);
      await scope.evict();
      await scope.call({ unanswered: [lost.id] });
      await scope.call({ unanswered: [lost.id] });
      await scope.evict();
      expect((await scope.send({ ...lost, draw: null })).drawn).toEqual(NO_UNITS);
      const { held, total } = await scope.usage();
      expect([held, total.nanoUsd, await scope.levels()]).toEqual([NO_UNITS, 9, [995]]);
    });

    it('that arrives after it was given up draws nothing, and what it told counts', async () => {
      const { scope } = await createScope({ tokens_per_minute: 1000 });
      const late = scope.made({ need: { tokens: 100 }, settled: [aSettlement({}, { nanoUsd: 9 })] });
      await scope.call({ unanswered: [late.id] });
      await scope.evict();
      expect(await scope.send(late)).toMatchObject({ drawn: NO_UNITS });
      await scope.send(late);
      const { held, total } = await scope.usage();
      expect([held, total.nanoUsd, await scope.levels()]).toEqual([NO_UNITS, 9, [1000]]);
    });
  });

  describe(`${name}: a settlement`, () => {
    it('gives back what was reserved and not used, and leaves a debt for what was used beyond', async () => {
      const { scope, test } = await createScope({ tokens_per_minute: 600, tokens_per_day: 100_000 });
      await scope.call({ need: { tokens: 500 } });
      await scope.call({ settled: [aSettlement({ tokens: 300 }, { tokens: 100 })] });
      expect(await scope.levels()).toEqual([300, 99_700]);
      await scope.evict();
      await scope.call({ settled: [aSettlement({ tokens: 200 }, { tokens: 600 })] });
      expect(await scope.levels()).toEqual([-100, 99_300]);
      expect(await scope.call({ need: { tokens: 1 } })).toMatchObject({ refusal: { retryAfterMs: 10_100 } });
      await test.advance(10_100);
      expect(await scope.call({ need: { tokens: 1 } })).toMatchObject({ refusal: null });
    });

    it('spends request units once, when the request begins', async () => {
      const { scope } = await createScope({ requests_per_minute: 10 });
      await scope.call({ need: { requests: 3 } });
      await scope.call({ begun: 2, returned: { requests: 1 } });
      await scope.call({ settled: [aSettlement({}, {}), aSettlement({}, {})] });
      expect(await scope.levels()).toEqual([8]);
      expect((await scope.usage()).held).toEqual(NO_UNITS);
    });

    it('books what was spent in the window of the moment, and frees what was held', async () => {
      const { scope, test } = await createScope({
        budgets: [
          { usd: 1, soft_usd: 0.5, window: 'day', time_zone: 'Europe/Berlin' },
          { usd: 5, window: 'total' },
        ],
      });
      await scope.call({ need: { nanoUsd: 800_000_000 } });
      expect(await scope.call({ need: { nanoUsd: 300_000_000 } })).toMatchObject({
        refusal: { field: 'budgets', window: 'day' },
      });
      await scope.call({ settled: [aSettlement({ nanoUsd: 800_000_000 }, { nanoUsd: 333_333_333 })] });
      expect((await scope.usage()).budgets).toMatchObject([
        {
          spentNanoUsd: 333_333_333,
          heldNanoUsd: 0,
          estimatedNanoUsd: 0,
          softNanoUsd: 500_000_000,
          timeZone: 'Europe/Berlin',
        },
        { spentNanoUsd: 333_333_333, heldNanoUsd: 0, endsAt: null },
      ]);
      await test.advance(DAY_MS);
      await scope.call({ settled: [aSettlement({}, { nanoUsd: 1 })] });
      expect((await scope.usage()).budgets).toMatchObject([
        { spentNanoUsd: 1 },
        { spentNanoUsd: 333_333_334 },
      ]);
    });

    it('of a spent budget lets free requests pass, and no others', async () => {
      const { scope } = await createScope({ budgets: [{ usd: 0.001, window: 'month' }] });
      await scope.call({ settled: [aSettlement({}, { nanoUsd: 1_000_000 })] });
      expect(await scope.call({ need: { nanoUsd: 1 } })).toMatchObject({
        refusal: { field: 'budgets', remaining: 0 },
      });
      expect(await scope.call({ need: { nanoUsd: 0 } })).toMatchObject({ refusal: null });
    });
  });

  describe(`${name}: a lease that nobody hears of`, () => {
    it('frees its slots, gives nothing back to rates, and its money counts as spent until somebody tells', async () => {
      const { scope, test } = await createScope({
        tokens_per_day: 1000,
        concurrency: 1,
        budgets: [{ usd: 1, window: 'total' }],
      });
      await scope.call({ need: { tokens: 100, slots: 1, nanoUsd: 600_000_000 } });
      await test.advance(LONG_MS);
      await scope.evict();
      const lost = await scope.usage();
      expect(lost).toMatchObject({ held: NO_UNITS, concurrency: { inFlight: 0 } });
      expect(lost.budgets).toMatchObject([
        { spentNanoUsd: 600_000_000, estimatedNanoUsd: 600_000_000, heldNanoUsd: 0 },
      ]);
      expect(await scope.levels()).toEqual([900]);
      expect(await scope.call({ lease: 'other', need: { slots: 1, nanoUsd: 500_000_000 } })).toMatchObject({
        refusal: { field: 'budgets' },
      });
      const held = { tokens: 100, slots: 1, nanoUsd: 500_000_000 };
      await scope.call({ lease: 'other', settled: [aSettlement(held, { tokens: 10, nanoUsd: 7 })] });
      await scope.call({ returned: { nanoUsd: 100_000_000 } });
      expect((await scope.usage()).budgets).toMatchObject([{ spentNanoUsd: 7, estimatedNanoUsd: 0 }]);
      expect(await scope.levels()).toEqual([900]);
    });

    it('lives on as long as its isolate calls, whatever it says', async () => {
      const { scope, test } = await createScope({ concurrency: 1 });
      await scope.call({ need: { slots: 1 } });
      for (let calls = 0; calls < 12; calls += 1) {
        await test.advance(10_000);
        await scope.call({});
        await scope.evict();
      }
      expect(await scope.call({ lease: 'other', need: { slots: 1 } })).toMatchObject({
        refusal: { field: 'concurrency' },
      });
      await scope.call({ settled: [aSettlement({ slots: 1 }, {})] });
      expect(await scope.call({ lease: 'other', need: { slots: 1 } })).toMatchObject({ refusal: null });
    });
  });

  describe(`${name}: other limits`, () => {
    it('fill no bucket, however often they come and go', async () => {
      const { scope, test } = await createScope({ requests_per_minute: 60 });
      await scope.call({ need: { requests: 60 } });
      await scope.call({ begun: 60 });
      for (const limits of [{}, { requests_per_minute: 600 }, { requests_per_minute: 60 }]) {
        scope.limits = limits;
        await scope.call({});
        await scope.evict();
      }
      expect(await scope.levels()).toEqual([0]);
      await test.advance(2000);
      expect(await scope.levels()).toEqual([2]);
    });
  });

  describe(`${name}: what was used`, () => {
    it('is the sum of all that was settled, to the nano-dollar, by day and model', async () => {
      const { scope, test } = await createScope({ tokens_per_day: 1_000_000 });
      const random = seeded(5);
      const settle = () => {
        const model = random.pick(['openai/gpt-5.2', 'anthropic/claude-sonnet-5', '']);
        const isPart = random.chance(0.2);
        return aSettlement(
          {},
          { requests: isPart ? 0 : 1, nanoUsd: random.between(0, 1_000_000_007) },
          {
            model,
            inputTokens: random.between(0, 100_000),
            outputTokens: random.between(0, 9000),
            cacheReadTokens: random.between(0, 50),
            cacheWriteTokens: random.between(0, 50),
            reasoningTokens: random.between(0, 50),
            isEstimated: random.chance(0.3),
            isUnpriced: random.chance(0.2),
          },
        );
      };
      const days: SettledRequest[][] = [];
      for (let day = 0; day < 3; day += 1) {
        const batches = random.list(10, () => random.list(random.between(1, 20), settle));
        await Promise.all(batches.map((settled) => scope.call({ settled })));
        days.push(batches.flat());
        await test.advance(DAY_MS);
        await scope.evict();
      }
      const dayOf = (index: number) => new Date(test.startsAt + index * DAY_MS).toISOString().slice(0, 10);
      const expected = days.flatMap((settled, index) => sumsOf(dayOf(index), settled));
      const told = await scope.usage({ from: dayOf(0), to: dayOf(2) });
      expect(told.days.toSorted(byDay)).toEqual(expected.toSorted(byDay));
      const spent = days.flat().reduce((sum, { used }) => sum + used.nanoUsd, 0);
      const requests = days.flat().reduce((sum, { used }) => sum + used.requests, 0);
      expect(told.total).toMatchObject({ nanoUsd: spent, requests });
      const [one] = [await scope.usage({ from: dayOf(1), to: dayOf(1) })];
      expect(one.days.toSorted(byDay)).toEqual(
        expected.filter(({ day }) => day === dayOf(1)).toSorted(byDay),
      );
      expect((await scope.usage()).days).toEqual([]);
    });
  });

  describe(`${name}: a crowd`, () => {
    it.each([1, 2, 3])(
      'that draws, settles, gives back and dies never overdraws a budget (seed %i)',
      async (seed) => {
        const random = seeded(seed);
        const budget = 50_000_000;
        const { scope, test } = await createScope({
          requests_per_minute: 1000,
          concurrency: 40,
          budgets: [{ usd: budget / 1e9, window: 'total' }],
        });
        const held = new Map<string, number>();
        let spent = 0;
        for (let round = 0; round < 12; round += 1) {
          const draws = random.list(20, () => ({
            lease: `lease ${round} ${random.between(0, 9)}`,
            money: random.between(1, 2_000_000),
          }));
          const answers = await Promise.all(
            draws.map(({ lease, money }) =>
              scope.call({ lease, need: { requests: 1, slots: 1, nanoUsd: money } }),
            ),
          );
          for (const [index, { refusal }] of answers.entries()) {
            const { lease = '', money = 0 } = draws[index] ?? {};
            if (refusal !== null) continue;
            const used = random.between(0, money);
            const end = random.pick(['settle', 'settle', 'return', 'die']);
            if (end === 'settle') {
              await scope.call({
                lease,
                begun: 1,
                settled: [aSettlement({ nanoUsd: money, slots: 1 }, { nanoUsd: used }, { lease })],
              });
              spent += used;
            } else if (end === 'return')
              await scope.call({ lease, begun: 1, returned: { nanoUsd: money, slots: 1 } });
            else held.set(lease, (held.get(lease) ?? 0) + money);
          }
          const { budgets } = await scope.usage();
          const [told] = budgets;
          expect((told?.spentNanoUsd ?? 0) + (told?.heldNanoUsd ?? 0)).toBeLessThanOrEqual(budget);
          await test.advance(LONG_MS);
          await scope.evict();
        }
        const lost = [...held.values()].reduce((sum, money) => sum + money, 0);
        const { budgets, total, held: stillHeld } = await scope.usage();
        expect(budgets).toMatchObject([
          { spentNanoUsd: spent + lost, estimatedNanoUsd: lost, heldNanoUsd: 0 },
        ]);
        expect([total.nanoUsd, stillHeld]).toEqual([spent, NO_UNITS]);
        expect(lost).toBeGreaterThan(0);
      },
    );
  });
}

const byDay = (a: UsageDay, b: UsageDay): number => (`${a.day} ${a.model}` < `${b.day} ${b.model}` ? -1 : 1);

/** By model, as a Ledger should have it. */
function sumsOf(day: string, settled: readonly SettledRequest[]): UsageDay[] {
  const models = [...new Set(settled.map(({ consumption }) => consumption.model))];
  return models.map((model) => {
    const ofModel = settled.filter(({ consumption }) => consumption.model === model);
    const sum = (read: (request: SettledRequest) => number) =>
      ofModel.reduce((all, one) => all + read(one), 0);
    return {
      day,
      model,
      requests: sum(({ used }) => used.requests),
      inputTokens: sum(({ consumption }) => consumption.inputTokens),
      outputTokens: sum(({ consumption }) => consumption.outputTokens),
      cacheReadTokens: sum(({ consumption }) => consumption.cacheReadTokens),
      cacheWriteTokens: sum(({ consumption }) => consumption.cacheWriteTokens),
      reasoningTokens: sum(({ consumption }) => consumption.reasoningTokens),
      nanoUsd: sum(({ used }) => used.nanoUsd),
      estimatedRequests: sum(({ used, consumption }) => (consumption.isEstimated ? used.requests : 0)),
      unpricedRequests: sum(({ used, consumption }) => (consumption.isUnpriced ? used.requests : 0)),
    };
  });
}
