/**
 * Latencies of which old ones weigh ever less: half after a minute. Counts are kept as what they weighed at one moment, so that
 * time passing changes none of them, and two histograms are merged by adding. Where there is much traffic, a minute is
 * long: no more than a hundred calls weigh in, and new ones take the place of old ones.
 *
 * A call that was given up without content (a timeout) has no latency, only a bound that it would have passed: it enters as a
 * sample at that bound. What is far out on either side moves p50 and p95 by its rank alone, never by its size.
 */
import { LATENCY_STEPS, latencyAt, stepOf } from './latency-scale.ts';
import type { Latency } from './region-health.ts';
import type { SparseCounts } from './vantage-protocol.ts';

export const HALF_LIFE_MS = 60_000;
/** Then the moment is moved to the present, in one pass over the steps: numbers stay far below what a float holds exactly. */
const MOVE_AFTER_MS = 20 * HALF_LIFE_MS;
const MOVE_AFTER_GROWTH = 2 ** 20;
/** Beyond it, a new sample takes the place of old ones: under traffic the picture is that of the last calls, not of a minute. */
const MOST_WEIGHT = 100;
/** A single sample of ten minutes ago: nothing is known. */
const LEAST_WEIGHT = 2 ** -10;
const CACHED_MS = 1000;
/** Of counts that are told. */
const PRECISION = 1000;

export class DecayedLatency {
  /** By step, as weighed at `#moment`. */
  readonly #counts = new Float64Array(LATENCY_STEPS);
  #sum = 0;
  #moment = 0;
  /** How much more a sample weighs for all that it took the place of. */
  #growth = 1;
  /** The latest clock that was handed in: one that goes back does not let anything weigh more. */
  #latest = 0;
  #seenAt = 0;
  #cached: { readonly latency: Latency | null; readonly until: number } | null = null;

  add(ms: number, now: number): void {
    this.#count(stepOf(ms), this.#scale(now));
    this.#keepWithinMost();
    this.#seenAt = this.#latest;
  }

  /** Adds what was counted elsewhere, as weighed now. Steps that this scale does not have are left out. */
  merge(counts: SparseCounts, now: number, seenAt = now): void {
    const scale = this.#scale(now);
    for (let at = 0; at + 1 < counts.length; at += 2)
      this.#count(counts[at] ?? -1, (counts[at + 1] ?? 0) * scale);
    this.#keepWithinMost();
    if (counts.length > 0) this.#seenAt = Math.max(this.#seenAt, seenAt);
  }

  /** Puts what was counted elsewhere in the place of everything that is known. */
  replace(counts: SparseCounts, now: number, seenAt: number): void {
    this.#counts.fill(0);
    this.#sum = 0;
    this.#cached = null;
    this.merge(counts, now, seenAt);
  }

  weight(now: number): number {
    const scale = this.#scale(now); // first: it may move the moment that the sum is of
    return this.#sum / scale;
  }

  /** As weighed now, in thousandths; what weighs less is left out. */
  counts(now: number): SparseCounts {
    const scale = this.#scale(now);
    const told: number[] = [];
    for (const [step, count] of this.#counts.entries()) {
      const weight = Math.round((count / scale) * PRECISION) / PRECISION;
      if (weight > 0) told.push(step, weight);
    }
    return told;
  }

  /** `null`: nothing was seen for long. The same object for up to a second, while nothing is added. */
  read(now: number): Latency | null {
    if (this.#cached !== null && now < this.#cached.until) return this.#cached.latency;
    const latency = this.#work(now);
    this.#cached = { latency, until: now + CACHED_MS };
    return latency;
  }

  #work(now: number): Latency | null {
    const weight = this.weight(now);
    if (weight < LEAST_WEIGHT) return null;
    return { p50: this.#quantile(0.5), p95: this.#quantile(0.95), weight, seenAt: this.#seenAt };
  }

  /** Within its step, a sample may be anywhere: they are taken as spread evenly over it, on the scale. */
  #quantile(share: number): number {
    const wanted = share * this.#sum;
    let below = 0;
    let last = 0;
    // By index: an iterator would make a pair for every step.
    for (let step = 0; step < LATENCY_STEPS; step += 1) {
      const count = this.#counts[step] ?? 0;
      if (count === 0) continue;
      if (below + count >= wanted) return latencyAt(step, (wanted - below) / count);
      below += count;
      last = step;
    }
    return latencyAt(last, 1); // rounding
  }

  #count(step: number, weight: number): void {
    if (!(step in this.#counts) || !(weight > 0)) return;
    this.#counts[step] = (this.#counts[step] ?? 0) + weight;
    this.#sum += weight;
    this.#cached = null;
  }

  #keepWithinMost(): void {
    const excess = this.#sum / (MOST_WEIGHT * this.#scale(this.#latest));
    if (excess > 1) this.#growth *= excess;
  }

  /** What one sample of now weighs beside those of `#moment`. */
  #scale(now: number): number {
    if (now > this.#latest) this.#latest = now;
    if (this.#latest - this.#moment > MOVE_AFTER_MS || this.#growth > MOVE_AFTER_GROWTH) this.#moveMoment();
    return this.#growth * 2 ** ((this.#latest - this.#moment) / HALF_LIFE_MS);
  }

  #moveMoment(): void {
    const factor = 2 ** ((this.#moment - this.#latest) / HALF_LIFE_MS) / this.#growth;
    this.#moment = this.#latest;
    this.#growth = 1;
    this.#sum = 0;
    for (let step = 0; step < LATENCY_STEPS; step += 1) {
      const count = (this.#counts[step] ?? 0) * factor;
      this.#counts[step] = count;
      this.#sum += count;
    }
  }
}
