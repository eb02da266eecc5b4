/**
 * The state machine of a Ledger: what a scope has left, what leases hold of it, and what was used. It touches nothing but
 * itself and never looks at a clock, so that simulations and property tests run it by the million.
 *
 * A call is taken in three steps: time goes on to now (buckets refill, leases end), what the call tells is booked, and
 * what it wants is drawn or refused. The entry that it leaves for the record holds what was told and what was given;
 * `apply` takes the same steps with an entry, and so comes to the same state. Time passes in the same way however often
 * it is looked at in between.
 *
 * Calls are told from each other by their ids. An isolate that got no answer says the same call again, under the same id,
 * until it gets one; if it does not want the draw any more, it names the call as `unanswered` in another one: then that
 * draw goes back, or is never made, while what the call told counts once, whenever it arrives.
 */
import type { Crossing } from '../alerts/alert.ts';
import type {
  Draw,
  LedgerAnswer,
  LedgerCall,
  LedgerUsage,
  Refusal,
  SettledRequest,
  UsageQuestion,
  UsageSum,
} from '../ledger-protocol.ts';
import { RATE_FIELDS, type RateField, type ScopeLimits, UNLIMITED, unitOf } from '../scope-limits.ts';
import { isNothing, NO_UNITS, type Units } from '../units.ts';
import { Bucket, type BucketState } from './bucket.ts';
import { Budgets, type ToldState } from './budgets.ts';
import { type Decision, type Desk, decide, roomOf, tightness } from './draw.ts';
import { LeaseTable, type LeaseTableState, NO_LEASES } from './lease-table.ts';
import { RecentCalls } from './recent-calls.ts';
import type { RecordEntry } from './record.ts';
import { NO_SPENDING, Spending, type SpendingState } from './spending.ts';
import { addUsage, NO_USAGE, usageOf } from './usage-sums.ts';

/** All of a Book but the calls that it answered lately: plain data, which `JSON` keeps as it is. */
export interface Checkpoint {
  readonly now: number;
  readonly limits: ScopeLimits;
  readonly buckets: Readonly<Partial<Record<RateField, BucketState>>>;
  readonly leases: LeaseTableState;
  readonly spending: SpendingState;
  readonly told: ToldState;
  readonly total: UsageSum;
}

export interface Step {
  /** To be kept before anybody hears of it; `null`: nothing changed that has to be kept. */
  readonly entry: RecordEntry | null;
  /** Thresholds that were crossed since the last step. */
  readonly crossings: readonly Crossing[];
}

export interface CallStep extends Step {
  readonly answer: LedgerAnswer;
}

export class Book {
  #now: number;
  #limits: ScopeLimits;
  /** The same as text, to be compared. */
  #limitsText: string;
  /** Also those whose limit was taken away: when it comes back, they are not full because of that. */
  readonly #buckets: Partial<Record<RateField, Bucket>> = {};
  readonly #leases: LeaseTable;
  readonly #spending: Spending;
  readonly #budgets: Budgets;
  #total: UsageSum;
  readonly #recent = new RecentCalls();
  /** Not told of yet. */
  #crossings: Crossing[] = [];
  /** A lease ended that no entry tells of. */
  #hasEnded = false;
  /** Not part of what is kept: it only makes isolates careful. */
  #refusedAt = Number.NEGATIVE_INFINITY;

  private constructor(state: Checkpoint) {
    this.#now = state.now;
    this.#limits = state.limits;
    this.#limitsText = JSON.stringify(state.limits);
    for (const field of RATE_FIELDS) {
      const bucket = state.buckets[field];
      if (bucket !== undefined) this.#buckets[field] = Bucket.from(bucket);
    }
    this.#leases = new LeaseTable(state.leases);
    this.#spending = new Spending(state.spending);
    this.#budgets = new Budgets(this.#spending, state.told);
    this.#budgets.set(state.limits.budgets);
    this.#total = state.total;
  }

