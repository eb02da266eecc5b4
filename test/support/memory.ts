/** What a process holds of the machine's memory. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const MEBIBYTE = 1024 * 1024;

/** Resident set size in MiB. */
export function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`no VmRSS of process ${pid}`);
  return (Number(kib) * 1024) / MEBIBYTE;
}

/** Samples a process while `work` goes on. */
export async function watchMemory<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ result: T; before: number; samples: number[]; peak: number }> {
  const before = residentMib(pid);
  const samples: number[] = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      samples.push(residentMib(pid));
      await delay(50);
    }
  })();
  try {
    const result = await work();
    samples.push(residentMib(pid));
    return { result, before, samples, peak: Math.max(...samples) };
  } finally {
    isOver = true;
    await sampling;
  }
}

export const mib = (value: number): string => `${value.toFixed(1)} MiB`;
