/** An outage in steps of time: as a table, and as numbers for the chart. */
import { percentile } from '../../bench/statistics.ts';
import { isOfPrimary, percent, shareOf } from './goals.ts';
import type { Rehearsal } from './rehearse.ts';

const STEP_SECONDS = 2;

export interface Step {
  /** Its beginning, in seconds since the traffic began. */
  readonly from: number;
  readonly perSecond: number;
  readonly success: number;
  readonly p50: number;
  readonly p99: number;
  readonly primary: number;
}

export function toSteps({ plan, samples }: Rehearsal, stepSeconds: number): readonly Step[] {
  const count = Math.ceil(plan.seconds / stepSeconds);
  return Array.from({ length: count }, (_, number) => {
    const from = number * stepSeconds;
    const seconds = Math.min(stepSeconds, plan.seconds - from);
    const of = samples.filter(({ at }) => at >= from && at < from + seconds);
    const times = of.map(({ ms }) => ms);
    return {
      from,
      perSecond: of.length / seconds,
      success: shareOf(of, ({ failure }) => failure === null),
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      primary: shareOf(of, isOfPrimary),
    };
  });
}

const HEADINGS = ['from', 'requests/s', 'success', 'p50', 'p99', 'primary', ''];

export function toTable(rehearsal: Rehearsal): string {
  const { diesAt, returnsAt } = rehearsal.plan;
  const lines = [
    HEADINGS,
    ...toSteps(rehearsal, STEP_SECONDS).map((step) => toCells(step, diesAt, returnsAt)),
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padStart(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const toCells = (step: Step, diesAt: number, returnsAt: number): readonly string[] => [
  `${step.from} s`,
  step.perSecond.toFixed(0),
  percent(step.success),
  `${step.p50.toFixed(0)} ms`,
  `${step.p99.toFixed(0)} ms`,
  percent(step.primary),
  eventIn(step.from, diesAt, 'dies') + eventIn(step.from, returnsAt, 'is back'),
];

const eventIn = (from: number, at: number, what: string): string =>
  at >= from && at < from + STEP_SECONDS ? `primary ${what}` : '';
