/**
 * One upstream call: its own AbortController, alive until the body ends, and the timers that may end it. Whoever
 * ends it first gives the reason, and `explain` turns whatever then comes out of `fetch` or a read into that reason.
 */

import type { Provider } from '../providers/provider.ts';
import { Watchdog } from '../streaming/watchdog.ts';
import { AttemptFailed, timedOut, unreachable } from './provider-failure.ts';

type CallTimer = 'headers' | 'first-token';

export class UpstreamCall {
  readonly provider: Provider;
  readonly #controller = new AbortController();
  readonly #timers = new Map<CallTimer, ReturnType<typeof setTimeout>>();
  readonly #now: () => number;
  #idle: Watchdog | null = null;

  constructor(provider: Provider, now: () => number) {
    this.provider = provider;
    this.#now = now;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call, its body too. The first reason counts. */
  abort(reason: Error): void {
    this.release();
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  startTimer(timer: CallTimer, ms: number): void {
    const what = timer === 'headers' ? 'answer' : 'send its first token';
    const fire = () => this.abort(new AttemptFailed(timedOut(this.provider, what)));
    this.#timers.set(timer, setTimeout(fire, ms));
  }

  clearTimer(timer: CallTimer): void {
    clearTimeout(this.#timers.get(timer) ?? null);
    this.#timers.delete(timer);
  }

  /** From now on, silence of this length ends the call. */
  watchIdle(ms: number): void {
    this.#idle ??= new Watchdog(
      ms,
      () => this.abort(new AttemptFailed(timedOut(this.provider, 'go on with its answer'))),
      this.#now,
    );
  }

  /** The answer is whole: silence beyond this is no failure, but nobody waits longer. */
  limitSilence(ms: number): void {
    this.#idle?.stop();
    this.#idle = new Watchdog(ms, () => this.abort(new AttemptFailed(unreachable(this.provider))), this.#now);
  }

  /** Data came; comments do not count (traps C19). */
  progress(): void {
    this.#idle?.progress();
  }

  /** Waiting for a slow client is no silence of the provider. */
  async whileSuspended(write: () => Promise<void>): Promise<void> {
    this.#idle?.suspend();
    await write();
    this.#idle?.resume();
  }

  /** Why the call failed: the reason given to `abort`, or that the provider could not be reached. */
  explain(error: unknown): Error {
    if (this.signal.aborted) return this.signal.reason as Error; // `abort` takes nothing but errors
    return error instanceof AttemptFailed ? error : new AttemptFailed(unreachable(this.provider));
  }

  /** No timer runs after this. */
  release(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#idle?.stop();
  }
}
