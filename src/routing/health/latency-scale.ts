/**
 * The steps in which latencies are counted: quarters of an octave (a factor of 1.19), from 1 ms to 15 minutes. On such a scale
 * a call that takes a hundred times as long as the others moves a median by no more than one that takes twice as long.
 */

const STEPS_PER_OCTAVE = 4;
export const LONGEST_MS = 15 * 60_000;
export const LATENCY_STEPS = Math.ceil(Math.log2(LONGEST_MS) * STEPS_PER_OCTAVE) + 1;

/** Step 0 holds what is at most 1 ms, the last one everything that is too long. */
export function stepOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(Math.ceil(Math.log2(ms) * STEPS_PER_OCTAVE - 1e-9), LATENCY_STEPS - 1);
}

/** `share`: how far into the step, from 0 to 1. In milliseconds. */
export const latencyAt = (step: number, share: number): number =>
  Math.min(2 ** ((step - 1 + share) / STEPS_PER_OCTAVE), LONGEST_MS);
