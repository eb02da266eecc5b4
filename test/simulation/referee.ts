/** Judges what was let in, without knowing anything of leases and Ledgers. */
import type { Units } from '../../src/limits/units.ts';

/** The law of a bucket, for units that were let in for good: at most `burst + t * limit / periodMs` in any t. */
export class BucketReferee {
  readonly #name: string;
  readonly #burst: number;
  readonly #perMs: number;
  /** Let in, and not refilled yet. */
  #taken = 0;
  #at: number;
  highest = 0;

  constructor(name: string, rate: { limit: number; periodMs: number; burst: number }, now: number) {
    this.#name = name;
    this.#burst = rate.burst;
    this.#perMs = rate.limit / rate.periodMs;
    this.#at = now;
  }

  admit(units: number, now: number): void {
    this.#taken = Math.max(0, this.#taken - (now - this.#at) * this.#perMs) + units;
    this.#at = now;
    this.highest = Math.max(this.highest, this.#taken);
    // Sums of fractions: a millionth is no unit.
    if (this.#taken > this.#burst + 1e-6)
      throw new Error(`${this.#name}: ${this.#taken} units let in where ${this.#burst} may be`);
  }
}

/** No more than `most` of something at any time. */
export class LevelReferee {
  readonly #name: string;
  readonly #most: number;
  level = 0;
  highest = 0;

  constructor(name: string, most: number) {
    this.#name = name;
    this.#most = most;
  }

  change(by: number): void {
    this.level += by;
    this.highest = Math.max(this.highest, this.level);
    if (this.level > this.#most) throw new Error(`${this.#name}: ${this.level} where ${this.#most} may be`);
  }
}

export const lesser = (a: Units, b: Units): Units => ({
  requests: Math.min(a.requests, b.requests),
  tokens: Math.min(a.tokens, b.tokens),
  nanoUsd: Math.min(a.nanoUsd, b.nanoUsd),
  slots: Math.min(a.slots, b.slots),
});
