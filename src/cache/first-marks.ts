/** What an isolate remembers of requests that were made once, and how long that counts: a later one is the second. */
import { IsolateCache } from '../isolate-cache.ts';

const MAX_MARKS = 5000;
const MAX_MARK_MS = 3_600_000;

export class FirstMarks {
  readonly #now: () => number;
  /** Name → until when it counts, milliseconds since the Unix epoch. */
  readonly #marks: IsolateCache<number>;

  constructor(now: () => number) {
    this.#now = now;
    this.#marks = new IsolateCache({ maxEntries: MAX_MARKS, ttlMs: MAX_MARK_MS, now });
  }

  has(name: string): boolean {
    return (this.#marks.get(name) ?? 0) > this.#now();
  }

  set(name: string, seconds: number): void {
    this.#marks.set(name, this.#now() + seconds * 1000);
  }
}
