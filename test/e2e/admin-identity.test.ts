/** Who may call the admin API of the built Worker: ADMIN_TOKEN, tokens of an identity provider, Cloudflare Access. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { json, startUpstream } from '../support/upstream.ts';

const GRANTS = [
  { group: 'platform', role: 'owner' },
  { group: 'ops', role: 'admin' },
  { group: 'shop', role: 'developer', projects: ['shop'] },
  { group: 'staff', role: 'viewer' },
];

let provider: IdentityProvider;
let gateway: ControlledGateway;

/** The section `admin` for a provider. */
const identityOf = (issuer: string) => ({
  identity: [
    { issuer, audience: 'edgeway', allow_insecure: true, grants: GRANTS },
    { issuer, audience: 'behind-access', kind: 'cloudflare-access', allow_insecure: true, grants: GRANTS },
  ],
});

beforeAll(async () => {
  provider = await startIdentityProvider();
  gateway = await startGateway({ config: { admin: identityOf(provider.issuer) }, controlPlane: true });
});
afterAll(async () => {
  await gateway.stop();
  await provider.server.stop();
});

const as = async (groups: readonly string[], method: string, path: string, body?: unknown) =>
  gateway.admin(method, path, body, {
    authorization: `Bearer ${await provider.token('edgeway', { groups })}`,
  });

