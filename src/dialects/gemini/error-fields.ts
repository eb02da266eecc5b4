/**
 * Google's errors, read and written: `{error: {code, message, status, details}}`, also as the one element of an array.
 * Sources: https://cloud.google.com/apis/design/errors, https://ai.google.dev/gemini-api/docs/troubleshooting
 */
import type { ErrorWire } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import type { ReadError } from '../codec.ts';
import { listOf, textOf, textOrNull } from '../json.ts';

const TYPE = 'type.googleapis.com/google.rpc.';

/** The error object inside a body, an answer or a chunk; `null` if there is none. */
export function errorIn(body: unknown): JsonObject | null {
  const value = Array.isArray(body) ? body[0] : body;
  if (!isRecord(value)) return null;
  if (isRecord(value.error)) return value.error;
  return typeof value.error === 'string' && value.error !== '' ? { message: value.error } : null;
}

/** `null` if it is no error object, and then nothing of it may travel on. Never redacts: the caller does. */
export function readError(body: unknown): ReadError | null {
  const error = errorIn(body);
  if (error === null) return null;
  const message = textOrNull(error.message);
  const type = textOrNull(error.status);
  if (message === null && type === null) return null;
  const details = listOf(error.details).filter(isRecord);
  const retryAfterMs = toMilliseconds(detail(details, 'RetryInfo')?.retryDelay);
  const violation = listOf(detail(details, 'BadRequest')?.fieldViolations).find(isRecord);
  return {
    message,
    type,
    param: textOrNull(violation?.field),
    code: textOrNull(detail(details, 'ErrorInfo')?.reason),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

const detail = (details: readonly JsonObject[], name: string): JsonObject | undefined =>
  details.find((one) => textOf(one['@type']).endsWith(`.${name}`));

/** `"3s"`, `"3.5s"`: the delay stands in the body only (wire 73). */
function toMilliseconds(delay: unknown): number | null {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOf(delay))?.[1];
  return seconds === undefined ? null : Math.ceil(Number(seconds) * 1000);
}

const STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};

/** An error as this form's clients expect it, of an answer and of a stream. */
export function encodeError({ status, headers, error }: ErrorWire): JsonObject {
  const { message, param, code, provider_code } = error;
  const metadata = {
    ...(param === null ? {} : { param }),
    ...(provider_code === undefined ? {} : { provider_code }),
  };
  const info = { '@type': `${TYPE}ErrorInfo`, reason: code ?? error.type, domain: 'edgeway', metadata };
  const seconds = headers['retry-after'];
  const retry = { '@type': `${TYPE}RetryInfo`, retryDelay: `${seconds}s` };
  const word = STATUSES[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
  return {
    error: { code: status, message, status: word, details: seconds === undefined ? [info] : [info, retry] },
  };
}

/** The last event of a stream. */
export const encodeFailure = (error: ErrorWire): Uint8Array => encodeEvent(encodeError(error));

/** One event as the vendor writes them: CRLFs, no name. */
export const encodeEvent = (value: JsonObject): Uint8Array =>
  new TextEncoder().encode(`data: ${JSON.stringify(value)}\r\n\r\n`);
