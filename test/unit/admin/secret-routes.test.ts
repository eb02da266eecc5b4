import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/admin/actor.ts';
import { createSecretVault } from '../../../src/admin/secret-vault.ts';
import { type AdminApi, answerOf, createAdminApi, MASTER_SECRET, raceWith } from './control-desk.ts';

const VALUE = 'sk-marker-of-a-value-0123456789';

const put = (api: AdminApi, name = 'OPENAI_API_KEY', body: unknown = { value: VALUE }) =>
  api.ask('PUT', `/secrets/${name}`, body);

/** All that is stored, as one text. */
async function storageOf({ registry }: AdminApi): Promise<string> {
  const tables = await registry.rows<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  );
  return JSON.stringify(await Promise.all(tables.map(({ name }) => registry.rows(`SELECT * FROM ${name}`))));
}

describe('provider secrets over the admin API', () => {
  it('are written and never read: no answer, storage or log holds a value', async () => {
    const api = createAdminApi();
    const answers = [
      await put(api),
      await put(api, 'OPENAI_API_KEY', { value: VALUE, extra: 1 }),
      await put(api, 'OPENAI_API_KEY', { value: [VALUE] }),
      await put(api, 'OPENAI_API_KEY', `{"value":"${VALUE}"`),
      await put(api, 'OPENAI_API_KEY', { value: VALUE.repeat(1000) }),
      await put(api, 'ADMIN_TOKEN'),
      await api.ask('GET', '/secrets'),
      await api.ask('GET', '/secrets/OPENAI_API_KEY'),
      await api.ask('DELETE', '/secrets/OTHER', { value: VALUE }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 400, 200, 405, 404]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(JSON.parse(texts[0] ?? '')).toEqual({
      name: 'OPENAI_API_KEY',
      version: 1,
      updated_at: expect.any(String),
      updated_by: 'admin-token',
      warnings: [],
    });
    expect(JSON.parse(texts[6] ?? '')).toMatchObject({ data: [{ name: 'OPENAI_API_KEY' }], has_more: false });
    for (const text of texts) expect(text).not.toContain(VALUE);
    const storage = await storageOf(api);
    expect(storage).toContain('OPENAI_API_KEY');
    expect(storage).not.toContain(VALUE);
    expect(JSON.stringify(api.lines)).not.toContain(VALUE);
  });

  it('are stored so that the master secret opens them', async () => {
    const api = createAdminApi();
    await put(api);
    const { sealed } = JSON.parse(await api.registry.stub.readCopy('secrets'));
    const vault = createSecretVault(MASTER_SECRET);
    expect(await vault.open('OPENAI_API_KEY', sealed.OPENAI_API_KEY)).toBe(VALUE);
    expect(api.notices()).toBe(1);
  });

  it('say so where the Worker has one of the same name, which wins', async () => {
    const api = createAdminApi({ variables: { OPENAI_API_KEY: 'sk-of-the-worker' } });
    const { status, body } = await answerOf(put(api));
    expect([status, body.warnings]).toEqual([200, [expect.stringContaining('that one counts')]]);
    expect((await answerOf(put(api, 'OTHER'))).body.warnings).toEqual([]);
  });

  it('are checked against the document that counts when they are written', async () => {
    const house = { base_url: 'https://models.example/v1', api_keys: ['$HOUSE_KEY'] };
    /** The secret is kept, and right before the next write a document is activated that names it. */
    const racing = async () => {
      const api = createAdminApi();
      await put(api, 'HOUSE_KEY');
      const text = JSON.stringify({ providers: { house } });
      const based = { base: 0, baseSecrets: 1, ifVersion: null };
      raceWith(api, () => api.registry.write('config.put', { text, isActivated: true, ...based, diff: [] }));
      return api;
    };
    const removed = await answerOf((await racing()).ask('DELETE', '/secrets/HOUSE_KEY'));
    expect([removed.status, removed.body.error]).toMatchObject([409, { code: 'conflict', param: 'name' }]);
    expect(removed.body.error.message).toContain('needs this secret');
    const unsendable = await answerOf(put(await racing(), 'HOUSE_KEY', { value: 'sk-ключ' }));
    expect([unsendable.status, unsendable.body.error.param]).toEqual([400, 'value']);
    expect((await answerOf(put(await racing(), 'HOUSE_KEY'))).body).toMatchObject({ version: 2 });
  });

  it('can be put many at a time', async () => {
    const api = createAdminApi();
    const names = Array.from({ length: 20 }, (_, index) => `NAME_${index}`);
    const answers = await Promise.all(names.map((name) => put(api, name)));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  });

  it('are deleted by name', async () => {
    const api = createAdminApi();
    await put(api);
    const removed = await answerOf(api.ask('DELETE', '/secrets/OPENAI_API_KEY'));
    expect([removed.status, removed.body]).toEqual([200, { name: 'OPENAI_API_KEY', deleted: true }]);
    expect((await answerOf(api.ask('GET', '/secrets'))).body).toMatchObject({ data: [] });
    const again = await answerOf(api.ask('DELETE', '/secrets/OPENAI_API_KEY'));
    expect([again.status, again.body.error.code]).toEqual([404, 'resource_not_found']);
  });

  it.each([
    'ADMIN_TOKEN',
    'MASTER_SECRET',
    'CACHE_ENCRYPTION_KEY',
    'GATEWAY_CONFIG',
    'GATEWAY_CONFIG_2',
    'UPSTASH_REDIS_REST_TOKEN',
    'EDGEWAY_KEYLESS_LOCAL',
    'lower_case',
    '1ST',
    'A-B',
    'A%20B',
    '%C3%84',
    'A'.repeat(129),
  ])('have names that are not the gateway’s own, and names of variables: %s', async (name) => {
    const api = createAdminApi();
    const { status, body } = await answerOf(put(api, name));
    expect([status, body.error]).toMatchObject([400, { code: 'invalid_request', param: 'name' }]);
    expect((await answerOf(api.ask('GET', '/secrets'))).body).toMatchObject({ data: [] });
  });

  it.each([
    {},
    { value: '' },
    { value: 1 },
    { value: null },
    { value: '\ud800' },
    { value: 'x'.repeat(16_385) },
  ])('have a value that can be kept: %j', async (wrong) => {
    const { status, body } = await answerOf(put(createAdminApi(), 'NAME', wrong));
    expect([status, body.error.param]).toEqual([400, 'value']);
  });

  it.each([null, 'too short'])('cannot be kept without a master secret', async (masterSecret) => {
    const api = createAdminApi({ masterSecret });
    const { status, body } = await answerOf(put(api));
    expect([status, body.error]).toMatchObject([
      409,
      { code: 'conflict', message: expect.stringContaining('MASTER_SECRET is not set') },
    ]);
    expect((await api.ask('GET', '/secrets')).status).toBe(200);
  });

  it.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 403],
    ['developer', 403, 403],
    ['viewer', 403, 403],
  ])('are listed and written by whom the table of roles names: %s', async (role, listed, written) => {
    const api = createAdminApi();
    await put(api);
    const statuses = [
      await api.ask('GET', '/secrets', undefined, { role }),
      await api.ask('PUT', '/secrets/OTHER', { value: VALUE }, { role }),
      await api.ask('DELETE', '/secrets/OPENAI_API_KEY', undefined, { role }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([listed, written, written]);
  });
});
