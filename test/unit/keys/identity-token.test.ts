import {
  base64url,
  CompactSign,
  exportJWK,
  exportPKCS8,
  exportSPKI,
  FlattenedSign,
  importPKCS8,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  IDENTITY_ALGORITHMS,
  type IdentitySettings,
  type IdentityVerdict,
  MAX_IDENTITY_TOKEN_CHARACTERS,
  readIssuer,
  verifyIdentityToken,
} from '../../../src/keys/identity-token.ts';
import { seeded } from '../../support/seeded.ts';
import {
  CLAIMS,
  createSigner,
  ISSUER,
  keySet,
  NOW,
  NOW_SECONDS,
  readerOf,
  type Signer,
  sign,
  signWhole,
} from './identity-provider.ts';

const SETTINGS: IdentitySettings = { issuer: ISSUER, audience: 'edgeway', clockSkewSeconds: 60 };

let signer: Signer;
let other: Signer;

beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  other = await createSigner('ES256', 'k2');
});

const verify = (
  token: string,
  settings: Partial<IdentitySettings> = {},
  keys = readerOf(keySet(signer.jwk)),
) => verifyIdentityToken(token, { ...SETTINGS, ...settings }, keys, NOW);
const refused = (reason: string) => ({ ok: false, reason });
const outcome = (verdict: IdentityVerdict): string => (verdict.ok ? 'taken' : verdict.reason);
/** A token made of any text for a header and a payload, with a true signature over both. */
async function signText(header: string, payload: string): Promise<string> {
  const signed = `${base64url.encode(header)}.${base64url.encode(payload)}`;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const bytes = await crypto.subtle.sign(algorithm, signer.privateKey, new TextEncoder().encode(signed));
  return `${signed}.${base64url.encode(new Uint8Array(bytes))}`;
}
const HEADER = JSON.stringify({ alg: 'ES256', kid: 'k1' });

describe('an identity token', () => {
  it.each(IDENTITY_ALGORITHMS)('is verified when it is signed with %s', async (algorithm) => {
    const its = await createSigner(algorithm, 'k');
    const verdict = await verify(await sign(its), {}, readerOf(keySet(its.jwk)));
    expect(verdict).toEqual({ ok: true, claims: CLAIMS });
  });

  it('is verified by a key that names neither algorithm nor use, too', async () => {
    const { alg: _, use: __, ...bare } = signer.jwk;
    expect(outcome(await verify(await sign(signer), {}, readerOf(keySet(bare))))).toBe('taken');
  });

  it('is refused with one character changed, wherever it is', async () => {
    const random = seeded(9);
    const token = await sign(signer);
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'];
    const taken: string[] = [];
    for (let at = 0; at < token.length - 1; at += 1) {
      const changed = token.slice(0, at) + random.pick(alphabet) + token.slice(at + 1);
      if (changed !== token && (await verify(changed)).ok) taken.push(changed);
    }
    expect(taken).toEqual([]);
  });

  it('is refused with the signature of another key, even under the name of the right one', async () => {
    expect(await verify(await sign(other, {}, { kid: 'k1' }))).toEqual(refused('signature'));
    const [head, , signature] = (await sign(signer)).split('.');
    const [, payload] = (await sign(signer, { sub: 'somebody-else' })).split('.');
    expect(await verify(`${head}.${payload}.${signature}`)).toEqual(refused('signature'));
  });
});

