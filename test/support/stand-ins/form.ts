/** What a stand-in of one wire form knows; `server.ts` serves it. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './closed.ts';
import type { Failure, Heard, Script } from './script.ts';

export interface Incoming {
  readonly method: string;
  /** With the host that the client asked for. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  /** Parsed JSON. */
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Serialised as JSON, unless it is text. */
  readonly body: unknown;
}

export interface Form {
  /** As in the configuration document. */
  readonly dialect: string;
  /** What `base_url` ends in. */
  readonly base: string;
  /** Checks everything that the vendor checks. Throws `Refusal`. */
  hear(incoming: Incoming): Heard;
  refuse(refusal: Refusal): Answer;
  fail(failure: Failure): Answer;
  whole(script: Script, heard: Heard): unknown;
  stream(script: Script, heard: Heard): Streamed;
}

/** Each piece is a write of its own. A broken script's stream ends where it breaks. */
export interface Streamed {
  readonly contentType: string;
  readonly pieces: readonly (string | Uint8Array)[];
}

/** The only credential that stand-ins take. */
export const SECRET = 'sk-stand-in-secret-0001';
/** How long a rate limit asks clients to wait, in seconds. */
export const RETRY_AFTER = 7;

export const randomId = (prefix: string, length = 24): string =>
  prefix + randomBytes(length).toString('hex').slice(0, length);

export function requirePath({ method, url }: Incoming, path: string | RegExp, query = ''): RegExpExecArray {
  const found =
    typeof path === 'string'
      ? url.pathname === path && (['', path] as unknown as RegExpExecArray) // only its presence counts
      : path.exec(url.pathname);
  if (method !== 'POST' || !found || url.search !== query) {
    throw new Refusal('', `no such route: ${method} ${url.pathname}${url.search}`, { status: 404 });
  }
  return found;
}

export function requireBearer({ headers }: Incoming): void {
  if (headers.authorization !== `Bearer ${SECRET}`) throw badKey();
  refuseHeaders(headers, ['x-api-key', 'x-goog-api-key']);
}

export const badKey = (): Refusal =>
  new Refusal('', 'Incorrect API key provided.', { status: 401, code: 'invalid_api_key' });

/** Credentials of other schemes: sent along, they are a leak. */
export function refuseHeaders(headers: IncomingHttpHeaders, names: readonly string[]): void {
  const name = names.find((one) => headers[one] !== undefined);
  if (name !== undefined) throw new Refusal('', `unexpected header ${name}`);
}

export const sseData = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const sseEvent = (name: string, value: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
