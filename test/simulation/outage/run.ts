/**
 * `npm run rehearse:outage`: the primary of an alias dies in the middle of a minute of traffic and comes back, in each of
 * three ways. Prints what users noticed; ends with status 1 if that was more than they may. `-- --seconds 20` for a look.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildGateway } from '../../support/workerd.ts';
import { toSvg } from './chart.ts';
import { judge } from './goals.ts';
import { DEATHS, type Death } from './provider.ts';
import { type Plan, type Rehearsal, rehearse } from './rehearse.ts';
import { toTable } from './report.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '80' },
    only: { type: 'string' },
    /** All ways side by side: times suffer, and the run is as short as one. */
    'at-once': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    svg: { type: 'string', default: join(tmpdir(), 'edgeway-outage.svg') },
  },
});

/** An outage of a third of this is too short for a circuit that stays open for ten seconds. */
const SHORT_SECONDS = 40;

function planOf(seconds: number, perSecond: number): Plan {
  return {
    seconds,
    perSecond,
    diesAt: seconds / 3,
    returnsAt: (seconds * 2) / 3,
    firstTokenMs: seconds < SHORT_SECONDS ? 1000 : 2000,
    openSeconds: seconds < SHORT_SECONDS ? 2 : null,
  };
}

function tell(rehearsal: Rehearsal): boolean {
  console.log(`\nThe primary ${rehearsal.death}:\n${toTable(rehearsal)}`);
  const goals = judge(rehearsal);
  for (const { name, measured, wanted, isMet } of goals)
    console.log(`${isMet ? 'ok    ' : 'misses'} ${name}: ${measured} (${wanted})`);
  const failures = new Set(
    rehearsal.samples.flatMap(({ failure }) => (failure === null ? [] : [failure.slice(0, 120)])),
  );
  for (const failure of [...failures].slice(0, 5)) console.log(`       ${failure}`);
  return goals.every(({ isMet }) => isMet);
}

const startedAt = performance.now();
const chosen: readonly Death[] = DEATHS.filter((death) => values.only === undefined || values.only === death);
const plan = planOf(Number(values.seconds), Number(values.rate));
if (!values['no-build']) buildGateway();
const rehearsals: Rehearsal[] = [];
if (values['at-once']) rehearsals.push(...(await Promise.all(chosen.map((death) => rehearse(death, plan)))));
else for (const death of chosen) rehearsals.push(await rehearse(death, plan));
const failed = rehearsals.map(tell).filter((isMet) => !isMet).length;
mkdirSync(dirname(values.svg), { recursive: true });
writeFileSync(values.svg, toSvg(rehearsals));
console.log(`\n${values.svg}`);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(`${rehearsals.length} rehearsals, ${failed} failed, ${seconds} s`);
if (failed > 0 || rehearsals.length === 0) process.exitCode = 1;
