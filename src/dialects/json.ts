/** JSON values of unknown shape, read without trusting them. */
import { parseExact } from '../exact-json.ts';
import { isRecord } from '../is-record.ts';
import type { JsonObject } from './canonical.ts';

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** A number of tokens or the like; `null` for anything else. */
export const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;

export const recordOf = (value: unknown): JsonObject => (isRecord(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** For what is only looked at; `undefined` if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For what is written again: long integers keep their digits. `undefined` if it is not JSON. */
export function parseExactJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/** `value` without the named members; `null` if nothing is left. */
export function rest(value: JsonObject, known: readonly string[]): JsonObject | null {
  const left = Object.entries(value).filter(([key]) => !known.includes(key));
  return left.length === 0 ? null : Object.fromEntries(left);
}
