/** Reports as isolates make them, with what a test is not about left out. */
import { stepOf } from '../../../../src/routing/health/latency-scale.ts';
import type {
  SparseCounts,
  StateReport,
  TargetReport,
  VantageReport,
} from '../../../../src/routing/health/vantage-protocol.ts';

/** 2026-11-21. */
export const NOON = 1_795_262_400_000;

export const report = (fields: Partial<VantageReport> = {}): VantageReport => ({
  isolate: 'one',
  measured: [],
  states: [],
  credentials: [],
  aliases: [],
  ...fields,
});

export const measured = (target: string, fields: Partial<TargetReport> = {}): TargetReport => ({
  target,
  colo: 'FRA',
  firstToken: [],
  total: [],
  successes: 0,
  failures: 0,
  slow: 0,
  ...fields,
});

export const state = (target: string, fields: Partial<StateReport> = {}): StateReport => ({
  target,
  inFlight: 0,
  openUntil: 0,
  coolingUntil: 0,
  closedAt: 0,
  ...fields,
});

/** `count` calls of `ms`. */
export const calls = (ms: number, count = 1): SparseCounts => [stepOf(ms), count];
