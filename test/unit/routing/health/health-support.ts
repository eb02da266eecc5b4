/** Clocks, breakers and pictures for tests of what one isolate knows. */
import { BREAKER_DEFAULTS, type BreakerSettings } from '../../../../src/config/schema-routing.ts';
import type {
  RegionPicture,
  SparseCounts,
  TargetPicture,
} from '../../../../src/routing/health/vantage-protocol.ts';

/** 2026-11-21. */
export const START = 1_795_262_400_000;

export const breaker = (settings: Partial<BreakerSettings> = {}): BreakerSettings => ({
  ...BREAKER_DEFAULTS,
  min_requests: 5,
  ...settings,
});

/** A clock that stands where a test puts it. */
export function testClock() {
  const clock = { at: START, now: () => clock.at, pass: (ms: number) => (clock.at += ms) };
  return clock;
}

export const pictureOf = (target: string, told: Partial<TargetPicture> = {}): TargetPicture => ({
  target,
  firstToken: [],
  total: [],
  successes: 0,
  failures: 0,
  slow: 0,
  inFlight: 0,
  openUntil: 0,
  coolingUntil: 0,
  closedAt: 0,
  seenAt: START,
  ...told,
});

export const regionOf = (...targets: TargetPicture[]): RegionPicture => ({
  at: START,
  targets,
  credentials: [],
  aliases: [],
});

/** All that sparse counts add up to. */
export const sumOf = (counts: SparseCounts): number =>
  counts.reduce((sum, count, at) => (at % 2 === 1 ? sum + count : sum), 0);
