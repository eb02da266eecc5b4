/**
 * All deadlines of one request on one timer, because on Workers a timer costs as much as parsing ten kilobytes.
 * A deadline that is met costs a map entry; the timer is only set anew where a nearer deadline comes.
 */

/** The timer never sleeps longer, so that deadlines set a moment later seldom need another. In milliseconds. */
const HORIZON_MS = 15_000;

export class Alarm {
  readonly #now: () => number;
  readonly #due = new Map<string, { readonly at: number; readonly ring: () => void }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Rings once at `at` (by the clock), unless it is set again or cleared before. */
  set(name: string, at: number, ring: () => void): void {
    this.#due.set(name, { at, ring });
    if (at < this.#wakesAt) this.#sleepUntil(at);
  }

  clear(name: string): void {
    this.#due.delete(name);
    if (this.#due.size === 0) this.stop();
  }

  /** Nothing rings after this. */
  stop(): void {
    this.#due.clear();
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #sleepUntil(at: number): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    const now = this.#now();
    this.#wakesAt = Math.min(at, now + HORIZON_MS);
    this.#timer = setTimeout(this.#wake, Math.max(0, this.#wakesAt - now));
  }

  readonly #wake = (): void => {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.#now();
    for (const [name, { at, ring }] of [...this.#due]) {
      if (at > now) continue;
      this.#due.delete(name);
      ring();
    }
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#due.values()) next = Math.min(next, at);
    if (next < this.#wakesAt) this.#sleepUntil(next);
  };
}
