/**
 * Notices silence, however often it is broken: being told of progress is an assignment, so that a stream of
 * thousands of chunks sets a handful of timers.
 */
import type { Alarm } from './alarm.ts';

export interface WatchdogOptions {
  /** Its name on the alarm. */
  readonly name: string;
  readonly silenceMs: number;
  readonly onSilence: () => void;
  readonly now: () => number;
  readonly alarm: Alarm;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  #lastProgressAt: number;
  #suspendedAt: number | null = null;

  /** Calls `onSilence` after each `silenceMs` without `progress()`, until `stop()`. */
  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#lastProgressAt = options.now();
    this.#watch(options.silenceMs);
  }

  progress(): void {
    this.#lastProgressAt = this.#options.now();
  }

  /** The clock stands still until `resume`. */
  suspend(): void {
    this.#suspendedAt ??= this.#options.now();
  }

  resume(): void {
    if (this.#suspendedAt === null) return;
    this.#lastProgressAt += this.#options.now() - this.#suspendedAt;
    this.#suspendedAt = null;
  }

  stop(): void {
    this.#options.alarm.clear(this.#options.name);
  }

  #watch(delayMs: number): void {
    const { alarm, name, now } = this.#options;
    alarm.set(name, now() + delayMs, this.#check);
  }

  readonly #check = (): void => {
    const { silenceMs, now, onSilence } = this.#options;
    // While suspended it only has to come back later: what is left is known at `resume`.
    const leftMs = this.#suspendedAt === null ? this.#lastProgressAt + silenceMs - now() : silenceMs;
    if (leftMs > 0) {
      this.#watch(leftMs);
      return;
    }
    this.#lastProgressAt = now();
    this.#watch(silenceMs);
    onSilence();
  };
}
