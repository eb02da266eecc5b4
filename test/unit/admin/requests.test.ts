import { describe, expect, it } from 'vitest';
import { type CreateRequest, MAX_PENDING_REQUESTS } from '../../../src/admin/registry/request-commands.ts';
import type { ListRequests } from '../../../src/admin/registry/request-queries.ts';
import {
  ADMIN,
  aKey,
  createRegistry,
  developerOf,
  EVERY_KEY,
  ISSUER,
  namesakeOf,
  newSecret,
  OWNER,
  type TestRegistry,
} from './registry-support.ts';

const DEVELOPER = developerOf('web');
const COLLEAGUE = { ...DEVELOPER, subject: 'colleague@example.com' };
const STRANGER = developerOf('app');
const EVERY = { limit: 50, cursor: null, status: null, kind: null, project: null };

const wantKey = (wishes: object = {}): CreateRequest => ({
  kind: 'key',
  project: 'web',
  asked: { name: 'ci', ...wishes },
  reason: 'for the pipeline',
});
const wantModels = (keyId: string, ...models: string[]): CreateRequest => ({
  kind: 'model',
  keyId,
  models,
  reason: null,
});
const wantLimits = (keyId: string, limits: object): CreateRequest => ({
  kind: 'limits',
  keyId,
  limits,
  reason: null,
});

const ask = (registry: TestRegistry, input: CreateRequest, actor = DEVELOPER) =>
  registry.write('requests.create', input, actor);
const approve = (registry: TestRegistry, id: string, actor = ADMIN) =>
  registry.write('requests.approve', { id, note: null }, actor);
const keysOf = async (registry: TestRegistry) => (await registry.query('keys.list', EVERY_KEY)).data;

describe('asking', () => {
  it('for a key leaves a request, and nothing else', async () => {
    const registry = createRegistry();
    const request = await ask(
      registry,
      wantKey({ models: ['openai/a'], tags: null, requests_per_minute: 5 }),
    );
    expect(request).toEqual({
      id: expect.stringMatching(/^req_[0-9a-f]{32}$/),
      kind: 'key',
      project: 'web',
      key_id: null,
      status: 'pending',
      asked: { name: 'ci', models: ['openai/a'], requests_per_minute: 5 },
      reason: 'for the pipeline',
      requested_by: DEVELOPER.subject,
      requested_by_issuer: ISSUER,
      requested_at: expect.any(String),
      decided_by: null,
      decided_by_issuer: null,
      decided_at: null,
      decision_note: null,
      result_key_id: null,
    });
    expect(await keysOf(registry)).toEqual([]);
    expect(await registry.audit()).toEqual([
      {
        actor: DEVELOPER.subject,
        action: 'request.create',
        target: request.id,
        project: 'web',
        before: null,
        after: request,
      },
    ]);
  });

  it('names the key that is to be changed, and its project', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields: { models: ['a'] } }));
    expect(await ask(registry, wantModels(id, 'b'))).toMatchObject({
      kind: 'model',
      project: 'web',
      key_id: id,
      asked: { models: ['b'] },
    });
    expect(await ask(registry, wantLimits(id, { concurrency: 9, tokens_per_day: null }))).toMatchObject({
      kind: 'limits',
      project: 'web',
      key_id: id,
      asked: { concurrency: 9, tokens_per_day: null },
    });
  });

  it("does not reach into other people's projects", async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields: { models: [] } }));
    for (const input of [wantKey(), wantModels(id, 'a'), wantLimits(id, { concurrency: 1 })])
      expect((await registry.refuse('requests.create', input, STRANGER)).code).toBe('resource_not_found');
    const unknown = await registry.refuse('requests.create', wantModels('key_none', 'a'), STRANGER);
    expect(await registry.refuse('requests.create', wantModels(id, 'a'), STRANGER)).toEqual(unknown);
    expect((await registry.query('requests.list', EVERY)).data).toEqual([]);
  });

  it.each([
    ['models for a key that has all', {}, ['a']],
    ['models that the key has already', { models: ['a', 'a', 'b'] }, ['b', 'a']],
  ])('is refused for %s', async (_, fields, models) => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields }));
    expect(await registry.refuse('requests.create', wantModels(id, ...models), DEVELOPER)).toMatchObject({
      code: 'conflict',
      param: 'models',
    });
  });

  it('is refused for a key that is revoked or gone', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields: { models: [] } }));
    await registry.write('keys.revoke', { id });
    const wishes = [wantModels(id, 'a'), wantLimits(id, { concurrency: 1 })];
    for (const wish of wishes)
      expect((await registry.refuse('requests.create', wish, DEVELOPER)).code).toBe('conflict');
    await registry.write('keys.delete', { id });
    for (const wish of wishes)
      expect((await registry.refuse('requests.create', wish, DEVELOPER)).code).toBe('resource_not_found');
  });

  it('is refused while too many requests of one identity are pending', async () => {
    const registry = createRegistry();
    const asked: string[] = [];
    while (asked.length < MAX_PENDING_REQUESTS) asked.push((await ask(registry, wantKey())).id);
    expect(await registry.refuse('requests.create', wantKey(), DEVELOPER)).toEqual({
      code: 'conflict',
      message: 'You have 100 pending requests, and no more are taken until some are decided.',
      param: null,
    });
    for (const other of [COLLEAGUE, namesakeOf(DEVELOPER), OWNER])
      expect(await ask(registry, wantKey(), other)).toMatchObject({ status: 'pending' });
    await approve(registry, asked[0] ?? '');
    expect(await ask(registry, wantKey())).toMatchObject({ status: 'pending' });
    expect((await registry.refuse('requests.create', wantKey(), DEVELOPER)).code).toBe('conflict');
  });
});

