/** The line to one Ledger: which calls are on their way, how long they take, and whether they are answered at all. */
import type { LedgerCall } from '../ledger-protocol.ts';
import { CALL_MS } from './timers.ts';

/** Whoever made the call tells of its end; if not within so much more, that request was killed. */
const KILLED_MS = 100;
/** After two failures in a row, so long nobody waits for the Ledger but the one who tries again. */
const BROKEN_MS = 1000;
const LEAST_BACK_OFF_MS = 500;
const MOST_BACK_OFF_MS = 15_000;

interface Running {
  readonly call: LedgerCall;
  readonly startedAt: number;
}

export class Line {
  /** By id; a call that is sent again is another one. */
  readonly #running = new Map<string, Running>();
  /** Usually, milliseconds; `null`: no call was answered. */
  rttMs: number | null = null;
  /** In a row. */
  failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** The last call that draws and has no answer yet. */
  get lastDraw(): { readonly startedAt: number } | null {
    let last: Running | null = null;
    for (const running of this.#running.values()) if (running.call.draw !== null) last = running;
    return last;
  }

  /** The last that was heard of the Ledger is that it did not answer. */
  get isFailing(): boolean {
    return this.failures > 0;
  }

  /** Not worth waiting for; now and then one tries. */
  isBroken(now: number): boolean {
    if (this.failures < 2) return false;
    return now < this.#failedAt + BROKEN_MS || this.lastDraw !== null;
  }

  /** While the Ledger does not answer, reports are sent more and more seldom. */
  isBackingOff(now: number): boolean {
    const backOffMs = Math.min(MOST_BACK_OFF_MS, LEAST_BACK_OFF_MS * 2 ** Math.min(8, this.failures));
    return now < this.#failedAt + backOffMs;
  }

  start(call: LedgerCall, now: number): void {
    this.#running.set(call.id, { call, startedAt: now });
  }

  /** Whether the answer was still waited for. */
  answer(call: LedgerCall, now: number): boolean {
    const running = this.#running.get(call.id);
    if (running?.call !== call) return false;
    this.#running.delete(call.id);
    const tookMs = now - running.startedAt;
    this.rttMs = this.rttMs === null ? tookMs : 0.7 * this.rttMs + 0.3 * tookMs;
    this.failures = 0;
    return true;
  }

  /** Whether it was still waited for. */
  fail(call: LedgerCall, now: number): boolean {
    if (!this.drop(call)) return false;
    this.failures += 1;
    this.#failedAt = now;
    return true;
  }

  /** Nobody waits for it any more, which says nothing of the Ledger. Whether it was still waited for. */
  drop(call: LedgerCall): boolean {
    return this.#running.get(call.id)?.call === call && this.#running.delete(call.id);
  }

  /** Calls of requests that were killed: nobody will tell of their end. */
  overdue(now: number): readonly Running[] {
    if (this.#running.size === 0) return NONE;
    return [...this.#running.values()].filter(({ startedAt }) => now >= startedAt + CALL_MS + KILLED_MS);
  }
}

const NONE: readonly Running[] = [];
