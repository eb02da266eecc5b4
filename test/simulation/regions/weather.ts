/**
 * How fast each target answers, where and when: medians that drift and jump, answers with a heavy tail around them, and
 * outages of a minute. Every data centre of a region has its own distance to each target.
 */
import type { Region } from '../../../src/routing/region-of.ts';
import type { Seeded } from '../../support/seeded.ts';
import { COLOS } from './places.ts';

export const TARGETS = ['acme-us/large', 'acme-eu/large', 'acme-asia/large', 'globe/large'] as const;

export type TargetName = (typeof TARGETS)[number];

/** Medians in milliseconds to begin with, in the order of `TARGETS`. */
const MEDIANS: Partial<Record<Region, readonly number[]>> = {
  wnam: [280, 460, 430, 360],
  enam: [240, 380, 520, 330],
  sam: [400, 480, 700, 450],
  weur: [380, 250, 560, 320],
  eeur: [430, 290, 540, 360],
  apac: [480, 600, 260, 370],
  oc: [470, 660, 380, 400],
};

const STEP_MS = 5000;
/** Of the logarithm of a median: how far it strays in a step, and how much of that is taken back in the next. */
const DRIFT = 0.04;
const RETURN = 0.02;
const JUMPS_PER_HOUR = 6;
const OUTAGES_PER_HOUR = 3;
const OUTAGE_MS = 60_000;
const DISTANCE = 0.04;
const SPREAD = 0.3;
const TAIL_SHARE = 0.03;

interface Span {
  readonly from: number;
  readonly until: number;
  readonly factor: number;
}

export type Answer =
  | { readonly kind: 'answered'; readonly firstTokenMs: number; readonly totalMs: number }
  | { readonly kind: 'failed'; readonly ms: number };

export class Weather {
  readonly #random: Seeded;
  readonly #startsAt: number;
  /** By region and target: the median of each step. */
  readonly #medians = new Map<string, readonly number[]>();
  /** By data centre and target. */
  readonly #distances = new Map<string, number>();
  readonly #outages = new Map<TargetName, readonly Span[]>();

  constructor(random: Seeded, startsAt: number, lastsMs: number) {
    this.#random = random;
    this.#startsAt = startsAt;
    for (const [at, target] of TARGETS.entries()) {
      this.#outages.set(
        target,
        this.#spans(OUTAGES_PER_HOUR, lastsMs, () => [OUTAGE_MS, 1]),
      );
      for (const [region, medians] of Object.entries(MEDIANS))
        this.#medians.set(`${region} ${target}`, this.#steps(medians[at] ?? 0, lastsMs));
      for (const { name } of COLOS)
        this.#distances.set(`${name} ${target}`, Math.exp(DISTANCE * normal(random)));
    }
  }

  /** To the first token, in milliseconds; `Infinity` in an outage. */
  median(region: Region, colo: string, target: TargetName, now: number): number {
    if (isWithin(this.#outages.get(target), now)) return Number.POSITIVE_INFINITY;
    const steps = this.#medians.get(`${region} ${target}`) ?? [];
    const median = steps[Math.floor((now - this.#startsAt) / STEP_MS)] ?? Number.NaN;
    return median * (this.#distances.get(`${colo} ${target}`) ?? Number.NaN);
  }

  call(region: Region, colo: string, target: TargetName, now: number): Answer {
    const random = this.#random;
    const median = this.median(region, colo, target, now);
    if (median === Number.POSITIVE_INFINITY) return { kind: 'failed', ms: random.between(30, 200) };
    const tail = random.chance(TAIL_SHARE) ? 3 - 4 * Math.log(1 - random.next()) : 1;
    const firstTokenMs = median * Math.exp(SPREAD * normal(random)) * tail;
    return { kind: 'answered', firstTokenMs, totalMs: firstTokenMs + random.between(500, 5000) };
  }

  /** A walk that tends back to where it began, and is lifted or lowered for some minutes at a time. */
  #steps(median: number, lastsMs: number): number[] {
    const random = this.#random;
    const jumps = this.#spans(JUMPS_PER_HOUR, lastsMs, () => [
      random.between(60_000, 300_000),
      random.chance(0.6) ? 1.3 + 1.7 * random.next() : 0.5 + 0.4 * random.next(),
    ]);
    let strayed = 0;
    return Array.from({ length: Math.ceil(lastsMs / STEP_MS) + 1 }, (_, step) => {
      strayed += DRIFT * normal(random) - RETURN * strayed;
      const at = this.#startsAt + step * STEP_MS;
      const lifted = jumps.filter(({ from, until }) => at >= from && at < until);
      return median * Math.exp(strayed) * lifted.reduce((factor, jump) => factor * jump.factor, 1);
    });
  }

  #spans(perHour: number, lastsMs: number, make: () => readonly [ms: number, factor: number]): Span[] {
    const spans: Span[] = [];
    const betweenMs = 3_600_000 / perHour;
    let at = this.#startsAt - betweenMs * Math.log(1 - this.#random.next());
    while (at < this.#startsAt + lastsMs) {
      const [ms, factor] = make();
      spans.push({ from: at, until: at + ms, factor });
      at += ms - betweenMs * Math.log(1 - this.#random.next());
    }
    return spans;
  }
}

const isWithin = (spans: readonly Span[] = [], now: number): boolean =>
  spans.some(({ from, until }) => now >= from && now < until);

/** Mean 0, deviation 1. */
const normal = (random: Seeded): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
