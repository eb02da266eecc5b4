import { describe, expect, it } from 'vitest';
import { type ScopeLimits, toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { type Conditions, perfect } from '../../../simulation/network.ts';
import { seeded } from '../../../support/seeded.ts';
import { type Asked, CALL_MS, DEAD, LATENCY_MS, Lab, part, scope, units } from './desk-support.ts';

const MONEY = scope({ tokens_per_minute: 60_000, budgets: [{ usd: 0.001, window: 'total' }] });
const NEED = units({ requests: 1, tokens: 100, nanoUsd: 10_000 });

async function grantedOne(lab: Lab, key = MONEY, need = NEED): Promise<Asked> {
  const asked = lab.ask(lab.newDesk(), [key], { units: need });
  await lab.pass(2 * LATENCY_MS);
  expect(asked.grant).not.toBeNull();
  return asked;
}

describe('what is told of requests that ended', () => {
  it('goes in batches, a second old at most', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 60_000 }, { isRecorded: true });
    const endedAt = new Map<string, number>();
    const lags: number[] = [];
    for (let index = 0; index < 600; index += 1) {
      if (index < 400 && index % 2 === 0) {
        const asked = lab.ask(desk, [key]);
        lab.time.after(200, () => {
          asked.settle();
          endedAt.set(asked.ask.requestId, lab.time.now());
        });
      }
      await lab.pass(15);
      for (const { settled } of lab.heard(key))
        for (const { id } of settled) {
          const at = endedAt.get(id);
          if (at !== undefined) lags.push(lab.time.now() - at);
          endedAt.delete(id);
        }
    }
    expect(lags).toHaveLength(200);
    // To the Ledger it takes its time, and somebody looks every 15 ms.
    expect(Math.max(...lags)).toBeLessThanOrEqual(1000 + 2 * LATENCY_MS + 15);
    expect(lab.heard(key).length).toBeLessThan(20);
    expect(lab.usage(key).total.requests).toBe(200);
  });

  it('tells sums where a batch is large, and nothing is lost of them', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 60_000 }, { isRecorded: true });
    const asked = Array.from({ length: 300 }, () => lab.ask(desk, [key], { units: NEED }));
    await lab.pass(1000);
    for (const one of asked) one.settle({ tokens: 10, nanoUsd: 7 });
    await lab.pass(3000);
    const told = lab.heard(key).flatMap(({ settled }) => settled);
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(60);
    expect(lab.usage(key).total).toMatchObject({ requests: 300, nanoUsd: 2100 });
    expect(lab.usage(key).held).toEqual(NO_UNITS);
  });

  it('is complete, part by part, and what was held is used for them in turn (traps G3, G4)', async () => {
    const lab = new Lab();
    const asked = await grantedOne(lab);
    asked.context.run(() =>
      asked.granted.settle([
        part({ requests: 0, tokens: 60, nanoUsd: 6000 }, 'a/first'),
        part({ requests: 1, tokens: 70, nanoUsd: 7000 }, 'b/second'),
      ]),
    );
    await lab.pass(1100);
    const { held, total, budgets, buckets } = lab.usage(MONEY);
    expect(held).toEqual(NO_UNITS);
    expect(total).toMatchObject({ requests: 1, inputTokens: 130, nanoUsd: 13_000 });
    expect(budgets[0]).toMatchObject({ spentNanoUsd: 13_000, estimatedNanoUsd: 0 });
    expect(buckets[0]?.remaining).toBeLessThan(60_000);
  });

  it('gives everything back where nothing was used', async () => {
    const lab = new Lab();
    const asked = await grantedOne(lab);
    asked.context.run(() => asked.granted.settle([]));
    await lab.pass(1100);
    const { held, total, budgets } = lab.usage(MONEY);
    expect(held).toEqual(NO_UNITS);
    expect(total.requests).toBe(0);
    expect(budgets[0]?.spentNanoUsd).toBe(0);
  });

  it('lets the next request have at once what this one did not use', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ tokens_per_minute: 60, burst_tokens: 100, concurrency: 5 });
    const need = units({ requests: 1, tokens: 60, slots: 1 });
    const first = lab.ask(desk, [key], { units: need });
    await lab.pass(100);
    first.settle({ tokens: 0 });
    const second = lab.ask(desk, [key], { units: need });
    expect(second.isImmediate).toBe(true);
  });

  it('pays for what was used beyond what was held out of the lease, then as a debt', async () => {
    const lab = new Lab();
    const asked = await grantedOne(lab);
    asked.settle({ tokens: 200, nanoUsd: 2_000_000 });
    await lab.pass(1100);
    const { budgets } = lab.usage(MONEY);
    expect(budgets[0]?.spentNanoUsd).toBe(2_000_000);
    const next = lab.ask(lab.newDesk(), [MONEY], { units: NEED });
    await lab.pass(200);
    expect(next.refusal?.code).toBe('budget_exceeded');
  });

  it('comes back at once where others wait for it', async () => {
    const lab = new Lab();
    const key = scope({ concurrency: 1 });
    const asked = await grantedOne(lab, key, units({ requests: 1, slots: 1 }));
    asked.settle();
    await lab.pass(LATENCY_MS);
    expect(lab.usage(key).held.slots).toBe(0);
  });
});

