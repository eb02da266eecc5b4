/**
 * One vector as it is kept: four bytes a number where that loses nothing, eight elsewhere, and how its numbers were
 * written. What is told of it later is what was told first, whether it came as base64 or as decimals; and each is made
 * from the other as a vendor with 32-bit floats would have written it.
 */
import { shortestOf } from './short-float.ts';

declare global {
  // https://tc39.es/proposal-arraybuffer-base64/
  interface Uint8Array {
    toBase64(): string;
  }
  interface Uint8ArrayConstructor {
    /** Throws `SyntaxError`. */
    fromBase64(text: string): Uint8Array<ArrayBuffer>;
  }
}

/**
 * - `packed`: base64 of 32-bit floats.
 * - `short`: decimals, each the shortest of a 32-bit float.
 * - `exact`: decimals, each of them a 32-bit float in all its digits.
 * - `double`: any other decimals; the only ones that take eight bytes.
 */
export const SPELLINGS = ['packed', 'short', 'exact', 'double'] as const;
export type Spelling = (typeof SPELLINGS)[number];

export interface StoredVector {
  readonly spelling: Spelling;
  /** The numbers, little-endian. */
  readonly bytes: Uint8Array;
}

export type Encoding = 'float' | 'base64';

const FLOAT_BYTES = 4;
const DOUBLE_BYTES = 8;

export const widthOf = (spelling: Spelling): number => (spelling === 'double' ? DOUBLE_BYTES : FLOAT_BYTES);

/** How many numbers it has. */
export const lengthOf = ({ spelling, bytes }: StoredVector): number => bytes.length / widthOf(spelling);

/** Numbers, or their base64, as they stand in an answer; `null` for anything else, and for none. */
export function toStored(value: unknown): StoredVector | null {
  if (typeof value === 'string') return unpack(value);
  if (!Array.isArray(value) || value.length === 0 || !value.every(Number.isFinite)) return null;
  const numbers: readonly number[] = value;
  const spelling = spellingOf(numbers);
  const bytes = spelling === 'double' ? packDoubles(numbers) : packFloats(numbers);
  return { spelling, bytes };
}

/** The vector as a JSON value. */
export function vectorJson(vector: StoredVector, encoding: Encoding): string {
  const { spelling, bytes } = vector;
  if (encoding === 'float') return numbersJson(numbersOf(vector));
  const packed = spelling === 'double' ? packFloats(numbersOf(vector)) : bytes;
  return `"${packed.toBase64()}"`;
}

function unpack(text: string): StoredVector | null {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(text);
  } catch {
    return null;
  }
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return null;
  return holdsFiniteFloats(bytes) ? { spelling: 'packed', bytes } : null;
}

function holdsFiniteFloats(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; at += FLOAT_BYTES) {
    if (!Number.isFinite(view.getFloat32(at, true))) return false;
  }
  return true;
}

function spellingOf(numbers: readonly number[]): Spelling {
  if (numbers.every((number) => shortestOf(Math.fround(number)) === number)) return 'short';
  return numbers.every((number) => Math.fround(number) === number) ? 'exact' : 'double';
}

function numbersOf({ spelling, bytes }: StoredVector): readonly number[] {
  switch (spelling) {
    case 'packed':
    case 'short':
      return readFloats(bytes).map(shortestOf);
    case 'exact':
      return readFloats(bytes);
    case 'double':
      return readDoubles(bytes);
  }
}

/** A zero below zero is `0` to `JSON.stringify`. */
const numbersJson = (numbers: readonly number[]): string =>
  JSON.stringify(
    numbers.some((number) => Object.is(number, -0))
      ? numbers.map((number) => (Object.is(number, -0) ? JSON.rawJSON('-0') : number))
      : numbers,
  );

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

function packFloats(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * FLOAT_BYTES);
  const view = viewOf(bytes);
  let at = 0;
  for (const number of numbers) {
    view.setFloat32(at, number, true);
    at += FLOAT_BYTES;
  }
  return bytes;
}

function packDoubles(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * DOUBLE_BYTES);
  const view = viewOf(bytes);
  let at = 0;
  for (const number of numbers) {
    view.setFloat64(at, number, true);
    at += DOUBLE_BYTES;
  }
  return bytes;
}

function readFloats(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at += FLOAT_BYTES) numbers.push(view.getFloat32(at, true));
  return numbers;
}

function readDoubles(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at += DOUBLE_BYTES) numbers.push(view.getFloat64(at, true));
  return numbers;
}
