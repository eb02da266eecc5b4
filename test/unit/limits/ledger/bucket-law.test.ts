/**
 * The bucket's law, against a model that shares nothing with the Book: exact fractions, and its own idea of what isolates
 * hold, spend, tell late, or take along when they die.
 */
import { describe, expect, it } from 'vitest';
import { Book } from '../../../../src/limits/ledger/book.ts';
import { TOUCH_MS } from '../../../../src/limits/ledger/lease-table.ts';
import { LEASE_MS, LEASE_USE_MS, type LedgerCall } from '../../../../src/limits/ledger-protocol.ts';
import type { LimitFields } from '../../../../src/limits/scope-limits.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { aCall, aSettlement } from '../ledger-calls.ts';

const START = 1_795_262_400_000; // 2026-11-21
const MINUTE = 60_000n;
const DAY = 86_400_000n;

/** A bucket in exact fractions: amounts are in parts of the period. */
class Reference {
  readonly #limit: bigint;
  readonly #burst: bigint;
  readonly #period: bigint;
  #level: bigint;
  #at = START;

  constructor(limit: number, burst: number, period: bigint) {
    this.#limit = BigInt(limit);
    this.#burst = BigInt(burst) * period;
    this.#period = period;
    this.#level = this.#burst;
  }

  /** Flows until `now`, while `held` units are out. */
  flow(now: number, held: number): void {
    const most = this.#burst - BigInt(held) * this.#period;
    const full = this.#level + this.#limit * BigInt(now - this.#at);
    this.#at = now;
    this.#level = full < most ? full : most;
  }

  add(amount: number): void {
    this.#level += BigInt(amount) * this.#period;
  }

  get whole(): number {
    const floor = this.#level / this.#period;
    return Number(this.#level % this.#period < 0n ? floor - 1n : floor);
  }
}

interface Lease {
  readonly id: string;
  /** Held as the Ledger knows it. */
  held: number;
  /** Spent by the isolate, and not told yet. */
  spent: number;
  /** Of that, what requests turn out to have used: often less, seldom more. */
  used: number;
  heardAt: number;
}

type Kind = 'requests' | 'tokens';

/** One history of isolates and a scope, both kinds of bucket of one unit together. */
class History {
  readonly #random: Seeded;
  readonly #kind: Kind;
  readonly #limits: LimitFields;
  readonly #book = Book.empty(START);
  readonly #buckets: readonly Reference[];
  readonly #leases: Lease[] = [];
  #ended: Lease[] = [];
  #now = START;
  #names = 0;
  /** What isolates let through. */
  readonly admitted: { readonly at: number; readonly amount: number }[] = [];
  readonly rates: readonly {
    readonly limit: bigint;
    readonly burst: bigint;
    readonly period: bigint;
  }[];
  draws = 0;
  refusals = 0;
  ends = 0;

