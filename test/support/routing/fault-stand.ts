/** The providers of the fault matrix: one that is bad in its own way for each cell, and a good one for all. */
import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { standIn } from '../gateway.ts';
import { startUpstream } from '../upstream.ts';
import { freePort } from '../workerd.ts';
import { type Cell, RETRIES } from './expected.ts';
import { answers } from './fault-handlers.ts';
import type { Network } from './fault-table.ts';

/** Long enough for a healthy stand-in on a busy machine, and short enough to wait for. */
const SHORT_MS = 2500;

/** Failures in a row after which the circuit of a target opens, and stays open for as long as the suite runs. */
const BREAKER = { failure_rate: 0.5, min_requests: 3, open_seconds: 600 };

export interface FaultStand {
  readonly providers: Readonly<Record<string, object>>;
  readonly models: Readonly<Record<string, object>>;
  /** Calls so far of a cell's faulty provider and of the good one; `bad` is `null` where nobody can see them. */
  seen(cell: Cell): { readonly bad: number | null; readonly good: number };
  stop(): Promise<void>;
}

export const badOf = ({ id }: Pick<Cell, 'id'>): string => `bad-${id}`;
export const GOOD = 'good';

/** `alias`: what is different in the alias of a cell. */
export async function startFaultStand(
  cells: readonly Cell[],
  alias: (cell: Cell) => object = () => ({}),
): Promise<FaultStand> {
  const bad = new Map<string, number>();
  const good = new Map<string, number>();
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const healthy = answers('from good');
  const upstream = await startUpstream((call, ...rest) => {
    const [, provider = '', id = ''] = call.path.split('/');
    const asked = provider === GOOD ? (JSON.parse(call.body.toString()).user as string) : id;
    const counts = provider === GOOD ? good : bad;
    counts.set(asked, (counts.get(asked) ?? 0) + 1);
    const does = provider === GOOD ? healthy : byId.get(id)?.meaning.does;
    if (typeof does !== 'function') throw new Error(`nobody answers at ${call.path}`);
    return does(call, ...rest);
  });
  const silent = await freePort();
  const babbler = await startBabbler();
  const urlOf = ({ id, meaning: { does } }: Cell): string => {
    if (typeof does === 'function') return `${upstream.url}/bad/${id}`;
    return networkUrl(does, { plain: upstream.port, silent, babbler: babbler.port });
  };
  return {
    providers: {
      [GOOD]: standIn(`${upstream.url}/${GOOD}`),
      ...Object.fromEntries(cells.map((cell) => [badOf(cell), standIn(urlOf(cell))])),
    },
    models: Object.fromEntries(cells.map((cell) => [cell.id, { ...aliasOf(cell), ...alias(cell) }])),
    seen: ({ id, meaning }) => ({
      bad: typeof meaning.does === 'function' ? (bad.get(id) ?? 0) : null,
      good: good.get(id) ?? 0,
    }),
    stop: async () => {
      await upstream.stop();
      await babbler.stop();
    },
  };
}

function aliasOf(cell: Cell): object {
  const faulty = { provider: badOf(cell), model: 'm' };
  const good = { provider: GOOD, model: 'm', ...(cell.way === 'weighted' ? { weight: 0 } : {}) };
  const silence = { headers_ms: SHORT_MS, first_token_ms: SHORT_MS, idle_ms: SHORT_MS };
  return {
    strategy: cell.way,
    targets: cell.way === 'single' ? [faulty] : [faulty, good],
    retries: RETRIES,
    breaker: BREAKER,
    ...(cell.meaning.isSilent === true ? { timeouts: silence } : {}),
  };
}

interface Ports {
  readonly plain: number;
  readonly silent: number;
  readonly babbler: number;
}

function networkUrl(network: Network, { plain, silent, babbler }: Ports): string {
  switch (network) {
    case 'nobody listens':
      return `http://127.0.0.1:${silent}`;
    case 'speaks no TLS':
      return `https://127.0.0.1:${plain}`;
    case 'has no address':
      return 'http://nowhere.invalid';
    case 'speaks no HTTP':
      return `http://127.0.0.1:${babbler}`;
  }
}

/** Answers whatever comes with bytes that are no HTTP. */
async function startBabbler(): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.from('SSH-2.0-nothing to see\r\n\0\x01\x02\x03\r\n')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
