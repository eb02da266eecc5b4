import { describe, expect, it } from 'vitest';
import { Book } from '../../../../src/limits/ledger/book.ts';
import { SLICE_MS } from '../../../../src/limits/ledger/spending.ts';
import type { BudgetFields } from '../../../../src/limits/scope-limits.ts';
import { NANO_USD_PER_USD } from '../../../../src/limits/units.ts';
import { seeded } from '../../../support/seeded.ts';
import { aCall, aSettlement } from '../ledger-calls.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Saturday. */
const NOON = Date.parse('2026-11-21T12:00:00Z');
/** Longer than any lease lives. */
const LONG = 40_000;
const usd = (dollars: number) => Math.round(dollars * NANO_USD_PER_USD);

/** A scope with budgets, on which single requests draw, and settle at what they cost. */
class Spender {
  readonly book = Book.empty();
  now = NOON;
  budgets: readonly BudgetFields[];
  readonly crossed: string[] = [];

  constructor(...budgets: BudgetFields[]) {
    this.budgets = budgets;
  }

  draw(dollars: number, lease = 'lease') {
    return this.#call({ lease, need: { nanoUsd: usd(dollars) } });
  }

  settle(held: number, used: number, lease = 'lease') {
    const parts = [{ nanoUsd: usd(held) }, { nanoUsd: usd(used) }] as const;
    return this.#call({ lease: 'teller', settled: [aSettlement(...parts, { lease })] });
  }

  giveBack(dollars: number, lease = 'lease') {
    return this.#call({ lease, returned: { nanoUsd: usd(dollars) } });
  }

  /** Whether a request that costs so much may be served; then it is. */
  spend(dollars: number): boolean {
    if (this.draw(dollars).refusal !== null) return false;
    this.settle(dollars, dollars);
    return true;
  }

  wait(ms: number): this {
    this.now += ms;
    this.#note(this.book.expire(this.now).crossings);
    return this;
  }

  until(iso: string): this {
    return this.wait(Date.parse(iso) - this.now);
  }

  usage(...budgets: BudgetFields[]) {
    const { limits } = aCall({ limits: { budgets } });
    return this.book.usage({ limits: budgets.length === 0 ? null : limits }, this.now).budgets;
  }

  get spent(): number[] {
    return this.usage().map(({ spentNanoUsd }) => spentNanoUsd / NANO_USD_PER_USD);
  }

  #call(fields: Parameters<typeof aCall>[0]) {
    const { answer, crossings } = this.book.call(
      aCall({ limits: { budgets: this.budgets }, ...fields }),
      this.now,
    );
    this.#note(crossings);
    return answer;
  }

  #note(crossings: ReturnType<Book['expire']>['crossings']): void {
    for (const { type, budget, spentNanoUsd } of crossings)
      this.crossed.push(`${type} of ${budget.id} at ${spentNanoUsd / NANO_USD_PER_USD}`);
  }
}

