/** JWTs of issuers that projects trust, as credentials: real keys, a real key set over HTTP, and all that forgers try. */
import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { BOUND_MS, bearer, msUntil, openKeyDesk, postToken, statusOf } from '../support/keys/desk.ts';
import {
  type Issuer,
  makePair,
  type SigningPair,
  signToken,
  startIssuer,
  type TokenWishes,
} from '../support/keys/issuer.ts';
import { expectRefusal } from '../support/refusal.ts';

const MODEL = 'simulator/sim-fast';
const AUDIENCE = 'https://gateway.test';
const messages = [{ role: 'user' as const, content: 'Hello' }];
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];

let issuer: Issuer;
let discovered: Issuer;
let pairs: readonly SigningPair[];
let gateway: ControlledGateway;
beforeAll(async () => {
  pairs = await Promise.all(ALGORITHMS.map((algorithm) => makePair(algorithm, `key-${algorithm}`)));
  [issuer, discovered] = [await startIssuer(...pairs), await startIssuer(...pairs)];
  const entry = (fields: object) => ({
    issuer: issuer.url,
    jwks_url: issuer.jwksUrl,
    allow_insecure: true,
    audience: AUDIENCE,
    ...fields,
  });
  const only = (audience: string, fields: object) => ({ issuers: [entry({ audience, ...fields })] });
  gateway = await startGateway({
    config: {
      providers: { simulator: {} },
      projects: {
        plain: { issuers: [entry({})] },
        discovered: {
          issuers: [{ issuer: discovered.url, allow_insecure: true, audience: ['other', AUDIENCE] }],
        },
        branches: only('branches', {
          required_claims: {
            ref: ['refs/heads/main', 'refs/heads/next'],
            'repository.owner': 'acme',
            age: 7,
          },
        }),
        claimed: only('claimed', { models_claim: 'scope', models: ['simulator/*'] }),
        nested: only('nested', { models_claim: 'rights.models' }),
        chat: only('chat', { routes: ['/v1/chat/completions'] }),
        office: only('office', { ip_ranges: ['192.0.2.0/24', '2001:db8::/32'] }),
        punctual: only('punctual', { clock_skew_seconds: 0 }),
      },
    },
    controlPlane: { secondIsolate: true },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const one of [issuer, discovered]) await one.stop();
});

const pairOf = (algorithm: string): SigningPair => pairs[ALGORITHMS.indexOf(algorithm)] as SigningPair; // one of them

/** Good, but for what is wished. */
const tokenWith = ({ claims, ...wishes }: TokenWishes = {}, pair = pairOf('ES256')): Promise<string> =>
  signToken(pair, { ...wishes, claims: { iss: issuer.url, aud: AUDIENCE, ...claims } });

const chat = async (credential: string, model = MODEL, headers: Record<string, string> = {}) => {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...bearer(credential), 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages }),
  });
  const { error } = await response.json();
  return error === undefined ? response.status : [response.status, error.code];
};

describe('a token of the issuer', () => {
  it.each(ALGORITHMS)('signed with %s opens the doors of the OpenAI client', async (algorithm) => {
    const apiKey = await tokenWith({}, pairOf(algorithm));
    for (const url of [gateway.url, gateway.elsewhere]) {
      const openai = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
      const whole = await openai.chat.completions.create({ model: MODEL, messages });
      expect(whole.choices[0]?.message.content).toContain('Hello');
      let text = '';
      const stream = await openai.chat.completions.create({ model: MODEL, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toContain('Hello');
    }
  });

  it('is good where only discovery tells the keys, and for one of several audiences', async () => {
    for (const aud of [AUDIENCE, 'other', ['x', AUDIENCE]]) {
      const token = await tokenWith({ claims: { iss: discovered.url, aud } });
      expect(await chat(token)).toBe(200);
    }
  });

  it('is logged under its issuer and project, and not as it is', async () => {
    const token = await tokenWith();
    const response = await fetch(`${gateway.url}/v1/models`, { headers: bearer(token) });
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ key: issuer.url, project: 'plain', ending: 'complete' });
    expect(gateway.output()).not.toContain(token);
  });

  it('may be off by the clocks’ skew, and by no more', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    for (const [wishes, expected] of [
      [{ expiresIn: -30 }, 200],
      [{ expiresIn: -90 }, 401],
      [{ claims: { nbf: seconds + 30 } }, 200],
      [{ claims: { nbf: seconds + 90 } }, 401],
      [{ claims: { iat: seconds + 30 } }, 200],
      [{ claims: { iat: seconds + 90 } }, 401],
      [{ expiresIn: -1, claims: { aud: 'punctual' } }, 401],
    ] as const)
      expect([wishes, await statusOf(gateway.url, await tokenWith(wishes))]).toEqual([wishes, expected]);
  });

  it('is refused from the moment when it expires, known as it is', async () => {
    const token = await tokenWith({ expiresIn: 2, claims: { aud: 'punctual' } });
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, token)).toBe(200);
    for (const url of [gateway.url, gateway.elsewhere]) await msUntil(401, token, url);
  });

  it('mints no token, and opens no admin API', async () => {
    const token = await tokenWith();
    const denied = { status: 403, code: 'permission_denied' };
    await expectRefusal(gateway, await postToken(gateway.url, token), denied);
    expect((await gateway.admin('GET', '/keys', undefined, bearer(token))).status).toBe(401);
  });
});

