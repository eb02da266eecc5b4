import { describe, expect, it } from 'vitest';
import { countMembers, hasRepeatedMembers } from '../../../../src/gateway/cache/repeated-members.ts';
import { seeded } from '../../../support/seeded.ts';

const repeats = (json: string): boolean =>
  hasRepeatedMembers(new TextEncoder().encode(json), countMembers(JSON.parse(json)));

describe('hasRepeatedMembers', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"c":[{"a":1},{"a":1,"d":2,"a":3}]}}',
    '{"a":{"b":1},"a":{}}',
    '[{"":1,"":2}]',
    '{"__proto__":1,"__proto__":2}',
  ])('finds %s', (json) => {
    expect(repeats(json)).toBe(true);
  });

  it.each([
    '{}',
    '[]',
    '"a:b"',
    '{"a":1,"A":2,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
    '{"a":"b:c","d:e":"\\":\\\\","f\\"":":","g":"\\\\"}',
    '{"__proto__":1,"constructor":{"__proto__":2}}',
    '{"a" : 9007199254740993 , "b" :\n[1,{"c": null}]}',
  ])('does not find any in %s', (json) => {
    expect(repeats(json)).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6])('finds one in any object, and only then (seed %i)', (seed) => {
    const random = seeded(seed);
    const texts = ['', ':', '"', '\\', '\\":', '{"a":1}', 'é', '\u2028', 'rawJSON'];
    /** JSON text; `repeated`: of which object, counted from the first, a member stands twice. */
    const write = (depth: number, repeated: { left: number }): string => {
      if (depth === 0 || random.chance(0.2))
        return JSON.stringify(random.pick([1, null, random.pick(texts)]));
      if (random.chance(0.3)) return `[${random.list(2, () => write(depth - 1, repeated)).join()}]`;
      const names = texts.filter(() => random.chance(0.4));
      const members = names.map((name) => `${JSON.stringify(name)}:${write(depth - 1, repeated)}`);
      repeated.left -= 1;
      if (repeated.left === 0) members.push('"twice": 1', '"twice" :2');
      return `{${members.join(random.pick([',', ' , ']))}}`;
    };
    for (let round = 0; round < 50; round += 1) {
      expect(repeats(write(5, { left: 0 }))).toBe(false);
      const repeated = { left: random.between(1, 5) };
      const json = write(5, repeated);
      expect(repeats(json)).toBe(repeated.left <= 0);
    }
  });
});
