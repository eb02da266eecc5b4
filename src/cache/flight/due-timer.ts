/** One timer for whatever is due next. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Rings once after `delayMs`, unless it is stopped by what is returned. */
  readonly startTimer: (delayMs: number, ring: () => void) => () => void;
}

export class DueTimer {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly at: number; readonly stop: () => void } | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `at` or before; `null`: not at all. One that is set for an earlier time stays. */
  ringAt(at: number | null): void {
    if (this.#set !== null && at !== null && this.#set.at <= at) return;
    this.#set?.stop();
    this.#set = null;
    if (at === null) return;
    const stop = this.#clock.startTimer(Math.max(0, at - this.#clock.now()), () => {
      this.#set = null;
      this.#ring();
    });
    this.#set = { at, stop };
  }
}