describe('approving', () => {
  it('models adds them to the key at once, and both steps are in the audit trail', async () => {
    const registry = createRegistry();
    const before = await registry.write('keys.create', aKey({ fields: { models: ['a', 'b'], tags: ['x'] } }));
    const asked = await ask(registry, wantModels(before.id, 'b', 'c', 'c'));
    const approved = await registry.write('requests.approve', { id: asked.id, note: 'fine' }, ADMIN);
    expect(approved).toEqual({
      ...asked,
      status: 'approved',
      decided_by: ADMIN.subject,
      decided_by_issuer: ISSUER,
      decided_at: expect.any(String),
      decision_note: 'fine',
    });
    const after = await registry.query('keys.get', { id: before.id });
    expect(after).toMatchObject({ models: ['a', 'b', 'c'], tags: ['x'], version: 2 });
    const [change, decision] = (await registry.audit()).slice(-2);
    const shared = { actor: ADMIN.subject, project: 'web' };
    expect(change).toEqual({ ...shared, action: 'key.update', target: before.id, before, after });
    expect(decision).toEqual({
      ...shared,
      action: 'request.approve',
      target: asked.id,
      before: asked,
      after: approved,
    });
  });

  it('reaches the edges as any change of a key', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields: { models: [] } }));
    const asked = await ask(registry, wantModels(id, 'a'));
    const { cursor } = await registry.stub.pulse(null);
    await approve(registry, asked.id);
    expect((await registry.stub.pulse(cursor)).keys).toMatchObject([{ id, version: 2, models: ['a'] }]);
  });

  it('limits sets those that were named, and takes away those that are null', async () => {
    const registry = createRegistry();
    const fields = { concurrency: 2, requests_per_minute: 5, tokens_per_day: 100 };
    const { id } = await registry.write('keys.create', aKey({ fields }));
    const asked = await ask(registry, wantLimits(id, { concurrency: 9, tokens_per_day: null }));
    await approve(registry, asked.id);
    const after = await registry.query('keys.get', { id });
    expect(after).toMatchObject({ concurrency: 9, requests_per_minute: 5 });
    expect(after).not.toHaveProperty('tokens_per_day');
  });

  it('counts with what the key is by then', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey({ fields: { models: ['a'] } }));
    const [one, two] = [await ask(registry, wantModels(id, 'b')), await ask(registry, wantModels(id, 'c'))];
    await registry.write('keys.update', { id, ifVersion: null, fields: { models: ['z'] } });
    await approve(registry, one.id);
    expect((await registry.query('keys.get', { id }))?.models).toEqual(['z', 'b']);
    await registry.write('keys.update', { id, ifVersion: null, fields: { models: null } });
    // Adding one model to all of them would leave one.
    expect(await registry.refuse('requests.approve', { id: two.id, note: null }, ADMIN)).toMatchObject({
      code: 'conflict',
    });
    expect(await registry.query('keys.get', { id })).toMatchObject({ models: null });
    expect(await registry.query('requests.get', { id: two.id })).toMatchObject({ status: 'pending' });
  });

  it.each(['revoke', 'delete'] as const)('is too late after the key met its end: %s', async (action) => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const asked = await ask(registry, wantLimits(id, { concurrency: 1 }));
    await registry.write(`keys.${action}`, { id });
    const decision = { id: asked.id, note: null };
    expect(await registry.refuse('requests.approve', decision, ADMIN)).toMatchObject({ code: 'conflict' });
    expect(await registry.write('requests.refuse', decision, ADMIN)).toMatchObject({ status: 'refused' });
  });

  it('is for somebody else than who asked, unless that is the owner', async () => {
    const registry = createRegistry();
    const byAdmin = await ask(registry, wantKey(), ADMIN);
    const byOwner = await ask(registry, wantKey(), OWNER);
    const byNamesake = await ask(registry, wantKey(), namesakeOf(ADMIN));
    expect((await approve(registry, byNamesake.id, ADMIN)).status).toBe('approved');
    const decision = { id: byAdmin.id, note: null };
    expect(await registry.refuse('requests.approve', decision, ADMIN)).toMatchObject({
      code: 'permission_denied',
    });
    expect((await approve(registry, byAdmin.id, { ...ADMIN, subject: 'bob@example.com' })).status).toBe(
      'approved',
    );
    expect((await approve(registry, byOwner.id, OWNER)).status).toBe('approved');
    const withdrawn = await ask(registry, wantKey(), ADMIN);
    expect(await registry.write('requests.refuse', { id: withdrawn.id, note: null }, ADMIN)).toMatchObject({
      status: 'refused',
    });
  });
});

