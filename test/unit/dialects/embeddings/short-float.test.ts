import { describe, expect, it } from 'vitest';
import { shortestOf } from '../../../../src/dialects/embeddings/short-float.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const HIDDEN = 2n ** 23n;

const ofBits = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
};

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** In whole numbers: of the decimals between the neighbours, one of the fewest digits, the nearest, the even one. */
function bySearch(bits: number): number {
  const exponent = (bits >>> 23) & 0xff;
  const fraction = BigInt(bits & 0x7fffff);
  const mantissa = exponent === 0 ? fraction : fraction + HIDDEN;
  if (mantissa === 0n) return bits === 0 ? 0 : -0;
  const isNarrowBelow = fraction === 0n && exponent > 1;
  // All in units of 10^-60 · 2^-151, in which the least float and the least decimal that is tried are whole.
  const unit = 10n ** 60n * 2n ** BigInt(Math.max(exponent, 1) - 1);
  const value = 4n * mantissa * unit;
  const low = value - (isNarrowBelow ? 1n : 2n) * unit;
  const high = value + 2n * unit;
  const isIn = (one: bigint) => (mantissa % 2n === 0n ? one >= low && one <= high : one > low && one < high);
  for (let power = 45; power > -60; power -= 1) {
    const step = 2n ** 151n * 10n ** BigInt(power + 60);
    const below = value / step;
    const fitting = [below, below + 1n].filter((whole) => whole > 0n && isIn(whole * step));
    const [best] = fitting.sort((one, other) => {
      const nearer = abs(one * step - value) - abs(other * step - value);
      return nearer === 0n ? Number(one % 2n) - Number(other % 2n) : Number(nearer > 0n) * 2 - 1;
    });
    if (best !== undefined) return Number(`${bits >>> 31 === 1 ? '-' : ''}${best}e${power}`);
  }
  throw new Error(`no decimal for ${bits}`);
}

const finite = (bits: number): boolean => ((bits >>> 23) & 0xff) < 0xff;
const anyBits = (random: Seeded): number => Math.floor(random.next() * 2 ** 32);

/** Differences, as pairs, so that a failure names the bits. */
const wrong = (patterns: readonly number[]) =>
  patterns
    .filter(finite)
    .map((bits) => ({ bits, got: shortestOf(ofBits(bits)), want: bySearch(bits) }))
    .filter(({ got, want }) => !Object.is(got, want));

describe('the shortest decimal of a 32-bit float', () => {
  it.each([
    [0.10000000149011612, 0.1],
    [Math.fround(0.020942502), 0.020942502],
    [-0.1208660751581192, -0.120866075],
    [16777216, 16777216],
    [1048576.25, 1048576.2],
    [3.4028234663852886e38, 3.4028235e38],
    [1.401298464324817e-45, 1e-45],
    [0, 0],
    [-0, -0],
  ])('of %d is %d', (float, decimal) => {
    expect(shortestOf(float)).toBe(decimal);
  });

  it.each(SEEDS)('is that which a search in whole numbers finds, for any bits (seed %i)', (seed) => {
    const random = seeded(seed);
    expect(wrong(random.list(300, () => anyBits(random)))).toEqual([]);
  });

  it.each(SEEDS)('… for numbers as vectors have them (seed %i)', (seed) => {
    const random = seeded(seed);
    const view = new DataView(new ArrayBuffer(4));
    const patterns = random.list(300, () => {
      view.setFloat32(0, (random.next() - 0.5) * random.pick([1, 0.05, 0.001, 20]));
      return view.getUint32(0);
    });
    expect(wrong(patterns)).toEqual([]);
  });

  it('… for subnormals', () => {
    const random = seeded(1);
    expect(wrong([1, 2, 3, 0x7fffff, ...random.list(500, () => random.between(1, 0x7fffff))])).toEqual([]);
  });

  it('… around every power of two, where floats lie closer below than above', () => {
    const powers = Array.from({ length: 254 }, (_, exponent) => (exponent + 1) << 23);
    expect(wrong(powers.flatMap((bits) => [bits - 1, bits, bits + 1]))).toEqual([]);
  });

  it('… around every power of ten', () => {
    const view = new DataView(new ArrayBuffer(4));
    const powers = Array.from({ length: 76 }, (_, place) => {
      view.setFloat32(0, 10 ** (place - 37));
      return view.getUint32(0);
    });
    expect(wrong(powers.flatMap((bits) => [bits - 1, bits, bits + 1]))).toEqual([]);
  });
});
