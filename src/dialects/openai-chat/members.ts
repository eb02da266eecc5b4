/** Small readers of a request's fields. What is not there reads as `null`; what is wrong throws `InvalidRequest`. */
import { InvalidRequest } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { CacheMarker, Extra, JsonObject } from '../canonical.ts';
import { missing, wrongType } from '../request-checks.ts';

export const optional = (value: unknown): boolean => value === undefined || value === null;

export function requiredString(value: unknown, param: string): string {
  if (optional(value)) throw missing(param);
  if (typeof value !== 'string') throw wrongType(param, 'a string');
  return value;
}

export function requiredName(value: unknown, param: string): string {
  const name = requiredString(value, param);
  if (name === '') throw new InvalidRequest(`\`${param}\` is empty.`, param);
  return name;
}

export function optionalString(value: unknown, param: string): string | null {
  if (optional(value)) return null;
  if (typeof value !== 'string') throw wrongType(param, 'a string');
  return value;
}

export function optionalBoolean(value: unknown, param: string): boolean | null {
  if (optional(value)) return null;
  if (typeof value !== 'boolean') throw wrongType(param, 'a boolean');
  return value;
}

export function requiredRecord(value: unknown, param: string): Record<string, unknown> {
  if (optional(value)) throw missing(param);
  if (!isRecord(value)) throw wrongType(param, 'an object');
  return value;
}

export function optionalRecord(value: unknown, param: string): Record<string, unknown> | null {
  return optional(value) ? null : requiredRecord(value, param);
}

export function optionalArray(value: unknown, param: string): readonly unknown[] {
  if (optional(value)) return [];
  if (!Array.isArray(value)) throw wrongType(param, 'an array');
  return value;
}

/** What is left of `value` beside `known`, for `extra`; nulls mean absence in this form. */
export function leftovers(value: JsonObject, known: readonly string[]): JsonObject {
  const entries = Object.entries(value).filter(([key, member]) => member !== null && !known.includes(key));
  return Object.fromEntries(entries);
}

/** `extra` of a part, turn or tool; `{}` if nothing is left. */
export function extraOf(fields: JsonObject): { extra?: Extra } {
  return Object.keys(fields).length === 0 ? {} : { extra: { 'openai-chat': fields } };
}

/** `cache_control: {type: 'ephemeral', ttl?}`, as gateways and vendors take it on parts and tools. */
export function cacheMarkerOf(value: unknown, param: string): { cacheMarker?: CacheMarker } {
  const control = optionalRecord(value, param);
  if (control === null) return {};
  return { cacheMarker: { ttl: optionalString(control.ttl, `${param}.ttl`) } };
}
