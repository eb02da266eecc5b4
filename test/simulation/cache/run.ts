/**
 * `npm run simulate:cache`: a day of mixed traffic with entries that are written at once, and the same with entries that
 * are written at the second hit; `npm run simulate:cache -- 7 8-9` for other seeds. Prints what the cache knew, saved and
 * cost; ends with status 1 if a tenant read what was not its own, or a figure cannot be.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type DayOptions, simulateDay, type TenantDay, type Write } from './day.ts';
import { toTable } from './report.ts';

const WRITES: readonly Write[] = ['always', 'second-hit'];

interface Told {
  readonly days: readonly TenantDay[];
  /** Why the day does not count. */
  readonly failure: string | null;
}

async function lead(ranges: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const seeds = ranges.length === 0 ? [1] : ranges.flatMap(toSeeds);
  const all = seeds.flatMap((seed) => WRITES.map((write) => ({ seed, write })));
  const told = await shareOut(all);
  for (const [i, { seed, write }] of all.entries()) {
    const { days = [], failure = 'is missing' } = told[i] ?? {};
    console.log(`write: ${write}, seed ${seed}`);
    console.log(`${failure ?? toTable(days)}\n`);
  }
  const failed = told.filter(({ failure }) => failure !== null).length;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${all.length} days, ${failed} failed, ${seconds} s`);
  if (failed > 0) process.exitCode = 1;
}

function toSeeds(range: string): number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error(`"${range}" is no seed`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** In the order of `all`; each thread takes the next day when it is done with one. */
async function shareOut(all: readonly DayOptions[]): Promise<readonly Told[]> {
  const told: Told[] = [];
  const waiting = [...all.entries()];
  const work = async () => {
    const worker = new Worker(new URL(import.meta.url));
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, options] = next;
      told[index] = await new Promise<Told>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
        worker.postMessage(options);
      });
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), all.length) }, work));
  return told;
}

async function tell(options: DayOptions): Promise<Told> {
  try {
    return { days: await simulateDay(options), failure: null };
  } catch (error) {
    return { days: [], failure: error instanceof Error ? error.message : String(error) };
  }
}

if (isMainThread) await lead(process.argv.slice(2));
else parentPort?.on('message', async (options: DayOptions) => parentPort?.postMessage(await tell(options)));