describe('a budget', () => {
  it.each<BudgetFields>([
    { usd: 1, window: 'day' },
    { usd: 1, window: 'week', time_zone: 'Asia/Tokyo' },
    { usd: 1, window: 'month' },
    { usd: 1, window: 'total' },
    { usd: 1, window: 'day', rolling: true },
    { usd: 1, window: 'week', rolling: true },
    { usd: 1, window: 'month', rolling: true },
  ])('is never drawn beyond its amount: $window, rolling $rolling', (budget) => {
    const scope = new Spender(budget);
    let granted = 0;
    for (let tries = 0; tries < 2000; tries += 1)
      if (scope.draw(0.001, `lease ${tries % 7}`).refusal === null) granted += 1;
    expect(granted).toBe(1000);
    expect(scope.draw(0.000_000_001).refusal).toMatchObject({
      field: 'budgets',
      remaining: 0,
      window: budget.window,
    });
    scope.giveBack(0.002, 'lease 3');
    expect([scope.draw(0.003).refusal, scope.draw(0.002).refusal]).toMatchObject([
      { remaining: usd(0.002) },
      null,
    ]);
  });

  it('lets pass what costs nothing, spent or not, and refuses what it could never pay', () => {
    const scope = new Spender({ usd: 1, window: 'day' });
    expect(scope.draw(1.000_000_001).refusal).toMatchObject({
      retryAfterMs: null,
      limit: usd(1),
      remaining: usd(1),
    });
    expect(scope.spend(1)).toBe(true);
    expect(scope.draw(0).refusal).toBeNull();
    expect(scope.draw(0.000_000_001).refusal).not.toBeNull();
    const free = new Spender({ usd: 0, window: 'total' });
    expect([free.draw(0).refusal, free.draw(0.000_000_001).refusal]).toMatchObject([
      null,
      { retryAfterMs: null },
    ]);
  });

  it('begins anew with its window, and says how long that is', () => {
    const scope = new Spender({ usd: 1, window: 'day', time_zone: 'Europe/Berlin' });
    scope.until('2027-10-31T08:00:00Z'); // summer time ended in the night
    expect(scope.spend(1)).toBe(true);
    // The day has 25 hours, and 15 of them are left.
    expect(scope.draw(1).refusal).toMatchObject({ retryAfterMs: 15 * HOUR });
    scope.wait(15 * HOUR - 1);
    expect(scope.draw(1).refusal).toMatchObject({ retryAfterMs: 1 });
    scope.wait(1);
    expect(scope.spent).toEqual([0]);
    expect(scope.spend(1)).toBe(true);
  });

  it.each([
    ['week', '2026-11-23T00:00:00Z'],
    ['month', '2026-12-01T00:00:00Z'],
  ] as const)('of a %s ends with it', (window, end) => {
    const scope = new Spender({ usd: 1, window });
    expect(scope.spend(1)).toBe(true);
    expect(scope.draw(1).refusal).toMatchObject({ retryAfterMs: Date.parse(end) - NOON });
    expect(scope.usage()).toMatchObject([{ endsAt: Date.parse(end) }]);
    scope.wait(Date.parse(end) - NOON - 1);
    expect(scope.spend(0.1)).toBe(false);
    scope.wait(1);
    expect(scope.spend(1)).toBe(true);
  });

  it('of all time never ends', () => {
    const scope = new Spender({ usd: 1, window: 'total' });
    expect(scope.spend(0.4)).toBe(true);
    scope.wait(400 * DAY);
    expect(scope.spend(0.6)).toBe(true);
    expect(scope.draw(0.1).refusal).toMatchObject({ retryAfterMs: null, window: 'total' });
    expect(scope.usage()).toMatchObject([{ spentNanoUsd: usd(1), endsAt: null }]);
  });

  it.each([
    ['day', DAY],
    ['week', 7 * DAY],
    ['month', 30 * DAY],
  ] as const)('of a moving %s frees what fell out of it, and tells when', (window, length) => {
    const scope = new Spender({ usd: 1, window, rolling: true });
    expect(scope.spend(0.3)).toBe(true);
    scope.wait(length / 2);
    expect(scope.spend(0.7)).toBe(true);
    const small = scope.draw(0.2).refusal?.retryAfterMs ?? 0;
    const large = scope.draw(0.5).refusal?.retryAfterMs ?? 0;
    // What is partly in the window counts.
    expect(small).toBeGreaterThanOrEqual(length / 2);
    expect(small).toBeLessThanOrEqual(length / 2 + SLICE_MS);
    expect(large - small).toBe(length / 2);
    scope.wait(small - 1);
    expect(scope.draw(0.2).refusal).toMatchObject({ retryAfterMs: 1 });
    scope.wait(1);
    expect(scope.draw(0.2).refusal).toBeNull();
    scope.giveBack(0.2);
    scope.wait(large - small);
    expect(scope.spend(1)).toBe(true);
  });

  it('in a moving window never allows more than its amount in any stretch of that length', () => {
    const random = seeded(11);
    const scope = new Spender({ usd: 1, window: 'day', rolling: true });
    const spent: { at: number; dollars: number }[] = [];
    for (let tries = 0; tries < 3000; tries += 1) {
      scope.wait(random.between(0, HOUR / 2));
      const dollars = random.between(1, 200) / 1000;
      if (scope.spend(dollars)) spent.push({ at: scope.now, dollars });
    }
    for (const { at } of spent) {
      const sum = spent
        .filter((one) => one.at >= at && one.at - at <= DAY)
        .reduce((all, { dollars }) => all + dollars, 0);
      expect(sum).toBeLessThanOrEqual(1 + 1e-9);
    }
    expect(spent.length).toBeGreaterThan(100);
  });

  it('that only others in flight stand in the way of may be asked again soon', () => {
    const scope = new Spender({ usd: 1, window: 'month' });
    scope.draw(0.9);
    expect(scope.draw(0.2).refusal).toMatchObject({ retryAfterMs: 1000, remaining: usd(0.1) });
    scope.settle(0.9, 0.1);
    expect(scope.draw(0.9).refusal).toBeNull();
  });

  it('of several is refused by the one that is ready last', () => {
    const scope = new Spender(
      { usd: 1, window: 'day' },
      { usd: 1, window: 'month' },
      { usd: 9, window: 'total' },
    );
    scope.spend(1);
    expect(scope.draw(0.5).refusal).toMatchObject({ window: 'month' });
    expect(scope.draw(8.5).refusal).toMatchObject({ retryAfterMs: null });
  });

  it('knows what was spent before it was configured, in any zone and window', () => {
    const scope = new Spender();
    scope.settle(0, 2);
    scope.wait(DAY);
    scope.settle(0, 1);
    const budgets: BudgetFields[] = [
      { usd: 5, window: 'day' },
      { usd: 5, window: 'week', time_zone: 'America/New_York' },
      { usd: 5, window: 'day', rolling: true },
      { usd: 5, window: 'total' },
    ];
    const spent = scope.usage(...budgets).map(({ spentNanoUsd }) => spentNanoUsd / NANO_USD_PER_USD);
    expect(spent).toEqual([1, 3, 3, 3]);
    scope.budgets = budgets;
    expect([scope.draw(2.1).refusal?.field, scope.draw(2).refusal]).toEqual(['budgets', null]);
  });

  it('keeps what was spent when its amount changes', () => {
    const scope = new Spender({ usd: 1, window: 'month' });
    scope.spend(1);
    scope.budgets = [{ usd: 3, window: 'month' }];
    expect([scope.spend(2.1), scope.spend(2), scope.spend(0.1)]).toEqual([false, true, false]);
    scope.budgets = [{ usd: 1, window: 'month' }];
    expect(scope.draw(0.1).refusal).toMatchObject({ limit: usd(1), remaining: 0 });
    scope.budgets = [{ usd: 4, window: 'month' }];
    expect(scope.spend(1)).toBe(true);
  });
});

