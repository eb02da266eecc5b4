/** Which paths and methods are served, where, and what the others are told; and who may ask from a browser. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { sendPieces } from '../support/raw-http.ts';
import { expectRefusal } from '../support/refusal.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const POST_ROUTES = [
  '/chat/completions',
  '/completions',
  '/embeddings',
  '/moderations',
  '/images/generations',
  '/images/edits',
  '/images/variations',
  '/audio/speech',
  '/audio/transcriptions',
  '/audio/translations',
];
const JSON_BODIES: [string, Record<string, unknown>][] = [
  ['/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }],
  ['/completions', { prompt: 'hi' }],
  ['/embeddings', { input: 'hi' }],
  ['/moderations', { input: 'hi' }],
  ['/images/generations', { prompt: 'hi' }],
  ['/audio/speech', { input: 'hi', voice: 'alloy' }],
];

let upstream: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('Hello')));
  gateway = await startGateway({
    config: { providers: { up: standIn(upstream.url, { models: ['org/m'] }) } },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

describe('a served route', () => {
  it.each(JSON_BODIES.flatMap(([path, body]) => [[`/v1${path}`, body] as const, [path, body] as const]))(
    '%s answers, and goes to the path that the provider has',
    async (path, body) => {
      upstream.calls.length = 0;
      const response = await gateway.post(path, { model: 'up/m', ...body });
      expect(response.status).toBe(200);
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
      const bare = path.replace(/^\/v1/, '');
      expect((await upstream.call(0)).path).toBe(`/v1${bare}`);
      expect((await gateway.lineOf(response.headers.get('x-request-id'))).route).toBe(`/v1${bare}`);
    },
  );

  it.each(['/v1/models', '/models'])('%s lists', async (path) => {
    const response = await gateway.request(path);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: 'up/org/m' }] });
  });

  it.each([
    '/v1/models/up/org/m',
    '/v1/models/up%2Forg%2Fm',
    '/v1/models/up%2forg/m',
    '/models/up/org/m',
    '/models/up%2Forg%2Fm',
  ])('%s retrieves a model with slashes in its id', async (path) => {
    const response = await gateway.request(path);
    expect(await response.json()).toMatchObject({ id: 'up/org/m', object: 'model', owned_by: 'up' });
  });

  it.each([
    ['up/100%', 'up/100%25'],
    ['up/a%2Fb', 'up/a%252Fb'],
    ['up/é', 'up/%C3%A9'],
    ['up/a b', 'up/a%20b'],
    ['up/ft:m', 'up/ft:m'],
    ['up/a?b', 'up%2Fa%3Fb'],
  ])('retrieves %s, sent as %s', async (id, sent) => {
    const response = await gateway.request(`/v1/models/${sent}`);
    expect(await response.json()).toMatchObject({ id });
  });

  it('ignores a query that holds no key', async () => {
    upstream.calls.length = 0;
    const [path, body] = JSON_BODIES[0] ?? ['', {}];
    const response = await gateway.post(`/v1${path}?api-version=2024-10-21&x=1`, { model: 'up/m', ...body });
    expect(response.status).toBe(200);
    expect((await upstream.call(0)).path).toBe('/v1/chat/completions');
  });

  it('answers health and the landing page without a key', async () => {
    const health = await fetch(`${gateway.url}/healthz`);
    expect(await health.json()).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(health.headers.get('x-request-id')).toMatch(/^req_/);
    const page = await fetch(`${gateway.url}/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await page.text()).toContain(`${gateway.url}/v1`);
  });
});

describe('a route that is not served', () => {
  let callsBefore: number;
  beforeEach(() => {
    callsBefore = upstream.calls.length;
  });
  afterEach(() => expect(upstream.calls.length).toBe(callsBefore));

  const wrongMethod = { status: 405, code: 'method_not_allowed' };
  const allowed = (response: Response) => (response.headers.get('allow') ?? '').split(/\s*,\s*/);

  describe.each(POST_ROUTES)('%s', (path) => {
    it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])(
      'is 405 for %s and allows POST',
      async (method) => {
        for (const prefix of ['/v1', '']) {
          const url = gateway.url + prefix + path;
          const response = await sendPieces(url, [], {
            method,
            headers: { authorization: `Bearer ${gateway.key}` },
          });
          expect(allowed(response)).toContain('POST');
          await expectRefusal(gateway, response, wrongMethod);
        }
      },
    );
  });

  it.each(['/v1/chat/completions', '/healthz', '/v1/models'])('has no body for HEAD at %s', async (path) => {
    const response = await gateway.request(path, { method: 'HEAD' });
    expect(response.status).toBe(path === '/v1/chat/completions' ? 405 : 200);
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['POST', '/v1/models'],
    ['PUT', '/v1/models'],
    ['DELETE', '/models'],
    ['POST', '/v1/models/up/m'],
    ['DELETE', '/v1/models/up/m'],
    ['PATCH', '/models/up%2Fm'],
  ])('is 405 for %s %s and allows GET', async (method, path) => {
    const response = await gateway.request(path, { method });
    expect(allowed(response)).toContain('GET');
    await expectRefusal(gateway, response, wrongMethod);
  });

  it.each([
    ['POST', '/healthz'],
    ['DELETE', '/healthz'],
    ['POST', '/'],
    ['PUT', '/'],
  ])('is 405 for %s %s too, which needs no key', async (method, path) => {
    const response = await fetch(gateway.url + path, { method });
    expect({ status: response.status, allow: allowed(response) }).toEqual({
      status: 405,
      allow: expect.arrayContaining(['GET']),
    });
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  });

  describe('but which the OpenAI API has, is 404 route_not_supported', () => {
    const routes = [
      ['POST', '/responses/resp_1/anything'],
      ['POST', '/responses/compact'],
      ['GET', '/files'],
      ['POST', '/files'],
      ['GET', '/files/file-1/content'],
      ['POST', '/uploads'],
      ['POST', '/batches'],
      ['GET', '/batches/b_1'],
      ['POST', '/fine_tuning/jobs'],
      ['GET', '/assistants'],
      ['POST', '/threads'],
      ['POST', '/threads/t_1/runs'],
      ['GET', '/vector_stores'],
      ['POST', '/conversations'],
      ['POST', '/realtime/sessions'],
      ['POST', '/videos'],
      ['POST', '/containers'],
      ['POST', '/evals'],
      ['GET', '/organization/usage/completions'],
      ['GET', '/chat/completions/chatcmpl-1'],
      ['GET', '/chat/completions/chatcmpl-1/messages'],
      ['DELETE', '/chat/completions/chatcmpl-1'],
      ['POST', '/audio/voices'],
    ];
    it.each(routes)('%s /v1%s', async (method, path) => {
      const response = await gateway.request(`/v1${path}`, { method });
      const error = await expectRefusal(gateway, response, { status: 404, code: 'route_not_supported' });
      expect(error.message).toContain(`/v1${path}`);
    });

    it.each(routes.slice(0, 5))('%s %s without /v1', async (method, path) => {
      const response = await gateway.request(path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'route_not_supported', param: null } });
    });
  });

  it.each([
    '/v1/models/up/m:predict',
    '/v1beta/models/up%2Fm:batchGenerateContent',
    '/models/gemini-3:constructor',
  ])('POST %s is a method of Gemini’s that is not served, and 404 in its form', async (path) => {
    const response = await gateway.request(path, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND', details: [{ reason: 'route_not_supported' }] },
    });
  });

  it.each([
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['GET', '/v1/nothing'],
    ['POST', '/v1/chat/completion'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/v1/v1/chat/completions'],
    ['POST', '/v1//chat/completions'],
    ['POST', '/V1/chat/completions'],
    ['POST', '/v2/chat/completions'],
    ['GET', '/v1/models/'],
    ['POST', '/v2/messages'],
    ['GET', '/v1/%00'],
    ['GET', '/v1/%E0%A4%A'],
    ['POST', '/nothing'],
    ['GET', '/.env'],
    ['GET', '/healthz/x'],
    ['GET', `/v1/${'x'.repeat(4000)}`],
  ])('is 404 with an error object: %s %s', async (method, path) => {
    const response = await gateway.request(path, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      error: {
        message: expect.stringMatching(/\S/),
        type: 'invalid_request_error',
        param: null,
        code: expect.stringMatching(/^route_not_(found|supported)$/),
      },
    });
    expect(text.length).toBeLessThan(1000);
  });

  it.each([
    ['with /v1', '/v1/nothing', '/v1/files', '/v1beta/files'],
    ['without it', '/files', '/nothing'],
  ])('has its line in the log: %s', async (_, ...paths) => {
    for (const path of paths) {
      const response = await gateway.request(path);
      const line = await gateway.lineOf(response.headers.get('x-request-id'));
      expect(line).toMatchObject({ status: 404, ending: 'rejected' });
    }
  });
});

