/**
 * A Worker on raw workerd, as `test/support/workerd.ts` serves it, but on a core of its own and with its log going
 * to /dev/null: writing a line is counted, reading it is not. Its Registry, if it has one, is measured with it; KV and
 * the near cache are not.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, workerdBinary } from '../support/workerd.ts';
import { type StateConfig, stateConfig } from '../support/workerd-config.ts';
import { end, MEASURED_CORE, spawnOn, spawnScript } from './processes.ts';

/** What is served: a module and its text bindings. */
export interface WorkerSource {
  readonly module: Buffer;
  readonly vars: Readonly<Record<string, string>>;
  /** Answers 200 when the Worker serves. */
  readonly probe: string;
  /** Binds a Registry, empty at the start, Ledgers, Flights and KV: the module exports the classes. */
  readonly state?: { readonly near: NearCacheKind };
}

/** The Cache API: there is none, one that keeps what it is given, or one that has never anything. */
export type NearCacheKind = 'none' | 'keeps' | 'forgets';

export interface Worker {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its first answer. */
  readonly startUpMs: number;
  stop(): Promise<void>;
}

export async function startWorker(source: WorkerSource): Promise<Worker> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-bench-'));
  writeFileSync(join(directory, 'index.js'), source.module);
  const kv = source.state === undefined ? null : spawnScript('./kv.ts');
  const state = await stateIn(directory, kv, source.state?.near ?? 'none');
  writeFileSync(join(directory, 'config.capnp'), config(port, source.vars, state));
  const startedAt = performance.now();
  const child = spawnOn(MEASURED_CORE, workerdBinary(), ['serve', join(directory, 'config.capnp')]);
  const removeDirectory = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeDirectory);
  const stop = async () => {
    await end(child);
    if (kv !== null) await end(kv);
    process.off('exit', removeDirectory);
    removeDirectory();
  };
  while (!(await answers(port, source.probe))) {
    if (child.exitCode !== null || performance.now() - startedAt > 30_000) {
      await stop();
      throw new Error('the Worker does not answer');
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { port, pid: child.pid ?? 0, startUpMs: performance.now() - startedAt, stop };
}

async function stateIn(
  directory: string,
  kv: ChildProcess | null,
  near: NearCacheKind,
): Promise<StateConfig> {
  if (kv === null) return stateConfig(undefined);
  const [ports] = await once(kv, 'message');
  const storage = join(directory, 'registry');
  mkdirSync(storage);
  const cache = { kv: ports.cache, ...(near === 'none' ? {} : { near: ports[near] }) };
  return stateConfig({ directory: storage, kvPort: ports.kv, cache });
}

const config = (port: number, vars: Readonly<Record<string, string>>, state: StateConfig): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "index.js", esModule = embed "index.js")],
      compatibilityDate = "2026-10-20", compatibilityFlags = ["enable_request_signal"],
      bindings = [${[...Object.entries(vars).map(textBinding), ...state.bindings].join(', ')}]${state.owner})),
    ${state.services.map((service) => `${service},`).join('\n    ')}
    (name = "internet", network = (allow = ["public", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`;

/** Cap'n Proto and JSON agree on quotes, and our texts hold no other escapes. */
const textBinding = ([name, text]: [string, string]): string =>
  `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`;

/** One try on a bare socket, without waiting where nobody listens yet. */
function answers(port: number, probe: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(probe));
    const settle = (isServing: boolean) => {
      socket.destroy();
      resolve(isServing);
    };
    socket.on('data', (data) => settle(data.toString().startsWith('HTTP/1.1 200')));
    socket.setTimeout(5000, () => settle(false));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}
