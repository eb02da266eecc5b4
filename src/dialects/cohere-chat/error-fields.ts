/** Cohere's errors: `{id?, message, error_type?}` (wire 75). Source: https://docs.cohere.com/reference/errors */
import { isRecord } from '../../is-record.ts';
import type { ReadError } from '../codec.ts';
import { textOrNull } from '../json.ts';
import { NOTHING_SAID } from '../straight.ts';
import { isFailure } from './finish-reasons.ts';

/** `null` if the value is no error. An answer that broke off (`finish_reason: ERROR`) is one. */
export function readError(value: unknown): ReadError | null {
  if (!isRecord(value)) return null;
  const finish = textOrNull(value.finish_reason);
  if (isFailure(finish)) return { ...NOTHING_SAID, message: textOrNull(value.error), code: finish };
  // Gateways in front of private deployments wrap it.
  const inner = isRecord(value.error) ? value.error : value;
  const message = textOrNull(inner.message) ?? textOrNull(inner.error) ?? textOrNull(inner.detail);
  if (message === null) return null;
  return {
    message,
    type: textOrNull(inner.error_type) ?? textOrNull(inner.type),
    param: textOrNull(inner.param),
    code: textOrNull(inner.code),
  };
}
