/**
 * The Cache API of one data centre for raw workerd: a real HTTP server that speaks what the runtime makes of `match`,
 * `put` and `delete`, keeps what was put for as long as its `Cache-Control: max-age` says, and can be made useless in
 * several ways. Without a server `match` and `put` throw ("No Cache was configured").
 */
import { type Handler, type ReceivedCall, startUpstream } from './upstream.ts';

/**
 * `forgetful`: takes what is put and never has anything, as on `workers.dev`. `broken`: every operation is a 500, which
 * the runtime takes for nothing found, and for something put. `hang`: no answer until another fault is set. `reset`:
 * the connection is torn, and `match` throws. `garbage`: `match` finds bytes that nobody put.
 */
export type NearFault = 'none' | 'forgetful' | 'broken' | 'hang' | 'reset' | 'garbage';

export interface NearCache {
  /** On loopback. */
  readonly port: number;
  /** Calls of `match` and of `put` so far, whatever became of them. */
  readonly matches: number;
  readonly puts: number;
  /** URLs that have something now, sorted. */
  urls(): string[];
  /** The body under a URL; `null` for none. */
  read(url: string): Uint8Array | null;
  clear(): void;
  fail(fault: NearFault): void;
  stop(): Promise<void>;
}

interface Kept {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** `now`: milliseconds since the Unix epoch, for what expires. */
export async function startNearCache(now: () => number = Date.now): Promise<NearCache> {
  const kept = new Map<string, Kept>();
  let fault: NearFault = 'none';
  let hanging: (() => void)[] = [];
  let matches = 0;
  let puts = 0;

  const keptAt = (url: string): Kept | null => {
    const entry = kept.get(url);
    return entry !== undefined && entry.expiresAt > now() ? entry : null;
  };

  const answer: Handler = async (call, response) => {
    if (call.method === 'GET') matches += 1;
    if (call.method === 'PUT') puts += 1;
    while (fault === 'hang') await new Promise<void>((resolve) => hanging.push(resolve));
    if (fault === 'reset') {
      response.destroy();
      return;
    }
    const { status, headers, body } = fault === 'broken' ? { status: 500 } : operate(call);
    response.writeHead(status, headers).end(body);
  };

  function operate(call: ReceivedCall): Told {
    const url = urlOf(call);
    if (call.method === 'GET') {
      const entry = fault === 'garbage' ? GARBAGE : fault === 'forgetful' ? null : keptAt(url);
      if (entry === null) return { status: 504, headers: { 'cf-cache-status': 'MISS' } };
      return { status: 200, headers: { ...entry.headers, 'cf-cache-status': 'HIT' }, body: entry.body };
    }
    if (call.method === 'PUT') {
      const entry = readPut(call.body, now());
      if (entry !== null && fault !== 'forgetful') kept.set(url, entry);
      return { status: 204 };
    }
    if (call.method === 'PURGE') return { status: kept.delete(url) ? 200 : 404 };
    return { status: 501 };
  }

  const server = await startUpstream(async (call, ...rest) => {
    server.calls.length = 0; // counted here
    await answer(call, ...rest);
  });
  return {
    port: server.port,
    get matches() {
      return matches;
    },
    get puts() {
      return puts;
    },
    urls: () => [...kept.keys()].filter((url) => keptAt(url) !== null).sort(),
    read: (url) => keptAt(url)?.body ?? null,
    clear: () => kept.clear(),
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

interface Told {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const GARBAGE: Kept = {
  headers: { 'content-type': 'application/octet-stream', 'cache-control': 'max-age=60' },
  body: Buffer.from('{"version":1,"body":"\u0000', 'utf8'),
  expiresAt: Number.POSITIVE_INFINITY,
};

/** A named cache (`caches.open`) is one of its own. */
const urlOf = ({ path, headers }: ReceivedCall): string =>
  `${headers['cf-cache-namespace'] ?? ''}http://${headers.host}${path}`;

/** What is put comes as an HTTP response in the body. `null`: one that is not to be kept. */
function readPut(bytes: Buffer, now: number): Kept | null {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const { 'transfer-encoding': _, ...own } = headers; // of the way here, not of what is kept
  const control = own['cache-control'] ?? '';
  const seconds = /\b(?:s-)?max-?age=(\d+)/i.exec(control)?.[1];
  if (
    !statusLine.includes(' 200 ') ||
    seconds === undefined ||
    /\b(?:private|no-store|no-cache)\b/i.test(control)
  )
    return null;
  return { headers: own, body: bytes.subarray(end + 4), expiresAt: now + Number(seconds) * 1000 };
}
