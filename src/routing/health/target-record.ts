/** What one isolate knows of one target in one region. */
import type { BreakerSettings } from '../../config/schema-routing.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import { Circuit } from './circuit.ts';
import { RecordedCall } from './recorded-call.ts';
import type { CircuitState, HealthCall, Latency, TargetHealth } from './region-health.ts';
import { TargetMeasurements } from './target-measurements.ts';
import type { StateReport, TargetPicture, TargetReport } from './vantage-protocol.ts';

/** Whom a record tells of what the region should hear. */
export interface RecordListener {
  /** Something was measured or counted. */
  readonly measured: (now: number) => void;
  /** A circuit opened or closed, a cooldown began. */
  readonly urgent: () => void;
  readonly now: () => number;
}

export class TargetRecord implements TargetHealth {
  readonly #target: string;
  readonly #listener: RecordListener;
  readonly #circuit = new Circuit();
  readonly #calls = new CallsUnderWay();
  readonly #measurements = new TargetMeasurements();
  #coolingUntil = 0;
  /** As it was when it was looked at last. */
  #openUntil = 0;
  /** As the region was told last. */
  #told: StateReport;

  constructor(target: string, listener: RecordListener) {
    this.#target = target;
    this.#listener = listener;
    this.#told = this.#state(0);
  }

  get openUntil(): number {
    return this.#circuit.openUntil;
  }

  get coolingUntil(): number {
    return this.#coolingUntil;
  }

  circuit(now: number): CircuitState {
    return this.#circuit.state(now);
  }

  inFlight(now: number): number {
    return this.#calls.all(now);
  }

  firstToken(now: number): Latency | null {
    return this.#measurements.read('stream', now);
  }

  total(now: number): Latency | null {
    return this.#measurements.read('whole', now);
  }

  failureRate(now: number): number {
    return this.#circuit.failureRate(now);
  }

  begin(colo: string, breaker: BreakerSettings | null, now: number): HealthCall {
    const circuit = this.#circuit;
    const parts = { circuit, calls: this.#calls, measurements: this.#measurements };
    return new RecordedCall({ ...parts, colo, breaker, noticed: this.#noticed }, now);
  }

  cool(until: number): void {
    if (until <= this.#coolingUntil) return;
    const begins = this.#coolingUntil <= this.#listener.now();
    this.#coolingUntil = until;
    if (begins) this.#listener.urgent();
  }

  /** `null`: the region knows all there is. */
  takeReport(now: number): { measured: readonly TargetReport[]; state: StateReport } | null {
    const measured = this.#measurements.takeUntold(this.#target);
    const state = this.#state(now);
    if (measured.length === 0 && state.inFlight === 0 && isSame(state, this.#told)) return null;
    this.#told = state;
    return { measured, state };
  }

  /** A report that could not be delivered. Counts from before a closing are over. */
  putBack(measured: readonly TargetReport[], state: StateReport): void {
    this.#told = { ...state, inFlight: -1 };
    const counts = state.closedAt === this.#circuit.closedAt;
    for (const report of measured) this.#measurements.putBack(report, counts);
  }

  forgetUntold(): void {
    this.#measurements.takeUntold(this.#target);
  }

  hear(picture: TargetPicture, now: number): void {
    this.#calls.hear(picture.inFlight, now);
    this.#measurements.hear(picture, now);
    if (picture.closedAt > this.#circuit.closedAt && this.openUntil !== 0) this.#measurements.forgetCounts();
    this.#circuit.mergeRegion(picture, this.#measurements.untoldCounts(), now);
    this.#openUntil = this.#circuit.openUntil;
    this.#coolingUntil = Math.max(this.#coolingUntil, picture.coolingUntil);
  }

  #state(now: number): StateReport {
    return {
      target: this.#target,
      inFlight: this.#calls.own(now),
      openUntil: this.#circuit.openUntil,
      coolingUntil: this.#coolingUntil,
      closedAt: this.#circuit.closedAt,
    };
  }

  readonly #noticed = (now: number): void => {
    this.#listener.measured(now);
    if (this.#openUntil === this.#circuit.openUntil) return;
    this.#openUntil = this.#circuit.openUntil;
    if (this.#openUntil === 0) this.#measurements.forgetCounts();
    this.#listener.urgent();
  };
}

const isSame = (one: StateReport, other: StateReport): boolean =>
  one.inFlight === other.inFlight &&
  one.openUntil === other.openUntil &&
  one.coolingUntil === other.coolingUntil &&
  one.closedAt === other.closedAt;
