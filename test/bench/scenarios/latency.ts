/** What a Worker adds to the time that the upstream itself takes, at a rate that leaves it idle half of the time. */
import type { Lab } from '../lab.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

const REQUESTS_PER_SECOND = 300;
const STREAMS_PER_SECOND = 60;

export async function latency(lab: Lab): Promise<Row[]> {
  const requests = REQUESTS_PER_SECOND * (lab.isQuick ? 1 : 3);
  const rounds = await runRounds(lab.isQuick ? 2 : 5, ['direct', 'bare', 'gateway'], (contender) =>
    lab.measure(contender, 'whole', { kind: 'open', perSecond: REQUESTS_PER_SECOND, requests }),
  );
  return [
    compare(rounds, 'gateway', ({ wholeP50 }) => wholeP50, {
      name: `added latency p50, ${REQUESTS_PER_SECOND}/s`,
      unit: 'ms',
      goal: { of: 'ratio', atMost: 1.3 },
    }),
    compare(rounds, 'gateway', ({ wholeP99 }) => wholeP99, {
      name: `added latency p99, ${REQUESTS_PER_SECOND}/s`,
      unit: 'ms',
      goal: { of: 'ratio', atMost: 2 },
    }),
  ];
}

export async function firstChunk(lab: Lab): Promise<Row[]> {
  const requests = STREAMS_PER_SECOND * (lab.isQuick ? 1 : 3);
  const rounds = await runRounds(lab.isQuick ? 2 : 3, ['direct', 'bare', 'gateway', 'native'], (contender) =>
    lab.measure(contender, 'short', { kind: 'open', perSecond: STREAMS_PER_SECOND, requests }),
  );
  const row = { unit: 'ms', goal: { of: 'ratio', atMost: 1.3 } } as const;
  return [
    compare(rounds, 'gateway', ({ firstByteP50 }) => firstByteP50, {
      ...row,
      name: 'stream: time to first chunk added, p50',
    }),
    compare(rounds, 'native', ({ firstByteP50 }) => firstByteP50, {
      ...row,
      name: 'stream, not metered: the same',
    }),
  ];
}
