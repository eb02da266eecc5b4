/** How often one isolate may ask the Registry: a bucket of its own, so that a flood of made-up keys stays here. */
export class AskingRate {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #level: number;
  #at: number;

  constructor({ perSecond, burst }: { perSecond: number; burst: number }, now: () => number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#level = burst;
    this.#at = now();
  }

  /** Whether one more may be asked now; if so, it counts. */
  take(): boolean {
    const now = this.#now();
    const refill = ((now - this.#at) / 1000) * this.#perSecond;
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, refill));
    this.#at = now;
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }
}
