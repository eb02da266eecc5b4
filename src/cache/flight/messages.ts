/** What is said to a Flight: who joins, and who leads with which ticket. */
import type { ReaderForm } from './frames.ts';

/** `cache`: identical requests. `idempotency`: one request, sent more than once. */
export type FlightKind = 'cache' | 'idempotency';

export interface JoinMessage {
  readonly kind: FlightKind;
  readonly form: ReaderForm;
  /** Of the body that the name stands for; who brings another one is refused. `null`: the name says it all. */
  readonly fingerprint: string | null;
  /** How old a result that stands may be; `null`: as old as it gets. */
  readonly maxAgeMs: number | null;
  /** What was asked for before this invalidation is not good enough; absent: any is. */
  readonly minGeneration?: number;
  /** A result that stands is not taken; a run that goes on is. */
  readonly ignoresStanding: boolean;
  /** `finished`: this reader is told nothing until all of the answer is there. */
  readonly followers: 'live' | 'finished';
}

/** Travels with the leader's request, as JSON in `LEAD_HEADER`. */
export interface LeadMessage {
  readonly ticket: string;
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly arrivedAt: number;
  readonly clientAddress: string | null;
  readonly kind: FlightKind;
  readonly form: ReaderForm;
  /** How long the call may take; somewhat later a run that gives no sign counts as lost. */
  readonly totalMs: number;
  /** The last invalidation that was known when this request was asked; absent where none matters. */
  readonly generation?: number;
}

/** Only the gateway sets it: the object is reached by nobody else, and hands the request on without it. */
export const LEAD_HEADER = 'x-edgeway-flight';

/** On the run's answer: what it says of itself to those who wait. */
export const RUN_HEADER = 'x-flight-run';

export const JOIN_URL = 'https://flight.internal/join';
