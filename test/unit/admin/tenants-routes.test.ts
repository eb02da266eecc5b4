import { describe, expect, it } from 'vitest';
import { type AdminApi, answerOf, createAdminApi } from './control-desk.ts';

const ISSUER = { issuer: 'https://id.example', audience: 'web' };

async function create(api: AdminApi, kind: 'projects' | 'organizations', body: object) {
  const answer = await answerOf(api.ask('POST', `/${kind}`, body));
  expect(answer.status).toBe(201);
  return answer.body;
}

const errorOf = async (response: Promise<Response>) => {
  const { status, body } = await answerOf(response);
  return [status, body.error.code, body.error.param];
};

describe.each(['projects', 'organizations'] as const)('/admin/v1/%s', (kind) => {
  it('creates, shows, lists, changes, closes, opens and deletes', async () => {
    const api = createAdminApi();
    const made = await create(api, kind, { name: 'web', requests_per_minute: 5 });
    const path = `/${kind}/${made.id}`;
    expect(await answerOf(api.ask('GET', path))).toEqual({ status: 200, etag: '"1"', body: made });
    expect((await answerOf(api.ask('GET', `/${kind}?search=we&status=active`))).body).toEqual({
      data: [made],
      has_more: false,
      next_cursor: null,
    });
    const changes = { requests_per_minute: null, concurrency: 2 };
    const changed = await answerOf(api.ask('PATCH', path, changes, { headers: { 'if-match': '"1"' } }));
    expect(changed).toMatchObject({ status: 200, etag: '"2"', body: { concurrency: 2, version: 2 } });
    expect(changed.body).not.toHaveProperty('requests_per_minute');
    expect((await answerOf(api.ask('POST', `${path}/disable`))).body.status).toBe('disabled');
    expect((await answerOf(api.ask('POST', `${path}/enable`))).body.status).toBe('active');
    expect(await answerOf(api.ask('DELETE', path))).toMatchObject({
      status: 200,
      body: { id: made.id, deleted: true },
    });
    expect(await errorOf(api.ask('GET', path))).toEqual([404, 'resource_not_found', null]);
    expect(api.notices()).toBe(5); // every write, and no read
  });

  it('refuses a name that is taken, and a version that is over', async () => {
    const api = createAdminApi();
    const { id } = await create(api, kind, { name: 'web' });
    expect(await errorOf(api.ask('POST', `/${kind}`, { name: 'web' }))).toEqual([409, 'conflict', 'name']);
    expect(await errorOf(api.ask('PATCH', `/${kind}/${id}`, {}, { headers: { 'if-match': '"7"' } }))).toEqual(
      [412, 'precondition_failed', 'if-match'],
    );
  });

  it('makes no version of a change that says nothing', async () => {
    const api = createAdminApi();
    const made = await create(api, kind, { name: 'web', requests_per_minute: 5 });
    const entries = (await api.registry.audit()).length;
    const unchanged = await answerOf(api.ask('PATCH', `/${kind}/${made.id}`, {}));
    expect(unchanged).toEqual({ status: 200, etag: '"1"', body: made });
    expect(await api.registry.audit()).toHaveLength(entries);
  });

  it('does not change a name, and says why', async () => {
    const api = createAdminApi();
    const { id } = await create(api, kind, { name: 'web' });
    const { status, body } = await answerOf(api.ask('PATCH', `/${kind}/${id}`, { name: 'app' }));
    expect([status, body.error.param]).toEqual([400, 'name']);
    expect(body.error.message).toContain('keys and logs name it');
  });

  it.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name that cannot be seen', { name: 'a\u202eb' }, 'name'],
    ['a field that is unknown', { name: 'web', colour: 'red' }, 'colour'],
    ['a status', { name: 'web', status: 'disabled' }, 'status'],
    ['a limit that is none', { name: 'web', requests_per_minute: 0 }, 'requests_per_minute'],
    ['a budget without a window', { name: 'web', budgets: [{ usd: 1 }] }, 'budgets[0].window'],
  ])('refuses %s', async (_, body, param) => {
    const api = createAdminApi();
    expect(await errorOf(api.ask('POST', `/${kind}`, body))).toEqual([400, 'invalid_request', param]);
  });

  it('makes one thing for a create that is repeated with its Idempotency-Key', async () => {
    const api = createAdminApi();
    const again = (body: object) =>
      answerOf(api.ask('POST', `/${kind}`, body, { headers: { 'idempotency-key': 'once' } }));
    const first = await again({ name: 'web' });
    expect(await again({ name: 'web' })).toEqual(first);
    expect((await again({ name: 'app' })).status).toBe(409);
  });

  it('takes writes from owners and admins only', async () => {
    const api = createAdminApi();
    const { id } = await create(api, kind, { name: 'web' });
    for (const role of ['developer', 'viewer'] as const) {
      const asked = [
        api.ask('POST', `/${kind}`, { name: 'app' }, { role }),
        api.ask('PATCH', `/${kind}/${id}`, {}, { role }),
        api.ask('POST', `/${kind}/${id}/disable`, undefined, { role }),
        api.ask('POST', `/${kind}/${id}/enable`, undefined, { role }),
        api.ask('DELETE', `/${kind}/${id}`, undefined, { role }),
      ];
      for (const { status } of await Promise.all(asked)) expect(status).toBe(403);
      expect((await api.ask('GET', `/${kind}/${id}`, undefined, { role })).status).toBe(200);
    }
  });
});

