/** The built gateway on raw workerd: as close to production as a laptop gets, and ready in a blink. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CachePorts } from './cache-stand.ts';
import { FLIGHT_FRONT_MODULE, type FlightFront } from './flight-front.ts';
import type { KvStore } from './kv-store.ts';
import { LEDGER_FRONT_MODULE, type LedgerFront } from './ledger-front.ts';
import { FRONT_MODULE, type RegistryFront } from './registry-front.ts';
import { VANTAGE_FRONT_MODULE, type VantageFront } from './vantage-front.ts';
import { type StateSource, workerdConfig } from './workerd-config.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `npm run build`, once for a run of the suites. */
export function buildGateway(): string {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(ROOT, 'dist/index.js');
}

export interface WorkerdProcess {
  readonly url: string;
  readonly pid: number;
  /** Every line written to the log so far that is JSON. */
  readonly lines: LogLine[];
  /** Everything written, parsed or not. */
  output(): string;
  /** The log line of a request; waits for it. */
  lineOf(requestId: string | null): Promise<LogLine>;
  stop(): Promise<void>;
}

export interface LogLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Where the objects and the edge copies are. */
export interface WorkerdState {
  /** The objects' storage, which a later start finds again; default: a directory that goes with the process. */
  readonly directory?: string;
  readonly kv: Pick<KvStore, 'port'>;
  /** Stands before the Registry; default: nothing does. */
  readonly registry?: Pick<RegistryFront, 'port'>;
  /** Stands before the Ledgers; default: nothing does. */
  readonly ledgers?: Pick<LedgerFront, 'port'>;
  /** Stands before the Flights; default: nothing does. */
  readonly flights?: Pick<FlightFront, 'port'>;
  /** Stands before the Vantages; default: nothing does. `null`: none are bound. */
  readonly vantages?: Pick<VantageFront, 'port'> | null;
}

export interface WorkerdOptions {
  /** Binds `REGISTRY` and `EDGE_COPIES`; the module exports the class `Registry`. It always exports `Ledger`, `Flight` and `Vantage`. */
  readonly state?: WorkerdState;
  /** Binds `CACHE`, and gives the isolates a Cache API. */
  readonly cache?: CachePorts;
  /** On loopback; default: a free one. */
  readonly port?: number;
  /** A second isolate of the module serves here: a memory of its own, the same bindings, Registry and KV. */
  readonly elsewherePort?: number;
}

/** Serves one ES module on loopback. `vars` become text bindings. */
export async function startWorkerd(
  modulePath: string,
  vars: Record<string, string>,
  options: WorkerdOptions = {},
): Promise<WorkerdProcess> {
  const { port = await freePort(), elsewherePort } = options;
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-'));
  const cleanUp = () => rmSync(directory, { recursive: true, force: true });
  for (const [name, value] of Object.entries(vars)) writeFileSync(join(directory, `var-${name}`), value);
  copyFileSync(modulePath, join(directory, 'index.js'));
  const state = prepareState(options, directory);
  writeFileSync(
    join(directory, 'config.capnp'),
    workerdConfig({ vars: Object.keys(vars), port, elsewherePort, state }),
  );
  const child = spawn(workerdBinary(), ['serve', join(directory, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const supervised = await supervise(child, `http://127.0.0.1:${port}`, cleanUp);
    if (elsewherePort !== undefined)
      await untilReady(`http://127.0.0.1:${elsewherePort}`, child, supervised.output);
    return supervised;
  } catch (error) {
    child.kill('SIGKILL');
    cleanUp();
    throw error;
  }
}

/** Puts beside the configuration what its state needs. Ledgers, Flights and Vantages are there without a control plane, too. */
function prepareState({ state, cache = {} }: WorkerdOptions, beside: string): StateSource {
  const storage = state?.directory ?? join(beside, 'objects');
  mkdirSync(storage, { recursive: true });
  if (state === undefined) return { directory: storage, cache };
  const { kv, registry, ledgers, flights, vantages } = state;
  if (registry !== undefined) copyFileSync(FRONT_MODULE, join(beside, 'registry-front.js'));
  if (ledgers !== undefined) copyFileSync(LEDGER_FRONT_MODULE, join(beside, 'ledger-front.js'));
  if (flights !== undefined) copyFileSync(FLIGHT_FRONT_MODULE, join(beside, 'flight-front.js'));
  if (vantages) copyFileSync(VANTAGE_FRONT_MODULE, join(beside, 'vantage-front.js'));
  return {
    directory: storage,
    kvPort: kv.port,
    cache,
    ...(registry === undefined ? {} : { frontPort: registry.port }),
    ...(ledgers === undefined ? {} : { ledgerFrontPort: ledgers.port }),
    ...(flights === undefined ? {} : { flightFrontPort: flights.port }),
    ...(vantages === undefined ? {} : { vantageFrontPort: vantages?.port ?? null }),
  };
}

/** Reads a process's log and waits until it answers. Also used for `wrangler dev`. */
export async function supervise(
  child: ChildProcess,
  url: string,
  cleanUp: () => void,
): Promise<WorkerdProcess> {
  const lines: LogLine[] = [];
  let output = '';
  let waiting: (() => void)[] = [];
  const read = (stream: NodeJS.ReadableStream | null) => {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const pieces = (rest + text).split('\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) {
        const start = piece.indexOf('{"type":');
        if (start === -1) continue;
        try {
          lines.push(JSON.parse(piece.slice(start)));
        } catch {
          // not a line of the log
        }
      }
      for (const wake of waiting.splice(0)) wake();
    });
  };
  read(child.stdout);
  read(child.stderr);
  const exited = once(child, 'exit');
  await untilReady(url, child, () => output);

  const lineOf = async (requestId: string | null): Promise<LogLine> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const line = lines.find((one) => one.type === 'request' && one.request_id === requestId);
      if (line !== undefined) return line;
      if (Date.now() > deadline) throw new Error(`no log line for ${requestId}:\n${output.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, 250);
      });
    }
  };
  return {
    url,
    pid: child.pid ?? 0,
    lines,
    output: () => output,
    lineOf,
    stop: async () => {
      waiting = [];
      child.kill('SIGKILL');
      await exited;
      cleanUp();
    },
  };
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the gateway ended at once:\n${output()}`);
    const isReady = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the gateway does not answer:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export function workerdBinary(): string {
  const path = join(ROOT, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  return existsSync(path) ? path : join(ROOT, 'node_modules/.bin/workerd');
}
