/**
 * An answer of embeddings as it lies in an entry: no form of any door's.
 *
 *     2 bytes  length of the model's name, which follows in UTF-8; 0: the answer named none
 *     8 bytes  tokens of input, a 64-bit float; NaN: the answer told none
 *     then for each vector: 1 byte its spelling, 4 bytes how many numbers, the numbers
 *
 * All little-endian.
 */
import { concat } from '../../bytes.ts';
import { countOf } from '../json.ts';
import { lengthOf, SPELLINGS, type StoredVector, widthOf } from './stored-vectors.ts';

export interface StoredAnswer {
  /** As many as inputs, in their order. */
  readonly vectors: readonly StoredVector[];
  /** `null` if the answer did not tell. */
  readonly inputTokens: number | null;
  /** As the answer names it. */
  readonly model: string | null;
}

const HEAD_BYTES = 10;
const VECTOR_HEAD_BYTES = 5;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeStored({ vectors, inputTokens, model }: StoredAnswer): Uint8Array {
  const name = encoder.encode(model ?? '');
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint16(0, name.length, true);
  head.setFloat64(2, inputTokens ?? Number.NaN, true);
  const pieces = [new Uint8Array(head.buffer), name];
  for (const vector of vectors) {
    const vectorHead = new DataView(new ArrayBuffer(VECTOR_HEAD_BYTES));
    vectorHead.setUint8(0, SPELLINGS.indexOf(vector.spelling));
    vectorHead.setUint32(1, lengthOf(vector), true);
    pieces.push(new Uint8Array(vectorHead.buffer), vector.bytes);
  }
  return concat(pieces);
}

/** `null` for anything that `encodeStored` does not write. The vectors lie in `bytes`. */
export function decodeStored(bytes: Uint8Array): StoredAnswer | null {
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vectors: StoredVector[] = [];
  let at = HEAD_BYTES + view.getUint16(0, true);
  const model = decoder.decode(bytes.subarray(HEAD_BYTES, at));
  while (at + VECTOR_HEAD_BYTES <= bytes.length) {
    const spelling = SPELLINGS[view.getUint8(at)];
    const start = at + VECTOR_HEAD_BYTES;
    if (spelling === undefined) return null;
    at = start + view.getUint32(start - 4, true) * widthOf(spelling);
    if (at === start || at > bytes.length) return null;
    vectors.push({ spelling, bytes: bytes.subarray(start, at) });
  }
  if (at !== bytes.length || vectors.length === 0) return null;
  return { vectors, inputTokens: countOf(view.getFloat64(2, true)), model: model === '' ? null : model };
}
