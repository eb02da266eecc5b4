/**
 * The record of a Ledger: one entry for each call that changed anything, written before the call is answered. An entry
 * holds what was told and what was given, so that all counters can be computed again from it, by whatever later version
 * of the code: decisions are read from it, never made a second time.
 */
import type { Refusal, SettledRequest } from '../ledger-protocol.ts';
import type { ScopeLimits } from '../scope-limits.ts';
import type { Units } from '../units.ts';

/** Members that say nothing are left out. */
export interface RecordEntry {
  /** By the Ledger's clock, milliseconds since the Unix epoch. Never before the entry before. */
  readonly at: number;
  /** Of the call; absent: leases ended, and nobody called. */
  readonly id?: string;
  readonly lease?: string;
  /** Other limits than before. */
  readonly limits?: ScopeLimits;
  readonly unanswered?: readonly string[];
  readonly begun?: number;
  readonly settled?: readonly SettledRequest[];
  readonly returned?: Units;
  readonly drawn?: Units;
  readonly refusal?: Refusal;
}
