/**
 * What one isolate holds of one scope: units that were drawn from its Ledger and are not spent yet, and what the Ledger
 * has to be told. All of it is plain state that changes between two awaits: whichever request comes next finds it whole,
 * and none depends on another one living on.
 */
import { LEASE_USE_MS, type LedgerAnswer, type LedgerCall, type Room } from '../ledger-protocol.ts';
import type { Scope } from '../scope.ts';
import { limitedUnits, type Rate, type ScopeLimits } from '../scope-limits.ts';
import { addUnits, isNothing, NO_UNITS, type Units } from '../units.ts';
import type { Ask } from './ask.ts';
import { Crowd, type Member } from './crowd.ts';
import { Demand, mostAhead } from './demand.ts';
import { Line } from './line.ts';
import { Reports, type SentCall } from './reports.ts';

/** While units are held, the Ledger hears of the lease so often. */
const RENEW_MS = 8000;
/** A place among the running requests is taken only while the Ledger will keep it for at least 20 s more. */
const STALE_MS = 10_000;
/** Requests that began and are still running are told of after this; at once where they are a good part of a bucket. */
const BEGUN_MS = 4000;
const BEGUN_PART = 1 / 100;
/** With more of its slice than this, a lease is not filled up; with less than that, it is at once. */
const FULL_ENOUGH = 3 / 4;
const LOW_WATER = 1 / 4;
/** A Ledger that gives less than was wanted is not asked again at once. */
const REFILL_MS = 250;
/** A slice is held ready while requests come; so long after the last, nothing is. */
const IDLE_MS = 2000;

type Amount = { -readonly [Unit in keyof Units]: Units[Unit] };

export class ScopeLease {
  readonly ledger: string;
  readonly crowd = new Crowd();
  readonly reports = new Reports();
  readonly demand = new Demand();
  readonly line = new Line();
  scope: Scope;
  alerts: Ask['alerts'] = null;
  /** Until then some request sees to it that reports go out, unless it was killed. */
  keptUntil = Number.NEGATIVE_INFINITY;
  /** When the one who does goes at the latest. */
  keptTo = Number.NEGATIVE_INFINITY;
  /** Grants that hold something of the present lease. */
  openGrants = 0;
  usedAt: number;
  /** Others need what is not needed here. */
  isTight = false;
  readonly #newId: () => string;
  #id: string;
  #free: Amount = { ...NO_UNITS };
  #limited: Readonly<Record<keyof Units, boolean>>;
  #mostTokens: number;
  #mostAhead: Units;
  /** When the last call was sent that was answered; `null`: no call of this lease was. */
  #confirmedAt: number | null = null;
  /** Slots are free again when the lease ends, so none is taken of one that the Ledger has not heard of for long. */
  #isStale = false;
  /** Of the last answer. */
  #room: { readonly told: Room; readonly at: number; readonly sentAt: number } | null = null;
  /** Below it, more is fetched before it is needed. */
  #lowWater: Units = NO_UNITS;
  #refilledAt = Number.NEGATIVE_INFINITY;

  constructor(scope: Scope, newId: () => string, now: number) {
    this.ledger = scope.ledger;
    this.scope = scope;
    this.#newId = newId;
    this.#id = newId();
    this.#limited = limitedUnits(scope.limits);
    this.#mostTokens = mostTokens(scope.limits);
    this.#mostAhead = mostAhead(scope.limits);
    this.usedAt = now;
  }

  get id(): string {
    return this.#id;
  }

  get free(): Units {
    return this.#free;
  }

