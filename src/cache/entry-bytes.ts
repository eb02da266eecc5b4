/**
 * An entry as it lies in a store: a magic with the version of this layout, three lengths (4 bytes each, big endian: of
 * the head, of the body, of the canonical answer), the head as JSON, the body, the canonical answer. What a store gives
 * back may be anything: nothing is taken for an entry before it was looked at.
 */
import { concat, encodeJson } from '../bytes.ts';
import type { CacheEntry } from './entry.ts';
import { isEntryHead } from './entry-head.ts';

/** It begins with what is no UTF-8. Another layout has another last byte. */
const MAGIC = Uint8Array.of(0x89, 0x45, 0x43, 1);
const LENGTHS_AT = MAGIC.length;
const HEAD_AT = LENGTHS_AT + 3 * 4;
/** As the length of the canonical answer: there is none. */
const NONE = 0xffffffff;

export function encodeEntry({ head, body, canonical }: CacheEntry): Uint8Array {
  const headBytes = encodeJson(head);
  const fixed = new Uint8Array(HEAD_AT);
  fixed.set(MAGIC);
  const lengths = new DataView(fixed.buffer, LENGTHS_AT);
  lengths.setUint32(0, headBytes.length);
  lengths.setUint32(4, body.length);
  lengths.setUint32(8, canonical?.length ?? NONE);
  return concat([fixed, headBytes, body, ...(canonical === null ? [] : [canonical])]);
}

/** `null` for whatever `encodeEntry` of this version would not have written. `body` and `canonical` are views of `bytes`. */
export function decodeEntry(bytes: Uint8Array): CacheEntry | null {
  if (bytes.length < HEAD_AT || MAGIC.some((byte, i) => bytes[i] !== byte)) return null;
  const lengths = new DataView(bytes.buffer, bytes.byteOffset + LENGTHS_AT);
  const canonicalLength = lengths.getUint32(8);
  const bodyAt = HEAD_AT + lengths.getUint32(0);
  const canonicalAt = bodyAt + lengths.getUint32(4);
  const hasCanonical = canonicalLength !== NONE;
  if (canonicalAt + (hasCanonical ? canonicalLength : 0) !== bytes.length) return null;
  const head = parseJson(bytes.subarray(HEAD_AT, bodyAt));
  if (!isEntryHead(head)) return null;
  if (hasCanonical && head.kind !== 'chat') return null;
  return {
    head,
    body: bytes.subarray(bodyAt, canonicalAt),
    canonical: hasCanonical ? bytes.subarray(canonicalAt) : null,
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
}
