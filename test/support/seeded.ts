/** Randomness that repeats: a property test names its seed, and a failure is found again by it. */

export interface Seeded {
  /** Uniform in [0, 1), as `Math.random`. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  pick<Value>(values: readonly Value[]): Value;
  chance(probability: number): boolean;
  /** `count` values made by `make`. */
  list<Value>(count: number, make: () => Value): Value[];
}

/** Mulberry32: small, and good enough to choose inputs. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    between,
    pick: <Value>(values: readonly Value[]): Value => values[between(0, values.length - 1)] as Value,
    chance: (probability) => next() < probability,
    list: <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make),
  };
}

/** Cuts `bytes` into pieces of random lengths, some of them empty. */
export function inRandomPieces(bytes: Uint8Array, random: Seeded, longest: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.between(0, longest);
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Cuts `bytes` into pieces of one length. */
export function inPieces(bytes: Uint8Array, length: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.slice(at, at + length));
  return pieces;
}
