/** One target, as all isolates of a region told of it. */
import { DecayedLatency } from './decayed-latency.ts';
import type { Latency } from './region-health.ts';
import { RollingCounts } from './rolling-counts.ts';
import type { StateReport, TargetPicture, TargetReport, TargetView } from './vantage-protocol.ts';

const MAX_COLOS = 60;
const MINUTE = { buckets: 12, bucketMs: 5000 };
const KINDS = ['successes', 'failures', 'slow'] as const;

/** Without what it says of calls under way. */
export type ToldTimes = Pick<StateReport, 'openUntil' | 'coolingUntil' | 'closedAt'>;

export class ToldTarget {
  #toldAt = 0;
  #seenAt = 0;
  readonly #latencies = new ToldLatencies();
  readonly #minute = new RollingCounts({ ...MINUTE, kinds: KINDS.length });
  /** The one that was told of last stands last. */
  readonly #colos = new Map<string, ToldColo>();
  #openUntil = 0;
  #coolingUntil = 0;
  #closedAt = 0;
  /** The last end of a circuit that is over. */
  #overUntil = 0;

  get toldAt(): number {
    return this.#toldAt;
  }

  measure(report: TargetReport, now: number): void {
    this.#count(report, now);
    this.#seenAt = now;
    const colo = this.#colos.get(report.colo) ?? new ToldColo();
    colo.measure(report, now);
    this.#colos.delete(report.colo);
    this.#colos.set(report.colo, colo);
    const [oldest] = this.#colos.keys();
    if (oldest !== undefined && this.#colos.size > MAX_COLOS) this.#colos.delete(oldest);
  }

  /**
   * A circuit that was closed stays closed for those who had not heard of it, and go on to tell how long it is open:
   * one that opened since ends later than all that were open before, or is told of by one who had heard.
   */
  state({ openUntil, coolingUntil, closedAt }: ToldTimes, now: number): void {
    this.#toldAt = now;
    this.#coolingUntil = Math.max(this.#coolingUntil, coolingUntil);
    if (closedAt > this.#closedAt) {
      this.#overUntil = Math.max(this.#overUntil, this.#openUntil);
      this.#closedAt = closedAt;
      this.#openUntil = 0;
      this.#minute.clear();
    }
    if (closedAt === this.#closedAt || openUntil > this.#overUntil)
      this.#openUntil = Math.max(this.#openUntil, openUntil);
  }

  /** As it was when the picture was taken. */
  restore(picture: TargetPicture, at: number): void {
    this.state(picture, at);
    this.#count(picture, at);
    this.#seenAt = picture.seenAt;
  }

  picture(target: string, inFlight: number, now: number): TargetPicture {
    return {
      target,
      ...this.#latencies.counts(now),
      ...this.#sums(now),
      inFlight,
      openUntil: this.#openUntil,
      coolingUntil: this.#coolingUntil,
      closedAt: this.#closedAt,
      seenAt: this.#seenAt,
    };
  }

  view(target: string, inFlight: number, now: number): TargetView {
    const isOpen = this.#openUntil > now;
    return {
      target,
      circuit: isOpen ? 'open' : 'closed',
      open_until: isOpen ? toIso(this.#openUntil) : null,
      cooling_until: this.#coolingUntil > now ? toIso(this.#coolingUntil) : null,
      in_flight: inFlight,
      ...this.#sums(now),
      ...this.#latencies.view(now),
      colos: [...this.#colos].map(([colo, told]) => ({ colo, ...told.view(now) })),
    };
  }

  #count(told: Measurements, now: number): void {
    this.#latencies.merge(told, now);
    for (const [kind, name] of KINDS.entries()) this.#minute.add(kind, now, told[name]);
    this.#toldAt = now;
  }

  #sums(now: number) {
    const [successes = 0, failures = 0, slow = 0] = KINDS.map((_, kind) => this.#minute.sum(kind, now));
    return { successes, failures, slow };
  }
}

type Measurements = Omit<TargetReport, 'target' | 'colo'>;

class ToldColo {
  readonly #latencies = new ToldLatencies();
  readonly #calls = new RollingCounts({ ...MINUTE, kinds: 1 });

  measure(told: Measurements, now: number): void {
    this.#latencies.merge(told, now);
    this.#calls.add(0, now, told.successes + told.failures);
  }

  view(now: number) {
    return { calls: this.#calls.sum(0, now), ...this.#latencies.view(now) };
  }
}

class ToldLatencies {
  readonly #firstToken = new DecayedLatency();
  readonly #total = new DecayedLatency();

  merge({ firstToken, total }: Pick<Measurements, 'firstToken' | 'total'>, now: number): void {
    this.#firstToken.merge(firstToken, now);
    this.#total.merge(total, now);
  }

  counts(now: number) {
    return { firstToken: this.#firstToken.counts(now), total: this.#total.counts(now) };
  }

  view(now: number) {
    return {
      first_token_ms: toView(this.#firstToken.read(now)),
      total_ms: toView(this.#total.read(now)),
    };
  }
}

const toView = (latency: Latency | null): TargetView['first_token_ms'] =>
  latency === null
    ? null
    : {
        p50: Math.round(latency.p50),
        p95: Math.round(latency.p95),
        weight: Math.round(latency.weight * 100) / 100,
      };

const toIso = (at: number): string => new Date(at).toISOString();