  constructor(seed: number, kind: Kind) {
    this.#random = seeded(seed);
    this.#kind = kind;
    const { pick, between } = this.#random;
    const size = pick([3, 60, 1000, 1_000_000, 7_000_000_000, 2_000_000_000_000]);
    const minute = { limit: between(1, size), burst: between(1, size) };
    const day = between(1, size);
    const has = pick(['minute', 'day', 'both']);
    const isMinute = has !== 'day';
    const isDay = has !== 'minute';
    this.#limits = {
      ...(isMinute ? { [`${kind}_per_minute`]: minute.limit, [`burst_${kind}`]: minute.burst } : {}),
      ...(isDay ? { [`${kind}_per_day`]: day } : {}),
    };
    this.#buckets = [
      ...(isMinute ? [new Reference(minute.limit, minute.burst, MINUTE)] : []),
      ...(isDay ? [new Reference(day, day, DAY)] : []),
    ];
    this.rates = [
      ...(isMinute ? [{ limit: BigInt(minute.limit), burst: BigInt(minute.burst), period: MINUTE }] : []),
      ...(isDay ? [{ limit: BigInt(day), burst: BigInt(day), period: DAY }] : []),
    ];
    this.#call({ lease: 'nobody' });
  }

  step(): void {
    this.#wait();
    const { pick } = this.#random;
    const act = pick(['draw', 'draw', 'draw', 'spend', 'spend', 'tell', 'tell', 'return', 'late', 'look']);
    if (act === 'draw') this.#draw();
    else if (act === 'look') this.#book.expire(this.#now);
    else if (act === 'late') this.#tellLate();
    else {
      const lease = this.#pickLease();
      if (lease === undefined) return;
      if (act === 'spend') this.#spend(lease);
      else if (act === 'tell') this.#tell(lease);
      else this.#giveBack(lease);
    }
  }

  /** The Book's levels and those of the model. */
  levels(): { readonly held: number[]; readonly expected: number[] } {
    this.#flow();
    const { buckets } = this.#book.usage({ limits: null }, this.#now);
    return {
      held: buckets.map(({ remaining }) => remaining),
      expected: this.#buckets.map(({ whole }) => whole),
    };
  }

  /** Mostly the clock stands; sometimes leases end, sometimes days pass. */
  #wait(): void {
    const { between, pick } = this.#random;
    this.#now += pick([
      0,
      0,
      0,
      0,
      between(1, 10),
      between(1, 1000),
      between(1, 20_000),
      between(1, 200_000),
      5e7,
    ]);
    this.#flow();
  }

  /** Leases end one after the other, and buckets flow in between with what is still held. */
  #flow(): void {
    const due = this.#leases
      .filter(({ heardAt }) => heardAt + LEASE_MS + TOUCH_MS <= this.#now)
      .sort((a, b) => a.heardAt - b.heardAt);
    for (const lease of due) {
      for (const bucket of this.#buckets) bucket.flow(lease.heardAt + LEASE_MS + TOUCH_MS, this.#held());
      this.#leases.splice(this.#leases.indexOf(lease), 1);
      this.#ended.push(lease);
      this.ends += 1;
    }
    for (const bucket of this.#buckets) bucket.flow(this.#now, this.#held());
  }

  readonly #held = () => this.#leases.reduce((sum, { held }) => sum + held, 0);

  #pickLease(): Lease | undefined {
    // An isolate uses its lease no longer than this.
    const usable = this.#leases.filter(({ heardAt }) => this.#now <= heardAt + LEASE_USE_MS);
    return usable.length === 0 ? undefined : this.#random.pick(usable);
  }

  #draw(): void {
    const { chance, between, pick } = this.#random;
    const known = chance(0.5) ? this.#pickLease() : undefined;
    this.#names += 1;
    const lease = known ?? { id: `lease ${this.#names}`, held: 0, spent: 0, used: 0, heardAt: this.#now };
    const left = Math.max(1, Math.min(...this.#buckets.map(({ whole }) => whole)));
    const need = pick([1, between(1, left), left, left + 1, between(1, 2 * left)]);
    const beyond = chance(0.3) ? between(0, left) : 0;
    const { drawn, refusal } = this.#call({
      lease: lease.id,
      need: { [this.#kind]: need },
      beyond: { [this.#kind]: beyond },
    });
    const amount = drawn[this.#kind];
    const isEnough = this.#buckets.every(({ whole }) => whole >= need);
    expect({ isGranted: refusal === null, need }).toEqual({ isGranted: isEnough, need });
    expect(amount).toBeGreaterThanOrEqual(isEnough ? need : 0);
    expect(amount).toBeLessThanOrEqual(isEnough ? need + beyond : 0);
    this.draws += 1;
    if (!isEnough) {
      this.refusals += 1;
      if (known !== undefined && this.#now - known.heardAt >= TOUCH_MS) known.heardAt = this.#now;
      return;
    }
    for (const bucket of this.#buckets) bucket.add(-amount);
    lease.held += amount;
    lease.heardAt = this.#now;
    if (known === undefined) this.#leases.push(lease);
  }

  /** In the isolate's memory: nobody is asked. */
  #spend(lease: Lease): void {
    const rest = lease.held - lease.spent;
    if (rest === 0) return;
    const amount = this.#random.between(1, rest);
    const { chance, between } = this.#random;
    const isMore = this.#kind === 'tokens' && chance(0.1);
    const used = this.#kind === 'requests' ? amount : isMore ? amount + between(1, 10) : between(0, amount);
    lease.spent += amount;
    lease.used += used;
    // What was used beyond the reservation is a debt, which nobody could refuse.
    this.admitted.push({ at: this.#now, amount: Math.min(amount, used) });
  }

  #tell(lease: Lease): void {
    if (lease.spent === 0) return;
    const { spent } = lease;
    if (this.#kind === 'requests') this.#call({ lease: lease.id, begun: spent });
    else this.#settle(lease, true);
    lease.spent = 0;
    lease.used = 0;
    lease.held -= spent;
    lease.heardAt = this.#now;
    if (lease.held === 0) this.#leases.splice(this.#leases.indexOf(lease), 1);
  }

  #tellLate(): void {
    const lease = this.#ended.pop();
    if (lease === undefined || lease.spent === 0) return;
    if (this.#kind === 'requests') this.#call({ lease: lease.id, begun: lease.spent });
    else this.#settle(lease, false);
  }

  /** Of a lease that lives, what was not used comes back; of one that ended, nothing does. */
  #settle({ id, spent, used }: Lease, isLive: boolean): void {
    this.#call({ lease: id, settled: [aSettlement({ tokens: spent }, { tokens: used }, { lease: id })] });
    for (const bucket of this.#buckets) bucket.add(isLive ? spent - used : Math.min(0, spent - used));
  }

  #giveBack(lease: Lease): void {
    const rest = lease.held - lease.spent;
    if (rest === 0) return;
    const amount = this.#random.between(1, rest);
    // Some say that they give back more than they were given.
    const said = this.#random.chance(0.1) && lease.spent === 0 && amount === rest ? amount * 2 : amount;
    this.#call({ lease: lease.id, returned: { [this.#kind]: said } });
    for (const bucket of this.#buckets) bucket.add(amount);
    lease.held -= amount;
    lease.heardAt = this.#now;
    if (lease.held === 0) this.#leases.splice(this.#leases.indexOf(lease), 1);
  }

  #call(fields: Parameters<typeof aCall>[0]) {
    const call: LedgerCall = aCall({ limits: this.#limits, ...fields });
    return this.#book.call(call, this.#now).answer;
  }
}

/** In no stretch of time more than `burst + t * limit / period`. */
function worstExcess({ admitted, rates }: History): bigint {
  let worst = -(2n ** 100n);
  for (const { limit, burst, period } of rates)
    for (let first = 0; first < admitted.length; first += 1) {
      let sum = 0n;
      for (let last = first; last < admitted.length; last += 1) {
        const { at = 0, amount = 0 } = admitted[last] ?? {};
        sum += BigInt(amount);
        const allowed = burst * period + BigInt(at - (admitted[first]?.at ?? 0)) * limit;
        const excess = sum * period - allowed;
        if (excess > worst) worst = excess;
      }
    }
  return worst;
}

describe('the law of a bucket', () => {
  it.each(['requests', 'tokens'] as const)(
    'holds for %s in every stretch of time, whenever isolates spend, tell, lose or give back what they hold',
    (kind) => {
      const seen = { draws: 0, refusals: 0, ends: 0, admitted: 0 };
      for (let seed = 1; seed <= 1500; seed += 1) {
        const history = new History(seed, kind);
        for (let steps = 0; steps < 60; steps += 1) history.step();
        const { held, expected } = history.levels();
        expect({ seed, levels: held }).toEqual({ seed, levels: expected });
        expect({ seed, isKept: worstExcess(history) <= 0n }).toEqual({ seed, isKept: true });
        seen.draws += history.draws;
        seen.refusals += history.refusals;
        seen.ends += history.ends;
        seen.admitted += history.admitted.length;
      }
      // Each of these happened often enough for the law to mean something.
      expect(seen.refusals).toBeGreaterThan(2000);
      expect(seen.draws - seen.refusals).toBeGreaterThan(5000);
      expect(seen.ends).toBeGreaterThan(1000);
      expect(seen.admitted).toBeGreaterThan(3000);
    },
  );

  it.each([1, 7, 500, 123_456])('lets exactly the burst of %i through while the clock stands', (burst) => {
    const limits = { requests_per_minute: 60, burst_requests: burst, requests_per_day: 1_000_000 };
    const book = Book.empty();
    let admitted = 0;
    for (let tries = 0; tries < burst + 50; tries += 1) {
      const lease = `lease ${tries % 9}`;
      const { answer } = book.call(aCall({ limits, lease, need: { requests: 1 }, begun: 0 }), START);
      admitted += answer.drawn.requests;
      if (answer.refusal !== null)
        expect(answer.refusal).toMatchObject({ field: 'requests_per_minute', remaining: 0 });
    }
    expect(admitted).toBe(burst);
  });

  it('loses nothing to rounding: a million looks at odd times, and the level is what one look would show', () => {
    const limits = { tokens_per_minute: 7, tokens_per_day: 1_000_003, burst_tokens: 1_000_000 };
    const looked = Book.empty();
    const once = Book.empty();
    for (const book of [looked, once]) {
      book.call(aCall({ limits, need: { tokens: 999_999 } }), START);
      book.call(aCall({ limits, settled: [aSettlement({ tokens: 999_999 }, { tokens: 999_999 })] }), START);
    }
    let now = START;
    for (let looks = 0; looks < 1_000_000; looks += 1) {
      now += 1 + (looks % 13);
      looked.expire(now);
    }
    const remaining = (book: Book) => book.usage({ limits: null }, now).buckets.map((one) => one.remaining);
    expect(remaining(looked)).toEqual(remaining(once));
  });
});
