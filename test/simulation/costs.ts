/**
 * What limits cost in calls and in money, for `docs/scaling.md`: `node test/simulation/costs.ts` simulates and prints the
 * tables of that page, `--write` puts them there, and `--check` ends with status 1 where they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ScopeLimits, toScopeLimits, UNLIMITED } from '../../src/limits/scope-limits.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';

/** US dollars for a million, beyond what is included. https://developers.cloudflare.com/durable-objects/platform/pricing/ */
export const PRICES = {
  workerRequest: 0.3,
  cpuMs: 0.02,
  logEvent: 0.6,
  objectRequest: 0.15,
  rowWritten: 1,
};
/** Of the gateway, for a keyed and limited request; see `docs/performance.md`. */
export const CPU_MS = 0.5;
/** A Ledger keeps a checkpoint and the sums of a model or two after so many calls. */
const CALLS_BETWEEN_CHECKPOINTS = 256;
const ROWS_OF_CHECKPOINT = 4;

/** Without limits: the Worker, its time, a line of the log. */
export const baseDollars = (): number => PRICES.workerRequest + CPU_MS * PRICES.cpuMs + PRICES.logEvent;

/** For a million requests. `calls` of Ledgers and `alarms` for each request; each of both is a request and a row. */
export function limitDollars(calls: number, alarms = 0): number {
  const rows = calls * (1 + ROWS_OF_CHECKPOINT / CALLS_BETWEEN_CHECKPOINTS) + alarms;
  return (calls + alarms) * PRICES.objectRequest + rows * PRICES.rowWritten;
}

interface Row {
  readonly name: string;
  readonly calls: number;
  /** That the key's Ledger and the project's hear together. */
  readonly callsPerSecond: number;
  readonly atOnce: number;
  readonly meanWaitMs: number;
  readonly alarms: number;
}

const PAGE = join(import.meta.dirname, '../../docs/scaling.md');
export const BEGIN = '<!-- printed by test/simulation/costs.ts -->';
export const END = '<!-- end -->';

/** A key and its project, which has no limits but is told of everything. */
async function run(name: string, changes: Partial<Scenario>, budget = false): Promise<Row> {
  const scenario = { ...scenarioOf(1), ...changes };
  const { asked, admitted, immediate, meanWaitMs, calls } = await simulate(scenario);
  return {
    name,
    calls: calls / asked,
    callsPerSecond: (calls / asked) * scenario.rate,
    atOnce: immediate / admitted,
    meanWaitMs,
    // A quiet Ledger that holds money wakes once for each request, a busy one twice a minute.
    alarms: budget ? Math.min(1, 1 / (35 * scenario.rate)) : 0,
  };
}

const limitsFor = (perSecond: number, usd: number | null = null): readonly ScopeLimits[] => [
  toScopeLimits({
    requests_per_minute: Math.ceil(perSecond * 60 * 1.25),
    burst_requests: Math.max(60, Math.ceil(perSecond * 75)),
    tokens_per_minute: Math.ceil(perSecond * 60 * 1000 * 1.25) + 100_000,
    ...(usd === null ? {} : { budgets: [{ usd, window: 'month' as const }] }),
  }),
  UNLIMITED,
];

const A_MINUTE = 1 / 60;
const QUIET: Partial<Scenario> = { rate: A_MINUTE, lengthMs: 14_400_000, limits: limitsFor(A_MINUTE) };
const FAR_AWAY = 100_000;
/** A million keys at a request a minute, on 300 isolates. */
const ALL_QUIET = 1_000_000 * A_MINUTE;
const ISOLATES = 300;
const SECONDS_OF_MONTH = 30 * 86_400;

async function tables(): Promise<string> {
  const busy = await run('a key at 5,000 requests a second, 300 isolates', { limits: limitsFor(5000) });
  const seldom = await run('a key at 1 request a minute, a project for each key', QUIET);
  const rows = [
    busy,
    await run('the same, with a budget', { limits: limitsFor(5000, FAR_AWAY) }, true),
    await run('the same, isolates unequally busy', { limits: limitsFor(5000), skew: 'zipf' }),
    await run('a key at 500 requests a second, 300 isolates', { rate: 500, limits: limitsFor(500) }),
    seldom,
    await run('the same, with a budget', { ...QUIET, limits: limitsFor(A_MINUTE, FAR_AWAY) }, true),
    await runInOneProject(),
  ];
  const scaled = [];
  for (const isolates of [30, 100, 300, 600, 1000])
    scaled.push({
      isolates,
      both: await run('', { isolates, limits: limitsFor(5000) }),
      alone: await run('', { isolates, limits: [UNLIMITED] }),
    });
  return [
    '| | calls a request | let in at once | mean wait | limits, $ a million | all, $ a million |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows.map(toLine),
    '',
    '| A month | requests | limits | all |',
    '|---|--:|--:|--:|',
    toMonth('10 keys at 5,000 requests a second each', 50_000, busy),
    toMonth('1 million keys at 1 request a minute', ALL_QUIET, seldom),
    '',
    '| Isolates, 5,000 requests a second together | calls a second, key | calls a second, project |',
    '|--:|--:|--:|',
    ...scaled.map(({ isolates, both, alone }) => {
      const project = Math.round(alone.callsPerSecond);
      return `| ${isolates} | ${Math.round(both.callsPerSecond) - project} | ${project} |`;
    }),
  ].join('\n');
}

/** The project hears of all keys together: from each isolate once a second. */
async function runInOneProject(): Promise<Row> {
  const { name, calls, ...row } = await run('the same without, one project for a million keys', {
    ...QUIET,
    limits: limitsFor(A_MINUTE).slice(0, 1),
  });
  return { ...row, name, calls: calls + ISOLATES / ALL_QUIET };
}

function toMonth(name: string, perSecond: number, { calls, alarms }: Row): string {
  const millions = (perSecond * SECONDS_OF_MONTH) / 1e6;
  const limits = limitDollars(Number(calls.toFixed(3)), alarms);
  const dollars = [limits, limits + baseDollars()].map((one) => `$${thousands(millions * one)}`);
  return `| ${[name, `${thousands(millions)} million`, ...dollars].join(' | ')} |`;
}

const thousands = (number: number): string => Math.round(number).toLocaleString('en-US');

function toLine({ name, calls, alarms, atOnce, meanWaitMs }: Row): string {
  const limits = limitDollars(Number(calls.toFixed(3)), Number(alarms.toFixed(3)));
  const money = [limits, limits + baseDollars()].map((dollars) => dollars.toFixed(2));
  const counts = [calls.toFixed(3), `${(atOnce * 100).toFixed(1)} %`, `${meanWaitMs.toFixed(0)} ms`];
  return `| ${[name, ...counts, ...money].join(' | ')} |`;
}

if (import.meta.main) {
  const printed = await tables();
  console.log(printed);
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const wanted = `${before}${BEGIN}\n${printed}\n${END}${rest.split(END)[1] ?? ''}`;
  if (process.argv.includes('--write')) writeFileSync(PAGE, wanted);
  if (process.argv.includes('--check') && wanted !== page) {
    console.error('docs/scaling.md says something else: run `node test/simulation/costs.ts --write`');
    process.exitCode = 1;
  }
}
