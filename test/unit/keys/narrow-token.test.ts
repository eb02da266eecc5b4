import { base64url } from 'jose';
import { describe, expect, it } from 'vitest';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import type { NarrowClaims } from '../../../src/keys/narrow-claims.ts';
import {
  MAX_NARROW_TOKEN_CHARACTERS,
  NarrowTokenTooLarge,
  openNarrowToken,
  signNarrowToken,
} from '../../../src/keys/narrow-token.ts';
import { NarrowTokenKeys, type SigningSecret } from '../../../src/keys/narrow-token-keys.ts';
import { seeded } from '../../support/seeded.ts';

const NOW = 1_795_512_615_000;
const HOUR = 3_600_000;
const SECRET: SigningSecret = { id: 's1', secret: new Uint8Array(32).fill(1) };
const NEWER: SigningSecret = { id: 's2', secret: btoa('\u0002'.repeat(32)) };

const cache = () => new IsolateCache<CryptoKey>({ maxEntries: 10, ttlMs: HOUR, now: () => NOW });
const keysOf = (...secrets: SigningSecret[]) => new NarrowTokenKeys(secrets, cache());
const KEYS = keysOf(SECRET);

const SMALL: Omit<NarrowClaims, 'signingKeyId'> = {
  parent: 'key_1',
  issuedAt: NOW,
  expiresAt: NOW + HOUR,
  id: 'tok_1',
  name: null,
  endUser: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  limits: {},
};
const FULL: Omit<NarrowClaims, 'signingKeyId'> = {
  ...SMALL,
  name: 'Браузер 🧭 "quoted"',
  endUser: 'user\u0000\ud800',
  models: ['openai/*', 'schnell'],
  deniedModels: ['openai/o3'],
  routes: ['/v1/chat/*'],
  ipRanges: ['10.0.0.0/8', '2001:db8::/32'],
  limits: { requests_per_minute: 5, budgets: [{ usd: 0.5, window: 'day' }] },
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A token around any payload, signed as ours are. */
async function forge(payload: string, { prefix = 'ewt-', secret = SECRET } = {}): Promise<string> {
  const { key } = await keysOf(secret).signingKey();
  const signed = prefix + base64url.encode(payload);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  return `${signed}.${base64url.encode(new Uint8Array(signature))}`;
}
const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(base64url.decode(token.slice(4).split('.')[0] ?? '')));

