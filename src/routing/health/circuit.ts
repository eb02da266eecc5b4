/**
 * The circuit breaker of one target in one region. It counts every call of the last minute, opens when too many fail or are
 * slow (of the minute, of its last seconds, or in a row), lets one call try when its time is over, and closes when that one succeeds. What calls that began before the last
 * opening or closing say is no longer counted: they tell of another time.
 */
import type { BreakerSettings } from '../../config/schema-routing.ts';
import type { CallVerdict, CircuitState } from './region-health.ts';
import { SharedCounts } from './shared-counts.ts';
import type { TargetPicture } from './vantage-protocol.ts';

const WINDOW = { kinds: 3, buckets: 12, bucketMs: 5000 };
const WINDOW_MS = WINDOW.buckets * WINDOW.bucketMs;
export const SUCCESSES = 0;
export const FAILURES = 1;
export const SLOW = 2;
/** Five to ten seconds. */
const LATELY_BUCKETS = 2;
/** Fewer calls in so short a time may fail by chance. */
const LEAST_LATELY = 20;
const LEAST_IN_A_ROW = 5;
/** A call whose request was ended by the platform is never heard of again: then another one may try. */
const PROBE_LOST_MS = 300_000;

/** A call, as the circuit remembers it. */
export interface CircuitCall {
  readonly breaker: BreakerSettings | null;
  readonly beganAt: number;
  readonly isProbe: boolean;
  /** The state in which it counts. */
  period: number;
  /** When its success was counted; `null`: it was not; 0: it closed the circuit instead. */
  succeededAt: number | null;
}

/** What a call changed in the counts; not all is from 0. */
export interface Counted {
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
}

const NOTHING: Counted = { successes: 0, failures: 0, slow: 0 };

export type RegionCircuit = Pick<TargetPicture, 'successes' | 'failures' | 'slow' | 'openUntil' | 'closedAt'>;

export class Circuit {
  readonly #counts = new SharedCounts(WINDOW);
  /** Changes with each opening and closing. */
  #period = 0;
  /** When it opened last by what was seen here; 0: it never did. */
  #openedAt = 0;
  #openUntil = 0;
  #closedAt = 0;
  #probe: CircuitCall | null = null;
  /** Less than a minute after one another. */
  #failuresInARow = 0;
  #failedAt = 0;

  /** 0: closed. */
  get openUntil(): number {
    return this.#openUntil;
  }

  /** When a probe closed it; 0: never. */
  get closedAt(): number {
    return this.#closedAt;
  }