describe('the algorithm of an identity token', () => {
  it('is never a shared secret: not with the public key as the secret, in whatever form', async () => {
    const secrets = [
      await exportSPKI(signer.publicKey),
      (await exportSPKI(signer.publicKey)).trim(),
      JSON.stringify(signer.jwk),
      keySet(signer.jwk),
      signer.jwk.x ?? '',
    ];
    for (const secret of secrets) {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const token = await new SignJWT(CLAIMS)
          .setProtectedHeader({ alg, kid: 'k1' })
          .sign(new TextEncoder().encode(secret.padEnd(64, '=')));
        const keys = readerOf(keySet(signer.jwk));
        expect(await verify(token, {}, keys)).toEqual(refused('algorithm'));
        expect(await verify(token, { algorithms: [alg] }, keys)).toEqual(refused('algorithm'));
        expect(keys.asked).toEqual([]);
      }
    }
  });

  it('is never a shared secret, even if the key set holds one', async () => {
    const secret = new Uint8Array(32).fill(7);
    const oct = { kty: 'oct', k: base64url.encode(secret), kid: 'k1', alg: 'HS256' };
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    expect(await verify(token, {}, readerOf(keySet(oct)))).toEqual(refused('algorithm'));
  });

  it('is never none, with no signature or any', async () => {
    const unsigned = new UnsecuredJWT(CLAIMS).encode();
    expect(await verify(unsigned)).toEqual(refused('malformed'));
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const [, payload] = unsigned.split('.');
      const head = base64url.encode(JSON.stringify({ alg, kid: 'k1' }));
      const verdict = await verify(`${head}.${payload}.AAAA`, { algorithms: [alg] });
      expect(verdict).toEqual(refused(alg === '' ? 'malformed' : 'algorithm'));
    }
  });

  it('may be narrowed by the settings, and not widened', async () => {
    const token = await sign(signer);
    expect(await verify(token, { algorithms: ['RS256'] })).toEqual(refused('algorithm'));
    expect(await verify(token, { algorithms: [] })).toEqual(refused('algorithm'));
    expect(outcome(await verify(token, { algorithms: ['RS256', 'ES256'] }))).toBe('taken');
  });

  it('must be that of the key: a key for one algorithm verifies no other', async () => {
    const rsa = await createSigner('RS256', 'r1');
    const exported = await exportPKCS8(rsa.privateKey);
    const pss = await importPKCS8(exported, 'PS256');
    const token = await sign({ ...rsa, algorithm: 'PS256', privateKey: pss });
    const { alg: _, ...anyAlgorithm } = rsa.jwk;
    expect(await verify(token, {}, readerOf(keySet(rsa.jwk)))).toEqual(refused('unknown_key'));
    expect(outcome(await verify(token, {}, readerOf(keySet(anyAlgorithm))))).toBe('taken');
  });
});

