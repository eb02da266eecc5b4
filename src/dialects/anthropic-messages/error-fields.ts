/** Anthropic's errors, read and written. Source: https://platform.claude.com/docs/en/api/errors */
import type { ErrorWire } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import type { RawErrorFields } from '../straight.ts';

/** Whether a 200 answer or an event is an error all the same: `{type: 'error', error: {type, message}}`. */
export const hasErrorPayload = (value: unknown): boolean =>
  isRecord(value) &&
  (value.type === 'error' ||
    isRecord(value.error) ||
    (typeof value.error === 'string' && value.error !== ''));

/** `null` if the value is no error object, and then nothing of it may travel on. Never redacts: the caller does. */
export function readErrorFields(value: unknown): RawErrorFields | null {
  if (!isRecord(value)) return null;
  const inner = isRecord(value.error) ? value.error : value;
  const message = textOrNull(inner.message) ?? textOrNull(inner.error);
  const type = inner === value ? null : textOrNull(inner.type);
  if (message === null && type === null) return null;
  return { message, type, param: textOrNull(inner.param), code: textOrNull(inner.code) };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/**
 * By this the SDK's tool runner knows that it has to send whole conversations.
 * Source: `ThreadUnsupportedRequestErrorDetails` of @anthropic-ai/sdk.
 */
const NO_THREADS = { details: { error_code: 'thread_unsupported_request' } };

/** The body of an error in this form, for an answer and for an `event: error`. */
export function toAnthropicError({ status, error }: ErrorWire): JsonObject {
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  const lacksThreads = error.param === 'thread' && error.code === 'invalid_request';
  return { type: 'error', error: { type, message: error.message, ...(lacksThreads ? NO_THREADS : {}) } };
}
