/** Reading request bodies: the few fields that the simulator needs, checked by hand. `null` counts as absent. */
import { invalidField } from './refusal.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as an object, or `{}`. */
export const toObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** An integer field. @throws Refusal 400 when it is something else, or out of range. */
export function integerField(body: JsonObject, name: string, min: number, max: number): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidField(name, `"${name}" must be an integer from ${min} to ${max}.`);
}

/** A boolean field, default `false`. */
export function booleanField(body: JsonObject, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalidField(name, `"${name}" must be true or false.`);
}

/** `stop`: a string, or up to four of them. */
export function stopSequences(body: JsonObject): string[] {
  const value = body.stop ?? [];
  const sequences: unknown[] = Array.isArray(value) ? value : [value];
  if (sequences.length <= 4 && sequences.every(isString)) return sequences.filter((text) => text !== '');
  throw invalidField('stop', '"stop" must be a string or an array of at most 4 strings.');
}

/** Whether a stream was asked to end with a usage chunk. */
export const wantsUsage = (body: JsonObject): boolean => toObject(body.stream_options).include_usage === true;

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isInteger = (value: unknown): value is number => Number.isInteger(value);
export const isArrayOf =
  <T>(check: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(check);
