/** What users may notice of an outage, and what they did. */
import { percentile } from '../../bench/statistics.ts';
import type { Sample } from '../live-traffic.ts';
import { PRIMARY, type Rehearsal } from './rehearse.ts';

export interface Goal {
  readonly name: string;
  readonly measured: string;
  readonly wanted: string;
  readonly isMet: boolean;
}

const LEAST_SUCCESS = 0.999;
/** Behind these, nobody waits for the dead target any more but for who tries whether it is back. In seconds. */
const FIRST_SECONDS = 5;
/** "Near zero": less than what comes and goes by itself, on a machine that does other things too. */
const MOST_ADDED_MS = 50;
const MOST_ADDED_PART = 0.5;
const LEAST_SHARE = 0.9;
/** For timers, and for the last answers of a try. */
const GRACE_SECONDS = 1;
const DEFAULT_OPEN_SECONDS = 10;

export function judge({ plan, samples }: Rehearsal): readonly Goal[] {
  const { diesAt, returnsAt, firstTokenMs, seconds } = plan;
  const between = (from: number, to: number) => samples.filter(({ at }) => at >= from && at < to);
  const usualMs = p99(between(0, diesAt));
  const openSeconds = plan.openSeconds ?? DEFAULT_OPEN_SECONDS;
  const added = (samples: readonly Sample[]) => p99(samples) - usualMs;
  const success = shareOf(samples, ({ failure }) => failure === null);
  const first = added(between(diesAt, diesAt + FIRST_SECONDS));
  const restFrom = diesAt + FIRST_SECONDS;
  const probes = Math.floor((returnsAt - restFrom) / openSeconds) + 1;
  const later = added(withoutSlowest(between(restFrom, returnsAt), probes));
  const nearZero = Math.max(MOST_ADDED_MS, usualMs * MOST_ADDED_PART);
  // Whoever waited in vain asks the other then, which takes what it takes.
  const mostFirst = firstTokenMs + nearZero;
  const backAt = returnsAt + (plan.openSeconds ?? DEFAULT_OPEN_SECONDS) + firstTokenMs / 1000 + GRACE_SECONDS;
  const share = shareOf(between(backAt, seconds), isOfPrimary);
  const before = shareOf(between(0, diesAt), isOfPrimary);
  return [
    goal('requests that succeed', percent(success), `>= ${percent(LEAST_SUCCESS)}`, success >= LEAST_SUCCESS),
    goal('share of the primary before', percent(before), `>= ${percent(LEAST_SHARE)}`, before >= LEAST_SHARE),
    goal(
      `p99 added in the first ${FIRST_SECONDS} s`,
      `${first.toFixed(0)} ms`,
      `<= ${mostFirst.toFixed(0)} ms`,
      first <= mostFirst,
    ),
    goal(
      'p99 added in the rest, but for who tries',
      `${later.toFixed(0)} ms`,
      `<= ${nearZero.toFixed(0)} ms`,
      later <= nearZero,
    ),
    goal(
      `share of the primary from ${(backAt - returnsAt).toFixed(0)} s after its return`,
      percent(share),
      `>= ${percent(LEAST_SHARE)}`,
      share >= LEAST_SHARE,
    ),
  ];
}

const goal = (name: string, measured: string, wanted: string, isMet: boolean): Goal => ({
  name,
  measured,
  wanted,
  isMet,
});

const p99 = (samples: readonly Sample[]): number =>
  percentile(
    samples.map(({ ms }) => ms),
    0.99,
  );

/** Each time a circuit is half-open, one request tries: among few others it would be the p99. */
const withoutSlowest = (samples: readonly Sample[], count: number): readonly Sample[] =>
  samples.toSorted((a, b) => a.ms - b.ms).slice(0, -count);

export const isOfPrimary = ({ provider }: Sample): boolean => provider === PRIMARY;

export const shareOf = (samples: readonly Sample[], holds: (sample: Sample) => boolean): number =>
  samples.filter(holds).length / samples.length;

export const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;
