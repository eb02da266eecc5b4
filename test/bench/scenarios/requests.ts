/** Whole answers: how many a second, and what each costs. */
import type { Lab } from '../lab.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

/** 1 KB up and 1 KB down, at two loads. */
export async function throughput(lab: Lab): Promise<Row[]> {
  const at16 = await closedRounds(lab, 16, 1024);
  const at64 = await closedRounds(lab, 64, 1024);
  const perSecond = ({ seconds }: { seconds: number }) => requestsOf(lab) / seconds;
  return [
    compare(at16, 'gateway', perSecond, {
      name: 'requests, 16 connections',
      unit: '/s',
      goal: { of: 'ratio', atLeast: 0.65 },
    }),
    compare(at64, 'gateway', perSecond, {
      name: 'requests, 64 connections',
      unit: '/s',
      goal: { of: 'ratio', atLeast: 0.65 },
    }),
    compare(at16, 'gateway', ({ cpuMicros }) => cpuMicros / requestsOf(lab), {
      name: 'CPU a request, 1 KB body',
      unit: 'µs',
      goal: { of: 'ratio', atMost: 1.5 },
    }),
  ];
}

/** 10 KB up and 1 KB down. */
export async function largerBody(lab: Lab): Promise<Row[]> {
  const rounds = await closedRounds(lab, 16, 10 * 1024);
  return [
    compare(rounds, 'gateway', ({ cpuMicros }) => cpuMicros / requestsOf(lab), {
      name: 'CPU a request, 10 KB body',
      unit: 'µs',
      goal: { of: 'ratio', atMost: 1.5 },
    }),
  ];
}

/** A key of the Registry, warm: what a request pays for the control plane. */
export async function mintedKey(lab: Lab): Promise<Row[]> {
  const rounds = await closedRounds(lab, 16, 1024, 'minted');
  return [
    compare(rounds, 'minted', ({ cpuMicros }) => cpuMicros / requestsOf(lab), {
      name: 'CPU a request, minted key, 1 KB body',
      unit: 'µs',
      goal: { of: 'ratio', atMost: 1.5 },
    }),
  ];
}

const requestsOf = (lab: Lab): number => (lab.isQuick ? 1500 : 3000);

const closedRounds = (
  lab: Lab,
  connections: number,
  bodyBytes: number,
  gateway: 'gateway' | 'minted' = 'gateway',
) =>
  runRounds(lab.isQuick ? 2 : 5, ['bare', gateway], (contender) =>
    lab.measure(contender, 'whole', { kind: 'closed', connections, requests: requestsOf(lab) }, bodyBytes),
  );
