/** CPU of a stream of 200 chunks: one every 20 ms, and all at once. */
import type { Contender } from '../contenders.ts';
import type { Lab, Measured } from '../lab.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

const CONTENDERS: readonly Contender[] = ['bare', 'gateway', 'native'];
const PACED_STREAMS = 50;

/**
 * At their height all are open: 2,500 chunks a second. They start 23 ms apart, which is no multiple of the pace,
 * because chunks of different streams do not come at the same moment either.
 */
export async function pacedStreams(lab: Lab): Promise<Row[]> {
  const rounds = await runRounds(lab.isQuick ? 1 : 3, CONTENDERS, (contender) =>
    lab.measure(contender, 'paced', {
      kind: 'open',
      perSecond: 43,
      requests: PACED_STREAMS,
    }),
  );
  const cpuMillis = ({ cpuMicros }: Measured) => cpuMicros / 1000 / PACED_STREAMS;
  return [
    compare(rounds, 'gateway', cpuMillis, {
      name: 'CPU a paced stream, metered',
      unit: 'ms',
      goal: { of: 'ratio', atMost: 2 },
    }),
    compare(rounds, 'native', cpuMillis, {
      name: 'CPU a paced stream, not metered',
      unit: 'ms',
      goal: { of: 'ratio', atMost: 1.1 },
    }),
  ];
}

export async function burstStreams(lab: Lab): Promise<Row[]> {
  const requests = lab.isQuick ? 60 : 150;
  const rounds = await runRounds(lab.isQuick ? 2 : 5, CONTENDERS, (contender) =>
    lab.measure(contender, 'burst', { kind: 'closed', connections: 4, requests }),
  );
  const cpuMillis = ({ cpuMicros }: Measured) => cpuMicros / 1000 / requests;
  return [
    compare(rounds, 'gateway', cpuMillis, {
      name: 'CPU a burst stream, metered',
      unit: 'ms',
      goal: { of: 'ratio', atMost: 5 },
    }),
    compare(rounds, 'native', cpuMillis, {
      name: 'CPU a burst stream, not metered',
      unit: 'ms',
      goal: { of: 'ratio', atMost: 1.2 },
    }),
  ];
}

/** The same stream from an Anthropic upstream, written anew as OpenAI's chunks; held against passing it through. */
export async function translatedStreams(lab: Lab): Promise<Row[]> {
  const requests = lab.isQuick ? 60 : 150;
  const rounds = await runRounds(lab.isQuick ? 2 : 5, ['gateway', 'translated'], (contender) =>
    lab.measure(contender, 'burst', { kind: 'closed', connections: 4, requests }),
  );
  const cpuMillis = ({ cpuMicros }: Measured) => cpuMicros / 1000 / requests;
  const row = {
    name: 'CPU a burst stream, translated from Anthropic (to: straight through)',
    unit: 'ms',
    goal: { of: 'ratio', atMost: 3 },
  } as const;
  return [compare(rounds, 'translated', cpuMillis, row, 'gateway')];
}
