/** `POST /v1/keys/token`: what may be asked for, what a token is worth, and what cannot be made into one. */
import { createHash, createHmac } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/clients.ts';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { bearer, type KeyDesk, openKeyDesk, postToken, statusOf, withTypo } from '../support/keys/desk.ts';
import { openUpload } from '../support/raw-http.ts';
import { expectRefusal } from '../support/refusal.ts';

const MODEL = 'simulator/sim-fast';
const messages = [{ role: 'user' as const, content: 'Hello' }];
const DAY_SECONDS = 86_400;

let gateway: ControlledGateway;
let stranger: ControlledGateway;
let desk: KeyDesk;
const documentKeys = {
  wide: makeKey('wide'),
  chatOnly: makeKey('chat-only', { routes: ['/v1/chat/*', '/v1/keys/token'] }),
  noTokens: makeKey('no-tokens', { routes: ['/v1/chat/*'] }),
  office: makeKey('office', { ip_ranges: ['192.0.2.0/24', '2001:db8::/32'] }),
};
beforeAll(async () => {
  const config = { providers: { simulator: {} } };
  const options = { config, keys: Object.values(documentKeys) };
  gateway = await startGateway({ ...options, controlPlane: { secondIsolate: true } });
  stranger = await startGateway({ ...options, controlPlane: true });
  desk = openKeyDesk(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await stranger.stop();
});

/** Each parent, minted as well as in the document. */
const parents = async (): Promise<readonly [string, string]> => [
  (await desk.mint()).key,
  documentKeys.wide.key,
];

const chat = (url: string, credential: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...bearer(credential), 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: MODEL, messages }),
  });

const statusAt = async (url: string, credential: string, headers: Record<string, string> = {}) => {
  const response = await chat(url, credential, headers);
  await response.arrayBuffer();
  return response.status;
};