describe('what is refused', () => {
  const unsigned = (header: object, claims: object) =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const good = () => ({ sub: 'a', iss: issuer.url, aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + 600 });
  const hmac = (header: object, secret: string | Uint8Array<ArrayBuffer>) => {
    const signed = unsigned(header, good());
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };

  it.each<[what: string, wishes: TokenWishes]>([
    ['another audience', { claims: { aud: 'another' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['an audience that begins alike', { claims: { aud: `${AUDIENCE}/x` } }],
    ['another issuer', { claims: { iss: 'https://issuer.test' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['an expiry in words', { claims: { exp: 'never' } }],
    ['another type', { header: { typ: 'logout+jwt' } }],
    ['an unknown key', { header: { kid: 'key-unknown' } }],
  ])('%s', async (_, wishes) => {
    const token = await tokenWith(wishes);
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, token)).toBe(401);
  });

  it('an issuer’s URL that differs in a slash or a letter', async () => {
    for (const iss of [
      `${issuer.url}/`,
      issuer.url.replace('127.0.0.1', 'localhost'),
      issuer.url.toUpperCase(),
    ])
      expect(await statusOf(gateway.url, await tokenWith({ claims: { iss } }))).toBe(401);
  });

  it('a key that the issuer does not show, whatever the header says of it', async () => {
    const stranger = await makePair('ES256', 'key-ES256');
    const own = await startIssuer(stranger);
    for (const header of [
      {},
      { jwk: stranger.publicJwk },
      { jku: own.jwksUrl },
      { x5u: own.url },
      { kid: '../keys' },
    ])
      expect(await statusOf(gateway.url, await tokenWith({ header }, stranger))).toBe(401);
    expect(own.fetches).toBe(0);
    await own.stop();
  });

  it('no signature, and one of another kind of algorithm', async () => {
    const { publicJwk, kid } = pairOf('RS256');
    const publicKey = await importJWK(publicJwk, 'RS256');
    if (publicKey instanceof Uint8Array) throw new Error('a public key is no secret');
    const pem = await exportSPKI(publicKey);
    const secrets = [
      pem,
      pem.trim(),
      JSON.stringify(publicJwk),
      new Uint8Array(Buffer.from(publicJwk.n ?? '', 'base64url')),
      '',
    ];
    const forged = [
      ...secrets.flatMap((secret) => [
        hmac({ alg: 'HS256', typ: 'JWT', kid }, secret),
        hmac({ alg: 'HS256' }, secret),
        hmac({ alg: 'RS256', kid }, secret),
      ]),
      ...['none', 'None', 'NONE', '', 'nOnE'].flatMap((alg) => [
        `${unsigned({ alg, kid }, good())}.`,
        `${unsigned({ alg, kid }, good())}.AAAA`,
        unsigned({ alg, kid }, good()),
      ]),
    ];
    for (const token of forged) expect([token, await statusOf(gateway.url, token)]).toEqual([token, 401]);
  });

  it('claims that were changed behind the signature', async () => {
    const [header, , signature] = (await tokenWith({ claims: { aud: 'another' } })).split('.');
    const claims = Buffer.from(JSON.stringify(good())).toString('base64url');
    expect(await statusOf(gateway.url, `${header}.${claims}.${signature}`)).toBe(401);
    const token = await tokenWith();
    for (const changed of [`${token}A`, `${token}.`, `${token}.x`, ` ${token}x`, token.replaceAll('.', '..')])
      expect(await statusOf(gateway.url, changed)).toBe(401);
  });
});

describe('the entry', () => {
  const inBranches = (claims: Record<string, unknown>) =>
    tokenWith({
      claims: { aud: 'branches', ref: 'refs/heads/main', repository: { owner: 'acme' }, age: 7, ...claims },
    });

  it.each<[claims: Record<string, unknown>, expected: number]>([
    [{}, 200],
    [{ ref: 'refs/heads/next' }, 200],
    [{ ref: ['x', 'refs/heads/next'] }, 200],
    [{ ref: 'refs/heads/other' }, 401],
    [{ ref: 'refs/heads/main/../other' }, 401],
    [{ ref: undefined }, 401],
    [{ ref: { 0: 'refs/heads/main' } }, 401],
    [{ repository: { owner: 'evil' } }, 401],
    [{ repository: undefined }, 401],
    // A claim that is named like the path is that claim.
    [{ 'repository.owner': 'evil' }, 401],
    [{ age: '7' }, 401],
    [{ age: 8 }, 401],
  ])('demands claims: %j → %i', async (claims, expected) => {
    expect(await statusOf(gateway.url, await inBranches(claims))).toBe(expected);
  });

  it.each<[scope: unknown, status: number]>([
    [[MODEL], 200],
    [MODEL, 200],
    [`openid ${MODEL} profile`, 200],
    [['simulator/*'], 200],
    [['*'], 200], // the entry's own models bound it
    [['simulator/sim-slow'], 403],
    [[], 403],
    ['', 403],
    [undefined, 403],
    [null, 403],
    [true, 403],
    [{ 0: '*' }, 403],
    [['*', 7], 403],
  ])('takes models from a claim: %j', async (scope, status) => {
    const token = await tokenWith({ claims: { aud: 'claimed', scope } });
    expect(await statusFor(token, MODEL)).toBe(status);
    expect([403, 404]).toContain(await statusFor(token, 'openai/gpt-5'));
  });

  it('finds a nested claim', async () => {
    const token = await tokenWith({ claims: { aud: 'nested', rights: { models: [MODEL] } } });
    expect(await chat(token)).toBe(200);
    expect(await chat(token, 'simulator/sim-slow')).toEqual([403, 'model_not_allowed']);
  });

  it('bounds routes and addresses', async () => {
    const token = await tokenWith({ claims: { aud: 'chat' } });
    expect([await chat(token), await statusOf(gateway.url, token)]).toEqual([200, 403]);
    const inOffice = await tokenWith({ claims: { aud: 'office' } });
    for (const [address, expected] of [
      ['192.0.2.9', 200],
      ['2001:db8:1::1', 200],
      ['::ffff:192.0.2.9', 200],
      ['192.0.3.9', [403, 'permission_denied']],
      ['2001:db9::1', [403, 'permission_denied']],
    ] as const)
      expect(await chat(inOffice, MODEL, { 'cf-connecting-ip': address })).toEqual(expected);
    expect(await chat(inOffice)).toEqual([403, 'permission_denied']);
  });

  const statusFor = async (credential: string, model: string) => {
    const answer = await chat(credential, model);
    return Array.isArray(answer) ? answer[0] : answer;
  };
});

describe('an issuer that the admin API gives to a project', () => {
  it('counts at once here, within the bound elsewhere, and until it is taken away', async () => {
    const desk = openKeyDesk(gateway);
    const token = await tokenWith({ claims: { aud: 'by-api' } });
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, token)).toBe(401);
    const entry = { issuer: issuer.url, jwks_url: issuer.jwksUrl, allow_insecure: true, audience: 'by-api' };
    const { id } = await desk.tenant('projects', 'by-api', { issuers: [entry] });
    expect(await statusOf(gateway.url, token)).toBe(200);
    expect(await msUntil(200, token, gateway.elsewhere)).toBeLessThan(BOUND_MS);
    const narrowed = await gateway.admin('PATCH', `/projects/${id}`, { issuers: [{ ...entry, routes: [] }] });
    expect(narrowed.status).toBe(200);
    expect(await statusOf(gateway.url, token)).toBe(403);
    expect(await msUntil(403, token, gateway.elsewhere)).toBeLessThan(BOUND_MS);
    expect((await gateway.admin('PATCH', `/projects/${id}`, { issuers: [] })).status).toBe(200);
    expect(await statusOf(gateway.url, token)).toBe(401);
    expect(await msUntil(401, token, gateway.elsewhere)).toBeLessThan(BOUND_MS);
  });

  it('may not accept the tokens of another project', async () => {
    const entry = {
      issuer: issuer.url,
      jwks_url: issuer.jwksUrl,
      allow_insecure: true,
      audience: 'contested',
    };
    const first = await gateway.admin('POST', '/projects', { name: 'first', issuers: [entry] });
    expect(first.status).toBe(201);
    const second = await gateway.admin('POST', '/projects', { name: 'second', issuers: [entry] });
    expect([second.status, (await second.json()).error.code]).toEqual([409, 'conflict']);
  });
});
