/** What choosing among five targets costs a request, beside an alias that has one. */
import { ROUTED } from '../contenders.ts';
import type { Lab } from '../lab.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

const CONNECTIONS = 16;
const BODY_BYTES = 1024;
const MOST_ADDED_MICROS = 15;
/** Many and short: what is looked for is less than what a busy moment adds. */
const ROUNDS = { few: 9, many: 21, requests: 1000 };

export async function routing(lab: Lab): Promise<Row[]> {
  const { few, many, requests } = ROUNDS;
  const task = { kind: 'closed', connections: CONNECTIONS, requests } as const;
  const measure = (one: (typeof ROUTED)[number]) => lab.measure(one, 'whole', task, BODY_BYTES);
  for (const one of ROUTED) await measure(one); // so that the engine has seen each, and latencies are known
  const rounds = await runRounds(lab.isQuick ? few : many, ROUTED, (one) =>
    measure(one as (typeof ROUTED)[number]),
  );
  return ROUTED.filter((one) => one !== 'lone').map((one) =>
    compare(
      rounds,
      one,
      ({ cpuMicros }) => cpuMicros / requests,
      {
        name: `CPU a request, \`${one}\` of 5 targets (to: of 1)`,
        unit: 'µs',
        goal: { of: 'difference', atMost: MOST_ADDED_MICROS },
      },
      'lone',
    ),
  );
}
