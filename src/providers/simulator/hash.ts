/** Determinism: what the simulator makes up comes from hashes of the request, never from chance. */

/** FNV-1a over UTF-16 units with a final mix, so that similar texts give unrelated numbers. 0 to 2^32 − 1. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** `hash32` as eight hexadecimal digits, for ids. */
export const hashHex = (text: string): string => hash32(text).toString(16).padStart(8, '0');

/** mulberry32: the same seed gives the same sequence of numbers in [0, 1). */
export function createSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