describe('the key of an identity token', () => {
  it('is found after a rotation: an unknown one makes the set be asked for anew, once', async () => {
    const keys = readerOf(keySet(signer.jwk), keySet(signer.jwk, other.jwk));
    expect(outcome(await verify(await sign(other), {}, keys))).toBe('taken');
    expect(keys.asked).toEqual(['current', 'refetched']);
  });

  it('is unknown when the new set does not hold it either, or there is no new set', async () => {
    const token = await sign(other);
    const old = keySet(signer.jwk);
    expect(await verify(token, {}, readerOf(old, old))).toEqual(refused('unknown_key'));
    expect(await verify(token, {}, readerOf(old, keySet()))).toEqual(refused('unknown_key'));
    expect(await verify(token, {}, readerOf(keySet(), keySet()))).toEqual(refused('unknown_key'));
  });

  it('makes nobody ask anew when it is known, whatever else is wrong', async () => {
    const tokens = [
      await sign(other, {}, { kid: 'k1' }),
      await sign(signer, { exp: 1 }),
      await sign(signer, { aud: 'else' }),
      'a.b.c',
    ];
    const keys = readerOf(keySet(signer.jwk));
    for (const token of tokens) expect((await verify(token, {}, keys)).ok).toBe(false);
    expect(keys.asked).toEqual(['current', 'current', 'current']);
  });

  it('cannot be had: that is no refusal', async () => {
    const token = await sign(signer);
    expect(await verify(token, {}, readerOf(null))).toEqual(refused('unavailable'));
    expect(await verify(token, {}, readerOf(keySet(other.jwk), null))).toEqual(refused('unavailable'));
  });

  it('is one of several with the same id', async () => {
    const twin = { ...other.jwk, kid: 'k1' };
    const keys = () => readerOf(keySet(twin, signer.jwk));
    expect(outcome(await verify(await sign(signer), {}, keys()))).toBe('taken');
    expect(outcome(await verify(await sign(other, {}, { kid: 'k1' }), {}, keys()))).toBe('taken');
    const stranger = await createSigner('ES256', 'k1');
    expect(await verify(await sign(stranger), {}, keys())).toEqual(refused('signature'));
  });

  it('is one of several when the token names none, and claims count with any of them', async () => {
    const nameless = { ...signer, jwk: { ...signer.jwk, kid: '' } };
    const keys = () => readerOf(keySet(other.jwk, signer.jwk));
    expect(outcome(await verify(await sign(nameless), {}, keys()))).toBe('taken');
    expect(await verify(await sign(nameless, { exp: 1 }), {}, keys())).toEqual(refused('expired'));
    expect(await verify(await sign(nameless, { aud: 'else' }), {}, keys())).toEqual(refused('audience'));
    expect(await verify(await sign(nameless, {}, { typ: 'logout+jwt' }), {}, keys())).toEqual(
      refused('malformed'),
    );
  });

  it('is one of several when others with its id are broken', async () => {
    const broken = { ...signer.jwk, x: 'AAAA' };
    expect(outcome(await verify(await sign(signer), {}, readerOf(keySet(broken, signer.jwk))))).toBe('taken');
    expect(await verify(await sign(signer), {}, readerOf(keySet(broken)))).toEqual(refused('unknown_key'));
  });

  it('is never taken from the token itself', async () => {
    const stranger = await createSigner('ES256', 'stranger');
    const asks = { jwk: stranger.jwk, jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' };
    expect(await verify(await sign(stranger, {}, asks))).toEqual(refused('unknown_key'));
    expect(await verify(await sign(stranger, {}, { ...asks, kid: 'k1' }))).toEqual(refused('signature'));
  });

  it('must be public, meant for signatures, and of 2048 bits or more', async () => {
    const token = await sign(signer);
    const withKey = async (jwk: JWK) => outcome(await verify(token, {}, readerOf(keySet(jwk))));
    const secret = await exportJWK(signer.privateKey);
    expect(await withKey({ ...secret, kid: 'k1', alg: 'ES256' })).toBe('unknown_key');
    expect(await withKey({ ...signer.jwk, use: 'enc' })).toBe('unknown_key');
    expect(await withKey({ ...signer.jwk, key_ops: ['encrypt'] })).toBe('unknown_key');
    const weak = (await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    )) as CryptoKeyPair; // an RSA key is always a pair
    const head = base64url.encode(JSON.stringify({ alg: 'RS256', kid: 'weak' }));
    const signed = `${head}.${base64url.encode(JSON.stringify(CLAIMS))}`;
    const bytes = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      weak.privateKey,
      new TextEncoder().encode(signed),
    );
    const jwk = { ...(await exportJWK(weak.publicKey)), kid: 'weak', alg: 'RS256' };
    const verdict = await verify(
      `${signed}.${base64url.encode(new Uint8Array(bytes))}`,
      {},
      readerOf(keySet(jwk)),
    );
    expect(verdict).toEqual(refused('unknown_key'));
  });

  it.each(['', 'null', '[]', '{"keys":{}}', '{"keys":[null]}', 'not json'])(
    'is unknown in a set that is none: %j',
    async (text) => {
      expect(await verify(await sign(signer), {}, readerOf(text, text))).toEqual(refused('unknown_key'));
    },
  );
});