  /** Nothing was ever used, and nothing is limited yet: limits come with the first call. */
  static empty(now = 0): Book {
    return new Book({
      now,
      limits: UNLIMITED,
      buckets: {},
      leases: NO_LEASES,
      spending: NO_SPENDING,
      told: {},
      total: NO_USAGE,
    });
  }

  static fromCheckpoint(state: Checkpoint): Book {
    return new Book(state);
  }

  toCheckpoint(): Checkpoint {
    const buckets: Partial<Record<RateField, BucketState>> = {};
    for (const field of RATE_FIELDS) {
      const bucket = this.#buckets[field];
      if (bucket !== undefined) buckets[field] = bucket.toState();
    }
    return {
      now: this.#now,
      limits: this.#limits,
      buckets,
      leases: this.#leases.toState(),
      spending: this.#spending.toState(),
      told: this.#budgets.toState(),
      total: this.#total,
    };
  }

  /** The time that it has come to. */
  get now(): number {
    return this.#now;
  }

  /** When the next lease ends, unless it is heard of before; `null`: none is out. */
  get nextEnd(): number | null {
    return this.#leases.nextEnd;
  }

  /** Held by all leases at this moment. */
  get held(): Units {
    return { ...this.#leases.held };
  }

  /**
   * One atomic step. `now` in milliseconds since the Unix epoch; a clock that goes back stands still here. `heldBack`: what
   * the call tells counts, but its draw is not tried, and refused with this.
   */
  call(call: LedgerCall, now: number, heldBack: Refusal | null = null): CallStep {
    const known = this.#recent.get(call.id);
    if (known?.answer) return { answer: known.answer, entry: null, crossings: [] };
    this.#advance(now);
    // It was given up before it arrived.
    const isVoid = known !== undefined;
    const report = this.#reportOf(call);
    if (report !== null) this.#book(report);
    const answer = this.#draw(call, isVoid ? NOTHING : heldBack && { drawn: NO_UNITS, refusal: heldBack });
    const entry = this.#entryOf(call, report, answer);
    if (entry !== null) this.#close(entry);
    this.#recent.remember(call.id, { lease: call.lease, answer, at: this.#now });
    return { answer, entry, crossings: this.#takeCrossings() };
  }

  /** What a draw would be refused for now; `null`: it would be made. Takes nothing, and remembers nothing. */
  refusalOf(draw: Draw, now: number): Refusal | null {
    this.#advance(now);
    return decide(this.#desk(), draw).refusal;
  }

  /** Ends leases that nobody heard of. The entry says only that time went on. */
  expire(now: number): Step {
    this.#advance(now);
    const isNews = this.#hasEnded || this.#crossings.length > 0;
    this.#hasEnded = false;
    return { entry: isNews ? { at: this.#now } : null, crossings: this.#takeCrossings() };
  }

  /** Takes an entry of the record, in its order: the same state as after the step that left it. */
  apply(entry: RecordEntry): void {
    this.#advance(entry.at);
    this.#book(entry);
    if (entry.lease !== undefined && entry.drawn !== undefined) this.#hand(entry.lease, entry.drawn);
    this.#close(entry);
    this.recall(entry);
    this.#crossings = [];
  }

  /** Takes an entry that the state holds already: only the call is known again. In the record's order. */
  recall({ at, id, lease, unanswered = [], drawn = NO_UNITS, refusal }: RecordEntry): void {
    if (id === undefined || lease === undefined) return;
    for (const one of unanswered) this.#recent.voidDraw(one, lease, at);
    const answer = { drawn, refusal: refusal ?? null, room: this.#room(), isTight: true };
    this.#recent.remember(id, { lease, answer, at });
  }

  /** All that can be read without asking for days. */
  usage({ limits }: Pick<UsageQuestion, 'limits'>, now: number): Omit<LedgerUsage, 'days'> {
    this.#advance(now);
    const { rates, concurrency, budgets } = limits ?? this.#limits;
    const held = this.held;
    const buckets = RATE_FIELDS.flatMap((field) => {
      const rate = rates[field];
      if (rate === null) return [];
      // Looked at, not changed: whoever reads is no isolate that limits requests.
      const bucket = this.#copyOf(field, rate);
      const { limit, burst } = rate;
      return [{ field, limit, burst, remaining: bucket.level, resetMs: bucket.msUntil(burst) }];
    });
    return {
      now: this.#now,
      buckets,
      concurrency: concurrency === null ? null : { limit: concurrency, inFlight: held.slots },
      budgets: this.#budgets.usage(budgets, held.nanoUsd, this.#now),
      held,
      total: this.#total,
    };
  }

  /** Leases end at their own times, one by one, so that it does not matter when somebody looks. */
  #advance(now: number): void {
    const until = Math.max(now, this.#now);
    for (;;) {
      const endsAt = this.#leases.nextEnd;
      if (endsAt === null || endsAt > until) break;
      this.#refill(endsAt);
      this.#endNextLease();
    }
    this.#refill(until);
    this.#budgets.rearm(until);
  }

  #refill(at: number): void {
    this.#now = Math.max(at, this.#now);
    const { held } = this.#leases;
    for (const field of RATE_FIELDS) this.#buckets[field]?.refill(this.#now, held[unitOf(field)]);
  }

  /** What it held counts as spent: rates give nothing back, and money is booked where it was lost. */
  #endNextLease(): void {
    const ended = this.#leases.endNext();
    if (ended === null) return;
    this.#hasEnded = true;
    if (ended.lost.nanoUsd === 0) return;
    this.#budgets.rearm(this.#now);
    this.#spending.lose(ended.endedAt, ended.lost.nanoUsd);
    this.#crossings.push(...this.#budgets.crossings(this.#now));
  }

  /** What a call tells; `null` if it says nothing new. */
  #reportOf(call: LedgerCall): Omit<RecordEntry, 'at'> | null {
    const limits = this.#isAsBefore(call.limits) ? undefined : call.limits;
    const { unanswered, begun, settled, returned } = call;
    const report = {
      ...(limits === undefined ? {} : { limits }),
      ...(unanswered.length === 0 ? {} : { unanswered }),
      ...(begun === 0 ? {} : { begun }),
      ...(settled.length === 0 ? {} : { settled }),
      ...(isNothing(returned) ? {} : { returned }),
    };
    return Object.keys(report).length === 0 ? null : { id: call.id, lease: call.lease, ...report };
  }

  #isAsBefore(limits: ScopeLimits): boolean {
    return limits === this.#limits || JSON.stringify(limits) === this.#limitsText;
  }

  #book({
    lease,
    limits,
    unanswered = [],
    begun = 0,
    settled = [],
    returned,
  }: Omit<RecordEntry, 'at'>): void {
    if (limits !== undefined) this.#adopt(limits);
    if (lease === undefined) return;
    for (const id of unanswered) {
      const arrived = this.#recent.voidDraw(id, lease, this.#now);
      if (arrived !== null) this.#giveBack(arrived.lease, arrived.drawn);
    }
    if (begun > 0) this.#begin(lease, begun);
    for (const request of settled) this.#settle(request);
    if (returned !== undefined) this.#giveBack(lease, returned);
    this.#crossings.push(...this.#budgets.crossings(this.#now));
  }

