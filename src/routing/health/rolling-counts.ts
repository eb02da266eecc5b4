/** Counts of several kinds over the last while, in buckets of time: the oldest falls out as a whole. */

export interface RollingOptions {
  /** How many kinds are counted: `kind` is a number below that. */
  readonly kinds: number;
  readonly buckets: number;
  readonly bucketMs: number;
}

export class RollingCounts {
  readonly #options: RollingOptions;
  /** Bucket by bucket, the kinds side by side. */
  readonly #counts: Int32Array;
  readonly #sums: Int32Array;
  /** Number of the newest bucket since the epoch. */
  #newest = 0;

  constructor(options: RollingOptions) {
    this.#options = options;
    this.#counts = new Int32Array(options.kinds * options.buckets);
    this.#sums = new Int32Array(options.kinds);
  }

  add(kind: number, now: number, count = 1): void {
    this.#advance(now);
    this.#change(kind, this.#newest, count);
  }

  /** Takes one back, the newest; `false`: there is none any more. */
  takeBack(kind: number, now: number): boolean {
    if (this.sum(kind, now) === 0) return false;
    let bucket = this.#newest;
    while (this.#counts[this.#at(kind, bucket)] === 0) bucket -= 1;
    this.#change(kind, bucket, -1);
    return true;
  }

  sum(kind: number, now: number): number {
    this.#advance(now);
    return this.#sums[kind] ?? 0;
  }

  /** Of the newest buckets alone, the one that has just begun included. */
  lately(kind: number, now: number, buckets: number): number {
    this.#advance(now);
    let sum = 0;
    for (let age = 0; age < buckets; age += 1) sum += this.#counts[this.#at(kind, this.#newest - age)] ?? 0;
    return sum;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sums.fill(0);
  }

  #change(kind: number, bucket: number, by: number): void {
    const at = this.#at(kind, bucket);
    this.#counts[at] = (this.#counts[at] ?? 0) + by;
    this.#sums[kind] = (this.#sums[kind] ?? 0) + by;
  }

  #at(kind: number, bucket: number): number {
    const { kinds, buckets } = this.#options;
    return (bucket % buckets) * kinds + kind;
  }

  /** A clock that goes back goes on counting in the newest bucket. */
  #advance(now: number): void {
    const { kinds, buckets, bucketMs } = this.#options;
    const current = Math.floor(now / bucketMs);
    if (current <= this.#newest) return;
    if (current - this.#newest >= buckets) this.clear();
    else
      for (let bucket = this.#newest + 1; bucket <= current; bucket += 1)
        for (let kind = 0; kind < kinds; kind += 1) {
          const fallen = this.#counts[this.#at(kind, bucket)] ?? 0;
          if (fallen !== 0) this.#change(kind, bucket, -fallen);
        }
    this.#newest = current;
  }
}