describe('the time of an identity token', () => {
  it.each([
    ['long valid', { exp: NOW_SECONDS + 600 }, 'taken'],
    ['just expired, within the skew', { exp: NOW_SECONDS - 59 }, 'taken'],
    ['expired, at the skew', { exp: NOW_SECONDS - 60 }, 'expired'],
    ['expired long ago', { exp: 0 }, 'expired'],
    ['without an end', { exp: undefined }, 'malformed'],
    ['with an end as text', { exp: String(NOW_SECONDS + 600) }, 'malformed'],
    ['with an end that is nothing', { exp: null }, 'malformed'],
    ['with an end in milliseconds below zero', { exp: -1 }, 'expired'],
    ['not valid before the skew ends', { nbf: NOW_SECONDS + 60 }, 'taken'],
    ['not valid yet', { nbf: NOW_SECONDS + 61 }, 'not_yet'],
    ['not before a text', { nbf: 'now' }, 'malformed'],
    ['issued within the skew', { iat: NOW_SECONDS + 60 }, 'taken'],
    ['issued in the future', { iat: NOW_SECONDS + 61 }, 'not_yet'],
    ['issued at a text', { iat: '0' }, 'malformed'],
    ['issued nobody knows when', { iat: undefined }, 'taken'],
  ])('%s', async (_, claims, expected) => {
    expect(outcome(await verify(await sign(signer, claims)))).toBe(expected);
  });

  it.each([
    [{ exp: NOW_SECONDS + 1 }, 'taken'],
    [{ exp: NOW_SECONDS }, 'expired'],
    [{ nbf: NOW_SECONDS }, 'taken'],
    [{ nbf: NOW_SECONDS + 1 }, 'not_yet'],
    [{ iat: NOW_SECONDS + 1 }, 'not_yet'],
  ])('without any skew: %j', async (claims, expected) => {
    expect(outcome(await verify(await sign(signer, claims), { clockSkewSeconds: 0 }))).toBe(expected);
  });
});

describe('the issuer and the audience of an identity token', () => {
  it.each([
    [{ iss: `${ISSUER}/` }, 'issuer'],
    [{ iss: ISSUER.toUpperCase() }, 'issuer'],
    [{ iss: [ISSUER] }, 'issuer'],
    [{ iss: undefined }, 'issuer'],
    [{ aud: 'Edgeway' }, 'audience'],
    [{ aud: ['else', 'edgeway'] }, 'taken'],
    [{ aud: ['else'] }, 'audience'],
    [{ aud: [] }, 'audience'],
    [{ aud: undefined }, 'audience'],
    [{ aud: null }, 'audience'],
    [{ aud: { edgeway: true } }, 'audience'],
    [{ aud: [['edgeway']] }, 'audience'],
  ])('%j', async (claims, expected) => {
    expect(outcome(await verify(await sign(signer, claims)))).toBe(expected);
  });

  it('may be one of several audiences', async () => {
    const audience = ['edgeway', 'edgeway-admin'];
    expect(outcome(await verify(await sign(signer, { aud: 'edgeway-admin' }), { audience }))).toBe('taken');
    expect(outcome(await verify(await sign(signer, { aud: 'edgeway' }), { audience: [] }))).toBe('audience');
  });
});

