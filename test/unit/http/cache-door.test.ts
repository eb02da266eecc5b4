/** `DELETE /v1/cache` over HTTP: whose answers are forgotten, what a request may name, and what a refusal looks like. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createKeyForgetting } from '../../../src/admin/key-forgetting.ts';
import { createRegistryDesk, type RegistryStub } from '../../../src/admin/registry-desk.ts';
import { ControlPlane } from '../../../src/gateway/control-plane.ts';
import { createForgetting } from '../../../src/gateway/forget-cached.ts';
import type { HttpEnv } from '../../../src/http/bindings.ts';
import { cacheDoor } from '../../../src/http/cache-door.ts';
import { answerFailure } from '../../../src/http/failures.ts';
import type { RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { sha256Hex } from '../../../src/sha256.ts';
import { createRegistry } from '../admin/registry-support.ts';
import { createContext, createTestServices } from '../gateway/support.ts';
import { createClock, createEdge } from '../keys/edge-support.ts';

const KEY = 'a-key-of-the-cache-door';
const HASH = 'ab'.repeat(32);

/** One isolate, with a Registry of its own behind it. */
async function setUp(fields: object = {}) {
  const registry = createRegistry();
  const edge = createEdge(registry.stub as unknown as RegistryEdge); // a stub's types lose what its methods take
  const clock = createClock();
  const controlPlane = new ControlPlane({ registry: edge, copies: null }, clock.read);
  await controlPlane.confirm(() => undefined);
  const stub = (): RegistryStub => {
    if (edge.mode === 'down') throw new Error('the Registry is unreachable');
    return registry.stub as unknown as RegistryStub; // as above
  };
  const write = createKeyForgetting(createRegistryDesk(stub, () => controlPlane.expire()));
  const services = {
    ...createTestServices({ keys: [{ name: 'ci', sha256: await sha256Hex(KEY), ...fields }] }),
    forgetCached: createForgetting({ write, controlPlane, now: clock.read }),
  };
  const { context, lines } = createContext();
  const app = new Hono<HttpEnv>().delete('/v1/cache', cacheDoor).onError(answerFailure);
  const ask = async (query: string, key: string | null = KEY) => {
    const headers = {
      'cf-connecting-ip': '192.0.2.7',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
    const env = {
      context,
      services: () => services,
      admin: () => Promise.reject(new Error('not here')),
      flight: null,
    };
    const response = await app.request(`/v1/cache${query}`, { method: 'DELETE', headers }, env);
    return { status: response.status, headers: response.headers, body: await response.json<Answer>() };
  };
  return { registry, edge, clock, controlPlane, ask, lines };
}

interface Answer {
  readonly generation?: number;
  readonly error?: { readonly code: string; readonly param: string | null; readonly message: string };
}

describe('DELETE /v1/cache', () => {
  it.each([
    [`key=${HASH}`, { kind: 'key', value: HASH }],
    ['model=fast', { kind: 'model', value: 'fast' }],
    ['model=openai%2Fgpt-5.2', { kind: 'model', value: 'openai/gpt-5.2' }],
    ['namespace=a.b:c-d_e', { kind: 'namespace', value: 'a.b:c-d_e' }],
    ['tag=product:42', { kind: 'tag', value: 'product:42' }],
    ['project=web', { kind: 'all', value: null }],
    ['all=true', { kind: 'all', value: null }],
  ])('forgets by %s what is of its own project, at once in its isolate', async (query, what) => {
    const { ask, controlPlane, lines } = await setUp({ project: 'web', organization: 'acme' });
    const { status, headers, body } = await ask(`?${query}`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({ generation: expect.any(Number) });
    const { cache } = controlPlane.copies;
    expect(cache).toMatchObject({ generation: body.generation });
    expect(cache.entries).toEqual([
      { generation: body.generation, project: 'web', organization: 'acme', ...what },
    ]);
    expect(lines).toMatchObject([
      { key: 'ci', route: '/v1/cache', status: 200, ending: 'complete', usage: null, cache: 'bypass' },
    ]);
  });

  it('of a key without an organisation is about those without one', async () => {
    const { ask, controlPlane } = await setUp({ project: 'web' });
    await ask('?all=true');
    expect(controlPlane.copies.cache.entries).toMatchObject([{ project: 'web', organization: null }]);
  });

  it('has a growing number', async () => {
    const { ask } = await setUp();
    const [first, second] = [await ask('?tag=a'), await ask('?tag=a')].map(
      ({ body }) => body.generation ?? 0,
    );
    expect(second).toBeGreaterThan(first ?? 0);
  });

  it('stands in the audit trail, with the id of the key', async () => {
    const { ask, registry } = await setUp({ project: 'web' });
    const { body } = await ask('?tag=a');
    const [entry] = await registry.rows('SELECT actor, issuer, role, action, target, project, ip FROM audit');
    expect(entry).toEqual({
      actor: expect.stringMatching(/^[0-9a-f]{32}$/),
      issuer: null,
      role: 'developer',
      action: 'cache.forget',
      target: String(body.generation),
      project: 'web',
      ip: '192.0.2.7',
    });
  });

  it.each([
    ['', 'all'],
    ['?', 'all'],
    ['?key=', 'key'],
    ['?key=abc', 'key'],
    [`?key=${HASH.toUpperCase()}`, 'key'],
    [`?key=${HASH}0`, 'key'],
    ['?model=', 'model'],
    ['?model=a%0Ab', 'model'],
    [`?model=${'m'.repeat(257)}`, 'model'],
    ['?namespace=a%20b', 'namespace'],
    [`?namespace=${'n'.repeat(65)}`, 'namespace'],
    ['?tag=', 'tag'],
    ['?tag=%00', 'tag'],
    ['?all=', 'all'],
    ['?all=false', 'all'],
    ['?all=TRUE', 'all'],
    ['?all=true&tag=a', 'tag'],
    ['?tag=a&all=true', 'all'],
    ['?tag=a&tag=b', 'tag'],
    ['?all=true&tga=a', 'tga'],
    ['?Tag=a', 'Tag'],
    ['?__proto__=a', '__proto__'],
  ])('refuses %j, and forgets nothing', async (query, param) => {
    const { ask, registry, lines } = await setUp();
    const { status, body } = await ask(query);
    expect([status, body.error]).toMatchObject([400, { code: 'invalid_request', param }]);
    expect(await registry.rows('SELECT * FROM invalidations')).toEqual([]);
    expect(lines).toMatchObject([{ status: 400, ending: 'rejected', error_code: 'invalid_request' }]);
  });

  it.each(['shop', 'Web', '', 'web/'])('does not forget what is of the project %j', async (project) => {
    const { ask, registry } = await setUp({ project: 'web' });
    const { status, body } = await ask(`?project=${encodeURIComponent(project)}`);
    expect([status, body.error?.code]).toEqual([403, 'permission_denied']);
    expect(await registry.rows('SELECT * FROM invalidations')).toEqual([]);
  });

  it('is for those who have a key that may come here', async () => {
    const { ask, registry } = await setUp({ routes: ['/v1/chat/*'] });
    const answers = [
      await ask('?all=true', null),
      await ask('?all=true', 'the-key-of-somebody-else'),
      await ask('?all=true'),
    ];
    expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual([
      [401, 'invalid_api_key'],
      [401, 'invalid_api_key'],
      [403, 'permission_denied'],
    ]);
    expect(await registry.rows('SELECT * FROM invalidations')).toEqual([]);
  });

  it.each(['/v1/cache', '/cache', '/v1/*'])('is granted by the route %s', async (route) => {
    const { ask } = await setUp({ routes: [route] });
    expect((await ask('?all=true')).status).toBe(200);
  });

  it.each([`?key=${KEY}`, `?api_key=${KEY}`, `?access_token=${KEY}&all=true`])(
    'traps H4: takes no API key from the query: %s',
    async (query) => {
      const { ask } = await setUp();
      const { status, body } = await ask(query, null);
      expect([status, body.error?.code]).toEqual([401, 'invalid_api_key']);
      expect(JSON.stringify(await ask(query))).not.toContain(KEY);
    },
  );

  it('is 503 while the Registry cannot be reached', async () => {
    const { ask, edge, registry } = await setUp();
    edge.mode = 'down';
    const { status, body, headers } = await ask('?all=true');
    expect([status, body.error?.code]).toEqual([503, 'gateway_unavailable']);
    expect(headers.get('retry-after')).toBe('1');
    edge.mode = 'up';
    expect((await ask('?all=true')).status).toBe(200);
    expect(await registry.rows('SELECT kind FROM invalidations')).toEqual([{ kind: 'all' }]);
  });

  it('is not acknowledged before its own isolate knows it', async () => {
    const { ask, edge, controlPlane } = await setUp();
    const { pulse } = edge;
    edge.pulse = () => Promise.reject(new Error('the Registry is silent now'));
    expect((await ask('?all=true')).status).toBe(503);
    expect(controlPlane.copies.cache.entries).toEqual([]);
    edge.pulse = pulse;
    expect((await ask('?all=true')).status).toBe(200);
    expect(controlPlane.copies.cache.entries).toHaveLength(1);
  });

  it('is done only so often for one project, then a moment later again', async () => {
    const { ask, clock } = await setUp();
    const statuses: number[] = [];
    for (let count = 0; count < 51; count += 1) statuses.push((await ask(`?tag=${count}`)).status);
    expect(statuses.indexOf(429)).toBe(50);
    const { status, headers, body } = await ask('?all=true');
    expect([status, body.error]).toMatchObject([429, { code: 'request_limit_exceeded' }]);
    expect(headers.get('retry-after')).toBe('1');
    clock.now += 1000;
    expect((await ask('?all=true')).status).toBe(200);
  });
});
