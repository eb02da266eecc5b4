/**
 * Redis over HTTP, as Upstash serves it, in front of a stock redis-server; and what goes wrong on the way, on demand.
 * Source: https://upstash.com/docs/redis/features/restapi
 *
 * Scripts for Upstash may begin with `#!lua flags=allow-key-locking`, which stock Redis refuses: the line is taken off,
 * and the hash of such a script stands for the one without it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connectResp, RedisRefusal, type Reply, type RespConnection } from './resp.ts';

/**
 * What becomes of requests: `none`, as they should be served. `slow`: run, and not answered before another fault is
 * set. `error`: a 500 that says so in JSON, nothing run. `garbage`: a 502 of some proxy, nothing run. `lost-answer`:
 * run, and the connection torn before the answer. `lost-request`: torn before anything is run.
 */
export type FrontFault = 'none' | 'slow' | 'error' | 'garbage' | 'lost-answer' | 'lost-request';

export interface RestFront {
  readonly url: string;
  readonly token: string;
  /** Names of the commands that arrived so far, lower case, whatever became of them. */
  readonly commands: readonly string[];
  /** The headers of the last request. */
  readonly lastHeaders: Readonly<Record<string, string | string[] | undefined>>;
  /** From now on; with `times`, for so many requests, and then none. */
  fail(fault: FrontFault, times?: number): void;
  /** Straight to redis-server, past all faults. */
  send(...command: string[]): Promise<Reply>;
  stop(): Promise<void>;
}

type Result = { readonly result: unknown } | { readonly error: string };
type Outcome = readonly [status: number, told: Result | readonly Result[]];

const KEY_LOCKING = /^\s*#!lua flags=allow-key-locking\n/;

export async function startRestFront(redisPort: number): Promise<RestFront> {
  const token = 'token-of-the-front';
  const commands: string[] = [];
  /** SHA-1 of a script as it was sent → of what stock Redis was given. */
  const hashes = new Map<string, string>();
  let lastHeaders: IncomingMessage['headers'] = {};
  let fault: { readonly kind: FrontFault; times: number } = { kind: 'none', times: 0 };
  let hanging: (() => void)[] = [];
  let connection: RespConnection | null = null;
  let connecting: Promise<RespConnection> | null = null;

  /** A new connection where the last one broke: redis-server may have been restarted. */
  async function open(): Promise<RespConnection> {
    if (connection?.isOpen) return connection;
    connecting ??= connectResp(redisPort).finally(() => {
      connecting = null;
    });
    connection = await connecting;
    return connection;
  }

  async function run(to: RespConnection, command: readonly string[]): Promise<Result> {
    commands.push((command[0] ?? '').toLowerCase());
    try {
      return { result: await to.send(toStock(command, hashes)) };
    } catch (error) {
      if (error instanceof RedisRefusal) return { error: error.message };
      throw error;
    }
  }

  async function perform(path: string, body: unknown): Promise<Outcome> {
    if (path === '/') {
      const told = await run(await open(), toCommand(body));
      return ['error' in told ? 400 : 200, told];
    }
    const list = Array.isArray(body) ? body.map(toCommand) : [];
    if (path === '/pipeline') {
      const to = await open();
      return [200, await Promise.all(list.map((command) => run(to, command)))];
    }
    if (path === '/multi-exec') return transact(list);
    return [404, { error: 'ERR not served by this front' }];
  }

  /** On a connection of its own, so that nothing comes in between. */
  async function transact(list: readonly (readonly string[])[]): Promise<Outcome> {
    const own = await connectResp(redisPort);
    const told = await Promise.all([['MULTI'], ...list, ['EXEC']].map((command) => run(own, command)));
    own.close();
    const last = told.at(-1) ?? { error: 'ERR' };
    if ('error' in last) return [400, last];
    return [200, (last.result as unknown[]).map((result) => ({ result }))];
  }

  function nextFault(): FrontFault {
    const { kind } = fault;
    fault.times -= 1;
    if (fault.times <= 0) fault = { kind: 'none', times: 0 };
    return kind;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    lastHeaders = request.headers;
    const body = await readJson(request);
    if (request.headers.authorization !== `Bearer ${token}`)
      return answer(response, 401, { error: 'WRONGPASS invalid or missing auth token' });
    const kind = nextFault();
    if (kind === 'lost-request') return tear(response);
    if (kind === 'error') return answer(response, 500, { error: 'ERR the database is not there' });
    if (kind === 'garbage') return void response.writeHead(502).end('<html>Bad Gateway</html>');
    const [status, told] = await perform(request.url ?? '/', body);
    if (kind === 'slow') await new Promise<void>((resolve) => hanging.push(resolve));
    if (kind === 'lost-answer') return tear(response);
    const isEncoded = request.headers['upstash-encoding'] === 'base64';
    answer(response, status, isEncoded ? encoded(told) : told);
  }

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    serve(request, response).catch((error: Error) =>
      answer(response, 503, { error: `ERR ${error.message}` }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    commands,
    get lastHeaders() {
      return lastHeaders;
    },
    fail: (kind, times = Number.POSITIVE_INFINITY) => {
      fault = { kind, times };
      for (const goOn of hanging.splice(0)) goOn();
    },
    send: async (...command) => (await open()).send(command),
    stop: async () => {
      hanging = [];
      connection?.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const toCommand = (body: unknown): readonly string[] => (body as unknown[]).map(String);

/** What stock Redis understands. */
function toStock(command: readonly string[], hashes: Map<string, string>): readonly string[] {
  const name = (command[0] ?? '').toLowerCase();
  const at = name === 'eval' ? 1 : name === 'script' && command[1]?.toLowerCase() === 'load' ? 2 : null;
  if (at !== null) {
    const script = command[at] ?? '';
    const stock = script.replace(KEY_LOCKING, '');
    hashes.set(sha1(script), sha1(stock));
    return command.with(at, stock);
  }
  return name === 'evalsha' ? command.with(1, hashes.get(command[1] ?? '') ?? command[1] ?? '') : command;
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** Every text but `OK` as base64. */
function encoded(told: Result | readonly Result[]): unknown {
  if (!Array.isArray(told)) return encodedOne(told as Result);
  return told.map(encodedOne);
}

const encodedOne = (told: Result): unknown => ('result' in told ? { result: toBase64(told.result) } : told);

function toBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBase64);
  return typeof value === 'string' && value !== 'OK' ? Buffer.from(value).toString('base64') : value;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function tear(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
