/** Errors of this form, read and written: bodies, `error` events, failed responses. */
import type { ErrorWire } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { hasErrorPayload, readErrorFields } from '../openai/error-fields.ts';
import { NOTHING_SAID, type RawErrorFields } from '../straight.ts';

/** A response that came to nothing. */
export const isFailed = ({ status }: JsonObject): boolean => status === 'failed' || status === 'cancelled';

/** Whether a 200 answer is an error all the same: an error object, or a response that failed. */
export const isErrorAnswer = (body: JsonObject): boolean => hasErrorPayload(body) || isFailed(body);

/** Whether an event ends the stream as a failure. `name`: the framing's name of it. */
export function isErrorEvent(event: JsonObject, name: string | null): boolean {
  const type = event.type ?? name;
  if (type === 'error' || name === 'error') return true;
  if (type === 'response.failed' || type === 'response.cancelled') return true;
  return typeof event.type !== 'string' && hasErrorPayload(event);
}

/**
 * Reads `{error: {…}}` and the other shapes of error bodies, the `error` event (flat, or with an `error` object), and
 * responses whose status is `failed` or `cancelled`, bare or in their event. `null` if it is no error.
 */
export function readError(value: unknown): RawErrorFields | null {
  const inner = isRecord(value) && isRecord(value.response) ? value.response : value;
  const fields = readErrorFields(inner);
  // `type: 'error'` is the event's name, not the error's.
  if (fields !== null) return fields.type === 'error' ? { ...fields, type: null } : fields;
  if (!isRecord(inner) || !isFailed(inner)) return null;
  return { ...NOTHING_SAID, code: String(inner.status) };
}

/** `error` of a failed response: its codes are a closed list (`ResponseErrorCode`). */
export function toResponseError({ status, error }: ErrorWire): JsonObject {
  const code = status === 429 ? 'rate_limit_exceeded' : status === 400 ? 'invalid_prompt' : 'server_error';
  return { code, message: error.message };
}

/** The `error` event: flat as OpenAI documents it, and with the object that OpenAI sends and SDKs read. */
export const toErrorEvent = ({ error }: ErrorWire): JsonObject => ({
  code: error.code,
  message: error.message,
  param: error.param,
  error,
});
