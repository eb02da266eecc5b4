/**
 * Reads a provider's error, whichever of its shapes it has: `{error: {…}}`, a flat object, `{detail}`,
 * `error` as a string, `code` as a number. Redaction and caps are the caller's (`gateway/provider-failure.ts`).
 */

import { isRecord } from '../../is-record.ts';
import type { RawErrorFields } from '../straight.ts';

/** Whether a 200 answer or a stream event is an error all the same. */
export function hasErrorPayload(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (isRecord(value.error) || (typeof value.error === 'string' && value.error !== '')) return true;
  return value.object === 'error' || (value.type === 'error' && typeof value.message === 'string');
}

/** The fields of an error body; `null` if the value is not an error object, and then nothing of it may travel on. */
export function readErrorFields(value: unknown): RawErrorFields | null {
  if (Array.isArray(value)) return value.length > 0 ? readErrorFields(value[0]) : null;
  if (!isRecord(value)) return null;
  if (isRecord(value.error)) {
    const inner = value.error;
    return {
      message: text(inner.message) ?? text(inner.detail) ?? text(inner.code),
      type: text(inner.type) ?? text(value.type) ?? text(inner.status),
      param: text(inner.param),
      code: text(inner.code) ?? text(inner.status),
    };
  }
  const message = text(value.message) ?? text(value.error) ?? detail(value.detail) ?? text(value.msg);
  if (message === null) return null;
  return {
    message,
    type: text(value.type),
    param: text(value.param),
    code: text(value.code),
  };
}

/** FastAPI's `detail`: a sentence, or a list of what is wrong where. */
function detail(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value);
  const messages = value.map((item) => (isRecord(item) ? text(item.msg) : text(item)));
  return messages.filter((message) => message !== null).join('; ') || null;
}

/** Codes come as numbers too. */
function text(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}
