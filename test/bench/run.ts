/** `npm run bench`: the gateway against a bare Worker, on raw workerd. docs/performance.md tells how to read it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { buildGateway, workerdBinary } from '../support/workerd.ts';
import { type Lab, openLab } from './lab.ts';
import { readOptions } from './options.ts';
import { canPin } from './processes.ts';
import { meetsGoal, type Row } from './row.ts';
import { cacheMisses, embeddingsBatches, farHits, nearHits } from './scenarios/cache.ts';
import { firstChunk, latency } from './scenarios/latency.ts';
import { coldLease, warmLease } from './scenarios/limits.ts';
import { memory } from './scenarios/memory.ts';
import { largerBody, mintedKey, throughput } from './scenarios/requests.ts';
import { routing } from './scenarios/routing.ts';
import { bundleSize, startUp } from './scenarios/size.ts';
import { burstStreams, pacedStreams, translatedStreams } from './scenarios/streams.ts';
import { toTable } from './table.ts';

const SCENARIOS: Readonly<Record<string, (lab: Lab) => Promise<Row[]>>> = {
  throughput,
  'minted-key': mintedKey,
  'warm-lease': warmLease,
  'cold-lease': coldLease,
  body: largerBody,
  routing,
  'cache-near': nearHits,
  'cache-kv': farHits,
  'cache-batch': embeddingsBatches,
  'cache-miss': cacheMisses,
  latency,
  'first-chunk': firstChunk,
  paced: pacedStreams,
  burst: burstStreams,
  translated: translatedStreams,
  memory,
  'start-up': startUp,
  bundle: bundleSize,
};

const options = readOptions(Object.keys(SCENARIOS));
const startedAt = performance.now();
const environment = describeEnvironment();
console.log(
  Object.entries(environment)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', '),
);

const rows: Row[] = [];
const lab = await openLab(options.bundle ?? buildGateway(), options.isQuick);
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (options.only !== null && options.only !== name) continue;
    console.error(`${name} …`);
    rows.push(...(await scenario(lab)));
  }
} finally {
  await lab.stop();
}

const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(`\n${toTable(rows)}\n\n${seconds} s`);
const judged = rows.map((row) => ({ ...row, meetsGoal: meetsGoal(row) }));
const report = {
  date: new Date().toISOString(),
  isQuick: options.isQuick,
  seconds,
  environment,
  rows: judged,
};
writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`);

function describeEnvironment(): Record<string, string> {
  return {
    node: process.version,
    workerd: execFileSync(workerdBinary(), ['--version'], { encoding: 'utf8' }).trim(),
    cores: `${cpus().length} (${canPin ? 'pinned' : 'not pinned'})`,
    processor: cpus()[0]?.model ?? 'unknown',
    'load average': loadavg()[0]?.toFixed(2) ?? 'unknown',
  };
}