describe('issuers of a project', () => {
  it('are kept with what absence means in the document', async () => {
    const api = createAdminApi();
    const { id, issuers } = await create(api, 'projects', { name: 'web', issuers: [ISSUER] });
    expect(issuers).toEqual([
      { ...ISSUER, clock_skew_seconds: 60, allow_insecure: false, end_user_claim: 'sub' },
    ]);
    expect((await answerOf(api.ask('PATCH', `/projects/${id}`, { concurrency: 1 }))).body.issuers).toEqual(
      issuers,
    );
    expect((await answerOf(api.ask('PATCH', `/projects/${id}`, { issuers: null }))).body.issuers).toEqual([]);
  });

  it.each([
    ['no audience', { issuer: 'https://id.example' }, 'issuers[0].audience'],
    ['an unknown field', { ...ISSUER, secret: 'x' }, 'issuers[0].secret'],
    ['a name that is no URL', { ...ISSUER, issuer: 'us' }, 'issuers[0].issuer'],
    ['an issuer on a private host', { ...ISSUER, issuer: 'https://127.0.0.1' }, 'issuers[0].issuer'],
    [
      'traps H1: keys at a metadata service',
      { ...ISSUER, jwks_url: 'http://169.254.169.254/keys' },
      'issuers[0].jwks_url',
    ],
  ])('are refused with %s, new and changed', async (_, issuer, param) => {
    const api = createAdminApi();
    const { id } = await create(api, 'projects', { name: 'web' });
    const refusal = [400, 'invalid_request', param];
    expect(await errorOf(api.ask('POST', '/projects', { name: 'app', issuers: [issuer] }))).toEqual(refusal);
    expect(await errorOf(api.ask('PATCH', `/projects/${id}`, { issuers: [issuer] }))).toEqual(refusal);
  });

  it('are refused where their tokens open the admin API', async () => {
    const identity = [{ ...ISSUER, audience: ['edgeway', 'web'], grants: [{ group: 'g', role: 'viewer' }] }];
    const api = createAdminApi({ variableText: JSON.stringify({ admin: { identity } }) });
    const refusal = [400, 'invalid_request', 'issuers[0]'];
    expect(await errorOf(api.ask('POST', '/projects', { name: 'web', issuers: [ISSUER] }))).toEqual(refusal);
    const { id } = await create(api, 'projects', { name: 'web', issuers: [{ ...ISSUER, audience: 'app' }] });
    expect(await errorOf(api.ask('PATCH', `/projects/${id}`, { issuers: [ISSUER] }))).toEqual(refusal);
  });

  it('are refused where another project has their tokens', async () => {
    const api = createAdminApi();
    await create(api, 'projects', { name: 'web', issuers: [ISSUER] });
    expect(await errorOf(api.ask('POST', '/projects', { name: 'app', issuers: [ISSUER] }))).toEqual([
      409,
      'conflict',
      'issuers[0]',
    ]);
  });
});

describe('the organisation of a project', () => {
  it('is made with it, and filters the list', async () => {
    const api = createAdminApi();
    const { id } = await create(api, 'projects', { name: 'web', organization: 'acme' });
    await create(api, 'projects', { name: 'app' });
    const listed = async (organization: string) =>
      (await answerOf(api.ask('GET', `/projects?organization=${organization}`))).body.data.map(
        ({ name }: { name: string }) => name,
      );
    expect(await listed('acme')).toEqual(['web']);
    await api.ask('PATCH', `/projects/${id}`, { organization: 'globex' });
    expect([await listed('acme'), await listed('globex')]).toEqual([[], ['web']]);
    expect(
      (await answerOf(api.ask('PATCH', `/projects/${id}`, { organization: null }))).body.organization,
    ).toBe(null);
  });
});
