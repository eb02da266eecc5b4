/**
 * What a provider's failure means: which error the client would see, and what may be tried next. The only way on
 * which words of a provider reach a client is `toProviderFields`.
 */
import { concat } from '../bytes.ts';
import type { ReadError } from '../dialects/codec.ts';
import type { RawErrorFields } from '../dialects/straight.ts';
import {
  type AnyGatewayError,
  ProviderCredentialRejected,
  ProviderError,
  type ProviderErrorFields,
  ProviderRejectedRequest,
  ProviderTimeout,
  ProviderUnreachable,
  toGatewayError,
} from '../errors.ts';
import type { Provider } from '../providers/provider.ts';

/**
 * What may be tried after a failure.
 *
 * - `nothing`: the answer is final.
 * - `next-credential`: this credential is no good (now): the next one, or the next target.
 * - `other-credential`: as before, but nothing else is tried: what the provider says may as well quote the client.
 * - `again`: the same target may do better a moment later, the next one at once.
 * - `next-target`: asking the same target again makes no sense while another is left.
 * - `elsewhere`: asking the same target again makes no sense at all: it was not asked, and cannot take the request.
 */
export type Remedy =
  | 'nothing'
  | 'next-credential'
  | 'other-credential'
  | 'again'
  | 'next-target'
  | 'elsewhere';

export interface AttemptFailure {
  readonly error: AnyGatewayError;
  readonly remedy: Remedy;
  /** The credential itself was refused: it is remembered, and asked last for a while. */
  readonly isCredentialRefused: boolean;
  /** Our account may not ask so often: its credential rests. */
  readonly isRateLimited: boolean;
  /** It tells of the request, whatever status it came with: nothing is learnt of the provider. */
  readonly blamesRequest?: boolean;
  /** Of a refused credential: the provider's status, and whether only its quota is used up. */
  readonly refusal?: { readonly status: number | null; readonly reason: 'rejected' | 'quota' };
  /** How long the provider asks us to wait; `null` if it did not say. */
  readonly retryAfterMs: number | null;
}

/** Thrown inside the attempt stage only. */
export class AttemptFailed extends Error {
  readonly failure: AttemptFailure;
  constructor(failure: AttemptFailure) {
    super(failure.error.message);
    this.failure = failure;
  }
}

/** The error behind whatever ended a call. */
export const toFailure = (reason: Error): AnyGatewayError =>
  reason instanceof AttemptFailed ? reason.failure.error : toGatewayError(reason);

/** A failed answer's body is read this far: error objects are short. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

/** How a wire form tells an error: `UpstreamCodec.readError`. */
export type ErrorReader = (body: unknown, headers: Headers) => ReadError | null;

/** Reads a non-2xx answer, and classifies it. The body is read up to a cap and cancelled behind it. */
export async function readFailedResponse(
  response: Response,
  readError: ErrorReader,
  signs: Pick<FailureSigns, 'provider' | 'redact' | 'now' | 'isOfClient'>,
): Promise<AttemptFailure> {
  const { status, headers } = response;
  const raw = readError(parseJson(await readCapped(response)), headers);
  return classifyFailure({ ...signs, status, raw, headers });
}

export interface FailureSigns {
  readonly status: number;
  /** `null`: the body was no error object. */
  readonly raw: ReadError | null;
  readonly provider: Provider;
  readonly redact: (text: string) => string;
  readonly headers: Headers;
  /** For a `Retry-After` that is a date. */
  readonly now: number;
  /** Words that stand in the client's own request. */
  readonly isOfClient: (text: string) => boolean;
}

export function classifyFailure({
  status,
  raw,
  provider,
  redact,
  headers,
  now,
  isOfClient,
}: FailureSigns): AttemptFailure {
  const fields = toProviderFields(
    raw,
    redact,
    `The provider "${provider.id}" answered with status ${status}.`,
  );
  const retryAfterMs = readRetryAfter(headers, now) ?? raw?.retryAfterMs ?? null;
  const refusal = credentialRefusal(status, raw, provider, isOfClient);
  if (refusal === 'sure') return credentialRefused(provider, refusalOf(raw, status));
  const isRateLimited = status === 429 && !isTooLargeForLimit(raw);
  const base = { isCredentialRefused: false, isRateLimited, retryAfterMs };
  if (status === 429) {
    return { ...base, error: new ProviderError(status, fields, retryAfterMs), remedy: 'next-credential' };
  }
  if (status === 408 || status === 409) {
    return { ...base, error: new ProviderRejectedRequest(status, fields), remedy: 'again' };
  }
  if (status >= 500) {
    const remedy = retryAfterMs === null ? 'again' : 'next-target';
    return { ...base, error: new ProviderError(status, fields, retryAfterMs), remedy };
  }
  if (status >= 400) {
    const remedy = refusal === 'perhaps' ? 'other-credential' : 'nothing';
    return { ...base, error: new ProviderRejectedRequest(status, fields), remedy };
  }
  // 1xx and 3xx: a redirect is never followed, because it would take the credential along.
  return { ...base, error: new ProviderError(502, fields), remedy: 'again' };
}

