import { describe, expect, it } from 'vitest';
import { aKey, createRegistry, developerOf, newSecret, newSha256, OWNER } from './registry-support.ts';

const DAY = 86_400_000;

describe('a minted key', () => {
  it('is shown with all that it may do, and with nothing that opens a door', async () => {
    const registry = createRegistry();
    const secret = newSecret();
    const fields = {
      models: ['openai/*'],
      denied_models: ['openai/b'],
      routes: ['/v1/embeddings'],
      ip_ranges: ['10.0.0.0/8'],
      tags: ['ci'],
      log_content: true,
      metering: false,
      waiting_room: { max_wait_seconds: 5, max_waiters: 10 },
      requests_per_minute: 5,
      budgets: [{ usd: 5, window: 'day' as const, rolling: false, time_zone: 'UTC' }],
    };
    const key = await registry.write(
      'keys.create',
      aKey({ secret, fields, expiresAt: Date.UTC(2999, 0, 1) }),
    );
    expect(key).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      name: 'a key',
      masked_key: secret.masked,
      project: 'web',
      organization: null,
      ...fields,
      status: 'active',
      expires_at: '2999-01-01T00:00:00.000Z',
      previous_key_expires_at: null,
      created_at: expect.any(String),
      created_by: OWNER.subject,
      updated_at: key.created_at,
      version: 1,
    });
    expect(await registry.query('keys.get', { id: key.id })).toEqual(key);
    expect(JSON.stringify([key, await registry.audit()])).not.toContain(secret.sha256);
  });

  it('has what absence means where nothing is said', async () => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey({ fields: { models: null, tags: null } }));
    expect(key).toMatchObject({
      models: null,
      denied_models: [],
      routes: null,
      ip_ranges: null,
      tags: [],
      log_content: false,
      metering: true,
      waiting_room: null,
      expires_at: null,
    });
    expect(key).not.toHaveProperty('requests_per_minute');
  });

  it('brings its project into being, once, and both are in the audit trail', async () => {
    const registry = createRegistry();
    const first = await registry.write('keys.create', aKey({ organization: 'acme' }));
    const second = await registry.write('keys.create', aKey());
    expect([first.organization, second.organization]).toEqual(['acme', 'acme']);
    const actions = (await registry.audit()).map(({ action, project }) => [action, project]);
    expect(actions).toEqual([
      ['organization.create', null],
      ['project.create', 'web'],
      ['key.create', 'web'],
      ['key.create', 'web'],
    ]);
  });

  it('does not exist for who works on other projects', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const stranger = developerOf('app');
    expect(await registry.query('keys.get', { id }, stranger)).toBeNull();
    expect(await registry.query('keys.get', { id }, developerOf('app', 'web'))).not.toBeNull();
    const hidden = { code: 'resource_not_found', message: 'There is no such key.', param: null };
    expect(await registry.refuse('keys.disable', { id }, stranger)).toEqual(hidden);
    expect(
      await registry.refuse('keys.rotate', { id, secret: newSecret(), overlapSeconds: 0 }, stranger),
    ).toEqual(hidden);
    expect(await registry.refuse('keys.disable', { id: 'key_none' }, stranger)).toEqual(hidden);
    expect((await registry.refuse('keys.create', aKey(), stranger)).code).toBe('resource_not_found');
  });
});