describe('a token', () => {
  it('is minted from either kind of key, and says how long it is good', async () => {
    for (const parent of await parents())
      for (const url of [gateway.url, gateway.elsewhere]) {
        const before = Date.now();
        const response = await postToken(url, parent, { expires_in: 600 });
        expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
        const body = await response.json();
        expect(body).toEqual({
          object: 'key.token',
          token: expect.stringMatching(/^ewt-[\w-]+\.[\w-]{43}$/),
          id: expect.stringMatching(/^tok_[0-9a-f]{32}$/),
          expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
        });
        const expiresAt = Date.parse(body.expires_at) - 600_000;
        expect(expiresAt).toBeGreaterThanOrEqual(before);
        expect(expiresAt).toBeLessThanOrEqual(Date.now());
        expect(gateway.output()).not.toContain(body.token);
      }
  });

  it('is good for an hour where nobody says how long, and needs no body', async () => {
    for (const path of ['/v1/keys/token', '/keys/token']) {
      const before = Date.now();
      const headers = bearer(documentKeys.wide.key);
      const response = await fetch(gateway.url + path, { method: 'POST', headers });
      expect(response.status).toBe(201);
      const { expires_at } = await response.json();
      expect(Date.parse(expires_at)).toBeGreaterThanOrEqual(before + 3_600_000);
      expect(Date.parse(expires_at)).toBeLessThanOrEqual(Date.now() + 3_600_000);
    }
  });

  it('opens every door as its key does, at both isolates', async () => {
    for (const parent of await parents()) {
      const { token: apiKey } = await desk.mintToken(parent, { name: 'page', end_user: 'alice' });
      for (const url of [gateway.url, gateway.elsewhere]) {
        const openai = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
        const whole = await openai.chat.completions.create({ model: MODEL, messages });
        expect(whole.choices[0]?.message.content).toContain('Hello');
        let text = '';
        const stream = await openai.chat.completions.create({ model: MODEL, messages, stream: true });
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        expect(text).toContain('Hello');
        const anthropic = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
        const message = await anthropic.messages.create({ model: MODEL, max_tokens: 100, messages });
        expect(message.content[0]).toMatchObject({ type: 'text' });
        const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
        const said = await google.models.generateContent({ model: MODEL, contents: 'Hello' });
        expect(said.text).toContain('Hello');
      }
    }
  });

  it('is bound by its routes and by those of its key', async () => {
    const { token } = await desk.mintToken(documentKeys.wide.key, { routes: ['/v1/models'] });
    expect([await statusAt(gateway.url, token), await statusOf(gateway.url, token)]).toEqual([403, 200]);
    const wider = await desk.mintToken(documentKeys.chatOnly.key, { routes: ['*'] });
    expect([await statusAt(gateway.url, wider.token), await statusOf(gateway.url, wider.token)]).toEqual([
      200, 403,
    ]);
  });

  it.each([
    ['192.0.2.7', [200, 200, 200]],
    ['192.0.3.7', [403, 200, 403]],
    ['::ffff:192.0.2.7', [200, 200, 200]],
    ['2001:db8::7', [403, 403, 200]],
    ['2001:db9::7', [403, 403, 403]],
    ['nowhere', [403, 403, 403]],
    ['', [403, 403, 403]],
  ] as const)('from %j is bound by its addresses and by those of its key', async (address, expected) => {
    const ranges: readonly (readonly [string, object])[] = [
      [documentKeys.wide.key, { ip_ranges: ['192.0.2.0/24'] }],
      [documentKeys.wide.key, { ip_ranges: ['192.0.0.0/16', '10.0.0.1'] }],
      [documentKeys.office.key, { ip_ranges: ['0.0.0.0/0', '::/0'] }],
    ];
    const from = { 'cf-connecting-ip': '192.0.2.1' };
    const seen = [];
    for (const [parent, body] of ranges) {
      const { token } = await (await postToken(gateway.url, parent, body, from)).json();
      seen.push(
        await statusAt(gateway.url, token, { 'cf-connecting-ip': address, 'x-forwarded-for': '192.0.2.7' }),
      );
    }
    expect(seen).toEqual(expected);
  });

  it('is minted only from where, and at which routes, its key may be used', async () => {
    const denied = { status: 403, code: 'permission_denied' };
    await expectRefusal(gateway, await postToken(gateway.url, documentKeys.office.key), denied);
    const abroad = { 'cf-connecting-ip': '203.0.113.1' };
    await expectRefusal(gateway, await postToken(gateway.url, documentKeys.office.key, {}, abroad), denied);
    await expectRefusal(gateway, await postToken(gateway.url, documentKeys.noTokens.key), denied);
  });

  it('lives no longer than its key', async () => {
    const expiresAt = new Date(Date.now() + 120_000).toISOString();
    const { key } = await desk.mint({ expires_at: expiresAt });
    expect((await desk.mintToken(key, { expires_in: DAY_SECONDS })).expires_at).toBe(expiresAt);
  });

  it('has no more rights than it asked for when its key is given more', async () => {
    const { id, key } = await desk.mint({ models: ['simulator/*'], routes: ['/v1/chat/*', '/v1/keys/*'] });
    const { token } = await desk.mintToken(key, { models: ['simulator/sim-slow'] });
    await desk.patch(id, { models: null, routes: null });
    expect([await statusAt(gateway.url, token), await statusOf(gateway.url, token)]).toEqual([403, 200]);
  });

  it('loses what its key loses', async () => {
    const { id, key } = await desk.mint();
    const { token } = await desk.mintToken(key, { models: [MODEL] });
    expect(await statusAt(gateway.url, token)).toBe(200);
    await desk.patch(id, { denied_models: ['simulator/*'] });
    expect(await statusAt(gateway.url, token)).toBe(403);
  });
});

