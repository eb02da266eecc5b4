/**
 * Processes on cores: what is measured has core 0 for itself, what measures it (upstream, load) shares core 1.
 * With one core, or without `taskset`, they run where they are put.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export const MEASURED_CORE = 0;
export const MEASURING_CORE = 1;

export const canPin: boolean = availableParallelism() > 1 && hasTaskset();

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** None outlives the benchmark, however it ends: a Worker left behind would take its core from the next run. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

/** `taskset` becomes the command it starts: the process id is the command's own. */
export function spawnOn(core: number, command: string, args: string[], hasChannel = false): ChildProcess {
  const line = canPin ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  const [program = command, ...rest] = line;
  const child = spawn(program, rest, {
    stdio: ['ignore', 'ignore', 'inherit', ...(hasChannel ? ['ipc' as const] : [])],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A TypeScript module of this folder that talks over `process.send`. */
export const spawnScript = (file: string): ChildProcess =>
  spawnOn(MEASURING_CORE, process.execPath, [new URL(file, import.meta.url).pathname], true);

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** CPU time of a process so far, user and system, in microseconds. */
export function cpuMicros(pid: number): number {
  try {
    // Nanoseconds on the CPU, thread by thread: the clock ticks of `stat` are 10,000 µs long.
    let nanos = 0;
    for (const task of readdirSync(`/proc/${pid}/task`))
      nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    return nanos / 1000;
  } catch {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
