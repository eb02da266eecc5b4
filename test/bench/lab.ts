/** What is compared, and with what: the upstream, the load generator, and a Worker process for each contender. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { makeKey, standIn } from '../support/gateway.ts';
import type { LoadResult, LoadTask } from './load.ts';
import { cpuMicros, end, spawnScript } from './processes.ts';
import { type Behaviour, chatRequest, HEALTH_REQUEST } from './requests.ts';
import { startWorker, type Worker, type WorkerSource } from './worker.ts';

/**
 * `direct`: the upstream, with nothing in front. `bare`: a Worker that only passes on. `gateway`: keyed, routed,
 * metered, logged, with its control plane. `minted`: the same gateway, with a key of the Registry instead of one of the
 * document. `native`: the same gateway, an alias with `metering: false`. `translated`: the same gateway, with an
 * upstream of Anthropic's form. `limited`: the same gateway, with a key whose limits are far away. `cold`: a gateway that
 * limits end users too, and each request of a task is of another one. `known`: the same gateway, and all are of one.
 */
export type Contender =
  | 'direct'
  | 'bare'
  | 'gateway'
  | 'minted'
  | 'native'
  | 'translated'
  | 'limited'
  | 'cold'
  | 'known';

/** The alias that each contender is asked for. */
const ALIASES: Readonly<Record<Contender, string>> = {
  direct: 'metered',
  bare: 'metered',
  gateway: 'metered',
  minted: 'metered',
  native: 'native',
  translated: 'translated',
  limited: 'metered',
  cold: 'metered',
  known: 'metered',
};

const LIMITED: readonly Contender[] = ['limited', 'cold', 'known'];

/** Every kind of limit, and none is ever reached. */
const FAR_LIMITS = {
  requests_per_minute: 100_000_000,
  tokens_per_minute: 100_000_000_000,
  requests_per_day: 1_000_000_000,
  concurrency: 10_000,
  budgets: [{ usd: 1_000_000, window: 'month' }],
};
/** US dollars for a million tokens: a model that no list of prices knows. */
const PRICES = { 'up/bench-model': { input: 2.5, output: 10 } };

/** A task without what the lab knows itself. */
type Task = LoadTask extends infer One
  ? One extends LoadTask
    ? Omit<One, 'port' | 'request'>
    : never
  : never;

export interface Measured extends LoadResult {
  /** Of the contender's process during the task; 0 for `direct`. */
  readonly cpuMicros: number;
}

export interface Lab {
  readonly isQuick: boolean;
  /** The built gateway. */
  readonly bundle: Buffer;
  /** Does a task on a contender, which serves already and is warm. */
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
  const key = makeKey('bench');
  const limitedKey = makeKey('limited', FAR_LIMITS);
  const bare: WorkerSource = {
    module: readFileSync(new URL('./bare.js', import.meta.url)),
    vars: { UPSTREAM: `http://127.0.0.1:${upstreamPort}/v1/chat/completions` },
    probe: HEALTH_REQUEST,
  };
  const target = { provider: 'up', model: 'bench-model' };
  const claude = { provider: 'claude', model: 'claude-bench' };
  const gatewayWith = (members: object): WorkerSource => ({
    module: bundle,
    state: true,
    vars: {
      ADMIN_TOKEN: key.key,
      GATEWAY_CONFIG: JSON.stringify({
        providers: {
          up: standIn(`http://127.0.0.1:${upstreamPort}`),
          claude: { ...standIn(`http://127.0.0.1:${upstreamPort}`), dialect: 'anthropic-messages' },
        },
        models: {
          metered: { targets: [target] },
          native: { targets: [target], metering: false },
          translated: { targets: [claude] },
        },
        keys: [key.entry, limitedKey.entry],
        prices: PRICES,
        ...members,
      }),
    },
    probe: HEALTH_REQUEST,
  });
  const gateway = gatewayWith({});
  const cold = gatewayWith({ end_users: FAR_LIMITS });
  const sourceOf = (contender: Contender) =>
    contender === 'bare' ? bare : contender === 'cold' || contender === 'known' ? cold : gateway;
  const keyOf = (contender: Contender): string => {
    if (contender === 'minted') return mintedKey;
    return LIMITED.includes(contender) ? limitedKey.key : key.key;
  };
  const requestFor = (contender: Contender, behaviour: Behaviour, bodyBytes?: number) =>
    chatRequest({
      model: ALIASES[contender],
      key: keyOf(contender),
      behaviour,
      isNumbered: contender === 'cold',
      ...(bodyBytes === undefined ? {} : { bodyBytes }),
    });

  /** A lab in which the Workers of the given contenders serve. */
  function labOf(workers: ReadonlyMap<Contender, Worker>, stop: () => Promise<void>): Lab {
    return {
      isQuick,
      bundle,
      stop,
      async measure(contender, behaviour, task, bodyBytes) {
        const worker = workers.get(contender);
        const port = worker?.port ?? upstreamPort;
        const before = worker === undefined ? 0 : cpuMicros(worker.pid);
        const request = requestFor(contender, behaviour, bodyBytes);
        const result = await ask(load, { ...task, port, request } as LoadTask);
        return { ...result, cpuMicros: worker === undefined ? 0 : cpuMicros(worker.pid) - before };
      },
      async withFresh(contender, work) {
        const worker = await startWorker(sourceOf(contender));
        const stopFresh = () => worker.stop();
        try {
          return await work(worker, labOf(new Map([[contender, worker]]), stopFresh));
        } finally {
          await stopFresh();
        }
      },
    };
  }

  const bareWorker = await startWorker(bare);
  const gatewayWorker = await startWorker(gateway);
  const coldWorker = await startWorker(cold);
  const mintedKey = await mintKey(gatewayWorker, key.key);
  const workers = new Map<Contender, Worker>([
    ['bare', bareWorker],
    ['gateway', gatewayWorker],
    ['minted', gatewayWorker],
    ['native', gatewayWorker],
    ['translated', gatewayWorker],
    ['limited', gatewayWorker],
    ['cold', coldWorker],
    ['known', coldWorker],
  ]);
  const lab = labOf(workers, async () => {
    const workers = [bareWorker, gatewayWorker, coldWorker];
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

async function ask(load: ChildProcess, task: LoadTask): Promise<LoadResult> {
  const answered = once(load, 'message');
  load.send({ task });
  const [{ result, error }] = await answered;
  if (error !== undefined) throw new Error(`${task.kind}: ${error}`);
  return result;
}