describe('a request that is decided', () => {
  it.each(['approve', 'refuse'] as const)('stays so: %s', async (first) => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey());
    const { id } = await ask(registry, wantLimits(key.id, { concurrency: 1 }));
    const decided = await registry.write(`requests.${first}`, { id, note: null }, ADMIN);
    const count = (await registry.audit()).length;
    for (const second of ['approve', 'refuse'] as const)
      expect(await registry.refuse(`requests.${second}`, { id, note: 'again' }, ADMIN)).toMatchObject({
        code: 'conflict',
      });
    expect(await registry.query('requests.get', { id })).toEqual(decided);
    expect(await registry.audit()).toHaveLength(count);
  });

  it('refused, changes nothing but itself', async () => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey({ fields: { models: ['a'] } }));
    const asked = await ask(registry, wantModels(key.id, 'b'));
    const refused = await registry.write('requests.refuse', { id: asked.id, note: 'too dear' }, ADMIN);
    expect(refused).toMatchObject({
      status: 'refused',
      decision_note: 'too dear',
      decided_by: ADMIN.subject,
    });
    expect(await registry.query('keys.get', { id: key.id })).toEqual(key);
    expect((await registry.audit()).at(-1)).toMatchObject({
      action: 'request.refuse',
      before: asked,
      after: refused,
    });
  });

  it('for a key, is withdrawn until the key is claimed', async () => {
    const registry = createRegistry();
    const { id } = await ask(registry, wantKey());
    const approved = await approve(registry, id);
    const refused = await registry.write('requests.refuse', { id, note: 'no more' }, OWNER);
    expect(refused).toMatchObject({
      status: 'refused',
      decided_by: OWNER.subject,
      decided_by_issuer: null,
      decision_note: 'no more',
    });
    expect((await registry.audit()).at(-1)).toMatchObject({
      action: 'request.refuse',
      before: approved,
      after: refused,
    });
    expect(await registry.refuse('requests.claim', { id, secret: newSecret() }, DEVELOPER)).toMatchObject({
      code: 'conflict',
      message: 'The request is refused, not approved.',
    });
    for (const action of ['approve', 'refuse'] as const)
      expect((await registry.refuse(`requests.${action}`, { id, note: null }, ADMIN)).code).toBe('conflict');
    expect(await keysOf(registry)).toEqual([]);
  });

  it('for a key that was claimed, is not withdrawn', async () => {
    const registry = createRegistry();
    const { id } = await ask(registry, wantKey());
    await approve(registry, id);
    await registry.write('requests.claim', { id, secret: newSecret() }, DEVELOPER);
    expect((await registry.refuse('requests.refuse', { id, note: null }, ADMIN)).code).toBe('conflict');
    expect(await registry.query('requests.get', { id })).toMatchObject({ status: 'claimed' });
  });

  it('by two at once, is decided by one', async () => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey());
    const { id } = await ask(registry, wantLimits(key.id, { concurrency: 1 }));
    const outcomes = await Promise.all([
      registry.desk.write('requests.approve', { id, note: null }, ADMIN),
      registry.desk.write('requests.refuse', { id, note: null }, OWNER),
    ]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });
});