  #adopt(limits: ScopeLimits): void {
    this.#limits = limits;
    this.#limitsText = JSON.stringify(limits);
    for (const field of RATE_FIELDS) {
      const rate = limits.rates[field];
      if (rate !== null) this.#buckets[field] = this.#copyOf(field, rate);
    }
    this.#budgets.set(limits.budgets);
    this.#budgets.rearm(this.#now);
  }

  /** As it is, or would be under this rate. */
  #copyOf(field: RateField, rate: NonNullable<ScopeLimits['rates'][RateField]>): Bucket {
    const held = this.#leases.held[unitOf(field)];
    const known = this.#buckets[field];
    if (known === undefined) return Bucket.full(rate, held, this.#now);
    const bucket = Bucket.from(known.toState());
    bucket.change(rate, held);
    return bucket;
  }

  /** Requests that no lease paid for are a debt. */
  #begin(lease: string, requests: number): void {
    const { live, late } = this.#leases.take(lease, 'requests', requests);
    this.#take('requests', requests - live - late);
  }

  #settle(request: SettledRequest): void {
    const { lease, held, used } = request;
    const tokens = this.#leases.take(lease, 'tokens', held.tokens);
    // What was lost with its lease is spent already, and does not come back.
    this.#take('tokens', Math.max(0, used.tokens - tokens.late) - tokens.live);
    const money = this.#leases.take(lease, 'nanoUsd', held.nanoUsd);
    this.#spending.find(money.endedAt, money.late);
    this.#spending.settle(this.#now, used.nanoUsd);
    this.#leases.take(lease, 'slots', held.slots);
    this.#total = addUsage(this.#total, usageOf(request));
  }

  #giveBack(lease: string, units: Units): void {
    for (const unit of ['requests', 'tokens'] as const)
      this.#take(unit, -this.#leases.take(lease, unit, units[unit]).live);
    const money = this.#leases.take(lease, 'nanoUsd', units.nanoUsd);
    this.#spending.find(money.endedAt, money.late);
    this.#leases.take(lease, 'slots', units.slots);
  }

  #take(unit: 'requests' | 'tokens', units: number): void {
    if (units === 0) return;
    for (const field of RATE_FIELDS) if (unitOf(field) === unit) this.#buckets[field]?.take(units);
  }

  #draw({ lease, draw }: LedgerCall, decided: Decision | null): LedgerAnswer {
    const { drawn, refusal } = draw === null ? NOTHING : (decided ?? decide(this.#desk(), draw));
    // What can never be met says nothing of how little is left.
    if (refusal !== null && refusal.retryAfterMs !== null) this.#refusedAt = this.#now;
    this.#hand(lease, drawn);
    return { drawn, refusal, room: this.#room(), isTight: tightness(this.#desk()) };
  }

  #hand(lease: string, drawn: Units): void {
    this.#leases.add(lease, drawn, this.#now);
    this.#take('requests', drawn.requests);
    this.#take('tokens', drawn.tokens);
  }

  #entryOf(
    call: LedgerCall,
    report: Omit<RecordEntry, 'at'> | null,
    { drawn, refusal }: LedgerAnswer,
  ): RecordEntry | null {
    const hasDrawn = !isNothing(drawn);
    const isWorthIt =
      report !== null ||
      hasDrawn ||
      this.#crossings.length > 0 ||
      this.#leases.isQuiet(call.lease, this.#now);
    if (!isWorthIt) return null;
    return {
      at: this.#now,
      ...(report ?? { id: call.id, lease: call.lease }),
      ...(hasDrawn ? { drawn } : {}),
      ...(refusal === null ? {} : { refusal }),
    };
  }

  /** After all that an entry says. */
  #close({ lease }: RecordEntry): void {
    if (lease !== undefined) this.#leases.touch(lease, this.#now);
    this.#hasEnded = false;
  }

  #takeCrossings(): readonly Crossing[] {
    const crossings = this.#crossings;
    if (crossings.length > 0) this.#crossings = [];
    return crossings;
  }

  #room() {
    return roomOf(this.#limits, this.#buckets);
  }

  #desk(): Desk {
    return {
      now: this.#now,
      limits: this.#limits,
      buckets: this.#buckets,
      budgets: this.#budgets,
      held: this.#leases.held,
      refusedAt: this.#refusedAt,
    };
  }
}

const NOTHING: Decision = { drawn: NO_UNITS, refusal: null };