describe('calls that are lost', () => {
  it('are told again under the same id, and count once, whether they had arrived or not', async () => {
    const lab = new Lab();
    const asked = await grantedOne(lab);
    lab.conditions = DEAD;
    asked.settle({ tokens: 50, nanoUsd: 5000 });
    await lab.pass(3000);
    lab.conditions = perfect(LATENCY_MS);
    await lab.pass(10_000);
    const told = lab.heard(MONEY).filter(({ settled }) => settled.length > 0);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(lab.usage(MONEY).total).toMatchObject({ requests: 1, nanoUsd: 5000 });
    expect(lab.usage(MONEY).held).toEqual(NO_UNITS);
  });

  it('whose answer is lost count once too', async () => {
    const lab = new Lab();
    const asked = await grantedOne(lab);
    asked.settle({ tokens: 50, nanoUsd: 5000 });
    await lab.pass(1000 - 1);
    const before = lab.heard(MONEY).length;
    let sent = 0;
    const onlyThere: Conditions = {
      get latencyMs() {
        // The way there works, the way back does not end.
        return () => (sent++ % 2 === 0 ? LATENCY_MS : 1e9);
      },
      loss: 0,
      repeats: 0,
      rejections: 0,
    };
    lab.conditions = onlyThere;
    await lab.pass(2 * LATENCY_MS + 10);
    lab.conditions = perfect(LATENCY_MS);
    expect(lab.heard(MONEY).length).toBe(before + 1);
    await lab.pass(10_000);
    expect(lab.heard(MONEY).length).toBeGreaterThan(before + 1);
    expect(lab.usage(MONEY).total).toMatchObject({ requests: 1, nanoUsd: 5000 });
  });

  it('draw nothing any more: what they drew goes back with the next call (no leak)', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    let sent = 0;
    lab.conditions = { ...perfect(0), latencyMs: () => (sent++ % 2 === 0 ? LATENCY_MS : 1e9) };
    const asked = lab.ask(desk, [MONEY], { units: NEED });
    await lab.pass(CALL_MS + 100);
    expect(asked.grant).toBeNull();
    expect(lab.usage(MONEY).held.tokens).toBe(100);
    lab.conditions = perfect(LATENCY_MS);
    await lab.pass(5000);
    expect(lab.usage(MONEY).held).toEqual(NO_UNITS);
    expect(lab.usage(MONEY).buckets[0]?.remaining).toBe(60_000);
  });

  it('that arrive after they were given up draw nothing', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    lab.conditions = { ...perfect(0), latencyMs: () => 8000 };
    lab.ask(desk, [MONEY], { units: NEED });
    await lab.pass(10);
    lab.conditions = perfect(LATENCY_MS);
    await lab.pass(20_000);
    expect(lab.usage(MONEY).held).toEqual(NO_UNITS);
    expect(lab.usage(MONEY).budgets[0]).toMatchObject({ spentNanoUsd: 0, heldNanoUsd: 0 });
  });

  it('whose answer comes late bring nothing: another call has given it back', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 1, burst_requests: 1 });
    lab.conditions = perfect(CALL_MS * 0.7);
    const given = lab.ask(desk, [key]);
    await lab.pass(CALL_MS + 50);
    expect(given.grant).toBeNull();
    lab.conditions = perfect(LATENCY_MS);
    const asked = [lab.ask(desk, [key])];
    await lab.pass(CALL_MS);
    asked.push(lab.ask(desk, [key]), lab.ask(lab.newDesk(), [key]));
    await lab.pass(3000);
    expect(asked.filter(({ grant }) => grant !== null)).toHaveLength(1);
  });

  it('come out right over a network that loses, repeats and reorders (traps G2, G3)', async () => {
    let all = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const lab = new Lab();
      const random = seeded(seed);
      lab.conditions = {
        latencyMs: () => random.between(1, 400),
        loss: 0.2,
        repeats: 0.2,
        rejections: 0.1,
      };
      const desks = [lab.newDesk(), lab.newDesk()];
      const key = scope({ tokens_per_minute: 1e6, concurrency: 50, budgets: [{ usd: 1, window: 'day' }] });
      const used: number[] = [];
      for (let index = 0; index < 120; index += 1) {
        const asked = lab.ask(random.pick(desks), [key], {
          units: units({ requests: 1, tokens: 500, nanoUsd: 5000, slots: 1 }),
        });
        const end = () => {
          if (!asked.isOver) lab.time.after(500, end);
          if (asked.grant === null) return;
          const nanoUsd = random.between(0, 6000);
          used.push(nanoUsd);
          asked.settle({ tokens: Math.floor(nanoUsd / 10), nanoUsd });
        };
        lab.time.after(random.between(1500, 4000), end);
        await lab.pass(random.between(0, 150));
      }
      await lab.pass(5000);
      lab.conditions = perfect(LATENCY_MS);
      await lab.pass(90_000);
      const { held, total, budgets, concurrency } = lab.usage(key);
      const sum = used.reduce((money, one) => money + one, 0);
      all += used.length;
      expect([seed, held]).toEqual([seed, NO_UNITS]);
      expect([seed, total.requests, total.nanoUsd]).toEqual([seed, used.length, sum]);
      expect([seed, budgets[0]?.spentNanoUsd, budgets[0]?.estimatedNanoUsd]).toEqual([seed, sum, 0]);
      expect(concurrency?.inFlight).toBe(0);
    }
    expect(all).toBeGreaterThan(1000);
  });
});

