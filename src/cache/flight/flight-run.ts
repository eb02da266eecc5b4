/** The one call on behalf of everybody who waits in a Flight, as the pipeline sees it. */
import type { ErrorWire } from '../../errors.ts';
import type { AnswerTap } from '../answer-tap.ts';
import type { FlightKind } from './messages.ts';

export interface FlightRun {
  readonly kind: FlightKind;
  /** Of the request that began it. */
  readonly requestId: string;
  readonly arrivedAt: number;
  readonly clientAddress: string | null;
  /** Nobody waits any more, or the run gave no sign for too long. The request's own signal, too. */
  readonly signal: AbortSignal;
  readonly tap: AnswerTap;
  /**
   * The request is settled, as its log line says (`complete`, `client_abort`, `rejected`, …); `error`: what it failed
   * with, where that was told to its client as a whole answer. Every run has to be settled, before its body ends or
   * within ten seconds after; the first call counts.
   */
  settled(ending: string, error: ErrorWire | null): void;
}
