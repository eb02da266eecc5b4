/**
 * A KV namespace for raw workerd: a real HTTP server that speaks what the runtime makes of `get`, `put` and `delete`,
 * and that can be made stale, empty, slow to death or full of garbage. Lists, bulk reads and metadata are not served
 * (501): nothing of ours uses them, and an answer made up here would prove nothing.
 */
import { type Handler, type ReceivedCall, startUpstream } from './upstream.ts';

/**
 * `throw`: every operation is a 500. `refuse-writes`: writes are a 429, as for more than one a second on a name.
 * `hang`: no answer until another fault is set. `reset`: the connection is torn.
 */
export type KvFault = 'none' | 'throw' | 'refuse-writes' | 'hang' | 'reset';

export interface KvStore {
  /** On loopback. */
  readonly port: number;
  /** Reads that a Worker asked for so far, answered or not. */
  readonly reads: number;
  /** Writes and deletions that a Worker asked for so far, accepted or not. */
  readonly writes: number;
  /** The names that have a value now, sorted. */
  names(): string[];
  /** The value, however stale what Workers see of it is; `null` for none. */
  read(name: string): string | null;
  /** Plants a value without expiry. */
  write(name: string, value: string | Uint8Array): void;
  clear(): void;
  /** From now on Workers read what stood here at this moment; what is written counts after `thaw`. */
  freeze(): void;
  thaw(): void;
  fail(fault: KvFault): void;
  stop(): Promise<void>;
}

interface Entry {
  readonly value: Uint8Array;
  /** Milliseconds since the Unix epoch; `null`: never. */
  readonly expiresAt: number | null;
}

/** What an operation comes to: a status and a body. */
type Outcome = readonly [status: number, body: string | Uint8Array];

/** `now`: milliseconds since the Unix epoch, for what expires. */
export async function startKvStore(now: () => number = Date.now): Promise<KvStore> {
  const truth = new Map<string, Entry>();
  let frozen: ReadonlyMap<string, Entry> | null = null;
  let fault: KvFault = 'none';
  let hanging: (() => void)[] = [];
  let reads = 0;
  let writes = 0;

  const valueIn = (entries: ReadonlyMap<string, Entry>, name: string): Uint8Array | null => {
    const entry = entries.get(name);
    if (entry === undefined) return null;
    return entry.expiresAt === null || entry.expiresAt > now() ? entry.value : null;
  };

  function operate(call: ReceivedCall): Outcome {
    const { pathname, searchParams } = new URL(call.path, 'http://kv');
    const name = decodeURIComponent(pathname.slice(1));
    const refusal = refusalOf(call, name, searchParams);
    if (refusal !== null) return refusal;
    if (call.method === 'GET') {
      const value = valueIn(frozen ?? truth, name);
      return value === null ? [404, 'Not Found'] : [200, value];
    }
    if (fault === 'refuse-writes') return [429, 'Too Many Requests'];
    if (call.method === 'DELETE') truth.delete(name);
    else truth.set(name, { value: call.body, expiresAt: expiryOf(searchParams, now()) });
    return [200, ''];
  }

  const answer: Handler = async (call, response) => {
    if (call.method === 'GET') reads += 1;
    else writes += 1;
    while (fault === 'hang') await new Promise<void>((resolve) => hanging.push(resolve));
    if (fault === 'reset') {
      response.destroy();
      return;
    }
    const [status, body] = fault === 'throw' ? [500, 'Internal Server Error'] : operate(call);
    response.writeHead(status, { 'content-type': 'application/octet-stream' }).end(body);
  };

  const server = await startUpstream(answer);
  return {
    port: server.port,
    get reads() {
      return reads;
    },
    get writes() {
      return writes;
    },
    names: () => [...truth.keys()].filter((name) => valueIn(truth, name) !== null).sort(),
    read: (name) => {
      const value = valueIn(truth, name);
      return value === null ? null : Buffer.from(value).toString('utf8');
    },
    write: (name, value) => {
      truth.set(name, { value: Buffer.from(value), expiresAt: null });
    },
    clear: () => truth.clear(),
    freeze: () => {
      frozen = new Map(truth);
    },
    thaw: () => {
      frozen = null;
    },
    fail: (next) => {
      fault = next;
      for (const goOn of hanging.splice(0)) goOn();
    },
    stop: () => {
      hanging = [];
      return server.stop();
    },
  };
}

const LONGEST_NAME_BYTES = 512;
const SHORTEST_CACHE_TTL_SECONDS = 30;
const SHORTEST_EXPIRATION_TTL_SECONDS = 60;

/** What the real KV refuses, and what is not served here. Limits: developers.cloudflare.com/kv/platform/limits/ */
function refusalOf(call: ReceivedCall, name: string, params: URLSearchParams): Outcome | null {
  const isServed = ['GET', 'PUT', 'DELETE'].includes(call.method) && name !== '';
  if (!isServed || call.headers['cf-kv-metadata'] !== undefined) return [501, 'not served by this stand-in'];
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) return [414, 'the name is too long'];
  if (isBelow(params.get('cache_ttl'), SHORTEST_CACHE_TTL_SECONDS)) return [400, 'Invalid cache_ttl'];
  if (isBelow(params.get('expiration_ttl'), SHORTEST_EXPIRATION_TTL_SECONDS))
    return [400, 'Invalid expiration_ttl'];
  return null;
}

const isBelow = (value: string | null, least: number): boolean => value !== null && !(Number(value) >= least);

/** When a value goes: so many seconds from now, or a second since the Unix epoch. */
function expiryOf(params: URLSearchParams, now: number): number | null {
  const ttlSeconds = params.get('expiration_ttl');
  if (ttlSeconds !== null) return now + Number(ttlSeconds) * 1000;
  const atSeconds = params.get('expiration');
  return atSeconds === null ? null : Number(atSeconds) * 1000;
}
