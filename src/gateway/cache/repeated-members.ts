/**
 * Members that stand in an object twice. Parsers disagree about which of them counts, so nobody can tell what such a
 * body asks: what is hashed here could be another thing than what the provider answers.
 */
import { isRecord } from '../../is-record.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** `bytes`: valid JSON. `members`: how many its value has, `countMembers`. At any depth. */
export const hasRepeatedMembers = (bytes: Uint8Array, members: number): boolean =>
  countColons(bytes) > members;

/** Of all objects in `value`, however deep. */
export function countMembers(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + countMembers(one), 0);
  if (!isRecord(value)) return 0;
  const members = Object.values(value);
  return members.reduce((sum: number, one) => sum + countMembers(one), members.length);
}

/** Outside of strings, where each belongs to one member. */
function countColons(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === COLON) count += 1;
    else if (bytes[at] === QUOTE) at = endOfString(bytes, at);
  }
  return count;
}

/** Offset of the quote that closes the string opened at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return bytes.length;
}
