/** Google takes members as `camelCase` and as `snake_case` alike. https://protobuf.dev/programming-guides/json/ */
import type { JsonObject } from '../canonical.ts';

/** `value` with its own members in camelCase; what is inside them stays. */
export function toCamel(value: JsonObject): JsonObject {
  if (!Object.keys(value).some((key) => key.includes('_'))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [camel(key), member]));
}

const camel = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
