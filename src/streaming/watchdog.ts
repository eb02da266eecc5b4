/**
 * One timer that notices silence, however often it is broken: being told of progress is an assignment, so that
 * a stream of thousands of chunks sets a handful of timers.
 */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastProgressAt: number;
  readonly #silenceMs: number;
  readonly #onSilence: () => void;
  readonly #now: () => number;

  /** Calls `onSilence` after each `silenceMs` without `progress()`, until `stop()`. */
  constructor(silenceMs: number, onSilence: () => void, now: () => number) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
    this.#now = now;
    this.#lastProgressAt = now();
    this.#arm(silenceMs);
  }

  progress(): void {
    this.#lastProgressAt = this.#now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const leftMs = this.#lastProgressAt + this.#silenceMs - this.#now();
      if (leftMs > 0) return this.#arm(leftMs);
      this.#lastProgressAt = this.#now();
      this.#arm(this.#silenceMs);
      this.#onSilence();
    }, delayMs);
  }
}
