/**
 * What the operators of conditions do to values: JSON, where what is missing is `null`. Every one of them has an answer for
 * every value; each is linear in what it looks at.
 */
import { isRecord } from '../../is-record.ts';

/** Of any text, no more than these characters are looked at. */
const MAX_TEXT = 65_536;
/** Lists and objects that are nested deeper are equal to nothing. */
const MAX_COMPARED_DEPTH = 8;

/** Cut to what is looked at; `null` for what is missing. */
export const known = (value: unknown): unknown =>
  typeof value === 'string' ? clipped(value) : (value ?? null);

const clipped = (text: string): string => (text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);

/** Values of different types are not equal. */
export function isEqual(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true;
  if (depth === MAX_COMPARED_DEPTH) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => isEqual(entry, b[index], depth + 1));
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name], depth + 1))
  );
}

export type Order = '<' | '<=' | '>' | '>=';

/** Numbers with numbers, texts with texts; anything else is in no order. */
export function isOrdered(a: unknown, order: Order, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return inOrder(a, order, b);
  return typeof a === 'string' && typeof b === 'string' && inOrder(a, order, b);
}

function inOrder<Value extends number | string>(a: Value, order: Order, b: Value): boolean {
  switch (order) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** An entry of a list, a member's name in an object. */
export function isIn(value: unknown, holder: unknown): boolean {
  if (Array.isArray(holder)) return holder.some((entry) => isEqual(value, known(entry)));
  return isRecord(holder) && typeof value === 'string' && Object.hasOwn(holder, value);
}

/** A member of an object by its name, an entry of a list by its index from 0. */
export function memberOf(holder: unknown, name: unknown): unknown {
  if (typeof name === 'string')
    return isRecord(holder) && Object.hasOwn(holder, name) ? known(holder[name]) : null;
  return Array.isArray(holder) && typeof name === 'number' ? known(holder[name]) : null;
}

/** Characters, entries or members; `null` for what has none. */
export function sizeOf(value: unknown): number | null {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : null;
}

export const lowerAscii = (text: string): string =>
  text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