describe('nobody gets a token', () => {
  it('for a model that the key may not use', async () => {
    const { key } = await desk.mint({ models: [MODEL] });
    const notAllowed = { status: 403, code: 'model_not_allowed', param: 'model' };
    for (const models of [['simulator/sim-slow'], [MODEL, 'sim-fast'], [MODEL.toUpperCase()]])
      await expectRefusal(gateway, await postToken(gateway.url, key, { models }), notAllowed);
  });

  it('from a token, nor from the administrator’s', async () => {
    for (const parent of await parents()) {
      const { token } = await desk.mintToken(parent);
      for (const url of [gateway.url, gateway.elsewhere]) {
        const response = await postToken(url, token);
        expect([response.status, (await response.json()).error.code]).toEqual([403, 'permission_denied']);
      }
    }
    const invalid = { status: 401, code: 'invalid_api_key' };
    await expectRefusal(gateway, await postToken(gateway.url, ADMIN_TOKEN), invalid);
    expect(await statusOf(gateway.url, ADMIN_TOKEN)).toBe(401);
  });

  it.each<[field: string, body: object]>([
    ['expires_in', { expires_in: 59 }],
    ['expires_in', { expires_in: DAY_SECONDS + 1 }],
    ['expires_in', { expires_in: 0 }],
    ['expires_in', { expires_in: -3600 }],
    ['expires_in', { expires_in: 600.5 }],
    ['expires_in', { expires_in: '600' }],
    ['expires_in', { expires_in: null }],
    ['expires_in', { expires_in: 1e300 }],
    ['models', { models: 'a' }],
    ['models', { models: null }],
    ['models[1]', { models: ['a', 7] }],
    ['models[0]', { models: [''] }],
    ['denied_models', { denied_models: {} }],
    ['routes', { routes: '/v1/models' }],
    ['ip_ranges[0]', { ip_ranges: ['10.0.0.0/33'] }],
    ['ip_ranges[1]', { ip_ranges: ['10.0.0.0/8', 'everywhere'] }],
    ['end_user', { end_user: '' }],
    ['end_user', { end_user: 'u'.repeat(257) }],
    ['name', { name: 7 }],
    ['requests_per_minute', { requests_per_minute: 0 }],
    ['budgets[0].window', { budgets: [{ usd: 1, window: 'year' }] }],
    ['project', { project: 'another' }],
    ['expires_at', { expires_at: '2999-01-01T00:00:00Z' }],
    ['p', { p: 'key_0' }],
    ['parent', { parent: 'key_0', models: ['*'] }],
  ])('with a wrong %s: %j', async (param, body) => {
    const response = await postToken(gateway.url, documentKeys.wide.key, body);
    await expectRefusal(gateway, response, { status: 400, code: 'invalid_request', param });
  });

  it.each<
    [what: string, status: number, code: string, body: string | Uint8Array<ArrayBuffer>, param?: string]
  >([
    ['that is no JSON', 400, 'invalid_request', '{"models":'],
    ['of more than one value', 400, 'invalid_request', '{} {}'],
    ['that is no text', 400, 'invalid_request', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['that is too large', 413, 'request_too_large', JSON.stringify({ name: 'n'.repeat(70_000) })],
    [
      'that fits into no token',
      400,
      'invalid_request',
      JSON.stringify({ models: Array.from({ length: 300 }, (_, index) => `simulator/model-${index}*`) }),
    ],
  ])('with a body %s', async (_, status, code, body) => {
    const headers = { ...bearer(documentKeys.wide.key), 'content-type': 'application/json' };
    const response = await fetch(`${gateway.url}/v1/keys/token`, { method: 'POST', headers, body });
    await expectRefusal(gateway, response, { status, code });
  });

  it.each(['[]', '7', 'null', '"{}"', 'true'])('with the body %s, which is no object', async (body) => {
    const response = await postToken(gateway.url, documentKeys.wide.key, body);
    expect([response.status, (await response.json()).error.code]).toEqual([400, 'invalid_request']);
  });

  it('by another method, or packed', async () => {
    const headers = bearer(documentKeys.wide.key);
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${gateway.url}/v1/keys/token`, { method, headers });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const packed = await postToken(gateway.url, documentKeys.wide.key, '{}', { 'content-encoding': 'gzip' });
    const unsupported = { status: 415, code: 'unsupported_encoding', param: 'content-encoding' };
    await expectRefusal(gateway, packed, unsupported);
  });

  it('before the body has come, if it is refused anyway', async () => {
    const upload = openUpload(`${gateway.url}/v1/keys/token`, { headers: bearer(documentKeys.noTokens.key) });
    await upload.write('{');
    expect((await upload.response).status).toBe(403);
    upload.abort();
  });
});

describe('what is no token', () => {
  const invalid = async (credential: string) => {
    for (const url of [gateway.url, gateway.elsewhere])
      expect([credential, await statusOf(url, credential)]).toEqual([credential, 401]);
  };

  it('a token with any letter changed, lost or added', async () => {
    const { token } = await desk.mintToken(documentKeys.wide.key, { models: [MODEL] });
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, token)).toBe(200);
    const changed = Array.from({ length: token.length }, (_, at) => withTypo(token, at));
    const lost = [token.slice(1), token.slice(0, -1), token.replace('.', ''), token.slice(0, 100)];
    const more = [`${token}=`, `${token}A`, `${token}.`, `${token}.${token}`, `${token}AA==`, `x${token}`];
    const others = [token.toUpperCase(), token.toLowerCase(), token.replace('ewt-', 'EWT-')];
    const statuses = await Promise.all(
      [...changed, ...lost, ...more, ...others].map((credential) => statusOf(gateway.url, credential)),
    );
    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  it('one token’s claims under another’s signature', async () => {
    const [one, other] = [
      await desk.mintToken(documentKeys.wide.key, { models: [] }),
      await desk.mintToken(documentKeys.wide.key, { models: ['*'] }),
    ];
    const [claims, signature] = [other.token.split('.')[0], one.token.split('.')[1]];
    await invalid(`${claims}.${signature}`);
  });

  it('claims that were signed with anything that a client knows', async () => {
    const { key, id } = await desk.mint({ models: [] });
    const { token } = await desk.mintToken(key);
    const payload = JSON.parse(Buffer.from(token.slice(4).split('.')[0] ?? '', 'base64url').toString());
    expect(payload.p).toBe(id);
    const sha256 = createHash('sha256').update(key).digest('hex');
    const wider = { ...payload, e: payload.e + 1e9 };
    for (const claims of [payload, wider, { ...payload, p: 'key_x' }, { ...payload, k: 'x' }])
      for (const secret of ['', key, sha256, id, payload.k, ADMIN_TOKEN, gateway.key, Buffer.alloc(32)]) {
        const signed = `ewt-${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
        const signature = createHmac('sha256', secret).update(signed).digest('base64url');
        expect(await statusOf(gateway.url, `${signed}.${signature}`)).toBe(401);
      }
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    for (const empty of [`ewt-${text}.`, `ewt-${text}`, `ewt-${text}.${'A'.repeat(43)}`])
      await invalid(empty);
  });

  it('a token of another gateway, of a minted key or of a key that both know', async () => {
    const theirs = openKeyDesk(stranger);
    const { key } = await theirs.mint();
    for (const parent of [key, documentKeys.wide.key]) {
      const { token } = await theirs.mintToken(parent);
      expect(await statusOf(stranger.url, token)).toBe(200);
      await invalid(token);
    }
  });

  it('and no token, and no key, opens the admin API', async () => {
    const { key } = await desk.mint();
    const { token } = await desk.mintToken(key);
    for (const credential of [token, key, documentKeys.wide.key])
      for (const path of ['/keys', '/config', '/me', '/openapi.json', '/nothing']) {
        const response = await gateway.admin('GET', path, undefined, bearer(credential));
        const isOpen = path === '/openapi.json'; // public, as it says of itself
        expect([path, response.status]).toEqual([path, isOpen ? response.status : 401]);
        expect(await response.text()).not.toContain(key);
      }
  });

  it('a key of the document may look like one', async () => {
    const lookalike = 'ewt-a-key-that-somebody-chose-long-ago';
    const entry = { name: 'old', sha256: createHash('sha256').update(lookalike).digest('hex') };
    const other = await startGateway({
      config: { providers: { simulator: {} } },
      keys: [{ key: lookalike, entry }],
      controlPlane: true,
    });
    try {
      expect(await statusOf(other.url, lookalike)).toBe(200);
      expect(await statusOf(other.url, `${lookalike}x`)).toBe(401);
    } finally {
      await other.stop();
    }
  });

  it('is refused where there is no Registry, too', async () => {
    const plain = await startGateway({ config: { providers: { simulator: {} } } });
    try {
      const { token } = await desk.mintToken(documentKeys.wide.key);
      for (const credential of [token, 'ewt-', 'ewt-garbage-of-some-length', `${token}x`])
        expect([credential, await statusOf(plain.url, credential)]).toEqual([credential, 401]);
      const minting = await postToken(plain.url, plain.key);
      await expectRefusal(plain, minting, { status: 503, code: 'gateway_unavailable' });
    } finally {
      await plain.stop();
    }
  });
});

it('a client of a refused token sees one kind of error', async () => {
  const openai = new OpenAI({ apiKey: 'ewt-nothing.nothing', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  expect(await refusal(openai.models.list())).toMatchObject({ status: 401, code: 'invalid_api_key' });
});
