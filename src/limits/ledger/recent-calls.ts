/**
 * Calls that were answered lately, so that the same id is answered as before and does nothing twice; and calls whose
 * draws are void, because the isolate that made them no longer waits for an answer.
 */
import type { LedgerAnswer } from '../ledger-protocol.ts';
import { NO_UNITS, type Units } from '../units.ts';

export interface RecentCall {
  readonly lease: string;
  /** `null`: it did not arrive yet, and will draw nothing. */
  answer: LedgerAnswer | null;
  readonly at: number;
}

/** Every call is known at least so long. */
export const LEAST_MS = 60_000;
/** While there are not too many of them, they are known so much longer: an isolate may have been cut off for minutes. */
export const REMEMBERED_MS = 600_000;
/** Some twenty megabytes. */
export const MANY = 50_000;

export class RecentCalls {
  /** In the order of time. */
  readonly #calls = new Map<string, RecentCall>();

  get(id: string): RecentCall | undefined {
    return this.#calls.get(id);
  }

  remember(id: string, call: RecentCall): void {
    this.#calls.delete(id);
    this.#calls.set(id, call);
    this.#forget(call.at);
  }

  /** The draw of call `id` counts no more, whether it was made or is still on its way. Returns what goes back. */
  voidDraw(id: string, lease: string, at: number): { readonly lease: string; readonly drawn: Units } | null {
    const call = this.#calls.get(id);
    if (call === undefined) this.remember(id, { lease, answer: null, at });
    if (call === undefined || call.answer === null) return null;
    const arrived = { lease: call.lease, drawn: call.answer.drawn };
    call.answer = { ...call.answer, drawn: NO_UNITS };
    return arrived;
  }

  #forget(now: number): void {
    for (const [id, { at }] of this.#calls) {
      const isOld = at < now - REMEMBERED_MS || (this.#calls.size > MANY && at < now - LEAST_MS);
      if (!isOld) return;
      this.#calls.delete(id);
    }
  }
}
