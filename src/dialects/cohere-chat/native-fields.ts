/**
 * Fields that only Cohere has, and that its clients send at doors of other forms: they are passed on as they came.
 * Source: https://docs.cohere.com/reference/chat
 */
import type { Extra, JsonObject } from '../canonical.ts';

export const NATIVE_FIELDS = [
  'documents',
  'citation_options',
  'safety_mode',
  'strict_tools',
  'priority',
] as const;

/** In the order of the list, whichever door they came through. */
export function nativeFields(extra: Extra): JsonObject {
  const found: Record<string, unknown> = {};
  for (const name of NATIVE_FIELDS) {
    for (const fields of Object.values(extra)) {
      const value = fields?.[name];
      if (value !== undefined && value !== null) found[name] ??= value;
    }
  }
  return found;
}
