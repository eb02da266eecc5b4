/** Latencies of one target: what the region told of it, what was seen here on top, and what of that is still to be told. */
import type { Counted } from './circuit.ts';
import { DecayedLatency } from './decayed-latency.ts';
import type { Latency } from './region-health.ts';
import { UntoldTarget } from './untold-target.ts';
import type { TargetPicture, TargetReport } from './vantage-protocol.ts';

/** An isolate runs in one; only tests pretend more. What comes from further ones counts here and is not told. */
const MAX_COLOS = 20;

/** A stream's latency is that of its first content. */
export type AnswerKind = 'stream' | 'whole';

export class TargetMeasurements {
  readonly #streams = new DecayedLatency();
  readonly #wholes = new DecayedLatency();
  /** By colo. */
  readonly #untold = new Map<string, UntoldTarget>();

  read(kind: AnswerKind, now: number): Latency | null {
    return this.#latency(kind).read(now);
  }

  add(colo: string, kind: AnswerKind, ms: number, now: number): void {
    this.#latency(kind).add(ms, now);
    this.#untoldFrom(colo)?.measure(kind, ms);
  }

  /** A call without content after `ms`: below the median that says nothing. */
  addBound(colo: string, kind: AnswerKind, ms: number, now: number): void {
    if (ms > (this.read(kind, now)?.p50 ?? 0)) this.add(colo, kind, ms, now);
  }

  count(colo: string, counted: Counted): void {
    this.#untoldFrom(colo)?.count(counted);
  }

  /** By kind, as a circuit counts. */
  untoldCounts(): number[] {
    const sums = [0, 0, 0];
    for (const untold of this.#untold.values())
      for (const kind of sums.keys()) sums[kind] = (sums[kind] ?? 0) + untold.of(kind);
    return sums;
  }

  forgetCounts(): void {
    for (const untold of this.#untold.values()) untold.clearCounts();
  }

  takeUntold(target: string): TargetReport[] {
    return [...this.#untold].flatMap(([colo, untold]) => {
      const measured = untold.take();
      return measured === null ? [] : [{ target, colo, ...measured }];
    });
  }

  putBack(report: TargetReport, withCounts: boolean): void {
    this.#untoldFrom(report.colo)?.putBack(report, withCounts);
  }

  /** What was seen here and not told yet stays on top. */
  hear({ firstToken, total, seenAt }: TargetPicture, now: number): void {
    this.#streams.replace(firstToken, now, seenAt);
    this.#wholes.replace(total, now, seenAt);
    for (const untold of this.#untold.values()) {
      this.#streams.merge(untold.latencies('stream'), now);
      this.#wholes.merge(untold.latencies('whole'), now);
    }
  }

  #latency(kind: AnswerKind): DecayedLatency {
    return kind === 'stream' ? this.#streams : this.#wholes;
  }

  #untoldFrom(colo: string): UntoldTarget | null {
    const known = this.#untold.get(colo);
    if (known !== undefined) return known;
    if (this.#untold.size >= MAX_COLOS) return null;
    const untold = new UntoldTarget();
    this.#untold.set(colo, untold);
    return untold;
  }
}