describe('a Ledger that is away for minutes', () => {
  const open = scope(
    { budgets: [{ usd: 1, window: 'total' }] },
    { onUnavailable: 'open', isRecorded: true, name: 'open' },
  );

  it('hears of everything when it is back: sums are exact, however many requests there were', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    lab.conditions = DEAD;
    let count = 0;
    for (let index = 0; index < 3000; index += 1) {
      const asked = lab.ask(desk, [open], { units: units({ requests: 1, nanoUsd: 100 }) });
      lab.time.after(2 * CALL_MS + 500, () => {
        if (asked.grant === null) return;
        count += 1;
        asked.settle({ tokens: 3, nanoUsd: 70 });
      });
      await lab.pass(60);
    }
    expect(lab.network.calls).toBe(0);
    lab.conditions = perfect(LATENCY_MS);
    for (let index = 0; index < 60; index += 1) {
      const asked = lab.ask(desk, [open], { units: units({ requests: 1, nanoUsd: 100 }) });
      lab.time.after(600, () => {
        if (asked.grant === null) return;
        count += 1;
        asked.settle({ tokens: 3, nanoUsd: 70 });
      });
      await lab.pass(500);
    }
    await lab.pass(20_000);
    expect(count).toBe(3060);
    expect(lab.usage(open).total).toMatchObject({ requests: 3060, inputTokens: 9180, nanoUsd: 214_200 });
    expect(lab.usage(open).held).toEqual(NO_UNITS);
  });
});

describe('flush', () => {
  it('tells the Ledger everything before it comes back, also what is on its way already', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const asked = lab.ask(desk, [MONEY], { units: NEED });
    await lab.pass(100);
    asked.settle({ tokens: 50, nanoUsd: 5000 });
    let isTold = false;
    void asked.context.run(async () => {
      await desk.flush([MONEY.ledger, 'key:unknown'], asked.context.work);
      isTold = true;
      expect(lab.usage(MONEY).total.nanoUsd).toBe(5000);
    });
    await lab.pass(3 * LATENCY_MS);
    expect(isTold).toBe(true);
  });

  it('comes back though the Ledger cannot be reached', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const asked = lab.ask(desk, [MONEY], { units: NEED });
    await lab.pass(100);
    asked.settle({ nanoUsd: 1 });
    lab.conditions = DEAD;
    let isOver = false;
    void asked.context.run(async () => {
      await desk.flush([MONEY.ledger], asked.context.work);
      isOver = true;
    });
    await lab.pass(3 * CALL_MS);
    expect(isOver).toBe(true);
  });
});

describe('limits that change', () => {
  it('count from the next request on; what was held before is settled as it was held', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const limited = { ...MONEY, limits: toScopeLimits({ tokens_per_minute: 1000 }) };
    const first = lab.ask(desk, [limited], { units: NEED });
    await lab.pass(100);
    const free: ScopeLimits = toScopeLimits({ requests_per_minute: 60 });
    const second = lab.ask(desk, [{ ...limited, limits: free }], { units: NEED });
    await lab.pass(100);
    first.settle({ tokens: 40 });
    second.settle({ tokens: 40 });
    await lab.pass(5000);
    const { held, total } = lab.book(limited).usage({ limits: free }, lab.time.now());
    expect(held).toEqual(NO_UNITS);
    expect(total).toMatchObject({ requests: 2, inputTokens: 80 });
  });
});