  /** Nothing is known here that anybody would miss. */
  get isEmpty(): boolean {
    return (
      this.openGrants === 0 &&
      this.crowd.isEmpty &&
      !this.line.isBusy &&
      this.reports.isEmpty &&
      isNothing(this.#free)
    );
  }

  /** The scope as it is configured now. */
  meet(scope: Scope, alerts: Ask['alerts']): void {
    this.alerts = alerts;
    if (scope === this.scope) return;
    if (scope.limits !== this.scope.limits) {
      this.#limited = limitedUnits(scope.limits);
      this.#mostTokens = mostTokens(scope.limits);
      this.#mostAhead = mostAhead(scope.limits);
    }
    this.scope = scope;
  }

  /** What a request needs here: only units that are limited. `isBounded`: not cut to what a bucket can hold. */
  needOf({ requests, tokens, nanoUsd, slots }: Units, isBounded: boolean): Units {
    const limited = this.#limited;
    return {
      requests: limited.requests ? requests : 0,
      tokens: limited.tokens ? (isBounded ? tokens : Math.min(tokens, this.#mostTokens)) : 0,
      nanoUsd: limited.nanoUsd ? nanoUsd : 0,
      slots: limited.slots ? slots : 0,
    };
  }

  /** Lets go what is over: the lease itself, and calls that nobody waits for any more. Before anything else. */
  pass(now: number): void {
    if (this.#confirmedAt !== null) {
      if (now >= this.#confirmedAt + LEASE_USE_MS) this.#renew();
      else this.#isStale = now >= this.#confirmedAt + STALE_MS;
    }
    if (this.reports.isOverfull) this.#renew();
    for (const { call, startedAt } of this.line.overdue(now))
      if (this.line.drop(call)) this.reports.lose(call, startedAt, call.lease === this.#id);
  }

  /** Takes all of `need`, if it is there. After `pass`. */
  take(need: Units): boolean {
    const free = this.#free;
    const { requests, tokens, nanoUsd, slots } = need;
    if (slots > 0 && this.#isStale) return false;
    if (free.requests < requests || free.tokens < tokens || free.nanoUsd < nanoUsd || free.slots < slots)
      return false;
    this.#spend(need);
    return true;
  }

  /** As much of it as is there. */
  takeUpTo(units: Units): Units {
    const taken = this.partOf(units);
    this.#spend(taken);
    return taken;
  }

  /** Units that were taken of lease `id`, and not used. */
  giveBack(id: string, units: Units): void {
    if (id !== this.#id) {
      this.reports.returnLate(id, units);
      return;
    }
    this.#free = addUnits(this.#free, units);
    if (!this.crowd.isEmpty) this.#serve(null);
  }

  /** Waiters whose request was killed have what they were served taken from them. */
  dropKilled(now: number): void {
    if (this.crowd.isEmpty) return;
    this.crowd.dropKilled(now, (id, need) => this.giveBack(id, need));
  }

  /** Whether more should be fetched before somebody has to wait for it. */
  isLow(now: number): boolean {
    const free = this.#free;
    const low = this.#lowWater;
    const isLow = free.requests < low.requests || free.tokens < low.tokens || free.nanoUsd < low.nanoUsd;
    if (!isLow || this.isTight || now - this.#refilledAt < REFILL_MS) return false;
    if (this.line.lastDraw !== null) return false;
    this.#refilledAt = now;
    return true;
  }

  /**
   * A call with all that is to be told; it is on its way from now on. One that tries whether the Ledger is back tells
   * nothing that is not lost yet.
   */
  startCall(now: number, draw: LedgerCall['draw'], returned: Units): SentCall {
    this.#spend(returned);
    const report =
      this.line.failures >= 2 && draw !== null ? this.reports.takeUnanswered() : this.reports.take();
    const call = {
      id: this.#newId(),
      lease: this.#id,
      limits: this.scope.limits,
      ...report,
      returned,
      draw,
      alerts: this.#routing(),
    };
    return this.#start(call, now);
  }

  /** Calls with what does not belong to the present lease, and calls that were lost, at most `most` of these. */
  startOldCalls(now: number, most: number): readonly SentCall[] {
    const leftovers = this.reports.takeLeftovers().map((leftover) => {
      const { limits } = this.scope;
      const nothing = { settled: [], draw: null, alerts: this.#routing() };
      return this.#start({ id: this.#newId(), limits, ...nothing, ...leftover }, now);
    });
    const lost = this.reports.takeLost(most, now);
    for (const { call } of lost) this.#start(call, now);
    return [...leftovers, ...lost];
  }

  /** A call that was given up before may be answered after all: what it drew is or will be named as unanswered. */
  hear({ call, sentAt }: SentCall, answer: LedgerAnswer, member: Member | null, now: number): void {
    const isAwaited = this.line.answer(call, now);
    this.reports.arrive(call);
    if (this.#room === null || sentAt >= this.#room.sentAt) {
      this.#room = { told: answer.room, at: now, sentAt };
      this.isTight = answer.isTight;
    }
    // A call that was sent again is answered as the first time, with what the isolate gave up.
    const drawn = isAwaited && call.draw !== null ? answer.drawn : NO_UNITS;
    if (call.lease === this.#id) {
      this.#confirmedAt = Math.max(this.#confirmedAt ?? sentAt, sentAt);
      this.#isStale = now >= this.#confirmedAt + STALE_MS;
      this.#free = addUnits(this.#free, drawn);
      this.#serve(member);
    } else {
      this.reports.returnLate(call.lease, drawn);
    }
  }

  /**
   * A call that waits at the Ledger, beside all others. It tells nothing, and what it draws must come while the lease can
   * still be used.
   */
  startWait(draw: NonNullable<LedgerCall['draw']>, longestMs: number, now: number): SentCall {
    this.pass(now);
    const isOverBefore = this.#confirmedAt !== null && now + longestMs >= this.#confirmedAt + LEASE_USE_MS;
    if (isOverBefore && !this.#holdsSomething) this.#renew();
    const nothing = { unanswered: [], begun: 0, settled: [], returned: NO_UNITS, alerts: this.#routing() };
    const call = { id: this.#newId(), lease: this.#id, limits: this.scope.limits, ...nothing, draw };
    return { call, sentAt: now };
  }

  /** Only a draw is a sign to the Ledger that the lease is alive. */
  hearWait({ call, sentAt }: SentCall, { drawn, isTight }: LedgerAnswer): void {
    this.isTight = isTight;
    if (isNothing(drawn)) return;
    if (call.lease !== this.#id) {
      this.reports.returnLate(call.lease, drawn);
      return;
    }
    this.#confirmedAt = Math.max(this.#confirmedAt ?? sentAt, sentAt);
    this.#free = addUnits(this.#free, drawn);
  }

  /** What it may have drawn goes back with the next call. */
  failWait({ call, sentAt }: SentCall): void {
    this.reports.lose(call, sentAt, call.lease === this.#id);
  }

  /** The network refused the call, or there is no answer in time. */
  fail({ call, sentAt }: SentCall, now: number): void {
    if (this.line.fail(call, now)) this.reports.lose(call, sentAt, call.lease === this.#id);
  }

  /** What the next call should draw and give back, if only the demand here counts. */
  balance(now: number): { readonly draw: LedgerCall['draw']; readonly returned: Units } {
    this.dropKilled(now);
    const isIdle = now - this.usedAt >= IDLE_MS;
    const ahead = isIdle ? NO_UNITS : this.#ahead(now);
    this.#lowWater = isNothing(ahead) ? NO_UNITS : each((unit) => Math.floor(ahead[unit] * LOW_WATER));
    const free = this.#free;
    const surplus = (unit: keyof Units) => (free[unit] > 2 * ahead[unit] ? free[unit] - ahead[unit] : 0);
    const wanting = (unit: keyof Units) =>
      free[unit] < FULL_ENOUGH * ahead[unit] ? ahead[unit] - free[unit] : 0;
    const want = each(wanting);
    // Units that somebody waits for are not given back.
    const returned = this.crowd.isEmpty ? each(surplus) : NO_UNITS;
    return { draw: isNothing(want) ? null : { need: NO_UNITS, want }, returned };
  }

  /** What others need who wait, and what is held in advance. */
  wantBeside(member: Member, now: number): Units {
    return addUnits(this.crowd.needBeside(member), this.#ahead(now));
  }

  /** As much of it as is here now; it is not taken. */
  partOf(need: Units): Units {
    const free = this.#free;
    return each((unit) => Math.min(free[unit], need[unit]));
  }

  /** Nobody else here uses the lease, or will soon. */
  isQuiet(now: number): boolean {
    return this.openGrants === 0 && this.crowd.isEmpty && this.demand.isQuiet(now);
  }

  /** Whether there is something to tell by now that goes with no draw and no return. */
  isDue(now: number): boolean {
    const { reports } = this;
    if (reports.hasSettled || reports.hasUnanswered || reports.hasOld) return true;
    const since = now - (this.#confirmedAt ?? Number.NEGATIVE_INFINITY);
    if (reports.begun > 0 && (since >= BEGUN_MS || this.isTight || this.#isMuch(reports.begun))) return true;
    return this.#holdsSomething && since >= RENEW_MS;
  }

  /** Whether the lease will end unless the Ledger hears of it. */
  isAging(now: number): boolean {
    return this.#holdsSomething && now - (this.#confirmedAt ?? now) >= RENEW_MS;
  }

  /** No more than there is. */
  #spend({ requests, tokens, nanoUsd, slots }: Units): void {
    const free = this.#free;
    free.requests -= requests;
    free.tokens -= tokens;
    free.nanoUsd -= nanoUsd;
    free.slots -= slots;
  }

  /** What is left in the buckets of a minute, by the last answer and what was spent since. */
  roomAt(now: number): Room {
    const room = this.#room;
    const { requests_per_minute, tokens_per_minute } = this.scope.limits.rates;
    const of = (unit: 'requests' | 'tokens', rate: Rate | null) => {
      const told = room?.told[unit] ?? null;
      if (room === null || told === null || rate === null) return null;
      // All leases are taken off of what was told; what is free in this one is there all the same.
      const remaining = Math.min(rate.burst, told.remaining + this.#free[unit]);
      const missingMs = Math.max(0, rate.burst - remaining) * (rate.periodMs / rate.limit);
      return { limit: rate.limit, remaining, resetMs: Math.ceil(Math.max(0, missingMs - (now - room.at))) };
    };
    return { requests: of('requests', requests_per_minute), tokens: of('tokens', tokens_per_minute) };
  }

  #start(call: LedgerCall, now: number): SentCall {
    this.line.start(call, now);
    return { call, sentAt: now };
  }

  /** `first`: who asked for it, in the same turn, so that nobody comes in between. */
  /** Where little is left, others need it. */
  #ahead(now: number): Units {
    return this.isTight ? NO_UNITS : this.demand.ahead(now, this.#mostAhead);
  }

  #serve(first: Member | null): void {
    this.crowd.serve(this.#id, first, (need) => this.take(need));
  }

  get #holdsSomething(): boolean {
    return this.openGrants > 0 || !isNothing(this.#free);
  }

  #isMuch(begun: number): boolean {
    const { requests_per_minute, requests_per_day } = this.scope.limits.rates;
    const burst = Math.min(requests_per_minute?.burst ?? Infinity, requests_per_day?.burst ?? Infinity);
    return begun >= burst * BEGUN_PART;
  }

  /** What this lease holds is left to its end; of money the Ledger hears at once. */
  #renew(): void {
    this.reports.leave(this.#id, this.#free);
    this.#free = { ...NO_UNITS };
    this.#id = this.#newId();
    this.#confirmedAt = null;
    this.#isStale = false;
    this.openGrants = 0;
  }

  #routing(): LedgerCall['alerts'] {
    const { kind, name } = this.scope;
    return this.alerts === null ? null : { scope: `${kind} "${name}"`, webhooks: this.alerts };
  }
}

/** The most tokens that every bucket can hold. */
function mostTokens({ rates: { tokens_per_minute, tokens_per_day } }: ScopeLimits): number {
  return Math.min(tokens_per_minute?.burst ?? Infinity, tokens_per_day?.burst ?? Infinity);
}

const each = (of: (unit: keyof Units) => number): Units => ({
  requests: of('requests'),
  tokens: of('tokens'),
  nanoUsd: of('nanoUsd'),
  slots: of('slots'),
});
