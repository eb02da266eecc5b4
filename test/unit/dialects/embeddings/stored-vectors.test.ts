import { describe, expect, it } from 'vitest';
import { encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import { shortestOf } from '../../../../src/dialects/embeddings/short-float.ts';
import {
  lengthOf,
  type StoredVector,
  toStored,
  vectorJson,
} from '../../../../src/dialects/embeddings/stored-vectors.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

const stored = (value: unknown): StoredVector => {
  const vector = toStored(value);
  if (vector === null) throw new Error('not stored');
  return vector;
};
const told = (value: unknown, encoding: 'float' | 'base64'): unknown =>
  JSON.parse(vectorJson(stored(value), encoding));

/** Any finite float, and those that vendors send. */
const randomFloat = (random: Seeded): number => {
  if (random.chance(0.9)) return Math.fround(random.next() * 2 - 1);
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Math.floor(random.next() * 2 ** 32));
  const any = view.getFloat32(0);
  return random.chance(0.2) || !Number.isFinite(any) ? -0 : any;
};
const randomFloats = (random: Seeded) => random.list(random.between(1, 300), () => randomFloat(random));

describe('a vector as it is kept', () => {
  it.each(SEEDS)('came as base64: it is told as base64 with the same bytes (seed %i)', (seed) => {
    const packed = encodeFloats(randomFloats(seeded(seed)));
    expect(told(packed, 'base64')).toBe(packed);
  });

  it.each(SEEDS)('came as base64: as decimals, each number is the shortest (seed %i)', (seed) => {
    const floats = randomFloats(seeded(seed));
    expect(told(encodeFloats(floats), 'float')).toEqual(floats.map(shortestOf));
  });

  it.each(SEEDS)(
    'came as decimals: the same numbers are told, however they were rounded (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const floats = randomFloats(random);
      const doubles = floats.map((float) => (float === 0 ? float : float * (1 + random.next())));
      for (const numbers of [floats, floats.map(shortestOf), doubles.filter(Number.isFinite)]) {
        expect(told(numbers, 'float')).toEqual(numbers);
      }
    },
  );

  it.each(SEEDS)('came as decimals: as base64, each is the nearest 32-bit float (seed %i)', (seed) => {
    const floats = randomFloats(seeded(seed));
    for (const numbers of [floats, floats.map(shortestOf)]) {
      expect(told(numbers, 'base64')).toBe(encodeFloats(floats));
    }
    const halves = floats.map((float) => (float === 0 ? float : float * (1 + 2 ** -30)));
    const finite = halves.filter((number) => Number.isFinite(Math.fround(number)));
    expect(told(finite, 'base64')).toBe(encodeFloats(finite));
  });

  it.each([
    ['base64', encodeFloats([0.1, 0.2, 0.3]), 'packed', 12],
    ['the shortest decimals', [0.1, 0.2, 0.3], 'short', 12],
    ['all digits of 32-bit floats', [0.1, 0.2, 0.3].map(Math.fround), 'exact', 12],
    ['decimals that no 32-bit float has', [0.1, 0.2, 1 / 3], 'double', 24],
    ['both spellings in one vector', [0.1, Math.fround(0.2), 0.3], 'double', 24],
    ['numbers that are too large, or too small', [1e300, 1e-300, 0], 'double', 24],
    ['whole numbers', [1, 0, -1], 'short', 12],
  ])('takes no more bytes than are needed for %s', (_, value, spelling, bytes) => {
    const vector = stored(value);
    expect([vector.spelling, vector.bytes.length, lengthOf(vector)]).toEqual([spelling, bytes, 3]);
    expect(told(value, typeof value === 'string' ? 'base64' : 'float')).toEqual(value);
  });

  it('keeps the sign of a zero, which clients see', () => {
    expect(vectorJson(stored([0, -0, 0.5]), 'float')).toBe('[0,-0,0.5]');
    expect(vectorJson(stored(encodeFloats([-0])), 'float')).toBe('[-0]');
  });

  it.each([
    ['no numbers', []],
    ['a text among numbers', [0.1, '0.2']],
    ['a hole', [0.1, null]],
    ['a number that is none', [Number.NaN]],
    ['no text', ''],
    ['what is not base64', 'a-b_'],
    ['base64 of a broken number', btoa('12345')],
    ['base64 of infinity', encodeFloats([Number.POSITIVE_INFINITY])],
    ['base64 of what is no number', encodeFloats([0.1, Number.NaN])],
    ['nothing', undefined],
    ['an object', { 0: 1 }],
  ])('is not made of %s', (_, value) => {
    expect(toStored(value)).toBeNull();
  });
});
