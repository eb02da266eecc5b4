/**
 * A token bucket in whole numbers. The level is whole units and a fraction of one in parts of the period (milliseconds),
 * so that nothing is ever rounded: not after a million refills, and not for billions of tokens a day.
 *
 * The law: `level + held <= burst`, where `held` are units that leases took out and did not spend yet. Refill stops
 * there, so whenever held units are spent, in any t milliseconds at most `burst + t * limit / period` are.
 */
import type { Rate } from '../scope-limits.ts';

/** As it stands in a checkpoint. */
export interface BucketState {
  readonly rate: Rate;
  readonly whole: number;
  readonly fraction: number;
  readonly at: number;
}

export class Bucket {
  #rate: Rate;
  /** Below zero: a debt. */
  #whole: number;
  /** From 0 to below `periodMs`: that many parts of `periodMs` of a unit. */
  #fraction: number;
  /** Refilled until then. */
  #at: number;

  private constructor({ rate, whole, fraction, at }: BucketState) {
    this.#rate = rate;
    this.#whole = whole;
    this.#fraction = fraction;
    this.#at = at;
  }

  /** Full, but for what leases hold already of its unit. */
  static full(rate: Rate, held: number, now: number): Bucket {
    return new Bucket({ rate, whole: rate.burst - held, fraction: 0, at: now });
  }

  static from(state: BucketState): Bucket {
    return new Bucket(state);
  }

  toState(): BucketState {
    return { rate: this.#rate, whole: this.#whole, fraction: this.#fraction, at: this.#at };
  }

  get rate(): Rate {
    return this.#rate;
  }

  /** Whole units that can be drawn; below zero after requests that used more than they had reserved. */
  get level(): number {
    return this.#whole;
  }

  /** `held`: what leases held all the time since the last refill. */
  refill(now: number, held: number): void {
    const elapsedMs = now - this.#at;
    if (elapsedMs <= 0) return;
    this.#at = now;
    const { limit, periodMs } = this.#rate;
    const periods = Math.floor(elapsedMs / periodMs);
    const restMs = elapsedMs % periodMs;
    // `limit * restMs` would not be exact for large limits; both products here are.
    const parts = (limit % periodMs) * restMs + this.#fraction;
    this.#whole += limit * periods + Math.floor(limit / periodMs) * restMs + Math.floor(parts / periodMs);
    this.#fraction = parts % periodMs;
    this.#cap(held);
  }

  /** Another configuration, from now on. The level may fall with the burst, and rises by refill only. */
  change(rate: Rate, held: number): void {
    // A fraction is in parts of the period, which belongs to the field and never changes.
    this.#rate = rate;
    this.#cap(held);
  }

  /** Takes units out of the level, even those that are not there: that is a debt. Gives back what is below zero. */
  take(units: number): void {
    this.#whole -= units;
  }

  /** Milliseconds from the last refill until the level is `target`, by refill alone. */
  msUntil(target: number): number {
    const missing = target - this.#whole;
    if (missing <= 0) return 0;
    const { limit, periodMs } = this.#rate;
    const parts = missing * periodMs - this.#fraction;
    if (!Number.isSafeInteger(parts))
      return Number((BigInt(missing) * BigInt(periodMs) - BigInt(this.#fraction)) / BigInt(limit)) + 1;
    const least = Math.floor(parts / limit);
    return least * limit >= parts ? least : least + 1;
  }

  #cap(held: number): void {
    const most = this.#rate.burst - held;
    if (this.#whole < most) return;
    this.#whole = most;
    this.#fraction = 0;
  }
}
