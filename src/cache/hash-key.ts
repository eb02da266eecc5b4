/**
 * The key of an entry: SHA-256 over the canonical JSON (RFC 8785) of what makes two requests one. Equal values give
 * equal texts whatever the order of their members, the white space and the escapes in which they were sent.
 */
import { createHash } from 'node:crypto';
import { isLongNumber, isRecord } from '../is-record.ts';
import type { CacheKey, CacheKeyParts } from './cache-key.ts';
import { toCanonicalJson } from './canonical-json.ts';

/** To be raised when the parts, or how they are written, change: what was kept before is not found any more. */
export const KEY_VERSION = 1;
/** To be raised when prompt templates change what they make of a request. */
export const PROMPT_VERSION = 1;

/** `null` for what canonical JSON cannot say: a lone surrogate, a number that is not finite. */
export function hashKey(parts: CacheKeyParts): CacheKey | null {
  const text = toCanonicalText({ version: KEY_VERSION, prompts: PROMPT_VERSION, ...parts });
  if (text === null) return null;
  return { scope: parts.scope, hash: createHash('sha256').update(text).digest('hex') };
}

/** RFC 8785, and a form of its own for values with long integers, which no other value can take. */
function toCanonicalText(value: unknown): string | null {
  try {
    const text = toCanonicalJson(value) ?? null;
    if (text === null || !text.includes(LONG_NUMBER_MEMBER)) return text;
    return toCanonicalJson(tagged(value)) ?? null;
  } catch {
    return null; // what it refuses, it refuses by an error
  }
}

/** As canonical JSON has the member of a `LongNumber`; a client's own object may have it too. */
const LONG_NUMBER_MEMBER = '"rawJSON":';

/** Says of every object what it is, so that a client's object is never taken for a number. */
function tagged(value: unknown): unknown {
  if (isLongNumber(value)) return { number: value.rawJSON };
  if (Array.isArray(value)) return value.map(tagged);
  if (!isRecord(value)) return value;
  return { object: Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tagged(member)])) };
}
