/** The upstream, the load generator, and a Worker process for each contender, started when it is first asked for. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type Contender, createContenders } from './contenders.ts';
import type { LoadResult, LoadTask } from './load.ts';
import { cpuMicros, end, spawnScript } from './processes.ts';
import type { Behaviour } from './requests.ts';
import { startWorker, type Worker, type WorkerSource } from './worker.ts';

/** A task without what the lab knows itself. */
type Task = LoadTask extends infer One
  ? One extends LoadTask
    ? Omit<One, 'port' | 'request'>
    : never
  : never;

export interface Measured extends LoadResult {
  /** Of the contender's process during the task; 0 for `direct`. */
  readonly cpuMicros: number;
  /** What the upstream was asked during the task. */
  readonly upstream: { readonly calls: number; readonly inputs: number };
}

export interface Lab {
  readonly isQuick: boolean;
  /** The built gateway. */
  readonly bundle: Buffer;
  /** Does a task on a contender, which serves already. */
  measure(contender: Contender, behaviour: Behaviour, task: Task, bodyBytes?: number): Promise<Measured>;
  /** Runs `work` while fresh processes serve. */
  withFresh<T>(contender: Contender, work: (worker: Worker, lab: Lab) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export async function openLab(bundlePath: string, isQuick: boolean): Promise<Lab> {
  const bundle = readFileSync(bundlePath); // at once: a build of somebody else may replace the file
  const upstream = spawnScript('./upstream.ts');
  const load = spawnScript('./load.ts');
  const [{ port: upstreamPort }] = await once(upstream, 'message');
  const { sourceOf, requestFor, adminToken } = createContenders(bundle, upstreamPort);
  const serving = new Map<WorkerSource, Promise<Worker>>();
  let minted: string | null = null;

  function serve(contender: Contender): Promise<Worker> | null {
    const source = sourceOf(contender);
    if (source === null) return null;
    const worker = serving.get(source) ?? startWorker(source);
    serving.set(source, worker);
    return worker;
  }

  /** A lab in which `find` tells who serves; `null` for the upstream itself. */
  function labOf(find: (contender: Contender) => Promise<Worker> | null, stop: () => Promise<void>): Lab {
    return {
      isQuick,
      bundle,
      stop,
      async measure(contender, behaviour, task, bodyBytes) {
        const worker = await find(contender);
        if (contender === 'minted' && worker !== null) minted ??= await mintKey(worker, adminToken);
        const port = worker?.port ?? upstreamPort;
        const shape = bodyBytes === undefined ? { minted } : { minted, bodyBytes };
        const request = requestFor(contender, behaviour, shape);
        await askedOf(upstream);
        const before = worker === null ? 0 : cpuMicros(worker.pid);
        const result = await ask(load, { ...task, port, request } as LoadTask);
        const spent = worker === null ? 0 : cpuMicros(worker.pid) - before;
        return { ...result, cpuMicros: spent, upstream: await askedOf(upstream) };
      },
      async withFresh(contender, work) {
        const source = sourceOf(contender);
        if (source === null) throw new Error(`${contender} is no Worker`);
        const worker = await startWorker(source);
        const stopFresh = () => worker.stop();
        try {
          return await work(
            worker,
            labOf(async () => worker, stopFresh),
          );
        } finally {
          await stopFresh();
        }
      },
    };
  }

  const lab = labOf(serve, async () => {
    const workers = await Promise.all(serving.values());
    await Promise.all([...workers.map((worker) => worker.stop()), end(upstream), end(load)]);
  });
  await warmUp(lab);
  return lab;
}

async function mintKey({ port }: Worker, adminToken: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/admin/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', models: ['metered'], denied_models: ['other/*'] }),
  });
  if (response.status !== 201) throw new Error(`no key was minted: ${response.status}`);
  const { key } = (await response.json()) as { key: string };
  return key;
}

/** Until the engine has compiled what is hot. */
async function warmUp(lab: Lab): Promise<void> {
  for (const contender of ['direct', 'bare', 'gateway', 'minted', 'native'] as const) {
    await lab.measure(contender, 'whole', {
      kind: 'closed',
      connections: 16,
      requests: lab.isQuick ? 1500 : 4000,
    });
    await lab.measure(contender, 'burst', { kind: 'closed', connections: 4, requests: 60 });
  }
  await lab.measure('translated', 'burst', { kind: 'closed', connections: 4, requests: 60 });
}

/** Since it was asked last. */
async function askedOf(upstream: ChildProcess): Promise<Measured['upstream']> {
  const answered = once(upstream, 'message');
  upstream.send('asked');
  const [asked] = await answered;
  return asked;
}

async function ask(load: ChildProcess, task: LoadTask): Promise<LoadResult> {
  const answered = once(load, 'message');
  load.send({ task });
  const [{ result, error }] = await answered;
  if (error !== undefined) throw new Error(`${task.kind}: ${error}`);
  return result;
}
