import { describe, expect, it } from 'vitest';
import { createCacheCipher } from '../../../src/cache/cipher.ts';
import { encodeEntry } from '../../../src/cache/entry-bytes.ts';
import { anEntry, aScope, utf8 } from './entries.ts';

const now = () => 0;
/** 32 bytes in base64, made up. */
const FIRST = '1cBxR0JlZ3JlZW4tc2hhZG93cy1vbi10aGUtd2FsbHM=';
const SECOND = 'c2Vjb25kIHNlY3JldCBmb3IgdGhlIHRlc3RzISEhISE=';
const cipherOf = (key: string | undefined, previous?: string) => createCacheCipher({ key, previous, now });

const SCOPE = aScope('web');
const NAME = 'c1/0123456789abcdef/aaaa';
const PLAIN = encodeEntry(anEntry());
const seal = (key = FIRST, name = NAME) => cipherOf(key).seal(SCOPE, name, PLAIN);

/** The parts of what is sealed, first and last byte. */
const REGIONS: readonly [region: string, from: number, to: number][] = [
  ['magic', 0, 3],
  ['fingerprint', 4, 11],
  ['IV', 12, 23],
  ['cipher text', 24, 24 + PLAIN.length - 1],
  ['tag', 24 + PLAIN.length, 24 + PLAIN.length + 15],
];

describe('a sealed entry', () => {
  it('opens in another isolate with the same secret', async () => {
    expect(await cipherOf(FIRST).open(SCOPE, NAME, await seal())).toEqual(PLAIN);
  });

  it('has all its bytes in one of the regions below', async () => {
    expect((await seal()).length).toBe((REGIONS.at(-1)?.[2] ?? 0) + 1);
  });

  it.each(REGIONS)('does not open with any bit of its %s flipped', async (_, from, to) => {
    const cipher = cipherOf(FIRST, SECOND);
    const bytes = await seal();
    expect(await cipher.open(SCOPE, NAME, bytes)).toEqual(PLAIN);
    for (let at = from; at <= to; at += 1) {
      const flipped = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8)));
      expect(await cipher.open(SCOPE, NAME, flipped)).toBe(null);
    }
  });

  it('does not open when it is cut off, or longer', async () => {
    const cipher = cipherOf(FIRST);
    const bytes = await seal();
    for (let length = 0; length < bytes.length; length += 7)
      expect(await cipher.open(SCOPE, NAME, bytes.subarray(0, length))).toBe(null);
    expect(await cipher.open(SCOPE, NAME, Uint8Array.of(...bytes, 0))).toBe(null);
  });

  it('does not open under another name, nor in another scope', async () => {
    const cipher = cipherOf(FIRST);
    const bytes = await seal();
    expect(await cipher.open(SCOPE, `${NAME}b`, bytes)).toBe(null);
    expect(await cipher.open(aScope('other'), NAME, bytes)).toBe(null);
    expect(await cipher.open(SCOPE, NAME, bytes)).toEqual(PLAIN);
  });

  it('does not open with another secret, even under its fingerprint', async () => {
    const bytes = await seal(FIRST);
    const ofSecond = await seal(SECOND);
    expect(await cipherOf(SECOND).open(SCOPE, NAME, bytes)).toBe(null);
    bytes.set(ofSecond.subarray(4, 12), 4);
    expect(await cipherOf(SECOND).open(SCOPE, NAME, bytes)).toBe(null);
  });

  it('is another one each time, and shows neither the entry nor the secret', async () => {
    const [one, two] = [await seal(), await seal()];
    expect(one).not.toEqual(two);
    expect(one.subarray(0, 12)).toEqual(two.subarray(0, 12));
    const text = new TextDecoder('latin1').decode(one);
    for (const shown of ['chatcmpl', 'openai', FIRST.slice(0, 6)]) expect(text).not.toContain(shown);
  });

  it('opens wherever it lies in a buffer', async () => {
    const bytes = await seal();
    const buffer = new Uint8Array(bytes.length + 10);
    buffer.set(bytes, 5);
    expect(await cipherOf(FIRST).open(SCOPE, NAME, buffer.subarray(5, 5 + bytes.length))).toEqual(PLAIN);
  });
});

describe('a change of the secret', () => {
  it('leaves what the previous one sealed readable, and seals with the new one', async () => {
    const old = await seal(FIRST);
    const between = cipherOf(SECOND, FIRST);
    expect(await between.open(SCOPE, NAME, old)).toEqual(PLAIN);
    const fresh = await between.seal(SCOPE, NAME, PLAIN);
    expect(await cipherOf(SECOND).open(SCOPE, NAME, fresh)).toEqual(PLAIN);
    expect(await cipherOf(FIRST).open(SCOPE, NAME, fresh)).toBe(null);
  });

  it('is over when the previous one is taken away', async () => {
    expect(await cipherOf(SECOND).open(SCOPE, NAME, await seal(FIRST))).toBe(null);
  });
});

describe('without a secret', () => {
  it('entries lie as they are', async () => {
    const cipher = cipherOf(undefined);
    expect(await cipher.seal(SCOPE, NAME, PLAIN)).toBe(PLAIN);
    expect(await cipher.open(SCOPE, NAME, PLAIN)).toBe(PLAIN);
  });

  it('what was sealed is not there', async () => {
    expect(await cipherOf(undefined).open(SCOPE, NAME, await seal())).toBe(null);
  });

  it('what lies as it is is not there once a secret is set', async () => {
    expect(await cipherOf(FIRST).open(SCOPE, NAME, PLAIN)).toBe(null);
    expect(await cipherOf(FIRST).open(SCOPE, NAME, utf8(''))).toBe(null);
  });
});

describe('a secret', () => {
  it.each(['', 'fifteen letters'])('of too few characters is refused: %j', (secret) => {
    expect(() => cipherOf(secret)).toThrow('CACHE_ENCRYPTION_KEY has fewer than 16 characters');
    expect(() => cipherOf(FIRST, secret)).toThrow(
      'CACHE_ENCRYPTION_KEY_PREVIOUS has fewer than 16 characters',
    );
  });

  it('of 16 characters will do', async () => {
    const cipher = cipherOf('sixteen letters!');
    expect(await cipher.open(SCOPE, NAME, await cipher.seal(SCOPE, NAME, PLAIN))).toEqual(PLAIN);
  });

  it('of before needs one of now', () => {
    expect(() => cipherOf(undefined, FIRST)).toThrow('CACHE_ENCRYPTION_KEY is not');
  });
});
