/** Writes that a store did not take: nobody waits for them, so the log tells, once in a while and how many there were. */

/** One line of a store. */
const TELL_EVERY_MS = 60_000;
const MAX_REASON_CHARACTERS = 300;

export class WriteFailures {
  readonly #now: () => number;
  readonly #log: (line: object) => void;
  /** By store: what was not told yet, and when something was told last. */
  readonly #untold = new Map<string, { failures: number; toldAt: number }>();

  constructor(now: () => number, log: (line: object) => void) {
    this.#now = now;
    this.#log = log;
  }

  note(store: string, error: unknown): void {
    const { failures, toldAt } = this.#untold.get(store) ?? { failures: 0, toldAt: Number.NEGATIVE_INFINITY };
    const isTold = this.#now() - toldAt >= TELL_EVERY_MS;
    this.#untold.set(
      store,
      isTold ? { failures: 0, toldAt: this.#now() } : { failures: failures + 1, toldAt },
    );
    if (!isTold) return;
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARACTERS);
    this.#log({ type: 'cache_write_failed', store, failures: failures + 1, reason });
  }
}