describe('the form of an identity token', () => {
  it.each([
    ['JWT', 'taken'],
    ['jwt', 'taken'],
    ['at+jwt', 'taken'],
    ['application/at+jwt', 'taken'],
    ['logout+jwt', 'malformed'],
    ['secevent+jwt', 'malformed'],
    ['dpop+jwt', 'malformed'],
    ['JOSE', 'malformed'],
    ['', 'malformed'],
  ])('of the type %j: %s', async (typ, expected) => {
    expect(outcome(await verify(await sign(signer, {}, { typ })))).toBe(expected);
  });

  it('may leave its type out, and may not make it anything but text', async () => {
    const payload = JSON.stringify(CLAIMS);
    expect(outcome(await verify(await signText(HEADER, payload)))).toBe('taken');
    const typed = JSON.stringify({ ...JSON.parse(HEADER), typ: ['JWT'] });
    expect(outcome(await verify(await signText(typed, payload)))).toBe('malformed');
  });

  it('holds no critical header that nobody here knows, and no payload that is not encoded', async () => {
    const payload = JSON.stringify(CLAIMS);
    const crit = JSON.stringify({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 });
    const missing = JSON.stringify({ alg: 'ES256', kid: 'k1', crit: ['x'] });
    const expires = JSON.stringify({ alg: 'ES256', kid: 'k1', crit: ['exp'], exp: 1 });
    const empty = JSON.stringify({ alg: 'ES256', kid: 'k1', crit: [] });
    for (const header of [crit, missing, expires, empty])
      expect(await verify(await signText(header, payload))).toEqual(refused('malformed'));
    const plain = await new FlattenedSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', b64: false, crit: ['b64'] })
      .sign(signer.privateKey);
    const unencoded = `${plain.protected}.${payload}.${plain.signature}`;
    expect(await verify(unencoded)).toEqual(refused('malformed'));
  });

  it.each([
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('has claims in an object, not %s', async (_, payload) => {
    expect((await verify(await signText(HEADER, payload))).ok).toBe(false);
  });

  it.each([
    '',
    '.',
    '..',
    '...',
    'a',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    'a.b.c.d.e',
    '\u0000.\u0000.\u0000',
    'ö.ö.ö',
  ])('is not %j', async (token) => {
    expect(await verify(token)).toEqual(refused('malformed'));
    expect(readIssuer(token)).toBeNull();
  });

  it('is no encrypted token', async () => {
    expect(await verify(`${base64url.encode('{"alg":"dir","enc":"A256GCM"}')}..a.b.c`)).toEqual(
      refused('malformed'),
    );
  });

  it(`is no longer than ${MAX_IDENTITY_TOKEN_CHARACTERS} characters, and a huge one costs nothing`, async () => {
    const sized = async (groups: number) => sign(signer, { groups: 'g'.repeat(groups) });
    const spare = MAX_IDENTITY_TOKEN_CHARACTERS - (await sized(0)).length;
    const fitting = await sized(Math.floor((spare * 3) / 4) - 2);
    const tooLong = await sized(Math.floor((spare * 3) / 4) + 3);
    expect(MAX_IDENTITY_TOKEN_CHARACTERS - fitting.length).toBeLessThan(6);
    expect(outcome(await verify(fitting))).toBe('taken');
    expect(tooLong.length - MAX_IDENTITY_TOKEN_CHARACTERS).toBeLessThan(6);
    const keys = readerOf(keySet(signer.jwk));
    for (const token of [tooLong, 'x'.repeat(5_000_000), '.'.repeat(5_000_000), `a.${'b'.repeat(9000)}.c`]) {
      expect(await verify(token, {}, keys)).toEqual(refused('malformed'));
      expect(readIssuer(token)).toBeNull();
    }
    expect(keys.asked).toEqual([]);
  });
});

describe('readIssuer', () => {
  it('says whom a token names, proven or not', async () => {
    expect(readIssuer(await sign(signer))).toBe(ISSUER);
    expect(readIssuer(await sign(other, { iss: 'https://evil.example' }))).toBe('https://evil.example');
    expect(readIssuer(await sign(signer, { exp: 0 }))).toBe(ISSUER);
  });

  it.each([undefined, null, '', 7, ['https://id.example'], { toString: 'x' }])(
    'says nobody when it is %j',
    async (iss) => {
      expect(readIssuer(await sign(signer, { iss }))).toBeNull();
    },
  );

  it('says nobody for what is signed, and no token', async () => {
    const text = await new CompactSign(new TextEncoder().encode('hello'))
      .setProtectedHeader({ alg: 'ES256' })
      .sign(signer.privateKey);
    expect(readIssuer(text)).toBeNull();
    expect(readIssuer(new UnsecuredJWT(CLAIMS).encode())).toBeNull();
    expect(readIssuer('ew-zZ9yY8xX7wW6vV5uU4tT3sS2rR1qQ0pP19kQ7p')).toBeNull();
    expect(readIssuer(`ewt-${(await sign(signer)).split('.').slice(1).join('.')}`)).toBeNull();
  });
});

describe('claims of an identity token', () => {
  it('come as they were signed, members with hostile names too', async () => {
    const payload = JSON.stringify(CLAIMS).replace('{', '{"__proto__":{"roles":["owner"]},');
    const verdict = await verify(await signText(HEADER, payload));
    expect(verdict.ok && Object.getPrototypeOf(verdict.claims)).toBe(Object.prototype);
    expect(verdict.ok && verdict.claims.roles).toBeUndefined();
    const whole = { ...CLAIMS, groups: ['a', 'b'], n: 1.5, deep: { list: [null, true] } };
    expect(await verify(await signWhole(signer, whole))).toEqual({ ok: true, claims: whole });
  });
});