describe('a browser’s page', () => {
  const chat = JSON.stringify({ model: 'up/m', messages: [{ role: 'user', content: 'hi' }] });
  const start = (origins?: string[]) =>
    startGateway({
      config: {
        providers: { up: standIn(upstream.url) },
        ...(origins === undefined ? {} : { cors: { origins } }),
      },
    });
  const preflight = ({ url }: Gateway, origin: string) =>
    sendPieces(`${url}/v1/chat/completions`, [], {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-edgeway-metadata',
      },
    });
  const call = (gate: Gateway, origin: string, body = chat) =>
    sendPieces(`${gate.url}/v1/chat/completions`, [body], {
      headers: { origin, authorization: `Bearer ${gate.key}`, 'content-type': 'application/json' },
    });

  describe('with origins in the document', () => {
    let gate: Gateway;
    beforeAll(async () => {
      gate = await start(['https://app.example', 'https://other.example']);
    });
    afterAll(() => gate.stop());

    it.each(['https://app.example', 'https://other.example'])('at %s may call', async (origin) => {
      const before = await preflight(gate, origin);
      expect(before.status).toBeLessThan(300);
      expect(before.headers.get('access-control-allow-origin')).toBe(origin);
      expect(before.headers.get('access-control-allow-methods')).toContain('POST');
      const headers = before.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
      for (const name of ['authorization', 'content-type', 'x-edgeway-metadata'])
        expect(headers).toContain(name);
      expect(before.headers.get('vary')?.toLowerCase()).toContain('origin');

      const response = await call(gate, origin);
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.get('vary')?.toLowerCase()).toContain('origin');
    });

    it('may read why it was refused', async () => {
      const response = await call(gate, 'https://app.example', 'not json');
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
      await expectRefusal(gate, response, { status: 400, code: 'invalid_request' });
      const unknown = await sendPieces(`${gate.url}/v1/nothing`, [], {
        headers: { origin: 'https://app.example' },
      });
      expect(unknown.headers.get('access-control-allow-origin')).toBe('https://app.example');
    });

    it.each([
      'https://evil.example',
      'http://app.example',
      'https://app.example:8443',
      'https://app.example.evil.example',
      'https://evilapp.example',
      'https://APP.example',
      'null',
      '*',
    ])('at %s is told nothing that a browser would let it read', async (origin) => {
      for (const response of [await preflight(gate, origin), await call(gate, origin)])
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('at any origin may call where the document says *', async () => {
    const gate = await start(['*']);
    try {
      for (const response of [
        await preflight(gate, 'https://any.example'),
        await call(gate, 'https://any.example'),
      ])
        expect(['*', 'https://any.example']).toContain(response.headers.get('access-control-allow-origin'));
    } finally {
      await gate.stop();
    }
  });

  it.each<[string, string[] | undefined]>([
    ['says nothing', undefined],
    ['says []', []],
  ])('may not call where the document %s', async (_, origins) => {
    const gate = await start(origins);
    try {
      for (const response of [
        await preflight(gate, 'https://any.example'),
        await call(gate, 'https://any.example'),
      ])
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await gate.stop();
    }
  });
});
