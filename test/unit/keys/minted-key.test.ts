import { describe, expect, it } from 'vitest';
import { createMintedKey, maskKey, readMintedKey } from '../../../src/keys/minted-key.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Checksums by Python's `zlib.crc32`, so that they are not made by the code that checks them. */
const KNOWN = [
  'ew-000000000000000000000000000000001oGK4h',
  'ew-0123456789ABCDEFGHIJKLMNOPQRSTUV2tWzLc',
  'ew-zZ9yY8xX7wW6vV5uU4tT3sS2rR1qQ0pP19kQ7p',
];
const bytesOf = (random: Seeded) => (length: number) =>
  Uint8Array.from(random.list(length, () => random.between(0, 255)));

const random = seeded(4);
const KEYS = random.list(300, () => createMintedKey(bytesOf(random)));

/** `key` with the characters at `at` and behind replaced by `text`. */
const put = (key: string, at: number, text: string): string =>
  key.slice(0, at) + text + key.slice(at + text.length);
const swap = (key: string, one: number, other: number): string =>
  put(put(key, one, key.charAt(other)), other, key.charAt(one));
const flipCase = (character: string): string =>
  character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
/** Every position behind `ew-`. */
const POSITIONS = Array.from({ length: 38 }, (_, index) => index + 3);

/** What `spoil` makes of each key at each position, without what it leaves as it was, that still counts as a key. */
const unnoticed = (spoil: (key: string, at: number) => string): string[] =>
  KEYS.flatMap((key) =>
    POSITIONS.map((at) => spoil(key, at)).filter((one) => one !== key && readMintedKey(one) !== 'mistyped'),
  );

describe('createMintedKey', () => {
  it('makes keys of one form, no two alike', () => {
    for (const key of KEYS) expect(key).toMatch(/^ew-[0-9A-Za-z]{38}$/);
    expect(new Set(KEYS).size).toBe(KEYS.length);
  });

  it('makes keys that it knows again', () => {
    expect(KEYS.filter((key) => readMintedKey(key) !== 'minted')).toEqual([]);
  });

  it('takes each character for as many bytes, and throws away the bytes that are left over', () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 248; byte += 1) {
      const key = createMintedKey((length) => new Uint8Array(length).fill(byte));
      const character = key.charAt(3);
      expect(key.slice(3, 35)).toBe(character.repeat(32));
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries([...ALPHABET].map((one) => [one, 4])));
  });

  it.each([248, 251, 255])('asks again in the place of the byte %i', (unfair) => {
    let asked = 0;
    const key = createMintedKey((length) => {
      asked += 1;
      const bytes = new Uint8Array(length).fill(unfair);
      if (asked > 1) bytes.fill(61, length / 2);
      return bytes;
    });
    expect(asked).toBe(3);
    expect(key.slice(3, 35)).toBe('z'.repeat(32));
  });
});

describe('readMintedKey', () => {
  it.each(KNOWN)('knows the checksum of %s', (key) => {
    expect(readMintedKey(key)).toBe('minted');
  });

  it('refuses every key with one wrong character', () => {
    expect(unnoticed((key, at) => put(key, at, random.pick([...ALPHABET])))).toEqual([]);
  });

  it('refuses every single wrong character, whichever it is', () => {
    for (const key of KNOWN) {
      const typos = POSITIONS.flatMap((at) => [...ALPHABET].map((one) => put(key, at, one)));
      expect(typos.filter((typo) => readMintedKey(typo) === 'minted')).toEqual(Array(38).fill(key));
    }
  });

  it('refuses two characters that changed places, neighbours or not', () => {
    expect(unnoticed((key, at) => (at < 40 ? swap(key, at, at + 1) : key))).toEqual([]);
    expect(unnoticed((key, at) => swap(key, at, random.pick(POSITIONS)))).toEqual([]);
  });

  it('refuses another case of one letter, and of all', () => {
    expect(unnoticed((key, at) => put(key, at, flipCase(key.charAt(at))))).toEqual([]);
    expect(unnoticed((key) => `ew-${key.slice(3).toLowerCase()}`)).toEqual([]);
    expect(unnoticed((key) => `ew-${key.slice(3).toUpperCase()}`)).toEqual([]);
  });

  it('refuses a character too many, one too few, and spaces', () => {
    expect(unnoticed((key, at) => key.slice(0, at) + key.slice(at + 1))).toEqual([]);
    expect(unnoticed((key, at) => key.slice(0, at) + key.charAt(at) + key.slice(at))).toEqual([]);
    for (const end of [' ', '\n', '\r\n', '\0', '=']) expect(unnoticed((key) => `${key}${end}`)).toEqual([]);
  });

  it.each([
    ['Cyrillic', '\u0430'],
    ['Greek', '\u039f'],
    ['full width', '\uff21'],
    ['long s, which is an S in upper case', '\u017f'],
    ['Kelvin sign, which is a k in lower case', '\u212a'],
    ['Arabic digit', '\u0661'],
    ['bold letter outside the first plane', '\u{1d400}'],
    ['combining accent', '\u0301'],
    ['zero-width space', '\u200b'],
    ['lone surrogate', '\ud835'],
  ])('refuses a look-alike: %s', (_, lookAlike) => {
    expect(unnoticed((key, at) => put(key, at, lookAlike))).toEqual([]);
    expect(unnoticed((key, at) => key.slice(0, at) + lookAlike + key.slice(at))).toEqual([]);
  });

  it.each(['ew-', 'ew--', 'ew-correct-horse-battery', `ew-${'0'.repeat(38)}`, `ew-${'A'.repeat(100_000)}`])(
    'refuses what only begins as a key does: %.30s',
    (token) => {
      expect(readMintedKey(token)).toBe('mistyped');
    },
  );

  it.each(['', 'sk-proj-abc', 'EW-', ' ew-', 'ewt-abc.def', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', '\u0435w-'])(
    'has no opinion of %j',
    (token) => {
      expect(readMintedKey(token)).toBe('other');
      expect(readMintedKey(token + (KNOWN[0] ?? '').slice(3))).toBe('other');
    },
  );
});

describe('maskKey', () => {
  it('shows the first four characters and the last four', () => {
    expect(maskKey('ew-zZ9yY8xX7wW6vV5uU4tT3sS2rR1qQ0pP19kQ7p')).toBe('ew-zZ9y…kQ7p');
  });

  it.each(['', 'ew-', 'ew-secret', 'correct-horse-battery', `${KNOWN[0]} `])(
    'shows nothing of %j, which was not minted',
    (key) => {
      expect(maskKey(key)).toBe('…');
    },
  );
});
