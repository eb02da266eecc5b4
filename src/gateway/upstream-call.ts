/**
 * One upstream call: its own AbortController, alive until the body ends, and the timers that may end it. Whoever
 * ends it first gives the reason, and `explain` turns whatever then comes out of `fetch` or a read into that reason.
 */

import { InternalError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { Alarm } from '../streaming/alarm.ts';
import { Watchdog } from '../streaming/watchdog.ts';
import type { Usage } from '../usage/usage.ts';
import { AttemptFailed, type AttemptFailure, timedOut, unreachable } from './provider-failure.ts';

/** Usage comes right behind the end of an answer. */
const USAGE_MS = 1000;

type CallTimer = 'headers' | 'first-token';

/** What has come of an answer so far. */
export interface Heard {
  /** The last usage told. */
  readonly usage: Usage | null;
  readonly outputCharacters: number;
}

const NOTHING_HEARD: Heard = { usage: null, outputCharacters: 0 };

export interface UpstreamCallOptions {
  readonly provider: Provider;
  /** Unlike that of any other call on the same alarm. */
  readonly name: string;
  readonly now: () => number;
  readonly alarm: Alarm;
  /** The first content of a stream came. */
  readonly onContent: () => void;
}

export class UpstreamCall {
  readonly provider: Provider;
  /** What was added to the call and must never be shown: access tokens stand in no configuration. */
  readonly secrets: string[] = [];
  /** The answer is whole, and its usage is still to come. */
  awaitsUsage = false;
  /** Whoever reads the answer keeps it. */
  heard: Heard = NOTHING_HEARD;
  readonly #options: UpstreamCallOptions;
  readonly #controller = new AbortController();
  #hasContent = false;
  #idle: Watchdog | null = null;

  constructor(options: UpstreamCallOptions) {
    this.provider = options.provider;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call, its body too. The first reason counts. */
  abort(reason: Error): void {
    this.release();
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /**
   * The client has gone. Usage that is still missing of a whole answer is waited for: else whoever left before it would pay
   * for what was seen, and not for what was thought (traps G7).
   */
  leave(reason: Error): void {
    if (!this.awaitsUsage) this.abort(reason);
    else this.#set('usage', USAGE_MS, () => this.abort(reason));
  }

  startTimer(timer: CallTimer, ms: number): void {
    const what = timer === 'headers' ? 'answer' : 'send its first token';
    this.#set(timer, ms, () => this.abort(new AttemptFailed(timedOut(this.provider, what))));
  }

  clearTimer(timer: CallTimer): void {
    this.#clear(timer);
  }

  /** The first content of a stream came; later calls change nothing. `idleMs`: as `watchIdle`. */
  contentCame(idleMs: number): void {
    if (this.#hasContent) return;
    this.#hasContent = true;
    this.clearTimer('first-token');
    this.watchIdle(idleMs);
    this.#options.onContent();
  }

  /** From now on, silence of this length ends the call. */
  watchIdle(ms: number): void {
    this.#idle ??= this.#watch(ms, () => timedOut(this.provider, 'go on with its answer'));
  }

  /** The answer is whole: silence beyond this is no failure, but nobody waits longer. */
  limitSilence(ms: number): void {
    this.#idle = this.#watch(ms, () => unreachable(this.provider));
  }

  #watch(silenceMs: number, failure: () => AttemptFailure): Watchdog {
    const onSilence = () => this.abort(new AttemptFailed(failure()));
    const { name, now, alarm } = this.#options;
    return new Watchdog({ name: `idle ${name}`, silenceMs, onSilence, now, alarm });
  }

  /** Data came; comments do not count (traps C19). */
  progress(): void {
    this.#idle?.progress();
  }

  /** Waiting for a slow client is no silence of the provider. */
  async whileSuspended(write: Promise<void>): Promise<void> {
    this.#idle?.suspend();
    await write;
    this.#idle?.resume();
  }

  /** Why the call failed: the reason given to `abort`, a mistake of ours, or that the provider could not be reached. */
  explain(error: unknown): Error {
    if (this.signal.aborted) return this.signal.reason as Error; // `abort` takes nothing but errors
    if (error instanceof AttemptFailed || error instanceof InternalError) return error;
    return new AttemptFailed(unreachable(this.provider));
  }

  /** No timer of this call runs after this. */
  release(): void {
    this.clearTimer('headers');
    this.clearTimer('first-token');
    this.#clear('usage');
    this.#idle?.stop();
  }

  #set(timer: string, ms: number, ring: () => void): void {
    const { name, now, alarm } = this.#options;
    alarm.set(`${timer} ${name}`, now() + ms, ring);
  }

  #clear(timer: string): void {
    const { name, alarm } = this.#options;
    alarm.clear(`${timer} ${name}`);
  }
}
