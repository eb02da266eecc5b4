/**
 * Trades a key for an access token (RFC 6749 §4.4, RFC 7523), and remembers it until shortly before its end. Only
 * text is shared between requests: simultaneous misses each ask for a token of their own.
 */
import type { Transport } from '../../context.ts';
import { isRecord } from '../../is-record.ts';
import type { IsolateCache } from '../../isolate-cache.ts';
import { AuthorizationFailed } from './authorization-failed.ts';
import { isSendable } from './secret-reference.ts';

export interface TokenDeps {
  readonly fetch: Transport;
  readonly now: () => number;
  /** Access tokens by what they were traded for. Its own time to live may be longer than a token's. */
  readonly tokens: IsolateCache<string>;
  readonly signal: AbortSignal;
}

export interface TokenRequest {
  /** Names the key in the cache; no secret. */
  readonly cacheKey: string;
  readonly tokenUrl: string;
  /** The form of the request, built only when it is needed. */
  readonly form: () => Promise<Record<string, string>> | Record<string, string>;
}

/** A token must outlive the call that begins with it. */
const MARGIN_MS = 60_000;
/** Where the endpoint does not say: RFC 6749 leaves it open. */
const DEFAULT_LIFETIME_SECONDS = 300;

/** Throws `AuthorizationFailed`. Answers at once, without a promise, while a token is remembered. */
export function bearerHeader(
  request: TokenRequest,
  deps: TokenDeps,
): Record<string, string> | Promise<Record<string, string>> {
  const remembered = recall(request.cacheKey, deps);
  if (remembered !== undefined) return toHeader(remembered);
  return tradeForToken(request, deps).then(toHeader);
}

const toHeader = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Entries read `expiry in milliseconds, space, token`. */
function recall(cacheKey: string, { tokens, now }: TokenDeps): string | undefined {
  const entry = tokens.get(cacheKey);
  if (entry === undefined) return undefined;
  const space = entry.indexOf(' ');
  if (Number(entry.slice(0, space)) - MARGIN_MS > now()) return entry.slice(space + 1);
  tokens.delete(cacheKey);
  return undefined;
}

async function tradeForToken(request: TokenRequest, deps: TokenDeps): Promise<string> {
  const form = new URLSearchParams(await request.form());
  const asked = deps.now();
  const { status, body } = await post(request.tokenUrl, form, deps);
  if (status < 200 || status > 299) throw refusal(status, body);
  const token = isRecord(body) ? body.access_token : undefined;
  if (typeof token !== 'string' || !isSendable(token))
    throw new AuthorizationFailed('unreachable', 'The token endpoint sent an answer that makes no sense.');
  const expiresAt = asked + lifetimeSeconds(body) * 1000;
  if (expiresAt - MARGIN_MS > deps.now()) deps.tokens.set(request.cacheKey, `${expiresAt} ${token}`);
  return token;
}

async function post(
  tokenUrl: string,
  form: URLSearchParams,
  deps: TokenDeps,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await deps.fetch(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      redirect: 'manual', // a followed redirect would carry the key to wherever it leads
      signal: deps.signal,
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch {
    throw new AuthorizationFailed('unreachable', 'The token endpoint could not be reached.');
  }
}

/** 4xx is the credential's fault, but for those that ask us to come again; the code is of a short known alphabet. */
function refusal(status: number, body: unknown): AuthorizationFailed {
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (!isOurs)
    return new AuthorizationFailed('unreachable', `The token endpoint answered with status ${status}.`);
  const code = isRecord(body) && typeof body.error === 'string' ? body.error : '';
  const said = /^[a-z_]{1,40}$/.test(code) ? code : `status ${status}`;
  return new AuthorizationFailed('refused', `The token endpoint refused the credential (${said}).`);
}

/** Some endpoints send a number as text. */
function lifetimeSeconds(body: unknown): number {
  const stated = isRecord(body) ? Number(body.expires_in) : Number.NaN;
  return Number.isFinite(stated) && stated > 0 ? stated : DEFAULT_LIFETIME_SECONDS;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
