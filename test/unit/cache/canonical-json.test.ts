import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { inOrder, toCanonicalJson } from '../../../src/cache/canonical-json.ts';
import { parseExact } from '../../../src/exact-json.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';

const NAMES = ['a', 'b', 'B', 'role', 'é', '😀', '\ufb33', '', '0', '9', '10', '-1', '__proto__', 'toJSON'];
const TEXTS = ['', 'a', '"', '\\', '\\ud800', '/', '\n\u0001\u007f', 'é😀', '\u2028', '\ud800', '"rawJSON":'];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '-5e-324',
  '1e21',
  '0.1',
  '123456789012',
  '9007199254740993',
  '1e999',
];

/** JSON text of a value that is up to `depth` levels deep, with names in any order. */
function jsonText(random: Seeded, depth: number): string {
  const kind = depth > 0 ? random.between(0, 8) : random.between(0, 3);
  if (kind === 0) return random.pick(['null', 'true', 'false']);
  if (kind === 1) return random.pick(NUMBERS.slice(0, random.chance(0.1) ? undefined : -2));
  if (kind <= 3)
    return JSON.stringify(random.pick(TEXTS.filter((text) => text !== '\ud800' || random.chance(0.1))));
  const count = random.between(0, 5);
  if (kind <= 5) return `[${random.list(count, () => jsonText(random, depth - 1)).join()}]`;
  const last = random.chance(0.3) ? NAMES.length : 7;
  const names = new Set(random.list(count, () => random.pick(NAMES.slice(0, last))));
  return `{${[...names].map((name) => `${JSON.stringify(name)}:${jsonText(random, depth - 1)}`).join()}}`;
}

const orError = (read: () => unknown): unknown => {
  try {
    return read();
  } catch {
    return 'refused';
  }
};

describe('toCanonicalJson', () => {
  it('writes what the library for RFC 8785 writes, and refuses what it refuses', () => {
    let refused = 0;
    for (let seed = 1; seed <= 3000; seed += 1) {
      const text = `{"x":${jsonText(seeded(seed), 5)}}`;
      const expected = orError(() => canonicalize(parseExact(text)));
      expect(
        orError(() => toCanonicalJson(parseExact(text))),
        text,
      ).toBe(expected);
      if (expected === 'refused') refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(1500);
  });

  it.each([
    ['numbers as names', '{"10":1,"9":2,"a":3}', '{"10":1,"9":2,"a":3}'],
    ['the name of a prototype', '{"b":1,"__proto__":{"c":1}}', '{"__proto__":{"c":1},"b":1}'],
    ['names beyond the first plane', '{"\ufb33":1,"😀":2}', '{"😀":2,"\ufb33":1}'],
    ['numbers', '[1.0,-0,1E2,1e21]', '[1,0,100,1e+21]'],
    ['names of a list’s objects', '[{"b":[{"d":1,"c":2}],"a":1}]', '[{"a":1,"b":[{"c":2,"d":1}]}]'],
  ])('orders %s', (_, text, expected) => {
    expect(toCanonicalJson(JSON.parse(text))).toBe(expected);
  });
});

describe('inOrder', () => {
  it('copies nothing that lies in order, and changes nothing', () => {
    const inside = Object.freeze({ a: 1, b: Object.freeze([Object.freeze({ c: 2, d: null })]) });
    expect(inOrder(inside)).toEqual({ ordered: inside, isPlain: true });
    expect(inOrder(inside).ordered).toBe(inside);
    const around = Object.freeze({ z: inside, a: Object.freeze([inside, Object.freeze({ y: 1, x: 2 })]) });
    const { ordered } = inOrder(around);
    expect(Object.keys(ordered)).toEqual(['a', 'z']);
    expect(Object.keys(ordered.a[1] as object)).toEqual(['x', 'y']);
    expect(ordered.z).toBe(inside);
    expect(ordered.a[0]).toBe(inside);
  });

  it.each([
    ['a number as a name', '{"1":2}'],
    ['the name of a prototype', '[{"__proto__":2}]'],
    ['a long integer', '{"a":9007199254740993}'],
    ['the name of its text', '{"a":{"rawJSON":"1"}}'],
    ['an endless number', '[1e999]'],
  ])('tells of %s', (_, text) => {
    const value = parseExact(text);
    expect(inOrder(value).isPlain).toBe(false);
    expect(JSON.stringify(inOrder(value).ordered)).toBe(JSON.stringify(value));
  });
});
