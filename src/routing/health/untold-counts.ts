/** Counts by kind that the region has not been told yet. */
export class UntoldCounts {
  /** Below 0: something was taken back that had been told; it is kept until it makes up for something. */
  readonly #counts: Int32Array;

  constructor(kinds: number) {
    this.#counts = new Int32Array(kinds);
  }

  add(kind: number, count: number): void {
    this.#counts[kind] = this.of(kind) + count;
  }

  of(kind: number): number {
    return this.#counts[kind] ?? 0;
  }

  /** By kind, from 0; they count as told from then on. */
  take(): number[] {
    return Array.from(this.#counts, (count, kind) => {
      const told = Math.max(count, 0);
      this.#counts[kind] = count - told;
      return told;
    });
  }

  clear(): void {
    this.#counts.fill(0);
  }
}