/** A 200 that was an error object, or that made no sense (`raw` null). */
export function failedSuccess(
  raw: RawErrorFields | null,
  provider: Provider,
  redact: (text: string) => string,
): AttemptFailure {
  if (raw !== null && isQuotaExhausted(raw)) return credentialRefused(provider, refusalOf(raw, null));
  const fields = toProviderFields(
    raw,
    redact,
    `The provider "${provider.id}" sent an answer that makes no sense.`,
  );
  const error = new ProviderError(502, fields);
  const status = statusIn(raw);
  const base = { error, isCredentialRefused: false, retryAfterMs: null };
  if (status === 429) return { ...base, remedy: 'next-credential', isRateLimited: true };
  return { ...base, remedy: 'again', isRateLimited: false, blamesRequest: status === 400 };
}

/** The status that an error object tells where its answer had another: some vendors send 200 and mean it. `null`: it tells none. */
function statusIn(raw: RawErrorFields | null): number | null {
  const { code = null, type = null } = raw ?? {};
  const told = [code, type].filter((word) => word !== null).join(' ');
  if (/\b429\b|rate_limit|too_many_requests|RESOURCE_EXHAUSTED/i.test(told)) return 429;
  return /^4(?:00|04|13|22)$/.test(code ?? '') ? 400 : null;
}

const refusalOf = (
  raw: RawErrorFields | null,
  status: number | null,
): NonNullable<AttemptFailure['refusal']> => ({
  status,
  reason: status === 402 || (raw !== null && isQuotaExhausted(raw)) ? 'quota' : 'rejected',
});

export const credentialRefused = (
  provider: Provider,
  refusal: NonNullable<AttemptFailure['refusal']> = { status: null, reason: 'rejected' },
): AttemptFailure => ({
  refusal,
  error: new ProviderCredentialRejected(provider.id),
  remedy: 'next-credential',
  isCredentialRefused: true,
  isRateLimited: false,
  retryAfterMs: null,
});

export const unreachable = (provider: Provider): AttemptFailure => ({
  error: new ProviderUnreachable(
    `The provider "${provider.id}" could not be reached, or broke off its answer.`,
  ),
  remedy: 'again',
  isCredentialRefused: false,
  isRateLimited: false,
  retryAfterMs: null,
});

export const timedOut = (provider: Provider, what: string): AttemptFailure => ({
  error: new ProviderTimeout(`The provider "${provider.id}" did not ${what} in time.`),
  remedy: 'next-target',
  isCredentialRefused: false,
  isRateLimited: false,
  retryAfterMs: null,
});

/** The one function through which a provider's words reach a client: known secrets out, size capped. */
export function toProviderFields(
  raw: RawErrorFields | null,
  redact: (text: string) => string,
  fallback: string,
): ProviderErrorFields {
  const clean = (text: string | null) => (text === null ? null : redact(text));
  return {
    message: clean(raw?.message ?? null) ?? fallback,
    type: clean(raw?.type ?? null),
    param: clean(raw?.param ?? null),
    code: clean(raw?.code ?? null),
  };
}

/** `perhaps`: what the provider says tells of the credential, or quotes the client. */
function credentialRefusal(
  status: number,
  raw: RawErrorFields | null,
  provider: Provider,
  isOfClient: FailureSigns['isOfClient'],
): 'sure' | 'perhaps' | 'no' {
  if (status === 401 || (raw !== null && isQuotaExhausted(raw))) return 'sure';
  const said = `${raw?.message ?? ''} ${raw?.code ?? ''}`.toLowerCase();
  let isPerhaps = false;
  for (const quirk of provider.quirks) {
    if (quirk.kind !== 'credential-refusal' || quirk.status !== status) continue;
    if (quirk.text === undefined) return 'sure';
    if (!said.includes(quirk.text.toLowerCase())) continue;
    if (!isOfClient(quirk.text)) return 'sure';
    isPerhaps = true;
  }
  return isPerhaps ? 'perhaps' : 'no';
}

/**
 * A request that is larger than a whole minute of the limit: no waiting helps it, and others fit as before. Source:
 * https://platform.openai.com/docs/guides/error-codes
 */
const isTooLargeForLimit = (raw: RawErrorFields | null): boolean =>
  /\brequest too large\b/i.test(raw?.message ?? '');

/** An account without money is ours to mend; no waiting helps. */
const isQuotaExhausted = (raw: RawErrorFields): boolean =>
  raw.code === 'insufficient_quota' || raw.type === 'insufficient_quota';

/**
 * In milliseconds, at most a day. Two headers may contradict each other (one vendor sends 1 s and 0 ms): the longer one counts.
 */
export function readRetryAfter(headers: Headers, now: number): number | null {
  const milliseconds = headers.get('retry-after-ms');
  const seconds = headers.get('retry-after');
  const waits = [
    milliseconds === null ? Number.NaN : toNumber(milliseconds),
    seconds === null ? Number.NaN : readSeconds(seconds, now),
  ].filter((wait) => wait >= 0);
  return waits.length === 0 ? null : Math.min(Math.max(...waits), LONGEST_RETRY_AFTER_MS);
}

const LONGEST_RETRY_AFTER_MS = 86_400_000;

/** A number of seconds, or an HTTP date. */
function readSeconds(text: string, now: number): number {
  const seconds = toNumber(text);
  return Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000;
}

/** What else JavaScript takes for a number is none in a header. */
const toNumber = (text: string): number => (/^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN);

async function readCapped(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || length + value.length > MAX_ERROR_BODY_BYTES) break;
      chunks.push(value);
      length += value.length;
    }
  } catch {
    // Broken off: the status alone has to do.
  }
  await reader.cancel().catch(() => undefined);
  return chunks.length === 0 ? new Uint8Array(0) : concat(chunks);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