const throughAccess = async (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/admin/v1${path}`, {
    method,
    headers: {
      'cf-access-jwt-assertion': await provider.token('behind-access', { groups: ['platform'] }),
      'content-type': 'application/json',
      ...headers,
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify({ name: 'from a browser' }) }),
  });

const codeOf = async (response: Response): Promise<[number, string]> => {
  const { error } = await response.json();
  return [response.status, error.code];
};

describe('a token of the identity provider', () => {
  it.each([
    [['platform'], { role: 'owner', projects: null }],
    [['ops', 'staff'], { role: 'admin', projects: null }],
    [['shop'], { role: 'developer', projects: ['shop'] }],
    [['staff'], { role: 'viewer', projects: null }],
  ])('has the role of its groups %j', async (groups, expected) => {
    const response = await as(groups, 'GET', '/me');
    expect([response.status, await response.json()]).toEqual([
      200,
      { subject: 'ada@example.com', issuer: provider.issuer, ...expected },
    ]);
  });

  it('may do what its role may do, and its name stands in the audit trail', async () => {
    const key = { name: 'of ada', project: 'shop' };
    expect(await codeOf(await as(['staff'], 'POST', '/keys', key))).toEqual([403, 'permission_denied']);
    const made = await as(['ops'], 'POST', '/keys', key);
    expect(made.status).toBe(201);
    const { id } = await made.json();
    expect(await codeOf(await as(['ops'], 'PUT', '/secrets/OPENAI_API_KEY', { value: 'sk-1' }))).toEqual([
      403,
      'permission_denied',
    ]);
    const { data } = await (await as(['staff'], 'GET', `/audit?target=${id}`)).json();
    expect(data).toMatchObject([
      { actor: 'ada@example.com', issuer: provider.issuer, role: 'admin', action: 'key.create' },
    ]);
  });

  it('sees as a developer what belongs to its own projects, and nothing else', async () => {
    for (const project of ['shop', 'bank'])
      await as(['ops'], 'POST', '/keys', { name: `of ${project}`, project });
    const { data } = await (await as(['shop'], 'GET', '/keys')).json();
    expect(new Set(data.map((key: { project: string }) => key.project))).toEqual(new Set(['shop']));
    expect(await codeOf(await as(['shop'], 'GET', '/audit'))).toEqual([403, 'permission_denied']);
  });

  it('is refused without a role, and is not told which groups have one', async () => {
    const response = await as(['guests'], 'GET', '/me');
    const { error } = await response.json();
    expect([response.status, error.code]).toEqual([403, 'permission_denied']);
    for (const { group } of GRANTS) expect(error.message).not.toContain(group);
  });

  it('is good for its audience only, and the log holds the reason and not the token', async () => {
    const token = await provider.token('another', { groups: ['platform'] });
    const response = await gateway.admin('GET', '/me', undefined, { authorization: `Bearer ${token}` });
    expect(await codeOf(response)).toEqual([401, 'invalid_admin_credential']);
    const line = () => gateway.lines.find(({ type }) => type === 'admin_identity_refused');
    await expect.poll(line).toEqual({
      type: 'admin_identity_refused',
      request_id: response.headers.get('x-request-id'),
      issuer: provider.issuer,
      reason: 'audience',
    });
    expect(gateway.output()).not.toContain(token.slice(-20));
  });

  it('is checked without a question to the provider once its keys are known', async () => {
    await as(['staff'], 'GET', '/me');
    const before = provider.server.calls.length;
    for (let time = 0; time < 5; time += 1) expect((await as(['staff'], 'GET', '/me')).status).toBe(200);
    expect(provider.server.calls.length).toBe(before);
  });

  it('is no key of a model', async () => {
    const response = await gateway.request('/v1/models', {
      headers: { authorization: `Bearer ${await provider.token('edgeway', { groups: ['platform'] })}` },
    });
    expect(response.status).toBe(401);
  });
});

describe('Cloudflare Access', () => {
  it('brings its own header, and no page of another site uses it', async () => {
    expect((await throughAccess('GET', '/me')).status).toBe(200);
    expect((await throughAccess('POST', '/keys', { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const forged = await throughAccess('POST', '/keys', { 'sec-fetch-site': 'cross-site' });
    expect(await codeOf(forged)).toEqual([403, 'permission_denied']);
  });

  it('vouches in its header for its own entries only', async () => {
    const token = await provider.token('edgeway', { groups: ['platform'] });
    const response = await throughAccess('GET', '/me', { 'cf-access-jwt-assertion': token });
    expect(await codeOf(response)).toEqual([401, 'invalid_admin_credential']);
  });
});

describe('grants', () => {
  it('change with the document that is activated', async () => {
    const document = await (await gateway.admin('GET', '/config')).json();
    const [oidc, access] = document.admin.identity;
    const identity = [{ ...oidc, grants: [{ group: 'staff', role: 'admin' }] }, access];
    const put = await gateway.admin('PUT', '/config', { ...document, admin: { identity } });
    expect(put.status).toBe(200);
    expect(await (await as(['staff'], 'GET', '/me')).json()).toMatchObject({ role: 'admin' });
    expect((await as(['ops'], 'GET', '/me')).status).toBe(403);
    expect((await gateway.admin('POST', '/config/rollback')).status).toBe(200);
    expect(await (await as(['staff'], 'GET', '/me')).json()).toMatchObject({ role: 'viewer' });
  });
});

describe('the same name at two issuers', () => {
  let other: IdentityProvider;
  let shared: ControlledGateway;

  beforeAll(async () => {
    other = await startIdentityProvider();
    const identity = [provider, other].flatMap(({ issuer }) => identityOf(issuer).identity);
    shared = await startGateway({ config: { admin: { identity } }, controlPlane: true });
  });
  afterAll(async () => {
    await shared.stop();
    await other.server.stop();
  });

  const call = async (
    one: IdentityProvider,
    claims: Readonly<Record<string, unknown>>,
    method: string,
    path: string,
    wishes: { body?: object; headers?: Record<string, string> } = {},
  ) =>
    shared.admin(method, path, wishes.body, {
      authorization: `Bearer ${await one.token('edgeway', claims)}`,
      ...wishes.headers,
    });
  /** Both issuers give both the same `sub`. */
  const DEVELOPER = { email: undefined, groups: ['shop'] };
  const ADMIN = { email: 'ada@example.com', groups: ['ops'] };
  const A_KEY = { kind: 'key', project: 'shop', name: 'wanted' };

  it('is two people: none claims the key that the other asked for', async () => {
    const asked = await (await call(provider, DEVELOPER, 'POST', '/requests', { body: A_KEY })).json();
    expect(asked).toMatchObject({ requested_by: 'user-1', requested_by_issuer: provider.issuer });
    const approved = await call(provider, ADMIN, 'POST', `/requests/${asked.id}/approve`, { body: {} });
    expect(await approved.json()).toMatchObject({
      decided_by: 'ada@example.com',
      decided_by_issuer: provider.issuer,
    });
    const claim = (one: IdentityProvider) => call(one, DEVELOPER, 'POST', `/requests/${asked.id}/claim`);
    expect(await codeOf(await claim(other))).toEqual([403, 'permission_denied']);
    expect((await claim(provider)).status).toBe(201);
  });

  it('is two people for an Idempotency-Key', async () => {
    const wishes = { body: A_KEY, headers: { 'idempotency-key': 'once' } };
    const ask = async (one: IdentityProvider) =>
      (await (await call(one, DEVELOPER, 'POST', '/requests', wishes)).json()).id;
    const [first, second] = [await ask(provider), await ask(other)];
    expect(second).not.toBe(first);
    expect([await ask(provider), await ask(other)]).toEqual([first, second]);
  });

  it('is told apart in /me, in the audit trail, and in the log', async () => {
    const requestIds: (string | null)[] = [];
    for (const one of [provider, other]) {
      expect(await (await call(one, ADMIN, 'GET', '/me')).json()).toMatchObject({
        subject: 'ada@example.com',
        issuer: one.issuer,
      });
      const made = await call(one, ADMIN, 'POST', '/keys', { body: { name: 'of ada' } });
      requestIds.push(made.headers.get('x-request-id'));
      const { id } = await made.json();
      const query = new URLSearchParams({ target: id, actor: 'ada@example.com' });
      const audit = async (issuer: string) => {
        query.set('issuer', issuer);
        return (await (await shared.admin('GET', `/audit?${query}`)).json()).data;
      };
      expect(await audit(one.issuer)).toMatchObject([{ actor: 'ada@example.com', issuer: one.issuer }]);
      expect(await audit('https://nobody.example')).toEqual([]);
    }
    const loggedIssuers = () =>
      requestIds.map((id) => shared.lines.find(({ request_id }) => request_id === id)?.issuer);
    await expect.poll(loggedIssuers).toEqual([provider.issuer, other.issuer]);
    expect(await (await shared.admin('GET', '/audit/verify')).json()).toMatchObject({ valid: true });
  });
});

describe('whoever proves nothing', () => {
  it('gets one answer on every route, known or not', async () => {
    const { paths } = await (await fetch(`${gateway.url}/admin/v1/openapi.json`)).json();
    const routes = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
    );
    expect(routes.length).toBeGreaterThan(30);
    const bodies = new Set<string>();
    for (const [method, path] of [
      ...routes,
      ['GET', '/admin/v1/nothing'],
      ['POST', '/admin/v1/docs'],
    ] as const)
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: `Basic ${ADMIN_TOKEN}` },
      ]) {
        const response = await fetch(gateway.url + path.replaceAll(/[{}]/g, ''), { method, headers });
        if (path.endsWith('/docs')) expect(response.status).toBe(404);
        else expect([method, path, response.status]).toEqual([method, path, 401]);
        if (response.status === 401) bodies.add(await response.text());
      }
    expect(bodies.size).toBe(1);
  });

  it('is refused with a key in the query, whatever is in the headers', async () => {
    for (const name of ['key', 'access_token'])
      expect((await gateway.admin('GET', `/me?${name}=${ADMIN_TOKEN}`)).status).toBe(401);
  });

  it('traps H8: finds it closed where nobody set ADMIN_TOKEN, and no issuer', async () => {
    for (const adminToken of [null, '']) {
      const closed = await startGateway({ controlPlane: { adminToken } });
      try {
        for (const authorization of [`Bearer ${ADMIN_TOKEN}`, 'Bearer ', 'Bearer undefined', 'Bearer null'])
          expect((await closed.admin('GET', '/me', undefined, { authorization })).status).toBe(401);
      } finally {
        await closed.stop();
      }
    }
  });
});

describe('while the identity provider is silent', () => {
  it('traps H13: nobody of its people gets in, and the owner does', async () => {
    const silent = await startUpstream(json({}, 500));
    const unlucky = await startGateway({ config: { admin: identityOf(silent.url) }, controlPlane: true });
    try {
      const [header, , signature] = (await provider.token('edgeway')).split('.');
      const claims = { iss: silent.url, aud: 'edgeway', sub: 'u', exp: 4_000_000_000, groups: ['platform'] };
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      const authorization = `Bearer ${header}.${payload}.${signature}`;
      const response = await unlucky.admin('GET', '/me', undefined, { authorization });
      expect(await codeOf(response)).toEqual([503, 'gateway_unavailable']);
      expect((await unlucky.admin('GET', '/me')).status).toBe(200);
    } finally {
      await unlucky.stop();
      await silent.stop();
    }
  });
});
