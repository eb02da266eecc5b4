/** Resident memory of a stream that stays open and brings a chunk now and then. */
import type { Contender } from '../contenders.ts';
import type { Lab, Measured } from '../lab.ts';
import { residentBytes } from '../processes.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

const STREAMS = 300;
const OPEN_FOR_MS = 2000;

interface MeasuredMemory extends Measured {
  readonly kilobytes: number;
}

export async function memory(lab: Lab): Promise<Row[]> {
  const rounds = await runRounds(lab.isQuick ? 1 : 3, ['bare', 'gateway', 'native'], (contender) =>
    lab.withFresh(contender, (worker, fresh) => measureFresh(contender, worker.pid, fresh)),
  );
  const kilobytes = (measured: Measured) => (measured as MeasuredMemory).kilobytes;
  return [
    compare(rounds, 'gateway', kilobytes, {
      name: 'memory an open stream, metered',
      unit: 'KB',
      goal: { of: 'ratio', atMost: 3 },
    }),
    compare(rounds, 'native', kilobytes, {
      name: 'memory an open stream, not metered',
      unit: 'KB',
      goal: { of: 'ratio', atMost: 1.2 },
    }),
  ];
}

/** A process that has served before, so that the engine's own growth is not counted to the streams. */
async function measureFresh(contender: Contender, pid: number, lab: Lab): Promise<MeasuredMemory> {
  await lab.measure(contender, 'whole', { kind: 'closed', connections: 16, requests: 1000 });
  await lab.measure(contender, 'short', { kind: 'closed', connections: 16, requests: 100 });
  await pause(300);
  const before = residentBytes(pid);
  const measured = await lab.measure(contender, 'slow1', { kind: 'hold', connections: STREAMS });
  await pause(OPEN_FOR_MS);
  const kilobytes = (residentBytes(pid) - before) / STREAMS / 1024;
  await lab.measure(contender, 'slow1', { kind: 'release' });
  return { ...measured, kilobytes };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
