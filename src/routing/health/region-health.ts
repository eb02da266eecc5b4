/**
 * What one isolate knows of the targets in one region: what it saw itself, and what the region's Vantage told. Reading it
 * never waits for anything.
 */
import type { BreakerSettings } from '../../config/schema-routing.ts';
import type { Region } from '../region-of.ts';

export interface RegionHealth {
  /** `weur`, …: as `regionOf` names it. */
  readonly region: Region;
  /** `target`: `provider/model`. One that was never asked has no history. */
  of(target: string): TargetHealth;
}

export interface Latency {
  /** In milliseconds, decayed: what was seen a minute ago weighs half. */
  readonly p50: number;
  readonly p95: number;
  /** How many calls weigh in, decayed. */
  readonly weight: number;
  /** When the last one was seen here or told, by the clock. */
  readonly seenAt: number;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface TargetHealth {
  /** `half-open`: its time is over, and one call may try. While one does, it reads `open` to all others. */
  circuit(now: number): CircuitState;
  /** When an open circuit may be tried, a cooldown ends; 0: neither. By the clock. */
  readonly openUntil: number;
  readonly coolingUntil: number;
  /** Calls under way in the region, as far as is known. */
  inFlight(now: number): number;
  /** From the call to its first content, of streams; `null`: not known. */
  firstToken(now: number): Latency | null;
  /** Of whole answers; `null`: not known. */
  total(now: number): Latency | null;
  /** Share of failures among the calls of the last minute, from 0 to 1; 0 where there were none. */
  failureRate(now: number): number;
  /** A call is made. `breaker`: `null` where it has none. It takes the place of the one that tries a half-open circuit. */
  begin(colo: string, breaker: BreakerSettings | null, now: number): HealthCall;
  /** The provider asked for a pause (`Retry-After` of a 5xx), until then by the clock. */
  cool(until: number): void;
}

/**
 * - `success`: it gave an answer.
 * - `failure`: refused connections, resets, timeouts, 408, 5xx, answers that make no sense, streams that broke.
 * - `neutral`: says nothing of its health: 429, a refused credential, any other refusal of the request, a client that left, a
 *   bound of the client's own.
 */
export type CallVerdict = 'success' | 'failure' | 'neutral';

/** One call to a target, from its start to the end of its body. */
export interface HealthCall {
  /** It tries a half-open circuit. */
  readonly isProbe: boolean;
  /** First content of a stream, or a whole answer: counts as a success at once. `ms`: since the call began. */
  answered(kind: 'stream' | 'whole', ms: number, now: number): void;
  /**
   * It was given up without content after `ms`: by a timeout, or because a hedge won. It would have taken at least as long, and
   * counts as one that took just that; below the target's median that says nothing. `end` follows.
   */
  gaveUp(kind: 'stream' | 'whole', ms: number, now: number): void;
  /** Once; later calls change nothing. A failure behind `answered` takes that success back. */
  end(verdict: CallVerdict, now: number): void;
}