describe('claiming', () => {
  const claim = (registry: TestRegistry, id: string, actor = DEVELOPER, secret = newSecret()) =>
    registry.write('requests.claim', { id, secret }, actor);

  it('mints the key that was approved, once', async () => {
    const registry = createRegistry();
    const wishes = { models: ['a'], expires_at: '2999-01-01T00:00:00Z', concurrency: 3, tags: ['ci'] };
    const { id } = await ask(registry, wantKey(wishes));
    await approve(registry, id);
    expect(await keysOf(registry)).toEqual([]);
    const secret = newSecret();
    const key = await claim(registry, id, DEVELOPER, secret);
    expect(key).toMatchObject({
      name: 'ci',
      project: 'web',
      models: ['a'],
      expires_at: '2999-01-01T00:00:00.000Z',
      concurrency: 3,
      tags: ['ci'],
      created_by: DEVELOPER.subject,
      status: 'active',
    });
    expect((await registry.stub.findKey(secret.sha256))?.id).toBe(key.id);
    const claimed = await registry.query('requests.get', { id });
    expect(claimed).toMatchObject({ status: 'claimed', result_key_id: key.id, decided_by: ADMIN.subject });
    expect((await registry.audit()).slice(-2)).toMatchObject([
      { actor: DEVELOPER.subject, action: 'key.create', target: key.id, after: key },
      {
        actor: DEVELOPER.subject,
        action: 'request.claim',
        target: id,
        before: { status: 'approved' },
        after: claimed,
      },
    ]);
    expect(await registry.refuse('requests.claim', { id, secret: newSecret() }, DEVELOPER)).toMatchObject({
      code: 'conflict',
    });
    expect(await keysOf(registry)).toHaveLength(1);
    expect(JSON.stringify(await registry.audit())).not.toContain(secret.sha256);
  });

  it('twice at once, mints one key', async () => {
    const registry = createRegistry();
    const { id } = await ask(registry, wantKey());
    await approve(registry, id);
    const outcomes = await Promise.all(
      [DEVELOPER, ADMIN].map((actor) =>
        registry.desk.write('requests.claim', { id, secret: newSecret() }, actor),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await keysOf(registry)).toHaveLength(1);
  });

  it('is for who asked, or who may mint keys anyway', async () => {
    const registry = createRegistry();
    const { id } = await ask(registry, wantKey());
    await approve(registry, id);
    const input = { id, secret: newSecret() };
    expect((await registry.refuse('requests.claim', input, COLLEAGUE)).code).toBe('permission_denied');
    const namesake = namesakeOf(DEVELOPER);
    expect((await registry.refuse('requests.claim', input, namesake)).code).toBe('permission_denied');
    expect((await registry.refuse('requests.claim', input, STRANGER)).code).toBe('resource_not_found');
    const moved = { ...DEVELOPER, projects: ['app'] };
    expect((await registry.refuse('requests.claim', input, moved)).code).toBe('resource_not_found');
    expect((await claim(registry, id, ADMIN)).created_by).toBe(ADMIN.subject);
  });

  it('is for nothing that is pending, refused, or about a key that exists', async () => {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey());
    const pending = await ask(registry, wantKey());
    const refused = await ask(registry, wantKey());
    await registry.write('requests.refuse', { id: refused.id, note: null }, ADMIN);
    const limits = await ask(registry, wantLimits(key.id, { concurrency: 1 }));
    await approve(registry, limits.id);
    for (const { id } of [pending, refused, limits])
      expect(await registry.refuse('requests.claim', { id, secret: newSecret() }, DEVELOPER)).toMatchObject({
        code: 'conflict',
      });
    expect(await keysOf(registry)).toHaveLength(1);
  });

  it('needs the project, which approving made: a developer never makes one', async () => {
    const registry = createRegistry();
    const { id } = await ask(registry, wantKey());
    const projects = async () =>
      (await registry.query('projects.list', { ...PROJECTS })).data.map((project) => project.id);
    expect(await projects()).toEqual([]);
    await approve(registry, id);
    const [project = ''] = await projects();
    await registry.write('projects.delete', { id: project });
    expect(await registry.refuse('requests.claim', { id, secret: newSecret() }, DEVELOPER)).toMatchObject({
      code: 'conflict',
    });
    expect(await projects()).toEqual([]);
  });
});

