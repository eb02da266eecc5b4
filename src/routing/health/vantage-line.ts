/** When an isolate talks to the Vantage of one region next. Times by the clock. */

/** Under traffic; and so long after a request, what it left is told although nobody comes. */
export const SYNC_MS = 2000;
/** Between two calls of which the second is urgent. */
const URGENT_MS = 200;
export const CALL_MS = 2000;
/** A call, or a wait, of a request that the platform ended is never heard of again. */
const LOST_MS = 1000;
const LONGEST_BACK_OFF_MS = 30_000;

export class VantageLine {
  #startedAt = Number.NEGATIVE_INFINITY;
  #busyUntil = 0;
  #wakesAt = 0;
  #failures = 0;

  /** One call at a time. */
  isBusy(now: number): boolean {
    return now < this.#busyUntil;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  dueAt(isUrgent: boolean): number {
    if (this.isFailing) {
      const backOffMs = SYNC_MS * 2 ** Math.min(this.#failures - 1, 10);
      return this.#startedAt + Math.min(backOffMs, LONGEST_BACK_OFF_MS);
    }
    return this.#startedAt + (isUrgent ? URGENT_MS : SYNC_MS);
  }

  /** `false`: somebody waits already, until then or earlier. */
  mayWaitUntil(at: number, now: number): boolean {
    const isAwaited = this.#wakesAt <= at && now < this.#wakesAt + LOST_MS;
    if (!isAwaited) this.#wakesAt = at;
    return !isAwaited;
  }

  start(now: number): void {
    this.#startedAt = now;
    this.#busyUntil = now + CALL_MS + LOST_MS;
  }

  succeed(): void {
    this.#busyUntil = 0;
    this.#failures = 0;
  }

  fail(): void {
    this.#busyUntil = 0;
    this.#failures += 1;
  }
}
