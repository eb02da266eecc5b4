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
 * - `again`: the same target may do better a moment later, the next one at once.
 * - `next-target`: asking the same target again makes no sense while another is left.
 * - `elsewhere`: asking the same target again makes no sense at all: it was not asked, and cannot take the request.
 */
export type Remedy = 'nothing' | 'next-credential' | 'again' | 'next-target' | 'elsewhere';

export interface AttemptFailure {
  readonly error: AnyGatewayError;
  readonly remedy: Remedy;
  /** The credential itself was refused: it is remembered, and asked last for a while. */
  readonly isCredentialRefused: boolean;
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
  signs: Pick<FailureSigns, 'provider' | 'redact' | 'now'>,
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
}

export function classifyFailure({
  status,
  raw,
  provider,
  redact,
  headers,
  now,
}: FailureSigns): AttemptFailure {
  const fields = toProviderFields(
    raw,
    redact,
    `The provider "${provider.id}" answered with status ${status}.`,
  );
  const retryAfterMs = readRetryAfter(headers, now) ?? raw?.retryAfterMs ?? null;
  if (isCredentialRefusal(status, raw, provider)) return credentialRefused(provider, refusalOf(raw, status));
  const base = { isCredentialRefused: false, retryAfterMs };
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
  if (status >= 400)
    return { ...base, error: new ProviderRejectedRequest(status, fields), remedy: 'nothing' };
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
  return { error, remedy: 'again', isCredentialRefused: false, retryAfterMs: null };
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
  retryAfterMs: null,
});

export const unreachable = (provider: Provider): AttemptFailure => ({
  error: new ProviderUnreachable(
    `The provider "${provider.id}" could not be reached, or broke off its answer.`,
  ),
  remedy: 'again',
  isCredentialRefused: false,
  retryAfterMs: null,
});

export const timedOut = (provider: Provider, what: string): AttemptFailure => ({
  error: new ProviderTimeout(`The provider "${provider.id}" did not ${what} in time.`),
  remedy: 'next-target',
  isCredentialRefused: false,
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

function isCredentialRefusal(status: number, raw: RawErrorFields | null, provider: Provider): boolean {
  if (status === 401) return true;
  if (raw !== null && isQuotaExhausted(raw)) return true;
  return provider.quirks.some((quirk) => {
    if (quirk.kind !== 'credential-refusal' || quirk.status !== status) return false;
    if (quirk.text === undefined) return true;
    const said = `${raw?.message ?? ''} ${raw?.code ?? ''}`.toLowerCase();
    return said.includes(quirk.text.toLowerCase());
  });
}

/** An account without money is ours to mend; no waiting helps. */
const isQuotaExhausted = (raw: RawErrorFields): boolean =>
  raw.code === 'insufficient_quota' || raw.type === 'insufficient_quota';

/** In milliseconds. Two headers may contradict each other (one vendor sends 1 s and 0 ms): the longer one counts. */
export function readRetryAfter(headers: Headers, now: number): number | null {
  const milliseconds = headers.get('retry-after-ms');
  const seconds = headers.get('retry-after');
  const waits = [
    milliseconds ? Number(milliseconds) : Number.NaN,
    seconds ? readSeconds(seconds, now) : Number.NaN,
  ].filter((wait) => Number.isFinite(wait) && wait >= 0);
  return waits.length === 0 ? null : Math.max(...waits);
}

/** A number of seconds, or an HTTP date. */
function readSeconds(text: string, now: number): number {
  const seconds = Number(text);
  return Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000;
}

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
