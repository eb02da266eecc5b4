/**
 * The scripts in Redis against the Book of a Durable Object: the same histories of calls, the same answers, the same state
 * to the unit. What holds of the Book (its law, its budgets, its leases) holds of the scripts as long as this does.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Book } from '../../../src/limits/ledger/book.ts';
import type { LedgerCall, LimitStore } from '../../../src/limits/ledger-protocol.ts';
import type { LimitFields } from '../../../src/limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../../src/limits/units.ts';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';
import { aCall, aSettlement, type CallFields } from '../../unit/limits/ledger-calls.ts';

const START = 1_795_262_400_000; // 2026-11-21
const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);
const STEPS = 120;

let lab: RedisLab;
beforeAll(async () => {
  lab = await startRedisLab();
});
afterAll(() => lab.stop());

describe('a Ledger in Redis', () => {
  it.each(SEEDS)('answers as the Book does, and holds what it holds (history %i)', async (seed) => {
    const history = new History(seeded(seed));
    const ledger = `key:history ${seed}`;
    let now = START;
    const store = lab.store({ now: () => now, redisNow: () => now });
    const book = Book.empty(START);
    for (let step = 0; step < STEPS; step += 1) {
      now += history.pause();
      const call = history.call();
      const { answer: expected, entry } = book.call(call, now);
      const answer = await store.call(ledger, call);
      expect(answer, `step ${step}: ${JSON.stringify(call)}`).toEqual(expected);
      history.hear(call, answer.drawn, entry !== null);
      if (step % 20 === 19) expect(await readState(store, ledger)).toEqual(stateOf(book, now));
    }
    now += 20 * 86_400_000;
    expect(await readState(store, ledger)).toEqual(stateOf(book, now));
  });
});

const stateOf = (book: Book, now: number) => book.usage({ limits: null }, now);

async function readState(store: LimitStore, ledger: string) {
  const { days, ...state } = await store.usage(ledger, { limits: null, days: null });
  expect(days).toEqual([]);
  return state;
}

/** Calls of three isolates that tell the truth, most of the time. */
class History {
  readonly #random: Seeded;
  #limits: LimitFields;
  readonly #held = new Map<string, Units>();
  readonly #said: LedgerCall[] = [];
  readonly #kept: LedgerCall[] = [];
  #names = 0;

  constructor(random: Seeded) {
    this.#random = random;
    this.#limits = this.#newLimits();
  }

  /** Mostly nothing or little, sometimes until leases have ended, seldom into another month. */
  pause(): number {
    const random = this.#random;
    if (random.chance(0.3)) return 0;
    if (random.chance(0.8)) return random.between(1, 4000);
    if (random.chance(0.8)) return random.between(4000, 80_000);
    // By then calls are forgotten, here sooner and there later.
    this.#kept.length = 0;
    this.#names += 3;
    return random.pick([900_000, 3_600_000, 86_400_000, 8 * 86_400_000]) + random.between(-1, 1);
  }

  call(): LedgerCall {
    const random = this.#random;
    const again = random.chance(0.1) ? this.#kept.at(-random.between(1, 5)) : undefined;
    if (again !== undefined) return again;
    if (random.chance(0.03)) this.#limits = this.#newLimits();
    const lease = this.#lease();
    const held = this.#held.get(lease) ?? NO_UNITS;
    const fields: CallFields = {
      id: `call ${++this.#names}`,
      lease,
      limits: this.#limits,
      begun: random.chance(0.4) ? random.between(0, held.requests + 1) : 0,
      settled: random.list(random.pick([0, 0, 0, 1, 1, 3]), () => this.#settlement(lease, held)),
      returned: random.chance(0.2) ? { requests: 1, tokens: 30, nanoUsd: 900, slots: 1 } : {},
      unanswered: random.chance(0.1) ? [this.#said.at(-1)?.id ?? 'none', `call ${this.#names + 2}`] : [],
      ...(random.chance(0.7) ? { need: this.#need(), beyond: this.#need() } : {}),
    };
    const call = aCall(fields);
    this.#said.push(call);
    return call;
  }

  /** A call that changed nothing is asked anew when it comes again; the Book would say what it said. */
  hear(call: LedgerCall, drawn: Units, isKept: boolean): void {
    if (isKept) this.#kept.push(call);
    this.#held.set(call.lease, { ...drawn });
  }

  #lease(): string {
    return `lease ${this.#random.between(1, 3)}-${Math.floor(this.#names / 40)}`;
  }

  #settlement(lease: string, held: Units) {
    const random = this.#random;
    const part = random.next();
    return aSettlement(
      {
        tokens: Math.floor(held.tokens * part),
        nanoUsd: Math.floor(held.nanoUsd * part),
        slots: random.between(0, 1),
      },
      {
        tokens: random.between(0, Math.floor(held.tokens * part * 1.2)),
        nanoUsd: random.between(0, Math.floor(held.nanoUsd * part * 1.2)),
        requests: random.between(0, 1),
      },
      {
        lease,
        model: random.pick(['openai/gpt-5.2', 'anthropic/claude-sonnet-5', '']),
        inputTokens: random.between(0, 5000),
        isEstimated: random.chance(0.2),
        isUnpriced: random.chance(0.2),
      },
    );
  }

  #need() {
    const random = this.#random;
    return {
      requests: random.between(0, 2),
      tokens: random.between(0, 600),
      nanoUsd: random.pick([0, 1, 5000, 4_000_000, 40_000_000]),
      slots: random.between(0, 1),
    };
  }

  #newLimits(): LimitFields {
    const random = this.#random;
    const maybe = (value: number) => (random.chance(0.6) ? value : undefined);
    const zone = random.pick(['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu']);
    const budgets = [
      { usd: 0.2, soft_usd: 0.05, window: 'day' as const, time_zone: zone },
      { usd: 0.4, window: 'week' as const, time_zone: zone },
      { usd: 0.3, soft_usd: 0.1, window: 'day' as const, rolling: true },
      { usd: 0.7, window: 'month' as const, rolling: true },
      { usd: 1, soft_usd: 0.2, window: 'month' as const, time_zone: zone },
      { usd: 3, window: 'total' as const },
    ].filter(() => random.chance(0.4));
    return {
      requests_per_minute: maybe(random.pick([7, 60, 601, 1_000_000_007])),
      tokens_per_minute: maybe(random.pick([599, 10_000, 90_000])),
      requests_per_day: maybe(random.pick([100, 1000])),
      tokens_per_day: maybe(random.pick([50_000, 4_000_000_000_000])),
      burst_requests: maybe(random.pick([3, 30])),
      burst_tokens: maybe(random.pick([1000, 40_000])),
      concurrency: maybe(random.pick([1, 4, 40])),
      budgets,
    };
  }
}
