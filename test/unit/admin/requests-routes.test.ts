import { describe, expect, it } from 'vitest';
import { readMintedKey } from '../../../src/keys/minted-key.ts';
import { sha256Hex } from '../../../src/sha256.ts';
import { type AdminApi, answerOf, createAdminApi } from './control-desk.ts';
import { ADMIN, aKey, developerOf } from './registry-support.ts';

const DEVELOPER = { actor: developerOf('web') };
const MANAGER = { actor: ADMIN };
const A_KEY = { kind: 'key', project: 'web', name: 'ci' };

const errorOf = async (response: Promise<Response>) => {
  const { status, body } = await answerOf(response);
  return [status, body.error.code, body.error.param];
};

const ask = async (api: AdminApi, body: object) => {
  const answer = await answerOf(api.ask('POST', '/requests', body, DEVELOPER));
  expect(answer.status).toBe(201);
  return answer.body;
};

describe('/admin/v1/requests', () => {
  it('takes a key from the wish to its secret, which is shown once', async () => {
    const api = createAdminApi();
    const wish = { ...A_KEY, models: ['openai/a'], expires_at: '2999-01-01T00:00:00+02:00', reason: 'CI' };
    const { id } = await ask(api, wish);
    expect((await answerOf(api.ask('GET', `/requests/${id}`, undefined, DEVELOPER))).body).toMatchObject({
      status: 'pending',
      asked: { name: 'ci', models: ['openai/a'], expires_at: '2999-01-01T00:00:00+02:00' },
      reason: 'CI',
    });
    const approved = await answerOf(api.ask('POST', `/requests/${id}/approve`, { note: 'go' }, MANAGER));
    expect(approved).toMatchObject({ status: 200, body: { status: 'approved', decision_note: 'go' } });
    const response = await api.ask('POST', `/requests/${id}/claim`, undefined, DEVELOPER);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { status, body: key } = await answerOf(response);
    expect([status, readMintedKey(key.key)]).toEqual([201, 'minted']);
    expect(key).toMatchObject({
      models: ['openai/a'],
      expires_at: '2998-12-31T22:00:00.000Z',
      masked_key: `${key.key.slice(0, 7)}…${key.key.slice(-4)}`,
    });
    expect((await api.registry.stub.findKey(await sha256Hex(key.key)))?.id).toBe(key.id);
    expect(await errorOf(api.ask('POST', `/requests/${id}/claim`, undefined, DEVELOPER))).toEqual([
      409,
      'conflict',
      null,
    ]);
    const later = await answerOf(api.ask('GET', `/requests/${id}`));
    expect(later.body).toMatchObject({ status: 'claimed', result_key_id: key.id });
    expect(JSON.stringify([later, await api.registry.audit()])).not.toContain(key.key);
  });

  it('changes a key when its limits are approved, and tells this isolate', async () => {
    const api = createAdminApi();
    const key = await api.registry.write(
      'keys.create',
      aKey({ fields: { concurrency: 1, burst_tokens: 5 } }),
    );
    const { id } = await ask(api, { kind: 'limits', key_id: key.id, concurrency: 4, burst_tokens: null });
    const before = api.notices();
    await api.ask('POST', `/requests/${id}/approve`, {}, MANAGER);
    expect(api.notices()).toBe(before + 1);
    const changed = await answerOf(api.ask('GET', `/keys/${key.id}`));
    expect(changed.body).toMatchObject({ concurrency: 4, version: 2 });
    expect(changed.body).not.toHaveProperty('burst_tokens');
  });

  it.each([
    ['no kind', { project: 'web', name: 'ci' }, 'kind'],
    ['an unknown kind', { kind: 'money' }, 'kind'],
    ['a key without a name', { kind: 'key', project: 'web' }, 'name'],
    ['a key without a project', { kind: 'key', name: 'ci' }, 'project'],
    ['an organisation for a key', { ...A_KEY, organization: 'acme' }, 'organization'],
    ['a hash for a key', { ...A_KEY, sha256: 'a'.repeat(64) }, 'sha256'],
    ['a key with the id of another', { ...A_KEY, key_id: 'key_1' }, 'key_id'],
    [
      'a limit among models',
      { kind: 'model', key_id: 'key_1', models: ['a'], concurrency: 1 },
      'concurrency',
    ],
    ['no models', { kind: 'model', key_id: 'key_1', models: [] }, 'models'],
    [
      'a project beside the key',
      { kind: 'model', key_id: 'key_1', models: ['a'], project: 'web' },
      'project',
    ],
    ['models among limits', { kind: 'limits', key_id: 'key_1', concurrency: 1, models: ['a'] }, 'models'],
    ['a status', { kind: 'limits', key_id: 'key_1', concurrency: 1, status: 'approved' }, 'status'],
    ['a limit that is none', { kind: 'limits', key_id: 'key_1', concurrency: -1 }, 'concurrency'],
    ['a reason without end', { ...A_KEY, reason: 'x'.repeat(1001) }, 'reason'],
  ])('refuses %s', async (_, body, param) => {
    const api = createAdminApi();
    expect(await errorOf(api.ask('POST', '/requests', body, DEVELOPER))).toEqual([
      400,
      'invalid_request',
      param,
    ]);
  });

  it('refuses a wish for other limits that names none', async () => {
    const api = createAdminApi();
    const body = { kind: 'limits', key_id: 'key_1', reason: 'why not' };
    const answer = await answerOf(api.ask('POST', '/requests', body, DEVELOPER));
    expect([answer.status, answer.body.error.message]).toEqual([400, 'names no limit']);
  });

  it('lets developers ask and claim, managers decide, and viewers look', async () => {
    const api = createAdminApi();
    const { id } = await ask(api, A_KEY);
    const viewer = { role: 'viewer' as const };
    const statuses = async (...asked: Promise<Response>[]) =>
      (await Promise.all(asked)).map(({ status }) => status);
    expect(
      await statuses(
        api.ask('POST', '/requests', A_KEY, viewer),
        api.ask('POST', `/requests/${id}/claim`, undefined, viewer),
        api.ask('POST', `/requests/${id}/approve`, {}, viewer),
        api.ask('POST', `/requests/${id}/refuse`, {}, viewer),
        api.ask('POST', `/requests/${id}/approve`, {}, DEVELOPER),
        api.ask('POST', `/requests/${id}/refuse`, {}, DEVELOPER),
      ),
    ).toEqual([403, 403, 403, 403, 403, 403]);
    expect(
      await statuses(
        api.ask('GET', `/requests/${id}`, undefined, viewer),
        api.ask('GET', '/requests', undefined, viewer),
        api.ask('GET', '/requests', undefined, DEVELOPER),
      ),
    ).toEqual([200, 200, 200]);
  });

  it('lists by status, kind and project, and refuses what is none', async () => {
    const api = createAdminApi();
    const { id } = await ask(api, A_KEY);
    const listed = async (query: string) =>
      (await answerOf(api.ask('GET', `/requests?${query}`))).body.data.map((one: { id: string }) => one.id);
    expect(await listed('status=pending&kind=key&project=web')).toEqual([id]);
    expect(await listed('status=claimed')).toEqual([]);
    expect(await errorOf(api.ask('GET', '/requests?status=open'))).toEqual([
      400,
      'invalid_request',
      'status',
    ]);
    expect(await errorOf(api.ask('GET', '/requests?cursor=x'))).toEqual([400, 'invalid_request', 'cursor']);
    expect(await errorOf(api.ask('GET', '/requests/req_none'))).toEqual([404, 'resource_not_found', null]);
  });

  it('makes one request for a create that is repeated with its Idempotency-Key', async () => {
    const api = createAdminApi();
    const options = { ...DEVELOPER, headers: { 'idempotency-key': 'once' } };
    const first = await answerOf(api.ask('POST', '/requests', A_KEY, options));
    expect(await answerOf(api.ask('POST', '/requests', A_KEY, options))).toEqual(first);
    expect((await answerOf(api.ask('GET', '/requests'))).body.data).toHaveLength(1);
  });
});
