/**
 * One timer that notices silence, however often it is broken: being told of progress is an assignment, so that
 * a stream of thousands of chunks sets a handful of timers.
 */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastProgressAt: number;
  #suspendedAt: number | null = null;
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

  /** The clock stands still until `resume`. */
  suspend(): void {
    this.#suspendedAt ??= this.#now();
  }

  resume(): void {
    if (this.#suspendedAt === null) return;
    this.#lastProgressAt += this.#now() - this.#suspendedAt;
    this.#suspendedAt = null;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => {
      // While suspended it only has to come back later: what is left is known at `resume`.
      const isSuspended = this.#suspendedAt !== null;
      const leftMs = isSuspended ? this.#silenceMs : this.#lastProgressAt + this.#silenceMs - this.#now();
      if (leftMs > 0) return this.#arm(leftMs);
      this.#lastProgressAt = this.#now();
      this.#arm(this.#silenceMs);
      this.#onSilence();
    }, delayMs);
  }
}
