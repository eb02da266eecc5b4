/** Limits in Durable Objects: a Ledger for each scope, found by its name. */
import { withTimeout } from '../with-timeout.ts';
import type { AlertNote } from './alerts/alert.ts';
import type { AlertStore } from './alerts/alert-desk.ts';
import type { Verification } from './ledger/ledger-store.ts';
import type { LedgerAnswer, LedgerCall, LedgerUsage, LimitStore, UsageQuestion } from './ledger-protocol.ts';
import { HOLD_MS, type WaitAnswer, type Waiter, type WaitingStore } from './waiting/waiter.ts';

/** The methods of `Ledger`; RPC's own types lose what they take and give. */
export interface LedgerRpc {
  call(call: LedgerCall): Promise<LedgerAnswer>;
  wait(call: LedgerCall, waiter: Waiter): Promise<WaitAnswer>;
  leave(waiterId: string): Promise<void>;
  usage(question: UsageQuestion): Promise<LedgerUsage>;
  note(note: AlertNote): Promise<void>;
  forgetAlert(id: string): Promise<void>;
  verify(): Promise<Verification>;
}

/** For what nobody else puts a bound to. */
const TIMEOUT_MS = 1500;
/** Longer than a lease waits for the answer: it alone decides when a call counts as lost. */
const CALL_TIMEOUT_MS = 10_000;

/** All that Ledgers do for isolates. Every method rejects if the Ledger cannot be reached in time, or at all. */
export type DurableStore = LimitStore & WaitingStore & AlertStore;

export function createDurableStore(namespace: DurableObjectNamespace): DurableStore {
  // A stub for each call, because one that failed once may stay broken.
  const stubOf = (ledger: string) => namespace.getByName(ledger) as unknown as LedgerRpc;
  const within = <Value>(work: Promise<Value>, timeoutMs = TIMEOUT_MS) => withTimeout(work, timeoutMs);
  return {
    call: async (ledger, call) => within(stubOf(ledger).call(call), CALL_TIMEOUT_MS),
    usage: async (ledger, question) => within(stubOf(ledger).usage(question)),
    wait: async (ledger, call, waiter) => within(stubOf(ledger).wait(call, waiter), HOLD_MS + TIMEOUT_MS),
    leave: async (ledger, waiterId) => within(stubOf(ledger).leave(waiterId)),
    note: async (ledger, note) => within(stubOf(ledger).note(note)),
    forgetAlert: async (ledger, id) => within(stubOf(ledger).forgetAlert(id)),
  };
}
