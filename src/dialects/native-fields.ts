/** Fields that only one vendor has, and that its clients send at doors of other forms: they are passed on as they came. */
import type { Extra, JsonObject } from './canonical.ts';

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
