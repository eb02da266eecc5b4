/** Who waits for units of a scope, and how long. Plain data: it travels with a call of a Ledger. */
import type { Draw, LedgerAnswer, LedgerCall, Refusal } from '../ledger-protocol.ts';

/** `service_tier`, in the order in which they are served. */
export const PRIORITIES = ['priority', 'default', 'flex'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Waiter {
  /** Unlike that of any other; the same in all calls of one wait: under it the place in the line is kept. */
  readonly id: string;
  readonly priority: Priority;
  /** Whose request it is: keys of one priority take turns. */
  readonly key: string;
  /** How long it would still wait, milliseconds. */
  readonly waitMs: number;
  /** So many of its key may wait at once at one Ledger, itself included. */
  readonly maxWaiters: number;
}

/**
 * A Ledger answers a call that waits after this time at the latest; who would wait on asks again. Shorter than the use of
 * a lease (`LEASE_USE_MS`), so that what was drawn at the end of it can still be spent; and the waiters of an isolate
 * that died are soon gone.
 */
export const HOLD_MS = 10_000;
/** So long a waiter keeps its place while no call of it is there. */
export const KEPT_MS = 3000;

export interface WaitAnswer extends LedgerAnswer {
  /** Nothing was drawn, and its place in the line is kept for a moment: it should ask again. */
  readonly isKept: boolean;
}

/** It draws, and tells nothing. */
export type WaitingCall = LedgerCall & { readonly draw: Draw };

/** A store whose Ledgers can keep a call until there is enough for it. */
export interface WaitingStore {
  /**
   * As `LimitStore.call`, but answered only when the draw was made, when waiting cannot help it or may not be, or after
   * `HOLD_MS`. Rejects if the Ledger cannot be reached, or was evicted.
   */
  wait(ledger: string, call: WaitingCall, waiter: Waiter): Promise<WaitAnswer>;
  /** Nobody waits there any more under this id. Rejects if the Ledger cannot be reached. */
  leave(ledger: string, waiterId: string): Promise<void>;
}

/** Rates flow in and slots come back; for money nobody waits. */
export const mayPass = ({ field, retryAfterMs }: Refusal): boolean =>
  field !== 'budgets' && retryAfterMs !== null;