const PROJECTS = { limit: 50, cursor: null, organization: null, status: null, search: null };

describe('requests', () => {
  async function createWorld() {
    const registry = createRegistry();
    const key = await registry.write('keys.create', aKey({ project: 'app', fields: { models: [] } }));
    const web = await ask(registry, wantKey());
    const app = await ask(registry, wantModels(key.id, 'a'), STRANGER);
    await approve(registry, app.id);
    const limits = await ask(registry, wantLimits(key.id, { concurrency: 1 }), STRANGER);
    const list = async (wishes: Partial<ListRequests>, actor = OWNER) =>
      (await registry.query('requests.list', { ...EVERY, ...wishes }, actor)).data.map(({ id }) => id);
    return { registry, list, web: web.id, app: app.id, limits: limits.id };
  }

  it('are listed newest first, by status, kind and project', async () => {
    const { list, web, app, limits } = await createWorld();
    expect(await list({})).toEqual([limits, app, web]);
    expect(await list({ status: 'pending' })).toEqual([limits, web]);
    expect(await list({ kind: 'model' })).toEqual([app]);
    expect(await list({ project: 'app', status: 'pending' })).toEqual([limits]);
    expect(await list({ limit: 1 })).toEqual([limits]);
  });

  it('of other projects do not exist for a developer', async () => {
    const { registry, list, web, app } = await createWorld();
    expect(await list({}, DEVELOPER)).toEqual([web]);
    expect(await list({ project: 'app' }, DEVELOPER)).toEqual([]);
    expect(await registry.query('requests.get', { id: app }, DEVELOPER)).toBeNull();
    expect((await registry.query('requests.get', { id: web }, COLLEAGUE))?.id).toBe(web);
    expect(await registry.refuse('requests.refuse', { id: 'req_none', note: null })).toMatchObject({
      code: 'resource_not_found',
    });
  });
});
