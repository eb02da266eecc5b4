/**
 * Quantiles of positive numbers in 128 bytes: counts on a logarithmic scale, all halved whenever they have become many, so
 * that what was long ago weighs ever less. The same numbers in the same order always give the same answer.
 */

/** Steps of a quarter of an octave: an answer is at most a fifth above the true one, and never below it. */
const STEPS_PER_OCTAVE = 4;
/** Up to 2³¹. */
const STEPS = 31 * STEPS_PER_OCTAVE + 1;
/** Then old numbers weigh half. A count of one step stays below 256. */
const HALVE_AT = 200;

export class DecayingHistogram {
  readonly #counts = new Uint8Array(STEPS);
  #count = 0;

  /** How many numbers weigh in; old ones less. */
  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    const step = stepOf(value);
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#count += 1;
    if (this.#count >= HALVE_AT) this.#halve();
  }

  /** The smallest number that at least `share` of what was added is not above; 0 if nothing was. */
  quantile(share: number): number {
    const least = share * this.#count;
    let below = 0;
    // By index: asked for each request, and an iterator would make a pair for every step.
    for (let step = 0; step < STEPS; step += 1) {
      const count = this.#counts[step] ?? 0;
      below += count;
      if (count > 0 && below >= least) return topOf(step);
    }
    return 0;
  }

  /** Single old outliers go. */
  #halve(): void {
    this.#count = 0;
    for (const [step, count] of this.#counts.entries()) {
      const half = count >> 1;
      this.#counts[step] = half;
      this.#count += half;
    }
  }
}

/** Step 0 holds what is at most 1. */
function stepOf(value: number): number {
  if (!(value > 1)) return 0;
  const step = Math.ceil(Math.log2(value) * STEPS_PER_OCTAVE - 1e-9);
  return Math.min(step, STEPS - 1);
}

const topOf = (step: number): number => Math.ceil(2 ** (step / STEPS_PER_OCTAVE) - 1e-6);
