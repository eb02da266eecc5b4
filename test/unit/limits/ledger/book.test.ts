import { describe, expect, it } from 'vitest';
import { Book } from '../../../../src/limits/ledger/book.ts';
import { TOUCH_MS } from '../../../../src/limits/ledger/lease-table.ts';
import { LEASE_MS, type LedgerCall } from '../../../../src/limits/ledger-protocol.ts';
import type { LimitFields } from '../../../../src/limits/scope-limits.ts';
import { addUnits, covers, NO_UNITS } from '../../../../src/limits/units.ts';
import { seeded } from '../../../support/seeded.ts';
import { aCall, aSettlement, type CallFields, units } from '../ledger-calls.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const LIFE_MS = LEASE_MS + TOUCH_MS;

/** A Book and a clock. */
class Scope {
  readonly book = Book.empty();
  now = NOON;
  limits: LimitFields;

  constructor(limits: LimitFields = {}) {
    this.limits = limits;
  }

  step(fields: CallFields) {
    return this.book.call(this.made(fields), this.now);
  }

  call(fields: CallFields) {
    return this.step(fields).answer;
  }

  made(fields: CallFields): LedgerCall {
    return aCall({ limits: this.limits, ...fields });
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  usage() {
    return this.book.usage({ limits: null }, this.now);
  }

  /** Levels of the buckets. */
  get levels(): number[] {
    return this.usage().buckets.map(({ remaining }) => remaining);
  }
}

describe('a draw', () => {
  it('is all of the need or nothing, over all kinds of units', () => {
    const limits: LimitFields = {
      requests_per_minute: 10,
      tokens_per_minute: 1000,
      concurrency: 4,
      budgets: [{ usd: 1, window: 'day' }],
    };
    const scope = new Scope(limits);
    const fine = { requests: 1, tokens: 100, nanoUsd: 1000, slots: 1 };
    for (const [field, need] of [
      ['requests_per_minute', { ...fine, requests: 11 }],
      ['tokens_per_minute', { ...fine, tokens: 1001 }],
      ['concurrency', { ...fine, slots: 5 }],
      ['budgets', { ...fine, nanoUsd: 1_000_000_001 }],
    ] as const) {
      expect(scope.call({ need })).toMatchObject({ drawn: NO_UNITS, refusal: { field, retryAfterMs: null } });
      expect(scope.usage()).toMatchObject({ held: NO_UNITS });
      expect(scope.levels).toEqual([10, 1000]);
    }
    expect(scope.call({ need: fine })).toMatchObject({ drawn: fine, refusal: null });
    expect(scope.usage()).toMatchObject({ held: fine, concurrency: { limit: 4, inFlight: 1 } });
  });

  it('gives nothing of what is not limited', () => {
    const scope = new Scope({ requests_per_minute: 10 });
    const { drawn } = scope.call({ need: { requests: 1, tokens: 5, nanoUsd: 5, slots: 1 } });
    expect(drawn).toEqual(units({ requests: 1 }));
  });

  it('names of several limits the one that is ready last, and when', () => {
    const scope = new Scope({ requests_per_minute: 60, requests_per_day: 86_400, burst_requests: 10 });
    scope.call({ need: { requests: 10 } });
    expect(scope.call({ need: { requests: 2 } }).refusal).toEqual({
      field: 'requests_per_minute',
      limit: 60,
      remaining: 0,
      needed: 2,
      retryAfterMs: 2000,
    });
    const slow = new Scope({ requests_per_minute: 60, requests_per_day: 2 });
    slow.call({ need: { requests: 2 } });
    expect(slow.call({ need: { requests: 1 } }).refusal).toMatchObject({
      field: 'requests_per_day',
      retryAfterMs: 43_200_000,
    });
  });

  it('is granted when the refusal said so, and not a millisecond before', () => {
    for (const [limit, burst, need] of [
      [7, 3, 2],
      [1, 1, 1],
      [61, 100, 99],
      [7_000_000_001, 9_000_000_000, 8_999_999_999],
      [13_000_000_000_007, 13_000_000_000_007, 12_999_999_999_999],
    ] as const) {
      const scope = new Scope({ tokens_per_minute: limit, burst_tokens: burst });
      scope.call({ need: { tokens: burst } });
      scope.call({ settled: [aSettlement({ tokens: burst }, { tokens: burst })] });
      const wait = scope.call({ need: { tokens: need } }).refusal?.retryAfterMs ?? 0;
      scope.wait(wait - 1);
      expect(scope.call({ need: { tokens: need } }).refusal).toMatchObject({ retryAfterMs: 1 });
      scope.wait(1);
      expect(scope.call({ need: { tokens: need } }).refusal).toBeNull();
    }
  });

  it('waits for a slot at least a second', () => {
    const scope = new Scope({ concurrency: 1 });
    scope.call({ need: { slots: 1 } });
    const { refusal } = scope.call({ need: { slots: 1 } });
    expect(refusal).toMatchObject({ field: 'concurrency', limit: 1, remaining: 0, retryAfterMs: 1000 });
  });

  it('that is held back is refused with what it is told, and its report counts', () => {
    const scope = new Scope({ requests_per_minute: 10 });
    scope.call({ need: { requests: 2 } });
    const refusal = {
      field: 'requests_per_minute',
      limit: 1,
      remaining: 0,
      needed: 1,
      retryAfterMs: 5,
    } as const;
    const call = scope.made({ begun: 1, returned: { requests: 1 }, need: { requests: 1 } });
    expect(scope.book.call(call, scope.now, refusal).answer).toMatchObject({ drawn: NO_UNITS, refusal });
    expect([scope.levels, scope.usage().held]).toEqual([[9], NO_UNITS]);
  });

  it('is only looked at when somebody asks what it would be refused for', () => {
    const scope = new Scope({ requests_per_minute: 10 });
    const { draw } = scope.made({ need: { requests: 10 } });
    scope.call({});
    if (draw === null) throw new Error('no draw');
    expect(scope.book.refusalOf(draw, scope.now)).toBeNull();
    expect(scope.call({ need: { requests: 10 } }).refusal).toBeNull();
    expect(scope.book.refusalOf(draw, scope.now)).toMatchObject({ retryAfterMs: 60_000 });
    expect(scope.usage().held.requests).toBe(10);
  });
});

describe('a slice', () => {
  it('is never more than wanted, nor than what is left of any limit', () => {
    const random = seeded(3);
    for (let tries = 0; tries < 2000; tries += 1) {
      const scope = new Scope({
        requests_per_minute: random.between(1, 100),
        requests_per_day: random.between(1, 100),
        tokens_per_minute: random.between(1, 10_000),
        concurrency: random.between(1, 20),
        budgets: [{ usd: random.between(1, 1000) / 1e6, window: 'day' }],
      });
      const some = (most: number) => ({
        requests: random.between(0, most),
        tokens: random.between(0, 100 * most),
        nanoUsd: random.between(0, 10_000 * most),
        slots: random.between(0, most),
      });
      scope.call({ lease: 'other', need: some(5) });
      const { held } = scope.usage();
      const call = scope.made({ need: some(5), beyond: some(100) });
      const { drawn, refusal } = scope.book.call(call, scope.now).answer;
      if (refusal !== null || call.draw === null) continue;
      expect([covers(drawn, call.draw.need), covers(call.draw.want, drawn)]).toEqual([true, true]);
      const { buckets, concurrency, budgets } = scope.usage();
      expect(Math.min(...buckets.map(({ remaining }) => remaining))).toBeGreaterThanOrEqual(0);
      expect(concurrency?.inFlight).toBeLessThanOrEqual(concurrency?.limit ?? 0);
      expect(budgets[0]?.heldNanoUsd).toBeLessThanOrEqual(budgets[0]?.nanoUsd ?? 0);
      expect(scope.usage().held).toEqual(addUnits(held, drawn));
    }
  });

  it('of money leaves something for the next, however much is wanted', () => {
    const scope = new Scope({ budgets: [{ usd: 0.001, window: 'day' }] });
    for (let isolates = 0; isolates < 10; isolates += 1) {
      const draw = { need: { nanoUsd: 10 }, beyond: { nanoUsd: 1_000_000 } };
      const { drawn, refusal } = scope.call({ lease: `lease ${isolates}`, ...draw });
      expect(refusal).toBeNull();
      expect(drawn.nanoUsd).toBeGreaterThan(10);
    }
  });

  it('is worth nothing where somebody is short: the answer says so', () => {
    const scope = new Scope({ requests_per_minute: 60, concurrency: 10 });
    expect(scope.call({ need: { requests: 1, slots: 1 } }).isTight).toBe(false);
    expect(scope.call({ need: { slots: 9 } }).isTight).toBe(true);
    expect(scope.call({ returned: { slots: 9 } }).isTight).toBe(false);
    scope.call({ need: { slots: 99 } }); // refused, and could never be met: that says nothing of what is left
    expect(scope.call({}).isTight).toBe(false);
    scope.call({ need: { slots: 10 } }); // refused
    expect(scope.call({}).isTight).toBe(true);
    scope.wait(3001);
    expect(scope.call({}).isTight).toBe(false);
    expect(scope.call({ need: { requests: 58 } }).isTight).toBe(true);
  });
});

describe('a lease', () => {
  it('gives back to the level what a request had reserved and did not use', () => {
    const scope = new Scope({ tokens_per_minute: 1000, tokens_per_day: 5000 });
    scope.call({ need: { tokens: 300 } });
    scope.call({ settled: [aSettlement({ tokens: 300 }, { tokens: 120 })] });
    expect([scope.levels, scope.usage().held]).toEqual([[880, 4880], NO_UNITS]);
  });

  it('leaves a debt when a request used more than it had reserved, which refill pays', () => {
    const scope = new Scope({ tokens_per_minute: 60 });
    scope.call({ need: { tokens: 10 } });
    scope.call({ settled: [aSettlement({ tokens: 10 }, { tokens: 100 })] });
    expect(scope.levels).toEqual([-40]);
    expect(scope.call({ need: { tokens: 1 } })).toMatchObject({
      refusal: { remaining: 0, retryAfterMs: 41_000 },
      room: { tokens: { limit: 60, remaining: 0, resetMs: 100_000 } },
    });
    scope.wait(41_000);
    expect(scope.call({ need: { tokens: 1 } }).refusal).toBeNull();
  });

  it('spends request units for good when requests begin, whatever becomes of them', () => {
    const scope = new Scope({ requests_per_minute: 10 });
    scope.call({ need: { requests: 3 } });
    scope.call({ begun: 2, returned: { requests: 1 } });
    expect([scope.levels, scope.usage().held]).toEqual([[8], NO_UNITS]);
    scope.call({ settled: [aSettlement({}, { requests: 1 }), aSettlement({}, { requests: 1 })] });
    expect(scope.levels).toEqual([8]);
  });

  it('that ends gives nothing back to rates, and frees its slots', () => {
    const scope = new Scope({ requests_per_day: 100, tokens_per_day: 1000, concurrency: 2 });
    scope.call({ need: { requests: 2, tokens: 10, slots: 2 } });
    scope.wait(LIFE_MS - 1);
    expect(scope.call({ lease: 'other', need: { slots: 1 } }).refusal?.field).toBe('concurrency');
    scope.wait(1);
    expect(scope.call({ lease: 'other', need: { slots: 2 } }).refusal).toBeNull();
    expect([scope.levels, scope.usage().held]).toEqual([[98, 990], units({ slots: 2 })]);
    // What is told of it now changes no level, unless more was used than it held.
    scope.call({ begun: 2, settled: [aSettlement({ tokens: 10, slots: 2 }, { tokens: 4 })] });
    expect([scope.levels, scope.usage().held]).toEqual([[98, 990], units({ slots: 2 })]);
    scope.call({ begun: 1, settled: [aSettlement({ tokens: 5 }, { tokens: 7 })] });
    expect(scope.levels).toEqual([97, 983]);
  });

  it('lives as long as it is heard of, and an isolate that says nothing else is written down now and then', () => {
    const scope = new Scope({ concurrency: 1 });
    scope.call({ need: { slots: 1 } });
    const entries = [];
    for (let seconds = 0; seconds < 120; seconds += 1) entries.push(scope.wait(1000).step({}).entry);
    expect(scope.usage().held.slots).toBe(1);
    expect(entries.filter((entry) => entry !== null)).toHaveLength(120_000 / TOUCH_MS);
    expect(scope.wait(LIFE_MS).usage().held.slots).toBe(0);
  });

  it('is not moved by what another one says, nor by more than it holds', () => {
    const scope = new Scope({ requests_per_minute: 100, tokens_per_minute: 100, concurrency: 3 });
    scope.call({ lease: 'a', need: { requests: 1, tokens: 50, slots: 1 } });
    scope.call({ lease: 'b', need: { requests: 1, tokens: 50, slots: 1 } });
    scope.call({ lease: 'a', returned: { requests: 9, tokens: 999, slots: 9 } });
    expect([scope.levels, scope.usage().held]).toEqual([
      [99, 50],
      units({ requests: 1, tokens: 50, slots: 1 }),
    ]);
    scope.call({
      lease: 'c',
      settled: [aSettlement({ tokens: 50, slots: 1 }, { tokens: 0 }, { lease: 'c' })],
    });
    expect([scope.levels, scope.usage().held.slots]).toEqual([[99, 50], 1]);
  });
});

describe('the same call again', () => {
  it('is answered as before, and does nothing twice', () => {
    const scope = new Scope({ requests_per_minute: 10, tokens_per_minute: 100 });
    scope.call({ need: { requests: 5, tokens: 50 } });
    const call = scope.made({
      begun: 1,
      settled: [aSettlement({ tokens: 10 }, { tokens: 5, nanoUsd: 7 })],
      returned: { requests: 1 },
      need: { requests: 2 },
    });
    const first = scope.book.call(call, scope.now);
    const before = scope.usage();
    for (let tries = 0; tries < 3; tries += 1) {
      const again = scope.book.call(call, scope.now);
      expect(again).toEqual({ answer: first.answer, entry: null, crossings: [] });
      expect(again.entry).toBeNull();
    }
    expect(scope.usage()).toEqual(before);
    expect(before.total).toMatchObject({ requests: 1, nanoUsd: 7 });
  });

  it('is known for ten minutes, and for a minute at least when there are very many', () => {
    const scope = new Scope({ requests_per_day: 1_000_000 });
    const call = scope.made({ need: { requests: 1 } });
    scope.book.call(call, scope.now);
    scope.wait(599_000).call({});
    expect(scope.book.call(call, scope.now).entry).toBeNull();
    const busy = scope.made({ need: { requests: 1 } });
    scope.book.call(busy, scope.now);
    scope.wait(59_000);
    for (let calls = 0; calls < 60_000; calls += 1) scope.call({});
    expect(scope.book.call(busy, scope.now).entry).toBeNull();
    scope.wait(2000).call({});
    expect(scope.book.call(busy, scope.now).entry).not.toBeNull();
  });

  it('is answered with its refusal', () => {
    const scope = new Scope({ requests_per_minute: 60 });
    scope.call({ need: { requests: 60 } });
    const call = scope.made({ need: { requests: 1 } });
    const { refusal } = scope.book.call(call, scope.now).answer;
    scope.wait(30_000);
    expect(scope.book.call(call, scope.now).answer.refusal).toEqual(refusal);
  });
});

describe('a call that was never answered', () => {
  const limits: LimitFields = { requests_per_minute: 10, tokens_per_minute: 100, concurrency: 5 };

  it('gives back what it drew, once, and what it told counts', () => {
    const scope = new Scope(limits);
    scope.call({ need: { requests: 2 } });
    const lost = scope.made({ begun: 1, need: { requests: 3, tokens: 30, slots: 2 } });
    scope.book.call(lost, scope.now);
    scope.call({ unanswered: [lost.id] });
    scope.call({ unanswered: [lost.id] });
    expect([scope.levels, scope.usage().held]).toEqual([[8, 100], units({ requests: 1 })]);
    // Asked once more, to be sure that its report is known: it drew nothing.
    expect(scope.book.call({ ...lost, draw: null }, scope.now).answer.drawn).toEqual(NO_UNITS);
    expect(scope.book.call(lost, scope.now).answer.drawn).toEqual(NO_UNITS);
    expect([scope.levels, scope.usage().held]).toEqual([[8, 100], units({ requests: 1 })]);
  });

  it('that arrives later draws nothing, and what it tells counts once', () => {
    const scope = new Scope(limits);
    scope.call({ need: { tokens: 50 } });
    const late = scope.made({ need: { slots: 1 }, settled: [aSettlement({ tokens: 50 }, { tokens: 20 })] });
    scope.call({ unanswered: [late.id] });
    expect(scope.book.call(late, scope.now).answer).toMatchObject({ drawn: NO_UNITS, refusal: null });
    scope.book.call(late, scope.now);
    expect([scope.levels, scope.usage().held]).toEqual([[10, 80], NO_UNITS]);
    expect(scope.usage().total.requests).toBe(1);
  });

  it('that was said again without its draw before it arrived does not draw when it does', () => {
    const scope = new Scope(limits);
    const lost = scope.made({ begun: 1, need: { requests: 3 } });
    scope.book.call({ ...lost, draw: null }, scope.now);
    scope.book.call(lost, scope.now);
    expect([scope.levels, scope.usage().held]).toEqual([[9, 100], NO_UNITS]);
  });

  it('of a lease that ended meanwhile corrects the money that was lost with it', () => {
    const scope = new Scope({ budgets: [{ usd: 1, window: 'day' }] });
    const lost = scope.made({ need: { nanoUsd: 500 } });
    scope.book.call(lost, scope.now);
    scope.wait(LIFE_MS);
    expect(scope.usage().budgets).toMatchObject([{ spentNanoUsd: 500 }]);
    scope.call({ lease: 'next', unanswered: [lost.id] });
    expect(scope.usage().budgets).toMatchObject([{ spentNanoUsd: 0, heldNanoUsd: 0 }]);
  });
});

describe('other limits', () => {
  it('with a smaller burst cut the level, and with a larger one let it rise by refill only', () => {
    const scope = new Scope({ requests_per_minute: 60, burst_requests: 100 });
    scope.call({ need: { requests: 20 } });
    scope.limits = { requests_per_minute: 60, burst_requests: 50 };
    scope.call({});
    expect(scope.levels).toEqual([30]); // 20 are held
    scope.limits = { requests_per_minute: 60, burst_requests: 100 };
    scope.call({});
    expect(scope.levels).toEqual([30]);
    expect(scope.wait(10_000).levels).toEqual([40]);
    // Below what is held: nothing can be drawn before it is told of.
    scope.limits = { requests_per_minute: 60, burst_requests: 10 };
    scope.call({});
    expect(scope.levels).toEqual([-10]);
    scope.call({ begun: 20 });
    expect(scope.wait(60_000).levels).toEqual([10]);
  });

  it('that come and go, as isolates with older documents know them, fill no bucket', () => {
    const scope = new Scope({ requests_per_minute: 60 });
    scope.call({ need: { requests: 60 } });
    scope.call({ begun: 60 });
    for (let changes = 0; changes < 10; changes += 1) {
      scope.limits = {};
      expect(scope.call({ need: { requests: 5 } }).drawn.requests).toBe(0);
      scope.limits = { requests_per_minute: 60 };
      expect(scope.call({ need: { requests: 1 } }).refusal?.field).toBe('requests_per_minute');
    }
    scope.wait(1000);
    expect(scope.call({ need: { requests: 1 } }).refusal).toBeNull();
  });

  it('that are new take off what leases hold already', () => {
    const scope = new Scope({ tokens_per_day: 1000 });
    scope.call({ need: { tokens: 300 } });
    scope.limits = { tokens_per_day: 1000, tokens_per_minute: 500 };
    scope.call({});
    expect(scope.levels).toEqual([200, 700]);
    scope.call({ returned: { tokens: 300 } });
    expect(scope.levels).toEqual([500, 1000]);
  });

  it('refill at their own pace from the moment they are heard of', () => {
    const scope = new Scope({ requests_per_minute: 60 });
    scope.call({ need: { requests: 60 } });
    scope.call({ begun: 60 });
    scope.wait(10_000);
    scope.limits = { requests_per_minute: 600 };
    scope.call({});
    expect(scope.levels).toEqual([10]);
    expect(scope.wait(1000).levels).toEqual([20]);
  });

  it('with fewer slots wait until requests in flight ended', () => {
    const scope = new Scope({ concurrency: 5 });
    scope.call({ need: { slots: 5 } });
    scope.limits = { concurrency: 2 };
    expect(scope.call({ need: { slots: 1 } }).refusal).toMatchObject({ remaining: 0 });
    scope.call({ returned: { slots: 3 } });
    expect(scope.call({ need: { slots: 1 } }).refusal).not.toBeNull();
    scope.call({ returned: { slots: 1 } });
    expect(scope.call({ need: { slots: 1 } }).refusal).toBeNull();
  });

  it('are looked at by a reader, and change nothing', () => {
    const scope = new Scope({ requests_per_minute: 60 });
    scope.call({ need: { requests: 60 } });
    const { limits } = aCall({ limits: { requests_per_minute: 10, tokens_per_day: 7, concurrency: 3 } });
    expect(scope.book.usage({ limits }, scope.now)).toMatchObject({
      buckets: [
        { field: 'requests_per_minute', limit: 10, remaining: -50 },
        { field: 'tokens_per_day', limit: 7, remaining: 7 },
      ],
      concurrency: { limit: 3, inFlight: 0 },
    });
    scope.call({ returned: { requests: 60 } });
    expect(scope.levels).toEqual([60]);
  });
});

describe('the record', () => {
  it('has an entry for what changed something, and none for what did not', () => {
    const scope = new Scope({ requests_per_minute: 1 });
    expect(scope.step({ need: { requests: 1 } }).entry).not.toBeNull(); // and the limits are new
    for (const fields of [{}, { lease: 'other', need: { requests: 1 } }, { lease: 'other' }])
      expect(scope.step(fields).entry).toBeNull();
    expect(scope.step({ begun: 1 }).entry).toMatchObject({ begun: 1, lease: 'lease' });
    expect(scope.book.expire(scope.now + LIFE_MS)).toEqual({ entry: null, crossings: [] });
  });

  it('tells of leases that ended once, even if nobody calls', () => {
    const scope = new Scope({ concurrency: 1 });
    scope.call({ need: { slots: 1 } });
    scope.wait(LIFE_MS);
    expect(scope.book.expire(scope.now).entry).toEqual({ at: scope.now });
    expect(scope.book.expire(scope.now).entry).toBeNull();
  });

  it('of a scope without limits is the settlements and nothing else', () => {
    const scope = new Scope();
    const settled = [aSettlement({}, { nanoUsd: 12 }, { inputTokens: 3 })];
    const { entry } = scope.step({ settled });
    expect(entry).toEqual({ at: NOON, id: expect.any(String), lease: 'lease', settled });
    expect(scope.book.nextEnd).toBeNull();
    expect(scope.usage().total).toMatchObject({ requests: 1, inputTokens: 3, nanoUsd: 12 });
  });

  it('goes on when the clock goes back: time stands still until it is there again', () => {
    const scope = new Scope({ requests_per_minute: 60 });
    scope.call({ need: { requests: 60 } });
    scope.wait(-50_000);
    expect(scope.step({ begun: 1 }).entry).toMatchObject({ at: NOON });
    expect(scope.wait(51_000).usage()).toMatchObject({ now: NOON + 1000, buckets: [{ remaining: 1 }] });
  });
});
