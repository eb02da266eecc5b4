/** One call, written down in what is known of its target. */
import type { BreakerSettings } from '../../config/schema-routing.ts';
import type { CallGroup, CallsUnderWay } from './calls-under-way.ts';
import type { Circuit, CircuitCall } from './circuit.ts';
import type { CallVerdict, HealthCall } from './region-health.ts';
import type { AnswerKind, TargetMeasurements } from './target-measurements.ts';

export interface CallOptions {
  readonly circuit: Circuit;
  readonly calls: CallsUnderWay;
  readonly measurements: TargetMeasurements;
  readonly colo: string;
  readonly breaker: BreakerSettings | null;
  /** After each change. */
  readonly noticed: (now: number) => void;
}

export class RecordedCall implements HealthCall {
  readonly #options: CallOptions;
  readonly #call: CircuitCall;
  readonly #group: CallGroup;
  #isAnswered = false;
  #isOver = false;

  constructor(options: CallOptions, now: number) {
    this.#options = options;
    this.#call = options.circuit.begin(options.breaker, now);
    this.#group = options.calls.begin(now);
  }

  get isProbe(): boolean {
    return this.#call.isProbe;
  }

  answered(kind: AnswerKind, ms: number, now: number): void {
    if (this.#isAnswered || this.#isOver) return;
    this.#isAnswered = true;
    const { circuit, measurements, colo, noticed } = this.#options;
    measurements.add(colo, kind, ms, now);
    measurements.count(colo, circuit.answered(this.#call, ms, now));
    noticed(now);
  }

  gaveUp(kind: AnswerKind, ms: number, now: number): void {
    if (this.#isAnswered || this.#isOver) return;
    this.#options.measurements.addBound(this.#options.colo, kind, ms, now);
    this.#options.noticed(now);
  }

  end(verdict: CallVerdict, now: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { circuit, calls, measurements, colo, noticed } = this.#options;
    calls.end(this.#group);
    measurements.count(colo, circuit.ended(this.#call, verdict, now));
    noticed(now);
  }
}
