/** Who may come in, and what a key reaches: by no name, spelling, path or failure anything else. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, standIn, startGateway, type TestKey } from '../support/gateway.ts';
import { openUpload } from '../support/raw-http.ts';
import { expectRefusal } from '../support/refusal.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'hi' }];
const chat = (model: string) => ({ model, messages });
const bearer = ({ key }: TestKey) => ({ authorization: `Bearer ${key}` });
const invalidKey = { status: 401, code: 'invalid_api_key' };
const denied = { status: 403, code: 'permission_denied' };
const notAllowed = { status: 403, code: 'model_not_allowed', param: 'model' };
const notFound = { status: 404, code: 'model_not_found', param: 'model' };

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('Hello')));
});
afterAll(() => upstream.stop());

describe('a caller', () => {
  const shortKey = 'only-15-letters';
  const keys = {
    expired: makeKey('expired', { expires_at: '2020-01-01T00:00:00Z' }),
    notYetExpired: makeKey('not-yet-expired', { expires_at: '2999-01-01T00:00:00+02:00' }),
    short: {
      key: shortKey,
      entry: { name: 'short', sha256: createHash('sha256').update(shortKey).digest('hex') },
    },
    chatOnly: makeKey('chat-only', { routes: ['/v1/chat/*'] }),
    noRoute: makeKey('no-route', { routes: [] }),
    withoutPrefix: makeKey('without-prefix', { routes: ['/chat/completions'] }),
    office: makeKey('office', { ip_ranges: ['10.1.0.0/16', '2001:db8::/32', '192.0.2.7'] }),
    nowhere: makeKey('nowhere', { ip_ranges: [] }),
  };
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      config: { providers: { up: standIn(upstream.url) } },
      keys: Object.values(keys),
    });
  });
  afterAll(() => gateway.stop());

  /** Without the default key. */
  const ask = (headers: Record<string, string>, query = '') =>
    fetch(`${gateway.url}${CHAT}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(chat('up/m')),
    });

  describe('who is refused costs nobody', () => {
    let callsBefore: number;
    beforeEach(() => {
      callsBefore = upstream.calls.length;
    });
    afterEach(() => expect(upstream.calls.length).toBe(callsBefore));

    it('gets one and the same 401 whatever is wrong with the key', async () => {
      const basic = Buffer.from(`user:${gateway.key}`).toString('base64');
      const refused: [string, Record<string, string>, string?][] = [
        ['no key', {}],
        ['an empty header', { authorization: '' }],
        ['no key behind the scheme', { authorization: 'Bearer' }],
        ['nothing but spaces', { authorization: 'Bearer    ' }],
        ['a wrong key', { authorization: 'Bearer sk-0123456789abcdef0123456789abcdef' }],
        ['a key with one letter too many', { authorization: `Bearer ${gateway.key}x` }],
        ['a key with one letter too few', { authorization: `Bearer ${gateway.key.slice(0, -1)}` }],
        ['a key in capitals', { authorization: `Bearer ${gateway.key.toUpperCase()}` }],
        ['the hash of a key', { authorization: `Bearer ${keys.chatOnly.entry.sha256}` }],
        ['Basic', { authorization: `Basic ${basic}` }],
        ['Basic with the key as it is', { authorization: `Basic ${gateway.key}` }],
        ['Token', { authorization: `Token ${gateway.key}` }],
        ['no scheme', { authorization: gateway.key }],
        ['two keys', { authorization: `Bearer ${gateway.key}, Bearer ${gateway.key}` }],
        ['two words', { authorization: `Bearer ${gateway.key} ${gateway.key}` }],
        ['a key of 5000 letters', { authorization: `Bearer ${'k'.repeat(5000)}` }],
        ['a key that expired', bearer(keys.expired)],
        ['a key that is too short', bearer(keys.short)],
        ['a key in a header of another door', { 'x-goog-api-key': gateway.key }],
        ['a key in x-api-key without Anthropic’s version', { 'x-api-key': gateway.key }],
        ['a key in a cookie', { cookie: `authorization=Bearer ${gateway.key}` }],
        ['a key in ?key=', {}, `?key=${gateway.key}`],
        ['a key in ?api_key=', {}, `?api_key=${gateway.key}`],
        ['a key in ?access_token=', {}, `?access_token=${gateway.key}`],
        ['a key in ?KEY=', {}, `?KEY=${gateway.key}`],
        ['a key in ?authorization=', {}, `?authorization=Bearer%20${gateway.key}`],
        ['a good header beside ?key=', bearer(gateway as unknown as TestKey), `?key=${gateway.key}`],
        ['a good header beside ?api_key=', bearer(gateway as unknown as TestKey), '?x=1&api_key=sk-x'],
      ];
      const told = new Map<string, string[]>();
      for (const [what, headers, query] of refused) {
        const response = await ask(headers, query);
        const text = await response.clone().text();
        await expectRefusal(gateway, response, invalidKey);
        told.set(text, [...(told.get(text) ?? []), what]);
      }
      expect([...told.values()]).toEqual([refused.map(([what]) => what)]);
    });

    it.each<[string, Record<string, string>]>([
      ['x-edgeway-metadata', { 'x-edgeway-metadata': 'not json' }],
      ['x-edgeway-timeout-ms', { 'x-edgeway-timeout-ms': 'soon' }],
      ['content-encoding', { 'content-encoding': 'gzip' }],
      ['the body', {}],
    ])('with a wrong key is not told that %s is wrong too', async (_, more) => {
      const headers = { authorization: 'Bearer sk-0123456789abcdef0123456789abcdef', ...more };
      const response = await fetch(gateway.url + CHAT, { method: 'POST', headers, body: 'not json' });
      await expectRefusal(gateway, response, invalidKey);
    });

    it.each<[string, Record<string, string>]>([
      ['of unknown length', {}],
      ['of a declared length', { 'content-length': '1000000' }],
      ['of a length that is too much', { 'content-length': '999999999999' }],
    ])('with a wrong key is answered before a body %s has come (traps H10)', async (_, more) => {
      const headers = { authorization: 'Bearer sk-0123456789abcdef0123456789abcdef', ...more };
      const upload = openUpload(gateway.url + CHAT, { headers });
      await upload.write('{"model":"up/m"');
      await expectRefusal(gateway, await upload.response, invalidKey); // the body never ends
      upload.abort();
    });

    it.each([
      ['/v1/embeddings', { model: 'up/m', input: 'a' }],
      ['/embeddings', { model: 'up/m', input: 'a' }],
      ['/v1/completions', { model: 'up/m', prompt: 'a' }],
      ['/v1/chat/completions/../../embeddings', { model: 'up/m', input: 'a' }],
    ])('whose key is for another route is refused at %s', async (path, body) => {
      const response = await gateway.post(path, body, bearer(keys.chatOnly));
      await expectRefusal(gateway, response, denied);
    });

    it('whose key is for no route is refused everywhere', async () => {
      await expectRefusal(gateway, await gateway.post(CHAT, chat('up/m'), bearer(keys.noRoute)), denied);
      const models = await gateway.request('/v1/models', { headers: bearer(keys.noRoute) });
      await expectRefusal(gateway, models, denied);
    });

    it.each(['/v1/models', '/models', '/v1/models/up/m'])(
      'whose key is for chat may not ask %s',
      async (path) => {
        const response = await gateway.request(path, { headers: bearer(keys.chatOnly) });
        await expectRefusal(gateway, response, denied);
      },
    );

    it.each([
      '10.2.0.1',
      '192.0.2.8',
      '2001:db9::1',
      '::ffff:10.2.0.1',
      '10.1',
      '10.1.0.0/16',
      'unknown',
      '',
    ])('at %j is outside of the key’s ranges', async (address) => {
      const response = await gateway.post(CHAT, chat('up/m'), {
        ...bearer(keys.office),
        'cf-connecting-ip': address,
        'x-forwarded-for': '10.1.2.3',
        'x-real-ip': '10.1.2.3',
      });
      await expectRefusal(gateway, response, denied);
    });

    it('whose address nobody knows is outside of every range, and [] is nowhere', async () => {
      await expectRefusal(gateway, await gateway.post(CHAT, chat('up/m'), bearer(keys.office)), denied);
      const nowhere = { ...bearer(keys.nowhere), 'cf-connecting-ip': '10.1.2.3' };
      await expectRefusal(gateway, await gateway.post(CHAT, chat('up/m'), nowhere), denied);
    });
  });

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:0:0::7', '192.0.2.7'])(
    'at %s is inside of the key’s ranges',
    async (address) => {
      const headers = { ...bearer(keys.office), 'cf-connecting-ip': address };
      expect((await gateway.post(CHAT, chat('up/m'), headers)).status).toBe(200);
    },
  );

  it.each([
    ['Bearer', CHAT],
    ['bearer', '/chat/completions'],
    ['BEARER ', CHAT],
  ])('is known by %s at %s', async (scheme, path) => {
    const headers = { authorization: `${scheme} ${gateway.key}` };
    const response = await gateway.post(path, chat('up/m'), headers);
    expect(response.status).toBe(200);
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      key: 'main',
      project: 'default',
      route: CHAT,
      ending: 'complete',
    });
  });

  it.each(['notYetExpired', 'chatOnly', 'withoutPrefix'] as const)(
    'with the key %s is served',
    async (name) => {
      const response = await gateway.post(CHAT, chat('up/m'), bearer(keys[name]));
      expect(response.status).toBe(200);
      expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
        key: keys[name].entry.name,
      });
    },
  );
});

describe('with no keys configured at all', () => {
  it('every request is refused', async () => {
    const gateway = await startGateway({
      vars: { GATEWAY_CONFIG: JSON.stringify({ providers: { up: standIn(upstream.url) } }) },
    });
    try {
      const callsBefore = upstream.calls.length;
      await expectRefusal(gateway, await gateway.post(CHAT, chat('up/m')), invalidKey);
      await expectRefusal(gateway, await fetch(`${gateway.url}/v1/models`), invalidKey);
      expect(upstream.calls.length).toBe(callsBefore);
    } finally {
      await gateway.stop();
    }
  });
});

describe('a grant', () => {
  let other: Upstream;
  let gateway: Gateway;
  const keys = {
    all: makeKey('all'),
    none: makeKey('none', { models: [] }),
    exact: makeKey('exact', { models: ['up/a'] }),
    bareName: makeKey('bare-name', { models: ['bare'] }),
    provider: makeKey('provider', { models: ['up/*'] }),
    prefix: makeKey('prefix', { models: ['up/org/*-mini'] }),
    star: makeKey('star', { models: ['*'] }),
    alias: makeKey('alias', { models: ['fast'] }),
    outer: makeKey('outer', { models: ['outer'] }),
    regex: makeKey('regex', { models: ['up/a.c', 'up/[ab]', 'up/(x|y)', 'up/?', 'up/\\d'] }),
    unicode: makeKey('unicode', { models: ['up/é'] }),
    noSecret: makeKey('no-secret', { denied_models: ['up/secret', 'other/*'] }),
    noFirst: makeKey('no-first', { models: ['chain', 'fast'], denied_models: ['up/first'] }),
    noneOfAlias: makeKey('none-of-alias', { models: ['fast'], denied_models: ['*'] }),
    deniedAliasName: makeKey('denied-alias-name', { denied_models: ['fast'] }),
  };
  beforeAll(async () => {
    other = await startUpstream(json(chatCompletion('Hello')));
    gateway = await startGateway({
      config: {
        providers: {
          up: standIn(upstream.url, { models: ['bare', 'wild-*', 'both'] }),
          other: standIn(other.url, { models: ['both', 'lonely'] }),
        },
        models: {
          fast: { targets: [{ provider: 'up', model: 'first' }], retries: 0 },
          outer: { targets: [{ alias: 'inner' }], retries: 0 },
          inner: { targets: [{ alias: 'innermost' }], retries: 0 },
          innermost: { targets: [{ provider: 'up', model: 'deep' }], retries: 0 },
          chain: {
            targets: [
              { provider: 'up', model: 'first' },
              { provider: 'other', model: 'second' },
            ],
            retries: 0,
          },
          mixed: {
            targets: [
              { provider: 'up', model: 'a' },
              { provider: 'up', model: 'secret' },
              { provider: 'other', model: 'x' },
            ],
            retries: 0,
          },
          bare: { targets: [{ provider: 'other', model: 'from-alias' }], retries: 0 },
          'up/a': { targets: [{ provider: 'other', model: 'aliased-a' }], retries: 0 },
        },
      },
      keys: Object.values(keys),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await other.stop();
  });
  beforeEach(() => {
    upstream.calls.length = 0;
    other.calls.length = 0;
    upstream.answer(json(chatCompletion('Hello')));
    other.answer(json(chatCompletion('Hello')));
  });

  const ask = (key: keyof typeof keys, model: string, path = CHAT) =>
    gateway.post(path, chat(model), bearer(keys[key]));
  const modelsSeen = ({ calls }: Upstream) => calls.map(({ body }) => JSON.parse(String(body)).model);
  const reached = () => ({ up: modelsSeen(upstream), other: modelsSeen(other) });

  it.each<[keyof typeof keys, string, { up?: string; other?: string }]>([
    ['all', 'up/whatever', { up: 'whatever' }],
    ['all', 'up/org/model/v1', { up: 'org/model/v1' }],
    ['all', 'fast', { up: 'first' }],
    ['all', 'bare', { other: 'from-alias' }],
    ['all', 'up/bare', { up: 'bare' }],
    ['all', 'wild-7', { up: 'wild-7' }],
    ['all', 'lonely', { other: 'lonely' }],
    ['all', 'up/a', { other: 'aliased-a' }],
    ['all', 'outer', { up: 'deep' }],
    ['star', 'up/a/b', { up: 'a/b' }],
    ['star', 'fast', { up: 'first' }],
    ['star', 'lonely', { other: 'lonely' }],
    ['exact', 'up/a', { other: 'aliased-a' }],
    ['bareName', 'bare', { other: 'from-alias' }],
    ['provider', 'up/x', { up: 'x' }],
    ['provider', 'up/x/y', { up: 'x/y' }],
    ['provider', 'wild-1', { up: 'wild-1' }],
    ['prefix', 'up/org/a/b-mini', { up: 'org/a/b-mini' }],
    ['prefix', 'up/org/-mini', { up: 'org/-mini' }],
    ['alias', 'fast', { up: 'first' }],
    ['outer', 'outer', { up: 'deep' }],
    ['regex', 'up/a.c', { up: 'a.c' }],
    ['regex', 'up/?', { up: '?' }],
    ['unicode', 'up/é', { up: 'é' }],
    ['noSecret', 'up/a2', { up: 'a2' }],
    ['noFirst', 'chain', { other: 'second' }],
    ['deniedAliasName', 'fast', { up: 'first' }],
  ])('%s reaches %s', async (key, model, { up, other: second }) => {
    const response = await ask(key, model);
    expect(response.status).toBe(200);
    expect(reached()).toEqual({ up: up ? [up] : [], other: second ? [second] : [] });
    expect(response.headers.get('x-edgeway-model')).toBe(encodeURI(up ?? second ?? ''));
  });

  it.each<[keyof typeof keys, string]>([
    ['none', 'up/a'],
    ['none', 'fast'],
    ['none', 'lonely'],
    ['exact', 'up/ab'],
    ['exact', 'up/'.concat('a/')],
    ['exact', 'other/a'],
    ['exact', 'fast'],
    // A bare name is granted by what it stands for.
    ['bareName', 'lonely'],
    ['bareName', 'up/bare'],
    ['provider', 'fast'],
    ['provider', 'other/x'],
    ['provider', 'bare'],
    ['provider', 'lonely'],
    ['prefix', 'up/org/mini'],
    ['prefix', 'up/org/a-mini2'],
    ['prefix', 'up/orgs/a-mini'],
    // An alias grants its own targets and nothing else.
    ['alias', 'up/first'],
    ['alias', 'outer'],
    ['outer', 'inner'],
    ['outer', 'innermost'],
    ['outer', 'up/deep'],
    ['regex', 'up/abc'],
    ['regex', 'up/b'],
    ['regex', 'up/x'],
    ['regex', 'up/z'],
    ['regex', 'up/1'],
    ['noSecret', 'up/secret'],
    ['noSecret', 'other/x'],
    ['noSecret', 'lonely'],
    ['noSecret', 'bare'],
    ['noneOfAlias', 'fast'],
    ['noFirst', 'fast'],
  ])('%s does not reach %s', async (key, model) => {
    await expectRefusal(gateway, await ask(key, model), notAllowed);
    expect(reached()).toEqual({ up: [], other: [] });
  });

  describe('is not widened by spelling, query or path (traps H6)', () => {
    it.each([
      'up/A',
      'up/a ',
      'up/a/',
      'up//a',
      'up/a?x=1',
      'up/a#x',
      'up/a\u0301',
      'up/\uff41',
      'up/а', // Cyrillic
      'up/a\u200b',
      'up/a\u0085',
      'up/%61b',
      'up/a,up/first',
      'up/a;first',
      'up/../other/a',
      'up/*',
      'other/up/a',
    ])('not by %j', async (model) => {
      await expectRefusal(gateway, await ask('exact', model), notAllowed);
      expect(reached()).toEqual({ up: [], other: [] });
    });

    it.each([
      'UP/a',
      'Up/a',
      ' up/a',
      'up\u2215a',
      'up\\a',
      'up%2Fa',
      'ｕp/a',
      '/up/a',
      'FAST',
      'fast ',
      'fast/x',
    ])('not by %j, which is nothing at all', async (model) => {
      await expectRefusal(gateway, await ask('exact', model), notFound);
      await expectRefusal(gateway, await ask('alias', model), notFound);
      expect(reached()).toEqual({ up: [], other: [] });
    });

    it('not by another normal form of the same letter', async () => {
      await expectRefusal(gateway, await ask('unicode', 'up/e\u0301'), notAllowed);
      await expectRefusal(gateway, await ask('unicode', 'up/É'), notAllowed);
      expect(reached()).toEqual({ up: [], other: [] });
    });

    const headers = () => ({
      ...bearer(keys.alias),
      'x-model': 'up/secret',
      'x-edgeway-model': 'up/secret',
      'x-edgeway-alias': 'chain',
    });

    it('not by ?model=, a header or a field of an object: only the body’s model is served', async () => {
      const body = { ...chat('fast'), extra_body: { model: 'up/secret' } };
      const response = await gateway.post(`${CHAT}?model=up/secret`, body, headers());
      expect(response.status).toBe(200);
      expect(upstream.calls.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
      expect(reached()).toEqual({ up: ['first'], other: [] });
    });

    it.each([
      ['another spelling of the field', 400, { Model: 'up/secret' }],
      ['a list of further models', 403, { models: ['up/secret'] }],
    ])('not by %s, which is refused', async (_, status, fields) => {
      const response = await gateway.post(CHAT, { ...chat('fast'), ...fields }, headers());
      expect(response.status).toBe(status);
      expect(reached()).toEqual({ up: [], other: [] });
    });

    it.each(['/v1/chat/completions', '/chat/completions', '/v1//chat/completions', '/V1/chat/completions'])(
      'not by the path %s',
      async (path) => {
        const response = await ask('alias', 'up/secret', path);
        expect([403, 404]).toContain(response.status);
        expect(reached()).toEqual({ up: [], other: [] });
      },
    );

    it('not on another route than chat', async () => {
      const headers = bearer(keys.alias);
      for (const [path, fields] of [
        ['/v1/embeddings', { input: 'a' }],
        ['/v1/completions', { prompt: 'a' }],
        ['/v1/moderations', { input: 'a' }],
        ['/v1/images/generations', { prompt: 'a' }],
        ['/v1/audio/speech', { input: 'a' }],
      ] as const)
        await expectRefusal(
          gateway,
          await gateway.post(path, { model: 'up/secret', ...fields }, headers),
          notAllowed,
        );
      expect(reached()).toEqual({ up: [], other: [] });
    });

    it('not by naming no model where the API has a default', async () => {
      upstream.calls.length = 0;
      const local = await startGateway({
        config: { providers: { up: standIn(upstream.url, { models: ['omni-moderation-latest'] }) } },
        keys: [keys.exact],
      });
      try {
        const response = await local.post('/v1/moderations', { input: 'a' }, bearer(keys.exact));
        await expectRefusal(local, response, notAllowed);
        expect((await local.post('/v1/moderations', { input: 'a' })).status).toBe(200);
        expect(reached().up).toEqual(['omni-moderation-latest']);
      } finally {
        await local.stop();
      }
    });
  });

  describe('keeps denied models out of every fallback', () => {
    it('passes over a denied first target', async () => {
      const response = await ask('noFirst', 'chain');
      expect(response.headers.get('x-edgeway-attempts')).toBe('1');
      expect(reached()).toEqual({ up: [], other: ['second'] });
    });

    it('never falls back to a denied target, even when the granted one fails', async () => {
      upstream.answer(json({ error: { message: 'down' } }, 503));
      const response = await ask('noSecret', 'mixed');
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { code: 'provider_error' } });
      expect(reached()).toEqual({ up: ['a'], other: [] });
      expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
        ending: 'upstream_error',
        attempts: 1,
      });
    });

    it('reaches an alias’s own fallback without naming it in the grant', async () => {
      upstream.answer(json({ error: { message: 'down' } }, 503));
      const response = await ask('all', 'chain');
      expect(response.status).toBe(200);
      expect(reached()).toEqual({ up: ['first'], other: ['second'] });
      expect(response.headers.get('x-edgeway-provider')).toBe('other');
    });
  });

  it('asks for a provider where two serve a bare name', async () => {
    const { message } = await expectRefusal(gateway, await ask('all', 'both'), notFound);
    expect(message).toContain('up/both');
    expect(message).toContain('other/both');
  });

  it('names no provider that the key may not use, where two serve a bare name', async () => {
    const { message } = await expectRefusal(gateway, await ask('alias', 'both'), notFound);
    expect(message).not.toMatch(/up\/|other\//);
  });

  describe('decides what GET /v1/models lists', () => {
    const list = async (key: keyof typeof keys, headers: Record<string, string> = {}) => {
      const response = await gateway.request('/v1/models', { headers: { ...bearer(keys[key]), ...headers } });
      expect(response.status).toBe(200);
      expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
        route: '/v1/models',
        ending: 'complete',
        key: keys[key].entry.name,
      });
      const body = (await response.json()) as { object: string; data: { id: string; owned_by: string }[] };
      return body;
    };
    const idsFor = async (key: keyof typeof keys) => (await list(key)).data.map(({ id }) => id).sort();

    it('all of it, each with its provider in owned_by', async () => {
      const { object, data } = await list('all');
      expect(object).toBe('list');
      for (const model of data)
        expect(model).toEqual({
          id: expect.any(String),
          object: 'model',
          created: expect.any(Number),
          owned_by: expect.any(String),
        });
      const owners = Object.fromEntries(data.map(({ id, owned_by }) => [id, owned_by]));
      expect(owners).toMatchObject({
        fast: 'up',
        outer: 'up',
        bare: 'other',
        'up/a': 'other',
        'up/bare': 'up',
        'other/lonely': 'other',
      });
      expect(Object.keys(owners)).not.toContain('up/wild-*');
    });

    it.each<[keyof typeof keys, string[]]>([
      ['none', []],
      ['alias', ['fast']],
      ['outer', ['outer']],
      ['exact', ['up/a']],
      ['bareName', ['bare']],
      ['noneOfAlias', []],
      ['noFirst', ['chain']],
    ])('only what %s may use', async (key, ids) => {
      expect(await idsFor(key)).toEqual(ids);
    });

    it('nothing that is denied', async () => {
      const ids = await idsFor('noSecret');
      expect(ids).toContain('mixed');
      expect(ids).not.toContain('bare'); // its only target is denied
      expect(ids.filter((id) => id.startsWith('other/') || id === 'up/secret')).toEqual([]);
    });

    it('in Anthropic’s shape for an Anthropic client with x-api-key', async () => {
      const headers = { 'x-api-key': keys.alias.key, 'anthropic-version': '2023-06-01' };
      const response = await fetch(`${gateway.url}/v1/models`, { headers });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        data: [
          { type: 'model', id: 'fast', display_name: expect.any(String), created_at: expect.any(String) },
        ],
        has_more: false,
        first_id: 'fast',
        last_id: 'fast',
      });
      const empty = await fetch(`${gateway.url}/v1/models`, {
        headers: { ...headers, 'x-api-key': keys.none.key },
      });
      expect(await empty.json()).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
    });

    it.each(['/v1/models/up%2Forg%2Fx-mini', '/v1/models/up/org/x-mini', '/models/up/org%2Fx-mini'])(
      'and what %s tells',
      async (path) => {
        const granted = await gateway.request(path, { headers: bearer(keys.prefix) });
        expect(granted.status).toBe(200);
        expect(await granted.json()).toEqual({
          id: 'up/org/x-mini',
          object: 'model',
          created: expect.any(Number),
          owned_by: 'up',
        });
        const other = await gateway.request(path, { headers: bearer(keys.alias) });
        await expectRefusal(gateway, other, notFound);
      },
    );

    it.each([
      '/v1/models/nobody',
      '/v1/models/nobody/x',
      '/v1/models/%FF',
      '/v1/models/up%2F',
      '/v1/models/%2Fup',
    ])('and tells nothing of %s', async (path) => {
      await expectRefusal(gateway, await gateway.request(path), notFound);
    });
  });
});
