/**
 * `npm run simulate:regions`: half an hour of twelve data centres and four targets, for five seeds, or for others with
 * `npm run simulate:regions -- 7 8-20`. Prints how much later than with an oracle the first token is to be expected, and
 * how much of the traffic explores; ends with status 1 if either is above its bound for any seed.
 */
import { type RegionResult, simulate } from './simulate.ts';

const SEEDS = [1, 2, 3, 4, 5];
const MOST_REGRET = 0.1;
const MOST_EXPLORATION = 0.05;

const HEADINGS = [
  'region',
  'requests',
  'expected ms',
  'oracle ms',
  'regret',
  'explored',
  'not the best',
  'failed',
];

function toSeeds(range: string): number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error(`"${range}" is no seed`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

type Row = Omit<RegionResult, 'region'> & { readonly region: string };

function total(results: readonly RegionResult[]): Row {
  const sum = (of: (result: RegionResult) => number) => results.reduce((all, one) => all + of(one), 0);
  return {
    region: 'all',
    requests: sum(({ requests }) => requests),
    explored: sum(({ explored }) => explored),
    worse: sum(({ worse }) => worse),
    failed: sum((one) => one.failed),
    expectedMs: sum(({ expectedMs }) => expectedMs),
    oracleMs: sum(({ oracleMs }) => oracleMs),
  };
}

const regretOf = ({ expectedMs, oracleMs }: Row): number => expectedMs / oracleMs - 1;

const isWithinBounds = (row: Row): boolean =>
  regretOf(row) < MOST_REGRET && row.explored / row.requests < MOST_EXPLORATION && row.failed === 0;

function toTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(toCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')).join('\n');
}

const toCells = (row: Row): string[] => [
  row.region,
  String(row.requests),
  (row.expectedMs / row.requests).toFixed(0),
  (row.oracleMs / row.requests).toFixed(0),
  percent(regretOf(row)),
  percent(row.explored / row.requests),
  percent(row.worse / row.requests),
  String(row.failed),
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

async function lead(ranges: readonly string[]): Promise<void> {
  const seeds = ranges.length === 0 ? SEEDS : ranges.flatMap(toSeeds);
  const startedAt = performance.now();
  let failed = 0;
  for (const seed of seeds) {
    const results = await simulate(seed);
    const all = total(results);
    const isGood = isWithinBounds(all);
    if (!isGood) failed += 1;
    console.log(`seed ${seed}${isGood ? '' : ': FAILED'}`);
    console.log(`${toTable([...results, all])}\n`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${seeds.length} runs, ${failed} failed, ${seconds} s`);
  if (failed > 0) process.exitCode = 1;
}

await lead(process.argv.slice(2));