describe('money of a lease that ended', () => {
  it('counts as spent, estimated, in the window in which the lease ended', () => {
    const scope = new Spender({ usd: 1, window: 'day' }, { usd: 5, window: 'total' });
    scope.draw(0.6);
    scope.wait(LONG);
    expect(scope.usage()).toMatchObject([
      { spentNanoUsd: usd(0.6), estimatedNanoUsd: usd(0.6), heldNanoUsd: 0 },
      { spentNanoUsd: usd(0.6), estimatedNanoUsd: usd(0.6), heldNanoUsd: 0 },
    ]);
    expect(scope.draw(0.5).refusal).toMatchObject({ field: 'budgets', remaining: usd(0.4) });
    scope.until('2026-11-22T00:00:00Z');
    expect(scope.spent).toEqual([0, 0.6]);
    expect(scope.draw(1).refusal).toBeNull();
  });

  it('is corrected by what is told late: in part, in full, and by what comes back', () => {
    const scope = new Spender({ usd: 1, window: 'day' });
    scope.draw(0.6);
    scope.wait(LONG);
    scope.settle(0.2, 0.05);
    expect(scope.usage()).toMatchObject([{ spentNanoUsd: usd(0.45), estimatedNanoUsd: usd(0.4) }]);
    scope.giveBack(0.1);
    expect(scope.usage()).toMatchObject([{ spentNanoUsd: usd(0.35), estimatedNanoUsd: usd(0.3) }]);
    // Told of more than was lost: no more than that is corrected.
    scope.settle(5, 0.1);
    expect(scope.usage()).toMatchObject([{ spentNanoUsd: usd(0.15), estimatedNanoUsd: 0 }]);
    scope.giveBack(5);
    expect(scope.usage()).toMatchObject([{ spentNanoUsd: usd(0.15), estimatedNanoUsd: 0, heldNanoUsd: 0 }]);
  });

  it('told of in a later window corrects the one in which it was lost, and is booked in this one', () => {
    const scope = new Spender({ usd: 1, window: 'day' }, { usd: 9, window: 'month' });
    scope.until('2026-11-21T23:58:00Z');
    scope.draw(0.6);
    scope.until('2026-11-22T00:01:00Z');
    expect(scope.spent).toEqual([0, 0.6]);
    scope.settle(0.6, 0.25);
    expect(scope.spent).toEqual([0.25, 0.25]);
    expect(scope.usage()).toMatchObject([{ estimatedNanoUsd: 0 }, { estimatedNanoUsd: 0 }]);
  });

  it('is lost when the lease ended, not when somebody notices', () => {
    const scope = new Spender({ usd: 1, window: 'day' }, { usd: 9, window: 'month' });
    scope.until('2026-11-21T23:58:00Z');
    scope.draw(0.6);
    scope.now = Date.parse('2026-11-24T09:00:00Z');
    expect(scope.draw(1).refusal).toBeNull();
    expect(scope.spent).toEqual([0, 0.6]);
  });
});