describe('updating a key', () => {
  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const registry = createRegistry();
    const fields = { models: ['a'], tags: ['ci'], requests_per_minute: 5, concurrency: 2 };
    const { id } = await registry.write('keys.create', aKey({ fields, expiresAt: Date.now() + DAY }));
    const input = { id, ifVersion: 1, name: 'renamed', fields: { models: null, requests_per_minute: 9 } };
    const changed = await registry.write('keys.update', input);
    expect(changed).toMatchObject({
      name: 'renamed',
      models: null,
      tags: ['ci'],
      requests_per_minute: 9,
      concurrency: 2,
      version: 2,
    });
    expect(changed.expires_at).not.toBeNull();
    const endless = await registry.write('keys.update', { id, ifVersion: null, expiresAt: null, fields: {} });
    expect(endless).toMatchObject({ name: 'renamed', expires_at: null, version: 3 });
  });

  it('makes no version of a change that says nothing', async () => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey({ fields: { concurrency: 2 } }));
    const entries = (await registry.audit()).length;
    const nothing = { id: key.id, ifVersion: 1, fields: { concurrency: undefined } };
    expect(await registry.write('keys.update', nothing)).toEqual(key);
    expect(await registry.audit()).toHaveLength(entries);
    expect(await registry.rows('SELECT 1 FROM changes')).toHaveLength(1);
    const stale = { id: key.id, ifVersion: 7, fields: {} };
    expect((await registry.refuse('keys.update', stale)).code).toBe('precondition_failed');
  });

  it('is refused for another version than the one it is based on, and changes nothing', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const update = (name: string) => ({ id, ifVersion: 1, name, fields: {} });
    await registry.write('keys.update', update('first'));
    expect(await registry.refuse('keys.update', update('second'))).toMatchObject({
      code: 'precondition_failed',
    });
    expect(await registry.query('keys.get', { id })).toMatchObject({ name: 'first', version: 2 });
  });

  it('is noted with what was before and after', async () => {
    const registry = createRegistry();
    const before = await registry.write('keys.create', aKey());
    const after = await registry.write('keys.update', {
      id: before.id,
      ifVersion: null,
      fields: { tags: ['x'] },
    });
    const entry = (await registry.audit()).at(-1);
    expect(entry).toEqual({
      actor: OWNER.subject,
      action: 'key.update',
      target: before.id,
      project: 'web',
      before,
      after,
    });
  });
});

describe('rotating a key', () => {
  const secretsOf = async (registry: ReturnType<typeof createRegistry>, id: string) => {
    const copy = await registry.stub.findKeyById(id);
    return new Map(copy?.secrets.map(({ sha256, expiresAt }) => [sha256, expiresAt]));
  };

  it('leaves the old secret good for the overlap, from the moment of the rotation', async () => {
    const registry = createRegistry();
    const [old, fresh] = [newSecret(), newSecret()];
    const { id } = await registry.write('keys.create', aKey({ secret: old }));
    const rotated = await registry.write('keys.rotate', { id, secret: fresh, overlapSeconds: 60 });
    const end = Date.parse(rotated.updated_at) + 60_000;
    expect(rotated).toMatchObject({ masked_key: fresh.masked, version: 2 });
    expect(rotated.previous_key_expires_at).toBe(new Date(end).toISOString());
    expect(await secretsOf(registry, id)).toEqual(
      new Map([
        [old.sha256, end],
        [fresh.sha256, null],
      ]),
    );
    expect((await registry.stub.findKey(old.sha256))?.id).toBe(id);
    expect((await registry.stub.findKey(fresh.sha256))?.id).toBe(id);
  });

  it('ends the old secret at once without an overlap', async () => {
    const registry = createRegistry();
    const [old, fresh] = [newSecret(), newSecret()];
    const { id } = await registry.write('keys.create', aKey({ secret: old }));
    const rotated = await registry.write('keys.rotate', { id, secret: fresh, overlapSeconds: 0 });
    expect(rotated.previous_key_expires_at).toBeNull();
    expect((await secretsOf(registry, id)).get(old.sha256)).toBe(Date.parse(rotated.updated_at));
  });

  it('ends what an earlier rotation left: two secrets are good at most', async () => {
    const registry = createRegistry();
    const [first, second, third] = [newSecret(), newSecret(), newSecret()];
    const { id } = await registry.write('keys.create', aKey({ secret: first }));
    await registry.write('keys.rotate', { id, secret: second, overlapSeconds: 86_400 });
    const rotated = await registry.write('keys.rotate', { id, secret: third, overlapSeconds: 60 });
    const now = Date.parse(rotated.updated_at);
    expect(await secretsOf(registry, id)).toEqual(
      new Map([
        [first.sha256, now],
        [second.sha256, now + 60_000],
        [third.sha256, null],
      ]),
    );
    expect(rotated.previous_key_expires_at).toBe(new Date(now + 60_000).toISOString());
  });

  it('is not for revoked keys', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    await registry.write('keys.revoke', { id });
    const input = { id, secret: newSecret(), overlapSeconds: 60 };
    expect(await registry.refuse('keys.rotate', input)).toMatchObject({ code: 'conflict' });
  });
});

