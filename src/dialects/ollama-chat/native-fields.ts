/**
 * Fields that only Ollama has. Sources: https://docs.ollama.com/api/chat, https://docs.ollama.com/modelfile
 */
import type { Extra, JsonObject } from '../canonical.ts';
import { recordOf } from '../json.ts';
import { nativeFields } from '../native-fields.ts';

export const NATIVE_FIELDS = ['keep_alive', 'truncate', 'shift'] as const;

/** Options that clients also write beside the others, not only in `options`. */
export const NATIVE_OPTIONS = ['min_p', 'repeat_penalty', 'repeat_last_n', 'num_ctx'] as const;

export function nativeOptions(extra: Extra): JsonObject {
  const { options } = nativeFields(extra, ['options']);
  return { ...nativeFields(extra, NATIVE_OPTIONS), ...recordOf(options) };
}
