/** Checks of a client's request. Each throws `InvalidRequest` that names the field. */
import { InvalidRequest } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import type { JsonObject } from './canonical.ts';

export function refuse(path: string, what: string): never {
  throw new InvalidRequest(`\`${path}\` ${what}.`, path);
}

export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

export function object(value: unknown, path: string): JsonObject {
  return isRecord(value) ? value : refuse(path, 'must be an object');
}

export function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(path, 'must be an array');
}

export function text(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, 'must be a string');
}

export function oneOf(value: unknown, allowed: readonly string[], path: string): string {
  return typeof value === 'string' && allowed.includes(value)
    ? value
    : refuse(path, `must be one of ${allowed.map((word) => `"${word}"`).join(', ')}`);
}

export function optional<T>(
  value: unknown,
  path: string,
  check: (value: unknown, path: string) => T,
): T | null {
  return isAbsent(value) ? null : check(value, path);
}

export function flag(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'must be true or false');
}

export const number =
  (minimum: number, maximum: number) =>
  (value: unknown, path: string): number =>
    typeof value === 'number' && value >= minimum && value <= maximum
      ? value
      : refuse(path, `must be a number from ${minimum} to ${maximum}`);

export const integer =
  (minimum: number) =>
  (value: unknown, path: string): number =>
    Number.isSafeInteger(value) && Number(value) >= minimum
      ? Number(value)
      : refuse(path, `must be an integer of at least ${minimum}`);
