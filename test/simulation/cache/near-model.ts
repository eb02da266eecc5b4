/** The Cache API of one place: it keeps what it is given until that is over, or until nobody has asked for it for a while. */

/** What is not asked for makes room for what is. */
const IDLE_MS = 3_600_000;

interface Kept {
  readonly bytes: ArrayBuffer;
  readonly expiresAt: number;
  usedAt: number;
}

export class NearModel {
  /** Entries that were asked for and there; marks of a first request are none. */
  found = 0;
  /** Puts that are not done yet. */
  busy = 0;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Of a response, what the gateway's store reads of it. */
  readonly match = async (url: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | undefined> => {
    const now = this.#now();
    const kept = this.#kept.get(url);
    if (kept === undefined || kept.expiresAt <= now || now - kept.usedAt > IDLE_MS) return undefined;
    kept.usedAt = now;
    if (url.includes('/c1/')) this.found += 1;
    return { arrayBuffer: async () => kept.bytes.slice(0) };
  };

  readonly put = async (url: string, response: Response): Promise<void> => {
    this.busy += 1;
    const seconds = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1]);
    const now = this.#now();
    const bytes = await response.arrayBuffer();
    this.#kept.set(url, { bytes, expiresAt: now + seconds * 1000, usedAt: now });
    this.busy -= 1;
  };
}
