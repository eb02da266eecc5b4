/**
 * `npm run simulate`: a thousand runs with other seeds, or `npm run simulate -- 7 8-20` for single ones. Prints how much of
 * what was there could be used, and what it cost in calls; ends with status 1 if a limit was passed in any run.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { scenarioOf } from './scenario.ts';
import { type Result, simulate } from './simulate.ts';

const RUNS = 1000;

interface Told {
  readonly seed: number;
  readonly result: Result | null;
  /** Why the run does not count: a limit was passed, a request hangs, a record is wrong. */
  readonly failure: string | null;
}

async function lead(ranges: readonly string[]): Promise<void> {
  const seeds = ranges.length === 0 ? upTo(1, RUNS) : ranges.flatMap(toSeeds);
  const startedAt = performance.now();
  const told = await shareOut(seeds);
  const failed = told.filter(({ failure }) => failure !== null).sort((a, b) => a.seed - b.seed);
  for (const row of rows(told.flatMap(({ result }) => (result === null ? [] : [result])))) console.log(row);
  for (const { seed, failure } of failed) console.log(`seed ${seed}: ${failure}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${seeds.length} runs, ${failed.length} failed, ${seconds} s`);
  if (failed.length > 0) process.exitCode = 1;
}

function toSeeds(range: string): number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error(`"${range}" is no seed`);
  return upTo(first, last);
}

const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Each worker gets the next seed when it is done with one. */
function shareOut(seeds: readonly number[]): Promise<readonly Told[]> {
  const told: Told[] = [];
  let next = 0;
  return new Promise((resolve, reject) => {
    const count = Math.min(availableParallelism(), seeds.length);
    for (let index = 0; index < count; index += 1) {
      const worker = new Worker(new URL(import.meta.url));
      const handOut = () => {
        const seed = seeds[next];
        next += 1;
        worker.postMessage(seed ?? null);
      };
      worker.on('error', reject);
      worker.on('message', (one: Told) => {
        told.push(one);
        if (told.length === seeds.length) resolve(told);
        handOut();
      });
      handOut();
    }
  });
}

async function follow(): Promise<void> {
  parentPort?.on('message', async (seed: number | null) => {
    if (seed === null) parentPort?.close();
    else parentPort?.postMessage(await tell(seed));
  });
}

async function tell(seed: number): Promise<Told> {
  try {
    return { seed, result: await simulate(scenarioOf(seed)), failure: null };
  } catch (error) {
    return { seed, result: null, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** One line for each kind of run. */
function rows(results: readonly Result[]): string[] {
  const kinds = Map.groupBy(results, ({ name }) => name);
  return [...kinds].sort(([a], [b]) => a.localeCompare(b)).map(([name, runs]) => rowOf(name, runs));
}

function rowOf(name: string, runs: readonly Result[]): string {
  const sum = (of: (run: Result) => number) => runs.reduce((total, run) => total + of(run), 0);
  const asked = sum((run) => run.asked);
  const admitted = sum((run) => run.admitted);
  const utilisations = runs.flatMap(({ utilisation }) => (utilisation === null ? [] : [utilisation]));
  const figures = [
    `${runs.length} runs`,
    `${asked} requests`,
    `let in ${percent(admitted / asked)}`,
    `at once ${percent(sum((run) => run.immediate) / admitted)}`,
    `wait ${(sum((run) => run.meanWaitMs * run.admitted) / admitted).toFixed(0)} ms`,
    `calls per request ${(sum((run) => run.calls) / asked).toFixed(3)}`,
  ];
  // Of runs that are about something else it says nothing.
  if (name.startsWith('crowded'))
    figures.push(
      `utilisation ${percent(Math.min(...utilisations))} to ${percent(Math.max(...utilisations))}`,
    );
  return `${name.padEnd(16)} ${figures.join(' · ')}`;
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

if (isMainThread) await lead(process.argv.slice(2));
else await follow();
