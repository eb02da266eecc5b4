import { describe, expect, it } from 'vitest';
import { parseExact, rounded } from '../../src/exact-json.ts';
import { isLongNumber, isRecord } from '../../src/is-record.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

const again = (text: string): string => JSON.stringify(parseExact(text));

describe('long numbers', () => {
  it.each([
    '12345678901234567890',
    '-12345678901234567890',
    '9007199254740993',
    '-9007199254740993',
    '9223372036854775807',
    '12345678901234567.89',
    '12345678901234567e400',
    `1${'0'.repeat(400)}`,
  ])('wire 63: %s keeps its digits wherever it stands', (number) => {
    for (const text of [
      number,
      `[${number}]`,
      `[1,${number}]`,
      `{"a":${number}}`,
      `{"a":{"b":[${number}]}}`,
    ]) {
      expect(again(text)).toBe(text);
    }
    for (const text of [` ${number} `, `{"a" : ${number}}`, `{"a"\n:\n${number}}`, `[\t${number}\r]`]) {
      expect(again(text)).toContain(number);
    }
  });

  it('are neither numbers nor records', () => {
    const { n } = parseExact('{"n":9007199254740993}') as { n: unknown };
    expect(typeof n).not.toBe('number');
    expect(isRecord(n)).toBe(false);
    expect(isLongNumber(n)).toBe(true);
    expect(rounded(n)).toBe(9007199254740992);
  });
});

describe('everything else', () => {
  it.each([
    '9007199254740991',
    '-9007199254740991',
    '9007199254740992',
    '1234567890123456',
    '0.12345678901234567890',
    '0',
    '1e21',
  ])('%s stays a number, also beside a long one', (number) => {
    expect(parseExact(number)).toBe(JSON.parse(number));
    const beside = parseExact(`[12345678901234567890,${number}]`) as unknown[];
    if (number !== '1e21') expect(beside[1]).toBe(JSON.parse(number));
  });

  it('digits in strings and names are no numbers', () => {
    for (const text of [
      '{"a":"12345678901234567890"}',
      '{"12345678901234567890":": 12345678901234567890"}',
    ]) {
      expect(parseExact(text)).toEqual(JSON.parse(text));
    }
  });

  it('`__proto__` is a member as any other', () => {
    const text = '{"__proto__":{"a":12345678901234567890}}';
    expect(again(text)).toBe(text);
    expect(Object.getPrototypeOf(parseExact(text))).toBe(Object.prototype);
  });

  it('what `JSON.parse` refuses is refused', () => {
    for (const text of [
      '',
      '{',
      '[12345678901234567890',
      '012345678901234567890',
      '{"a":12345678901234567890,}',
    ]) {
      expect(() => parseExact(text)).toThrow(SyntaxError);
    }
  });

  it('objects, and nothing else, are records', () => {
    for (const value of [{}, { rawJSON: '1' }, Object.create(null)]) expect(isRecord(value)).toBe(true);
    for (const value of [null, undefined, [], 1, 'a', true]) expect(isRecord(value)).toBe(false);
  });
});

/** JSON in its shortest form, as `JSON.stringify` would write it if numbers had no bounds. */
function anyJson(random: Seeded, depth: number): string {
  if (depth > 0 && random.chance(0.6)) {
    const count = random.between(0, 4);
    if (random.chance(0.5)) return `[${random.list(count, () => anyJson(random, depth - 1)).join()}]`;
    let key = 0;
    const member = () => `"k${key++}${random.between(0, 9)}":${anyJson(random, depth - 1)}`;
    return `{${random.list(count, member).join()}}`;
  }
  const digits = (count: number) => random.list(count, () => random.between(0, 9)).join('');
  const sign = random.pick(['', '-']);
  switch (random.between(0, 4)) {
    case 0:
      return JSON.stringify(random.pick(['', 'a"b\\', ': 12345678901234567890', digits(30), '\u2028é']));
    case 1:
      return random.pick(['true', 'false', 'null']);
    case 2:
      return String(random.next() * 10 ** random.between(0, 6));
    default:
      return `${sign}${random.between(1, 9)}${digits(random.between(0, 40))}`;
  }
}

it('wire 63: any JSON is written again as it was read, with all digits of its integers', () => {
  const random = seeded(63);
  for (let round = 0; round < 3000; round += 1) {
    const text = anyJson(random, 4);
    expect(again(text)).toBe(text);
    // White space between tokens changes nothing.
    const spread = text.replace(
      /("(?:\\.|[^"\\])*")|([[\]{},:])/g,
      (whole, quoted) => quoted ?? ` ${whole}\n`,
    );
    expect(again(spread)).toBe(text);
  }
});