describe('a threshold', () => {
  it('is crossed once in a window, soft and hard, and again in the next', () => {
    const scope = new Spender({ usd: 1, soft_usd: 0.5, window: 'day' });
    for (let requests = 0; requests < 10; requests += 1) scope.spend(0.1);
    expect(scope.crossed).toEqual(['budget.soft of day UTC at 0.5', 'budget.hard of day UTC at 1']);
    scope.wait(DAY);
    expect(scope.crossed).toHaveLength(2);
    for (let requests = 0; requests < 10; requests += 1) scope.spend(0.1);
    expect(scope.crossed).toHaveLength(4);
  });

  it('is not crossed by what is only held, and is by what was lost', () => {
    const scope = new Spender({ usd: 1, soft_usd: 0.5, window: 'day' });
    scope.draw(1);
    expect(scope.crossed).toEqual([]);
    scope.wait(LONG);
    expect(scope.crossed).toEqual(['budget.soft of day UTC at 1', 'budget.hard of day UTC at 1']);
    // Corrected, it was crossed all the same; to cross it again is no news.
    scope.settle(1, 0.1);
    scope.spend(0.9);
    expect(scope.crossed).toHaveLength(2);
  });

  it('that was raised is news when it is crossed again, and one that comes and goes is not', () => {
    const scope = new Spender({ usd: 1, window: 'month' });
    scope.spend(1);
    scope.budgets = [{ usd: 2, window: 'month' }];
    scope.spend(1);
    scope.budgets = [{ usd: 1, window: 'month' }];
    scope.draw(0);
    scope.budgets = [{ usd: 2, window: 'month' }];
    scope.draw(0);
    expect(scope.crossed).toEqual(['budget.hard of month UTC at 1', 'budget.hard of month UTC at 2']);
  });

  it('of a budget below what was spent already is crossed as soon as it is there', () => {
    const scope = new Spender();
    scope.settle(0, 3);
    scope.budgets = [{ usd: 5, soft_usd: 2, window: 'total' }];
    scope.draw(0);
    expect(scope.crossed).toEqual(['budget.soft of total at 3']);
  });

  it('of a moving window that stays full, as what falls out of it is spent anew, is crossed once', () => {
    const scope = new Spender({ usd: 1, window: 'day', rolling: true });
    const granted: boolean[] = [];
    for (let hours = 0; hours < 100; hours += 1) {
      granted.push(scope.spend(0.05)); // it would be 1.2 a day
      scope.wait(HOUR);
    }
    expect(granted.slice(-48)).toContain(false);
    expect(granted.slice(-48)).toContain(true);
    expect(scope.crossed).toEqual(['budget.hard of rolling day at 1']);
  });

  it('of a moving window is crossed again only after it was well below', () => {
    const scope = new Spender({ usd: 10, soft_usd: 1, window: 'day', rolling: true });
    for (let hours = 0; hours < 100; hours += 1) {
      scope.spend(0.05); // 1.2 a day
      scope.wait(HOUR);
    }
    expect(scope.crossed).toHaveLength(1);
    scope.wait(2 * DAY);
    scope.spend(1);
    expect(scope.crossed).toHaveLength(2);
  });
});
