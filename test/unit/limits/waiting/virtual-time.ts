/** A clock that a test moves, and timers that ring by it. */

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

export class VirtualTime {
  now: number;
  #timers = new Set<Timer>();

  constructor(now: number) {
    this.now = now;
  }

  /** Timers that have not rung yet. */
  get pending(): number {
    return this.#timers.size;
  }

  readonly startTimer = (delayMs: number, ring: () => void): (() => void) => {
    const timer = { at: this.now + delayMs, ring };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Rings what is due on the way, in its order; whoever waits for it gets a turn before time goes on. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await turn();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.ring();
      await turn();
    }
    this.now = end;
  }

  #next(end: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === null || timer.at < first.at)) first = timer;
    return first;
  }
}

/** All promises that can be settled are. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
