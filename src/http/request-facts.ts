/** Reads what a request says of itself in its URL and headers. */
import type { DoorDialect } from '../dialects/routes.ts';
import type { Identity } from '../gateway/identify.ts';
import { hasKeyInQuery } from '../key-in-query.ts';
import { dialectOf } from './door-dialect.ts';

/** Where clients of a form look for the request's id, beside `x-request-id`. */
export const REQUEST_ID_HEADERS: Readonly<Partial<Record<DoorDialect, string>>> = {
  'anthropic-messages': 'request-id',
};

/** Where clients of a form send their key, if not as a bearer token. */
const KEY_HEADERS: Readonly<Partial<Record<DoorDialect, string>>> = {
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
};

/** The client's key; `null` if there is none, its scheme is not Bearer, or one stands in the query. */
export function readToken(request: Request): string | null {
  if (hasKeyInQuery(request.url)) return null;
  const authorization = request.headers.get('authorization');
  if (authorization !== null) return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? null;
  const header = KEY_HEADERS[dialectOf(request)];
  return header === undefined ? null : request.headers.get(header);
}

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

export const readIdentity = (request: Request): Identity => ({
  token: readToken(request),
  clientAddress: request.headers.get('cf-connecting-ip'),
  isLoopback: () => LOOPBACK_HOSTS.includes(new URL(request.url).hostname),
});

/** The trace id of a W3C `traceparent`: https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
export function readTraceId(headers: Headers): string | null {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(headers.get('traceparent') ?? '');
  return match?.[1] ?? null;
}