  state(now: number): CircuitState {
    if (this.#openUntil === 0) return 'closed';
    return now < this.#openUntil || this.#isTried(now) ? 'open' : 'half-open';
  }

  failureRate(now: number): number {
    const failures = this.#counts.sum(FAILURES, now);
    return failures === 0 ? 0 : failures / (failures + this.#counts.sum(SUCCESSES, now));
  }

  begin(settings: BreakerSettings | null, now: number): CircuitCall {
    const breaker = settings?.enabled ? settings : null;
    const isProbe = breaker !== null && this.state(now) === 'half-open';
    const call = { breaker, beganAt: now, isProbe, period: this.#period, succeededAt: null };
    if (isProbe) this.#probe = call;
    return call;
  }

  /** An answer came after `ms`. A probe that succeeds is not counted: it closes the circuit, and counting starts anew. */
  answered(call: CircuitCall, ms: number, now: number): Counted {
    if (call.period !== this.#period) return NOTHING;
    const isSlow = isSlowFor(call.breaker, ms);
    if (this.#probe === call) {
      if (isSlow) this.#open(call.breaker, now);
      else this.#closeBy(call, now);
      return NOTHING;
    }
    call.succeededAt = now;
    this.#countSuccess(now);
    if (isSlow) this.#countSlow(call.breaker, now);
    return { successes: 1, failures: 0, slow: isSlow ? 1 : 0 };
  }

  /** The call is over. A success that was counted when the answer came is not counted again. */
  ended(call: CircuitCall, verdict: CallVerdict, now: number): Counted {
    if (call.period !== this.#period) return NOTHING;
    const isProbe = this.#probe === call;
    if (isProbe) this.#probe = null;
    switch (verdict) {
      case 'neutral':
        return NOTHING;
      case 'success':
        if (isProbe) return this.#closeBy(call, now);
        if (call.succeededAt !== null) return NOTHING;
        this.#countSuccess(now);
        return { successes: 1, failures: 0, slow: 0 };
      case 'failure':
        return this.#failed(call, isProbe, now);
    }
  }

  /**
   * What the region tells. A closing ends every opening that the region told of, and those of here that were before it: what
   * opened here since stays, and is told. A region that had not heard of the last closing is not believed.
   */
  mergeRegion(region: RegionCircuit, untold: readonly number[], now: number): void {
    if (region.closedAt < this.#closedAt) return;
    if (region.closedAt > this.#closedAt) {
      this.#closedAt = region.closedAt;
      if (this.#openUntil !== 0 && this.#openedAt <= region.closedAt) this.#startAnew();
    }
    if (region.openUntil > this.#openUntil) {
      if (this.#openUntil === 0) this.#period += 1;
      this.#openUntil = region.openUntil;
    }
    this.#counts.hear([region.successes, region.failures, region.slow], untold, now);
  }

  #failed(call: CircuitCall, isProbe: boolean, now: number): Counted {
    const isTakenBack =
      call.succeededAt !== null &&
      now - call.succeededAt < WINDOW_MS &&
      this.#counts.takeBack(SUCCESSES, now);
    const isSlow = call.succeededAt === null && isSlowFor(call.breaker, now - call.beganAt);
    this.#counts.add(FAILURES, now);
    this.#failuresInARow = now - this.#failedAt < WINDOW_MS ? this.#failuresInARow + 1 : 1;
    this.#failedAt = now;
    if (isSlow) this.#counts.add(SLOW, now);
    if (isProbe) this.#open(call.breaker, now);
    else this.#openIfTooMany(call.breaker, now);
    return { successes: isTakenBack ? -1 : 0, failures: 1, slow: isSlow ? 1 : 0 };
  }

  #countSuccess(now: number): void {
    this.#counts.add(SUCCESSES, now);
    this.#failuresInARow = 0;
  }

  #countSlow(breaker: BreakerSettings | null, now: number): void {
    this.#counts.add(SLOW, now);
    this.#openIfTooMany(breaker, now);
  }

  /**
   * Under much traffic a minute that began well would hide an outage for half of it, so the last seconds count by themselves
   * where they hold enough calls; under little traffic, failures in a row do.
   */
  #openIfTooMany(breaker: BreakerSettings | null, now: number): void {
    if (breaker === null || this.#openUntil !== 0) return;
    const { min_requests } = breaker;
    const lately = (kind: number) => this.#counts.lately(kind, now, LATELY_BUCKETS);
    const ofMinute = (kind: number) => this.#counts.sum(kind, now);
    if (
      this.#failuresInARow >= Math.max(min_requests, LEAST_IN_A_ROW) ||
      areTooMany(breaker, ofMinute, min_requests) ||
      areTooMany(breaker, lately, Math.max(min_requests, LEAST_LATELY))
    )
      this.#open(breaker, now);
  }

  #open(breaker: BreakerSettings | null, now: number): void {
    if (breaker === null) return;
    this.#period += 1;
    this.#probe = null;
    this.#openedAt = now;
    this.#openUntil = now + breaker.open_seconds * 1000;
  }

  /** If that call breaks afterwards, it counts as a failure in the new window. */
  #closeBy(call: CircuitCall, now: number): Counted {
    this.#closedAt = now;
    this.#startAnew();
    call.period = this.#period;
    call.succeededAt = 0;
    return NOTHING;
  }

  #startAnew(): void {
    this.#period += 1;
    this.#probe = null;
    this.#openUntil = 0;
    this.#failuresInARow = 0;
    this.#counts.clear();
  }

  #isTried(now: number): boolean {
    return this.#probe !== null && now - this.#probe.beganAt < PROBE_LOST_MS;
  }
}

function areTooMany(
  { failure_rate, slow_call_rate }: BreakerSettings,
  count: (kind: number) => number,
  least: number,
): boolean {
  const failures = count(FAILURES);
  const calls = failures + count(SUCCESSES);
  if (calls < least) return false;
  return failures / calls >= failure_rate || count(SLOW) / calls >= slow_call_rate;
}

const isSlowFor = (breaker: BreakerSettings | null, ms: number): boolean =>
  breaker?.slow_call_ms !== undefined && ms > breaker.slow_call_ms;
