/** What was seen of one target from one colo, and not told to the region yet. */
import type { Counted } from './circuit.ts';
import { FAILURES, SLOW, SUCCESSES } from './circuit.ts';
import { stepOf } from './latency-scale.ts';
import { UntoldCounts } from './untold-counts.ts';
import type { SparseCounts, TargetReport } from './vantage-protocol.ts';

export type Measured = Omit<TargetReport, 'target' | 'colo'>;

export class UntoldTarget {
  readonly #firstToken = new StepCounts();
  readonly #total = new StepCounts();
  readonly #counts = new UntoldCounts(3);

  measure(kind: 'stream' | 'whole', ms: number): void {
    this.#latencies(kind).add(stepOf(ms), 1);
  }

  count({ successes, failures, slow }: Counted): void {
    this.#counts.add(SUCCESSES, successes);
    this.#counts.add(FAILURES, failures);
    this.#counts.add(SLOW, slow);
  }

  /** `SUCCESSES`, `FAILURES` or `SLOW`. */
  of(kind: number): number {
    return this.#counts.of(kind);
  }

  latencies(kind: 'stream' | 'whole'): SparseCounts {
    return this.#latencies(kind).counts();
  }

  /** `null`: there is nothing. */
  take(): Measured | null {
    const [successes = 0, failures = 0, slow = 0] = this.#counts.take();
    const firstToken = this.#firstToken.take();
    const total = this.#total.take();
    const isEmpty = successes + failures + slow + firstToken.length + total.length === 0;
    return isEmpty ? null : { firstToken, total, successes, failures, slow };
  }

  /** `withCounts`: false where the circuit closed since it was taken. */
  putBack(measured: Measured, withCounts: boolean): void {
    this.#firstToken.merge(measured.firstToken);
    this.#total.merge(measured.total);
    if (withCounts) this.count(measured);
  }

  /** Counts alone; latencies stay true. */
  clearCounts(): void {
    this.#counts.clear();
  }

  #latencies(kind: 'stream' | 'whole'): StepCounts {
    return kind === 'stream' ? this.#firstToken : this.#total;
  }
}

class StepCounts {
  readonly #counts = new Map<number, number>();

  add(step: number, count: number): void {
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + count);
  }

  merge(counts: SparseCounts): void {
    for (let at = 0; at + 1 < counts.length; at += 2) this.add(counts[at] ?? 0, counts[at + 1] ?? 0);
  }

  counts(): SparseCounts {
    return [...this.#counts].flat();
  }

  take(): SparseCounts {
    const counts = this.counts();
    this.#counts.clear();
    return counts;
  }
}
