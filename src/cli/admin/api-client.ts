/** The admin API over HTTP: requests, pages, errors. Knows no command. */
import { isRecord } from '../../is-record.ts';
import { parseBody, readPage, readRefusal } from './api-answers.ts';
import type { Connection } from './connection.ts';
import { ApiRefusal, CommandFailed, Unreachable, UsageError } from './failures.ts';
import type { World } from './world.ts';

export type Query = Readonly<Record<string, string | undefined>>;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/admin/v1`; made by `pathTo`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  /** Parsed JSON; `null` where the answer has no body. */
  readonly body: unknown;
  readonly etag: string | null;
}

export interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** There is more than was asked for. */
  readonly hasMore: boolean;
}

/** Every method throws `ApiRefusal`, `Unreachable`, and `CommandFailed` for an answer that makes no sense. */
export interface ApiClient {
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** A `POST` that is safe to repeat: after a network failure it is sent once more, with the same `Idempotency-Key`. */
  create(path: string, body: unknown): Promise<ApiAnswer>;
  /** Walks the pages until `limit` entries are there. */
  list(path: string, query: Query, limit: number): Promise<Listed>;
  /** The body in pieces of text, for what may be longer than memory. Resolves when the gateway has said yes. */
  stream(path: string, query: Query): Promise<AsyncIterable<string>>;
}

/** Longer than any answer of the admin API takes. */
const TIMEOUT_MS = 30_000;
/** Most entries that one page holds. */
const PAGE_SIZE = 1000;

/** `/keys/key_1/rotate`. Throws `UsageError` for a name that would lead to another path. */
export function pathTo(...segments: readonly string[]): string {
  for (const segment of segments)
    if (segment === '' || segment === '.' || segment === '..')
      throw new UsageError(`"${segment}" is no name`);
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

export function createApiClient(
  { baseUrl, token }: Connection,
  world: Pick<World, 'fetch' | 'newId' | 'signal'>,
): ApiClient {
  async function open({ method, path, query = {}, body, headers = {} }: ApiRequest, signal: AbortSignal) {
    const url = new URL(`${baseUrl}/admin/v1${path}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    const response = await world.fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual', // a followed redirect would carry the credential to wherever it leads
      signal,
    });
    if (!response.ok) throw await readRefusal(response);
    return response;
  }

  async function send(request: ApiRequest): Promise<ApiAnswer> {
    const signal = AbortSignal.any([world.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const { response, text } = await reaching(baseUrl, async () => {
      const response = await open(request, signal);
      return { response, text: await response.text() };
    });
    return { body: parseBody(text), etag: response.headers.get('etag') };
  }

  async function create(path: string, body: unknown): Promise<ApiAnswer> {
    const headers = { 'idempotency-key': world.newId() };
    const request: ApiRequest = { method: 'POST', path, body, headers };
    try {
      return await send(request);
    } catch (error) {
      if (!(error instanceof Unreachable) || world.signal.aborted) throw error;
      return send(request);
    }
  }

  async function list(path: string, query: Query, limit: number): Promise<Listed> {
    const items: Record<string, unknown>[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = String(Math.min(PAGE_SIZE, limit - items.length));
      const { body } = await send({ method: 'GET', path, query: { ...query, limit: page, cursor } });
      const { data, next } = readPage(body);
      items.push(...data);
      if (next === null) return { items: items.slice(0, limit), hasMore: items.length > limit };
      if (items.length >= limit) return { items: items.slice(0, limit), hasMore: true };
      // Else a gateway that is out of order would keep us here for ever.
      if (next === cursor || data.length === 0) throw new CommandFailed('the list does not come to an end');
      cursor = next;
    }
  }

  async function stream(path: string, query: Query): Promise<AsyncIterable<string>> {
    const response = await reaching(baseUrl, () => open({ method: 'GET', path, query }, world.signal));
    return readPieces(response);
  }

  async function* readPieces({ body }: Response): AsyncGenerator<string> {
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    while (reader !== undefined) {
      const { done, value } = await reaching(baseUrl, () => reader.read());
      if (done) return;
      yield value;
    }
  }

  return { send, create, list, stream };
}

/** Turns whatever `fetch` throws into `Unreachable`. Its own text may quote the request, so only a code is told. */
async function reaching<Result>(baseUrl: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiRefusal) throw error;
    throw new Unreachable(`cannot reach ${new URL(baseUrl).origin}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  if (error.name === 'AbortError') return 'interrupted';
  const cause = error.cause;
  const code = isRecord(cause) || cause instanceof Error ? (cause as { code?: unknown }).code : undefined; // any object may have one
  return typeof code === 'string' ? code : 'the connection failed';
}
