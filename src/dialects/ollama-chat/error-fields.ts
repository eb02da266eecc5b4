/** Ollama's errors: `{error: "…"}`, as an answer or as a line of a stream. Source: https://docs.ollama.com/api/errors */
import { isRecord } from '../../is-record.ts';
import type { ReadError } from '../codec.ts';
import { recordOf, textOrNull } from '../json.ts';

/** `null` if the value is no error. Its cloud has a status beside the sentence, its OpenAI routes an object for it. */
export function readError(value: unknown): ReadError | null {
  if (!isRecord(value)) return null;
  const inner = recordOf(value.error);
  const message = textOrNull(value.error) ?? textOrNull(inner.message);
  if (message === null) return null;
  return {
    message,
    type: textOrNull(inner.type),
    param: textOrNull(inner.param),
    code: textOrNull(inner.code) ?? textOrNull(value.code),
  };
}
