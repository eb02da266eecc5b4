import { describe, expect, it } from 'vitest';
import { scanJsonMembers } from '../../src/json-members.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Each member as the text of its value. */
function slices(text: string): [string, string][] {
  const bytes = encoder.encode(text);
  return scanJsonMembers(bytes, 64).members.map(({ key, start, end }) => [
    key,
    decoder.decode(bytes.subarray(start, end)),
  ]);
}

const TEXTS = ['', 'a', 'model', 'ü', '日本', '😀', '"', '\\', '\\"', '{', '}', '[1,2]', ',', ':', '\n', '/'];

/** JSON text of a random value, with white space anywhere it may stand and escapes that nobody needs. */
function randomJson(random: Seeded, depth: number): string {
  const space = () => random.list(random.between(0, 2), () => random.pick([' ', '\n', '\t', '\r'])).join('');
  switch (random.between(0, depth > 0 ? 7 : 5)) {
    case 0:
      return random.pick(['0', '-1.5e10', '12345678901234567890', '1E-7', '-0']);
    case 1:
      return random.pick(['true', 'false', 'null']);
    case 6:
      return `[${random.list(random.between(0, 4), () => space() + randomJson(random, depth - 1) + space()).join(',')}${space()}]`;
    case 7:
      return randomObject(random, depth - 1);
    default:
      return randomString(random);
  }
}

function randomString(random: Seeded): string {
  const text = random.list(random.between(0, 3), () => random.pick(TEXTS)).join('');
  const json = JSON.stringify(text);
  if (!random.chance(0.3)) return json;
  const escaped = [...text].map((character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `"${escaped.join('')}"`;
}

function randomObject(random: Seeded, depth: number): string {
  const space = () => random.list(random.between(0, 2), () => random.pick([' ', '\n', '\t', '\r'])).join('');
  const member = () =>
    `${space()}${randomString(random)}${space()}:${space()}${randomJson(random, depth)}${space()}`;
  return `{${space()}${random.list(random.between(0, 5), member).join(',')}}`;
}

describe('scanJsonMembers', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('finds the members that JSON.parse finds (seed %i)', (seed) => {
    const random = seeded(seed);
    for (let round = 0; round < 100; round += 1) {
      const text = randomObject(random, 3);
      // Of equal keys JSON.parse keeps the last, as a map made from all members does.
      const found = Object.fromEntries(slices(text).map(([key, value]) => [key, JSON.parse(value)]));
      expect(found, text).toEqual(JSON.parse(text));
    }
  });

  it('keeps the exact text of values', () => {
    expect(slices('{ "a" : 12345678901234567890 , "b":[1 , 2] ,"c":{"d" : "}"} }')).toEqual([
      ['a', '12345678901234567890'],
      ['b', '[1 , 2]'],
      ['c', '{"d" : "}"}'],
    ]);
  });

  it('reads escapes in keys', () => {
    expect(slices('{"mod\\u0065l":"x","a\\"b":1}').map(([key]) => key)).toEqual(['model', 'a"b']);
  });

  it('lists equal keys as often as they stand there', () => {
    expect(slices('{"a":1,"\\u0061":2}')).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
  });

  it('counts offsets in bytes, also behind a byte order mark', () => {
    expect(slices('\ufeff{"日本":"é","b":"😀"}')).toEqual([
      ['日本', '"é"'],
      ['b', '"😀"'],
    ]);
  });

  it.each(['{}', '  {"a":1}', '\ufeff{"a":1}', '\n\t{ }'])(
    'says where a member can be added to %j',
    (text) => {
      const { insertAt } = scanJsonMembers(encoder.encode(text), 8);
      expect(insertAt).toBe(encoder.encode(text.slice(0, text.indexOf('{') + 1)).length);
    },
  );

  it('names the member that is nested too deep, and stops there', () => {
    const text = `{"a":1,"deep":${'['.repeat(10)}${']'.repeat(10)},"b":2}`;
    expect(scanJsonMembers(encoder.encode(text), 10)).toMatchObject({
      members: [{ key: 'a' }],
      tooDeepIn: 'deep',
    });
    expect(scanJsonMembers(encoder.encode(text), 11)).toMatchObject({ tooDeepIn: null });
  });

  it.each([
    '',
    'null',
    '"{"',
    '[',
    '{',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":"\\',
    '}}}',
    '{,,}',
    '{"a":1}}{',
    '{:}',
  ])('returns something harmless for %j', (text) => {
    expect(() => scanJsonMembers(encoder.encode(text), 8)).not.toThrow();
  });
});
