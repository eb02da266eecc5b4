/**
 * Fields that only Ollama has, and that its clients send at doors of other forms: they are passed on as they came.
 * Sources: https://docs.ollama.com/api/chat, https://docs.ollama.com/modelfile
 */
import { isRecord } from '../../is-record.ts';
import type { Extra, JsonObject } from '../canonical.ts';

export const NATIVE_FIELDS = ['keep_alive', 'truncate', 'shift'] as const;

/** Options that clients also write beside the others, not only in `options`. */
export const NATIVE_OPTIONS = ['min_p', 'repeat_penalty', 'repeat_last_n', 'num_ctx'] as const;

/** In the order of `names`, whichever door they came through. */
export function nativeFields(extra: Extra, names: readonly string[]): JsonObject {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    for (const fields of Object.values(extra)) {
      const value = fields?.[name];
      if (value !== undefined && value !== null) found[name] ??= value;
    }
  }
  return found;
}

export function nativeOptions(extra: Extra): JsonObject {
  const { options } = nativeFields(extra, ['options']);
  return { ...nativeFields(extra, NATIVE_OPTIONS), ...(isRecord(options) ? options : {}) };
}
