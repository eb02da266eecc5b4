/**
 * Counts of the last minute of which others in the region count too. Those of others are what the region told, without what was
 * told to it from here; they fade to nothing within a minute in which nothing more is heard.
 */
import { RollingCounts, type RollingOptions } from './rolling-counts.ts';

const FADE_MS = 60_000;

export class SharedCounts {
  readonly #own: RollingCounts;
  readonly #others: Float64Array;
  #heardAt = 0;

  constructor(options: RollingOptions) {
    this.#own = new RollingCounts(options);
    this.#others = new Float64Array(options.kinds);
  }

  add(kind: number, now: number): void {
    this.#own.add(kind, now);
  }

  /** The newest of here; `false`: there is none any more. */
  takeBack(kind: number, now: number): boolean {
    return this.#own.takeBack(kind, now);
  }

  own(kind: number, now: number): number {
    return this.#own.sum(kind, now);
  }

  /** As `RollingCounts.lately`, of here. */
  lately(kind: number, now: number, buckets: number): number {
    return this.#own.lately(kind, now, buckets);
  }

  /** Here and elsewhere. */
  sum(kind: number, now: number): number {
    const faded = Math.min(Math.max(1 - (now - this.#heardAt) / FADE_MS, 0), 1);
    return this.own(kind, now) + (this.#others[kind] ?? 0) * faded;
  }

  /** `told`: by kind, of everybody, this isolate included; `untold`: what it has not told yet. */
  hear(told: readonly number[], untold: readonly number[], now: number): void {
    this.#heardAt = now;
    for (const [kind, count] of told.entries()) {
      const fromHere = this.own(kind, now) - (untold[kind] ?? 0);
      this.#others[kind] = Math.max(count - fromHere, 0);
    }
  }

  clear(): void {
    this.#own.clear();
    this.#others.fill(0);
  }
}
