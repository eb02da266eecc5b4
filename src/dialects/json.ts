/** JSON values of unknown shape, read without trusting them. */
import type { JsonObject } from './canonical.ts';

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `value` without the named members; `null` if nothing is left. */
export function rest(value: JsonObject, known: readonly string[]): JsonObject | null {
  const left = Object.entries(value).filter(([key]) => !known.includes(key));
  return left.length === 0 ? null : Object.fromEntries(left);
}
