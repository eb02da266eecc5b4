/**
 * Money as a Ledger spent it, in slices of a quarter of an hour: every window of every budget is a sum of them, since
 * calendars of all time zones change on the quarter, and moving windows count a slice as long as any of it is in them.
 * So a budget that is configured today knows what was spent before, and other zones or amounts lose nothing.
 */

export const SLICE_MS = 900_000;
/** The longest window is a month of 31 days in which the clock goes back. */
const KEPT_SLICES = 32 * 96;

interface Slice {
  readonly index: number;
  /** Nano-dollars. */
  settled: number;
  /** Nano-dollars lost with leases that ended in this slice, as long as nobody told what became of them. */
  lost: number;
}

export interface SpendingState {
  /** Index, settled, lost. */
  readonly slices: readonly (readonly [number, number, number])[];
  readonly settled: number;
  readonly lost: number;
}

/** Nano-dollars. */
export interface Spent {
  readonly settled: number;
  readonly lost: number;
}

export const NO_SPENDING: SpendingState = { slices: [], settled: 0, lost: 0 };

export const sliceOf = (at: number): number => Math.floor(at / SLICE_MS);

export class Spending {
  /** Ascending. */
  #slices: Slice[];
  #settled: number;
  #lost: number;
  /** Counts bookings: sums that were made before are out of date. */
  #version = 0;

  constructor({ slices, settled, lost }: SpendingState) {
    this.#slices = slices.map(([index, ofSettled, ofLost]) => ({ index, settled: ofSettled, lost: ofLost }));
    this.#settled = settled;
    this.#lost = lost;
  }

  toState(): SpendingState {
    return {
      slices: this.#slices.map(({ index, settled, lost }) => [index, settled, lost] as const),
      settled: this.#settled,
      lost: this.#lost,
    };
  }

  /** Changes whenever a sum may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Since the Ledger began. */
  get total(): Spent {
    return { settled: this.#settled, lost: this.#lost };
  }

  /** Time never goes back. */
  settle(at: number, nanoUsd: number): void {
    if (nanoUsd === 0) return;
    this.#sliceAt(at).settled += nanoUsd;
    this.#settled += nanoUsd;
    this.#version += 1;
  }

  lose(at: number, nanoUsd: number): void {
    if (nanoUsd === 0) return;
    this.#sliceAt(at).lost += nanoUsd;
    this.#lost += nanoUsd;
    this.#version += 1;
  }

  /** What was lost at `at` has turned up. */
  find(at: number, nanoUsd: number): void {
    if (nanoUsd === 0) return;
    const index = sliceOf(at);
    const slice = this.#slices.findLast((one) => one.index <= index);
    if (slice?.index === index) slice.lost -= nanoUsd;
    this.#lost -= nanoUsd;
    this.#version += 1;
  }

  /** From slice `first` on. */
  since(first: number): Spent {
    let settled = 0;
    let lost = 0;
    for (let i = this.#slices.length - 1; i >= 0; i -= 1) {
      const slice = this.#slices[i];
      if (slice === undefined || slice.index < first) break;
      settled += slice.settled;
      lost += slice.lost;
    }
    return { settled, lost };
  }

  /** The slice with which, from `first` on, at least `nanoUsd` will have fallen out of a window; `null`: there is not so much. */
  sliceThatFrees(first: number, nanoUsd: number): number | null {
    let freed = 0;
    for (const { index, settled, lost } of this.#slices) {
      if (index < first) continue;
      freed += settled + lost;
      if (freed >= nanoUsd) return index;
    }
    return null;
  }

  #sliceAt(at: number): Slice {
    const index = sliceOf(at);
    const last = this.#slices.at(-1);
    // A lease that ended a while ago, noticed only now, belongs where it ended.
    if (last !== undefined && last.index >= index) return this.#olderSlice(index);
    const slice = { index, settled: 0, lost: 0 };
    this.#slices.push(slice);
    while ((this.#slices[0]?.index ?? index) < index - KEPT_SLICES) this.#slices.shift();
    return slice;
  }

  #olderSlice(index: number): Slice {
    const at = this.#slices.findLastIndex((one) => one.index <= index);
    const found = this.#slices[at];
    if (found?.index === index) return found;
    const slice = { index, settled: 0, lost: 0 };
    this.#slices.splice(at + 1, 0, slice);
    return slice;
  }
}