describe('a narrow token', () => {
  it.each([
    ['everything', FULL],
    ['nothing but what it must', SMALL],
    ['empty grants, which are not absent ones', { ...SMALL, models: [], routes: [], ipRanges: [] }],
  ])('says again what was signed: %s', async (_, claims) => {
    const token = await signNarrowToken(claims, KEYS);
    expect(token).toMatch(/^ewt-[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
    expect(await openNarrowToken(token, KEYS, NOW)).toEqual({ ...claims, signingKeyId: 's1' });
  });

  it('spends no characters on what it does not say', async () => {
    const token = await signNarrowToken(SMALL, KEYS);
    expect(payloadOf(token)).toEqual({ p: 'key_1', k: 's1', i: NOW, e: NOW + HOUR, j: 'tok_1' });
  });

  it('can be checked by anyone who has the secret', async () => {
    const token = await signNarrowToken(SMALL, KEYS);
    const dot = token.lastIndexOf('.');
    const { key } = await KEYS.signingKey();
    const signed = new TextEncoder().encode(token.slice(0, dot));
    const signature = base64url.decode(token.slice(dot + 1));
    expect(await crypto.subtle.verify('HMAC', key, signature, signed)).toBe(true);
  });

  it('is nothing when one character is another, wherever and whichever', async () => {
    const random = seeded(6);
    const token = await signNarrowToken(FULL, KEYS);
    const opened: string[] = [];
    for (let at = 0; at < token.length; at += 1) {
      const inAlphabet = random.list(2, () => random.pick([...ALPHABET]));
      for (const other of [...inAlphabet, ...random.list(1, () => random.pick([...'.=+/ \n\u0430\0']))]) {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        if (changed !== token && (await openNarrowToken(changed, KEYS, NOW)) !== null) opened.push(changed);
      }
    }
    expect(opened).toEqual([]);
  });

  it('has one text: no other last character of the signature stands for the same bytes', async () => {
    const token = await signNarrowToken(SMALL, KEYS);
    const opened = [];
    for (const last of ALPHABET) {
      const variant = token.slice(0, -1) + last;
      if ((await openNarrowToken(variant, KEYS, NOW)) !== null) opened.push(variant);
    }
    expect(opened).toEqual([token]);
  });

  it('is nothing with a character too many or too few, cut off, padded, or in other alphabets', async () => {
    const token = await signNarrowToken(FULL, KEYS);
    const [head = '', signature = ''] = token.split('.');
    const variants = [
      ...Array.from(token, (_, at) => token.slice(0, at) + token.slice(at + 1)),
      ...Array.from(token, (_, at) => token.slice(0, at)),
      `${token}=`,
      `${token}.`,
      `${token} `,
      ` ${token}`,
      `${token}.${signature}`,
      `${head}=.${signature}`,
      `${head}.\n${signature}`,
      `${head}..${signature}`,
      `${head}.${signature}AA`,
      `ewt-.${signature}`,
      `EWT-${token.slice(4)}`,
      `ew-${token.slice(4)}`,
      token.replaceAll('-', '+').replaceAll('_', '/'),
      token.toLowerCase(),
      token.toUpperCase(),
    ];
    for (const variant of variants) expect(await openNarrowToken(variant, KEYS, NOW)).toBeNull();
  });

  it('is bound to its form: the same payload signed for another purpose is none', async () => {
    const payload = JSON.stringify({ p: 'key_1', k: 's1', i: NOW, e: NOW + HOUR, j: 'tok_1' });
    expect(await openNarrowToken(await forge(payload), KEYS, NOW)).not.toBeNull();
    const other = await forge(payload, { prefix: '' });
    expect(await openNarrowToken(`ewt-${other}`, KEYS, NOW)).toBeNull();
  });

  it('is never longer than 4096 characters, signed or opened', async () => {
    const named = (length: number) => ({ ...SMALL, name: 'n'.repeat(length) });
    let longest = 0;
    while (lengthWith(named(longest + 1)) <= MAX_NARROW_TOKEN_CHARACTERS) longest += 1;
    const token = await signNarrowToken(named(longest), KEYS);
    expect(await openNarrowToken(token, KEYS, NOW)).toMatchObject({ name: 'n'.repeat(longest) });
    await expect(signNarrowToken(named(longest + 1), KEYS)).rejects.toThrow(NarrowTokenTooLarge);
    const tooLong = await forge(JSON.stringify({ ...payloadOf(token), n: 'n'.repeat(longest + 10) }));
    expect(tooLong.length).toBeGreaterThan(MAX_NARROW_TOKEN_CHARACTERS);
    expect(await openNarrowToken(tooLong, KEYS, NOW)).toBeNull();
    expect(await openNarrowToken(`ewt-${'A'.repeat(1_000_000)}.${'A'.repeat(43)}`, KEYS, NOW)).toBeNull();
  });
});

/** By the rule of base64: four characters for three bytes, none for what is missing. */
function lengthWith(claims: typeof SMALL): number {
  const payload = { p: claims.parent, k: 's1', i: NOW, e: NOW + HOUR, j: claims.id, n: claims.name };
  return 4 + Math.ceil((JSON.stringify(payload).length * 4) / 3) + 1 + 43;
}

describe('the time of a narrow token', () => {
  const opensAt = async (now: number): Promise<boolean> =>
    (await openNarrowToken(await signNarrowToken(SMALL, KEYS), KEYS, now)) !== null;

  it.each([
    [HOUR - 1, true],
    [HOUR, false],
    [10 * HOUR, false],
    [0, true],
    [-30_000, true],
    [-30_001, false],
  ])('%i ms after it was issued: %s', async (after, expected) => {
    expect(await opensAt(NOW + after)).toBe(expected);
  });
});

describe('the payload of a narrow token', () => {
  const GOOD = { p: 'key_1', k: 's1', i: NOW, e: NOW + HOUR, j: 'tok_1' };

  it.each([
    ['no JSON', 'ewt'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"key_1"'],
    ['one that is cut off', JSON.stringify(GOOD).slice(0, -1)],
    ...['p', 'k', 'i', 'e', 'j'].map((name) => [
      `one without ${name}`,
      JSON.stringify({ ...GOOD, [name]: undefined }),
    ]),
    ['a parent that is no text', JSON.stringify({ ...GOOD, p: ['key_1'] })],
    ['a time as text', JSON.stringify({ ...GOOD, e: String(NOW + HOUR) })],
    ['no end at all', JSON.stringify(GOOD).replace(String(NOW + HOUR), '1e999')],
    ['models that are a text', JSON.stringify({ ...GOOD, m: 'openai/*' })],
    ['models that are no texts', JSON.stringify({ ...GOOD, m: [1] })],
    ['denied models that are null', JSON.stringify({ ...GOOD, d: null })],
    ['routes that are an object', JSON.stringify({ ...GOOD, r: {} })],
    ['addresses that are a number', JSON.stringify({ ...GOOD, a: 1 })],
    ['limits that are a list', JSON.stringify({ ...GOOD, l: [] })],
    ['an end user that is a number', JSON.stringify({ ...GOOD, u: 1 })],
    ['a name that is an object', JSON.stringify({ ...GOOD, n: {} })],
    ['a restriction of a newer version', JSON.stringify({ ...GOOD, z: ['only-this'] })],
    ['a long name of ours', JSON.stringify({ ...GOOD, models: ['openai/*'] })],
    ['a prototype', JSON.stringify(GOOD).replace('{', '{"__proto__":{},')],
    ['another secret than the one that signed', JSON.stringify({ ...GOOD, k: 's2' })],
  ])('is refused although its signature holds: %s', async (_, payload) => {
    expect(await openNarrowToken(await forge(payload ?? ''), keysOf(SECRET, NEWER), NOW)).toBeNull();
  });

  it('is taken when it is whole', async () => {
    expect(await openNarrowToken(await forge(JSON.stringify(GOOD)), KEYS, NOW)).toMatchObject(SMALL);
  });
});

describe('the secrets of narrow tokens', () => {
  it('are rotated: the first signs, each of them opens, and one that is gone opens nothing', async () => {
    const before = await signNarrowToken(SMALL, keysOf(SECRET));
    const during = keysOf(NEWER, SECRET);
    const after = await signNarrowToken(SMALL, during);
    expect(await openNarrowToken(before, during, NOW)).toMatchObject({ signingKeyId: 's1' });
    expect(await openNarrowToken(after, during, NOW)).toMatchObject({ signingKeyId: 's2' });
    expect(await openNarrowToken(before, keysOf(NEWER), NOW)).toBeNull();
    expect(await openNarrowToken(after, keysOf(NEWER), NOW)).not.toBeNull();
  });

  it('are not known by their id alone: one that comes back with another secret opens nothing old', async () => {
    const imported = cache();
    const old = new NarrowTokenKeys([SECRET], imported);
    const replaced = new NarrowTokenKeys([{ id: 's1', secret: NEWER.secret }], imported);
    const token = await signNarrowToken(SMALL, old);
    expect(await openNarrowToken(token, replaced, NOW)).toBeNull();
    expect(await openNarrowToken(await signNarrowToken(SMALL, replaced), replaced, NOW)).not.toBeNull();
    expect(await openNarrowToken(token, old, NOW)).not.toBeNull();
  });

  it('may be one under two names', async () => {
    const renamed = keysOf({ ...SECRET, id: 'new-name' }, SECRET);
    const token = await signNarrowToken(SMALL, KEYS);
    expect(await openNarrowToken(token, renamed, NOW)).toMatchObject({ signingKeyId: 's1' });
  });

  it('are the same in base64 and in bytes', async () => {
    const token = await signNarrowToken(SMALL, KEYS);
    const inBase64 = keysOf({ id: 's1', secret: btoa('\u0001'.repeat(32)) });
    expect(await openNarrowToken(token, inBase64, NOW)).not.toBeNull();
  });

  it('are imported once, and no key of theirs can be taken out', async () => {
    const imported = cache();
    const first = await new NarrowTokenKeys([SECRET], imported).signingKey();
    const second = await new NarrowTokenKeys([SECRET], imported).signingKey();
    expect(second.key).toBe(first.key);
    expect(first.key.extractable).toBe(false);
  });

  it('may be none: then nothing opens, and nothing is signed', async () => {
    const token = await signNarrowToken(SMALL, KEYS);
    expect(await openNarrowToken(token, keysOf(), NOW)).toBeNull();
    await expect(signNarrowToken(SMALL, keysOf())).rejects.toThrow('no secret');
  });

  it.each([
    ['empty', ''],
    ['too short', btoa('x'.repeat(31))],
    ['too short, in bytes', new Uint8Array(31)],
    ['no base64', 'not base64 at all, but long enough to be'],
  ])('are refused at once, and not quoted: %s', (_, secret) => {
    expect(() => keysOf({ id: 'weak', secret })).toThrow(
      /^The signing secret "weak" is not 32 bytes or more in base64\.$/,
    );
  });
});