describe('the status of a key', () => {
  it('goes off and on again, and to an end that is for good', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const status = async (action: 'disable' | 'enable' | 'revoke') =>
      (await registry.write(`keys.${action}`, { id })).status;
    expect(await status('disable')).toBe('disabled');
    expect(await status('enable')).toBe('active');
    expect(await status('disable')).toBe('disabled');
    expect(await status('revoke')).toBe('revoked');
    for (const action of ['disable', 'enable'] as const)
      expect(await registry.refuse(`keys.${action}`, { id })).toMatchObject({ code: 'conflict' });
    expect(await registry.refuse('keys.update', { id, ifVersion: null, fields: {} })).toMatchObject({
      code: 'conflict',
    });
    expect((await registry.query('keys.get', { id }))?.version).toBe(5);
  });

  it.each(['disable', 'enable', 'revoke'] as const)(
    'may be set to what it is: %s twice notes it once',
    async (action) => {
      const registry = createRegistry();
      const { id } = await registry.write('keys.create', aKey());
      if (action === 'enable') await registry.write('keys.disable', { id });
      const once = await registry.write(`keys.${action}`, { id });
      expect(await registry.write(`keys.${action}`, { id })).toEqual(once);
      const noted = (await registry.audit()).filter((entry) => entry.action === `key.${action}`);
      expect(noted).toHaveLength(1);
    },
  );

  it('is expired when its time is over, and active again with more time', async () => {
    const registry = createRegistry();
    const { id, status } = await registry.write('keys.create', aKey({ expiresAt: Date.now() - 1 }));
    expect(status).toBe('expired');
    const input = { id, ifVersion: null, expiresAt: Date.now() + DAY, fields: {} };
    expect((await registry.write('keys.update', input)).status).toBe('active');
  });
});

describe('deleting a key', () => {
  it('leaves nothing that is listed, and a copy that says that it is gone', async () => {
    const registry = createRegistry();
    const sha256 = newSha256();
    const before = await registry.write('keys.create', aKey({ secret: newSecret(sha256) }));
    const { id } = before;
    expect(await registry.write('keys.delete', { id })).toEqual({ id });
    expect(await registry.query('keys.get', { id })).toBeNull();
    expect(await registry.stub.findKey(sha256)).toMatchObject({ id, status: 'deleted', version: 2 });
    expect(await registry.refuse('keys.delete', { id })).toMatchObject({ code: 'resource_not_found' });
    expect((await registry.audit()).at(-1)).toMatchObject({ action: 'key.delete', before, after: null });
  });
});

describe('the organisation of a key', () => {
  it('is that of its project, also where it was named, and goes with it', async () => {
    const registry = createRegistry();
    const named = await registry.write('keys.create', aKey({ organization: 'acme' }));
    const unnamed = await registry.write('keys.create', aKey());
    const other = await registry.write('keys.create', aKey({ organization: 'guests' }));
    const [project] = (await registry.query('projects.list', { ...EVERY_PROJECT })).data;
    await registry.write('projects.update', {
      id: project?.id ?? '',
      ifVersion: null,
      organization: 'globex',
      fields: {},
    });
    const organizations = await Promise.all(
      [named, unnamed, other].map(async ({ id }) => (await registry.query('keys.get', { id }))?.organization),
    );
    expect(organizations).toEqual(['globex', 'globex', 'guests']);
    const copies = await Promise.all([named, other].map(({ id }) => registry.stub.findKeyById(id)));
    expect(copies).toMatchObject([
      { organization: 'globex', version: 2 },
      { organization: 'guests', version: 1 },
    ]);
  });
});

const EVERY_PROJECT = { limit: 50, cursor: null, organization: null, status: null, search: null };
