/**
 * A KV namespace for raw workerd: a real HTTP server that speaks what the runtime makes of `get`, `put` and `delete`,
 * and that can be made stale, empty, slow to death or full of garbage. Lists and metadata are not served (501): nothing
 * of ours uses them, and an answer made up here would prove nothing.
 */
import { bulkOutcome, expiryOf, type KvOutcome, refusalOf } from './kv-rules.ts';
import { type Handler, type ReceivedCall, startUpstream } from './upstream.ts';

/**
 * `throw`: every operation is a 500. `refuse-writes`: writes are a 429, as for more than one a second on a name.
 * `hang`: no answer until another fault is set. `reset`: the connection is torn. `garbage`: every read gives bytes that
 * nobody wrote, whether there is a value or not.
 */
export type KvFault = 'none' | 'throw' | 'refuse-writes' | 'hang' | 'reset' | 'garbage';

/** What a Worker asked for. */
export interface KvOperation {
  readonly method: 'get' | 'put' | 'delete' | 'bulk get';
  /** Of a bulk read: all of them, in their order. */
  readonly names: readonly string[];
  /** How much was put. */
  readonly bytes: number;
}

export interface KvStore {
  /** On loopback. */
  readonly port: number;
  /** Reads that a Worker asked for so far, answered or not. */
  readonly reads: number;
  /** Writes and deletions that a Worker asked for so far, accepted or not. */
  readonly writes: number;
  /** Both, in order; a bulk read counts once. */
  readonly received: readonly KvOperation[];
  /** The names that have a value now, sorted. */
  names(): string[];
  /** The value, however stale what Workers see of it is; `null` for none. */
  read(name: string): string | null;
  readBytes(name: string): Uint8Array | null;
  /** Seconds from now until the value goes; `null`: never, or there is none. */
  secondsLeft(name: string): number | null;
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

/** Begins like JSON, and like a text of ours. */
const GARBAGE = Buffer.from('{"version":1,"body":"\u0000', 'utf8');

/** `now`: milliseconds since the Unix epoch, for what expires. */
export async function startKvStore(now: () => number = Date.now): Promise<KvStore> {
  const truth = new Map<string, Entry>();
  let frozen: ReadonlyMap<string, Entry> | null = null;
  let fault: KvFault = 'none';
  let hanging: (() => void)[] = [];
  const received: KvOperation[] = [];
  let reads = 0;
  let writes = 0;

  const valueIn = (entries: ReadonlyMap<string, Entry>, name: string): Uint8Array | null => {
    const entry = entries.get(name);
    if (entry === undefined) return null;
    return entry.expiresAt === null || entry.expiresAt > now() ? entry.value : null;
  };

  const shown = (name: string) => (fault === 'garbage' ? GARBAGE : valueIn(frozen ?? truth, name));

  function operate(call: ReceivedCall): KvOutcome {
    if (isBulkRead(call)) return bulkOutcome(call, shown);
    const { searchParams } = new URL(call.path, 'http://kv');
    const name = nameIn(call);
    const refusal = refusalOf(call, name, searchParams, now());
    if (refusal !== null) return refusal;
    if (call.method === 'GET') {
      const value = shown(name);
      return value === null ? [404, 'Not Found'] : [200, value];
    }
    if (fault === 'refuse-writes') return [429, 'Too Many Requests'];
    if (call.method === 'DELETE') truth.delete(name);
    else truth.set(name, { value: call.body, expiresAt: expiryOf(searchParams, now()) });
    return [200, ''];
  }

  const answer: Handler = async (call, response) => {
    const operation = operationOf(call);
    received.push(operation);
    if (operation.method === 'get' || operation.method === 'bulk get') reads += 1;
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
    received,
    names: () => [...truth.keys()].filter((name) => valueIn(truth, name) !== null).sort(),
    read: (name) => {
      const value = valueIn(truth, name);
      return value === null ? null : Buffer.from(value).toString('utf8');
    },
    readBytes: (name) => valueIn(truth, name),
    secondsLeft: (name) => {
      const expiresAt = truth.get(name)?.expiresAt ?? null;
      return expiresAt === null ? null : (expiresAt - now()) / 1000;
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

const nameIn = ({ path }: ReceivedCall): string =>
  decodeURIComponent(new URL(path, 'http://kv').pathname.slice(1));

const isBulkRead = ({ method, path }: ReceivedCall): boolean => method === 'POST' && path === '/bulk/get';

const METHODS: Readonly<Record<string, KvOperation['method']>> = { GET: 'get', PUT: 'put', DELETE: 'delete' };

function operationOf(call: ReceivedCall): KvOperation {
  if (isBulkRead(call)) return { method: 'bulk get', names: JSON.parse(call.body.toString()).keys, bytes: 0 };
  return { method: METHODS[call.method] ?? 'get', names: [nameIn(call)], bytes: call.body.length };
}
