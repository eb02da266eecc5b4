import { describe, expect, it } from 'vitest';
import { MAX_MOVED_KEYS } from '../../../src/admin/registry/tenant-commands.ts';
import type { ListProjects } from '../../../src/admin/registry/tenant-queries.ts';
import { parseCopy, type TenantsCopy } from '../../../src/keys/edge-copies.ts';
import { aKey, createRegistry, developerOf, OWNER, type TestRegistry } from './registry-support.ts';

const EVERY = { limit: 50, cursor: null, status: null, search: null };
const aProject = (name: string, organization: string | null = null) => ({ name, organization, fields: {} });
const tenantsOf = async (registry: TestRegistry): Promise<TenantsCopy> =>
  JSON.parse(await registry.stub.readCopy('tenants'));

const aBudget = (usd: number) => ({ usd, window: 'day' as const, rolling: false, time_zone: 'UTC' });

const anIssuer = (wishes: { issuer?: string; audience?: string | string[] } = {}) => ({
  issuer: 'https://id.example',
  audience: 'web',
  clock_skew_seconds: 60,
  allow_insecure: false,
  end_user_claim: 'sub',
  ...wishes,
});

describe('a project', () => {
  it('is shown with its organisation, limits and issuers', async () => {
    const registry = createRegistry();
    const fields = { requests_per_minute: 60, tokens_per_day: null, issuers: [anIssuer()] };
    const project = await registry.write('projects.create', { name: 'web', organization: 'acme', fields });
    expect(project).toEqual({
      id: expect.stringMatching(/^proj_[0-9a-f]{32}$/),
      name: 'web',
      organization: 'acme',
      status: 'active',
      requests_per_minute: 60,
      issuers: [anIssuer()],
      created_at: expect.any(String),
      updated_at: project.created_at,
      version: 1,
    });
    expect(await registry.query('projects.get', { id: project.id })).toEqual(project);
    expect((await registry.query('organizations.list', EVERY)).data).toMatchObject([
      { id: expect.stringMatching(/^org_/), name: 'acme', status: 'active', version: 1 },
    ]);
  });

  it('has a name of its own, and so has an organisation', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey({ project: 'web', organization: 'acme' }));
    const taken = { code: 'conflict', param: 'name' };
    expect(await registry.refuse('projects.create', aProject('web'))).toMatchObject(taken);
    expect(await registry.refuse('organizations.create', { name: 'acme', fields: {} })).toMatchObject(taken);
    expect((await registry.write('projects.create', aProject('WEB'))).name).toBe('WEB');
  });

  it('changes in what is named, and loses what is null', async () => {
    const registry = createRegistry();
    const fields = { concurrency: 3, requests_per_minute: 60 };
    const { id } = await registry.write('projects.create', { ...aProject('web', 'acme'), fields });
    const input = { id, ifVersion: 1, fields: { concurrency: null, tokens_per_day: 9 } };
    const changed = await registry.write('projects.update', input);
    expect(changed).toMatchObject({
      organization: 'acme',
      requests_per_minute: 60,
      tokens_per_day: 9,
      version: 2,
    });
    expect(changed).not.toHaveProperty('concurrency');
    expect(await registry.refuse('projects.update', input)).toMatchObject({ code: 'precondition_failed' });
  });

  it('is noted at every step, with what was before and after', async () => {
    const registry = createRegistry();
    const created = await registry.write('projects.create', aProject('web'));
    const { id } = created;
    const updated = await registry.write('projects.update', {
      id,
      ifVersion: null,
      fields: { concurrency: 1 },
    });
    const disabled = await registry.write('projects.disable', { id });
    expect(await registry.write('projects.disable', { id })).toEqual(disabled);
    const enabled = await registry.write('projects.enable', { id });
    await registry.write('projects.delete', { id });
    const note = (action: string, before: unknown, after: unknown) => ({
      actor: OWNER.subject,
      action: `project.${action}`,
      target: id,
      project: 'web',
      before,
      after,
    });
    expect(await registry.audit()).toEqual([
      note('create', null, created),
      note('update', created, updated),
      note('disable', updated, disabled),
      note('enable', disabled, enabled),
      note('delete', enabled, null),
    ]);
  });

  it('cannot be deleted while it has keys, and can once they are', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', aProject('web'));
    const key = await registry.write('keys.create', aKey());
    await registry.write('keys.revoke', { id: key.id });
    expect(await registry.refuse('projects.delete', { id })).toMatchObject({ code: 'conflict' });
    await registry.write('keys.delete', { id: key.id });
    await registry.write('projects.delete', { id });
    expect(await registry.query('projects.get', { id })).toBeNull();
    expect(await registry.refuse('projects.disable', { id })).toMatchObject({ code: 'resource_not_found' });
  });
});

describe('an organisation', () => {
  it('is created, changed, and noted', async () => {
    const registry = createRegistry();
    const created = await registry.write('organizations.create', {
      name: 'acme',
      fields: { concurrency: 1, tokens_per_day: null },
    });
    const { id } = created;
    const input = { id, ifVersion: 1, fields: { concurrency: null, requests_per_day: 5 } };
    const updated = await registry.write('organizations.update', input);
    expect(updated).toEqual({
      id,
      name: 'acme',
      status: 'active',
      requests_per_day: 5,
      created_at: created.created_at,
      updated_at: expect.any(String),
      version: 2,
    });
    expect(await registry.refuse('organizations.update', input)).toMatchObject({
      code: 'precondition_failed',
    });
    await registry.write('organizations.delete', { id });
    expect((await registry.audit()).map(({ action, project, before }) => [action, project, before])).toEqual([
      ['organization.create', null, null],
      ['organization.update', null, created],
      ['organization.delete', null, updated],
    ]);
  });

  it('cannot be deleted while it has projects, or keys of other projects', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('organizations.create', { name: 'acme', fields: {} });
    const web = await registry.write('projects.create', aProject('web', 'acme'));
    await registry.write('projects.create', aProject('app'));
    const guest = await registry.write('keys.create', aKey({ project: 'app', organization: 'acme' }));
    expect(await registry.refuse('organizations.delete', { id })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('projects'),
    });
    await registry.write('projects.delete', { id: web.id });
    expect(await registry.refuse('organizations.delete', { id })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('keys'),
    });
    await registry.write('keys.delete', { id: guest.id });
    expect(await registry.write('organizations.delete', { id })).toEqual({ id });
  });
});

describe('moving a project to another organisation', () => {
  it('makes the organisation, and tells the edges of the keys that go with it', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', aProject('web', 'acme'));
    const key = await registry.write('keys.create', aKey());
    const { cursor } = await registry.stub.pulse(null);
    const moved = await registry.write('projects.update', {
      id,
      ifVersion: null,
      organization: 'globex',
      fields: {},
    });
    expect(moved).toMatchObject({ organization: 'globex', version: 2 });
    expect((await registry.stub.pulse(cursor)).keys).toMatchObject([
      { id: key.id, organization: 'globex', version: 2 },
    ]);
    const alone = await registry.write('projects.update', {
      id,
      ifVersion: null,
      organization: null,
      fields: {},
    });
    expect(alone.organization).toBeNull();
    expect((await registry.query('keys.get', { id: key.id }))?.organization).toBeNull();
  });

  it(`is refused with more than ${MAX_MOVED_KEYS} keys, and leaves nothing done`, async () => {
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', aProject('web'));
    const keys = await Promise.all(
      Array.from({ length: MAX_MOVED_KEYS + 1 }, () => registry.write('keys.create', aKey())),
    );
    const move = { id, ifVersion: null, organization: 'acme', fields: { concurrency: 1 } };
    expect(await registry.refuse('projects.update', move)).toMatchObject({
      code: 'conflict',
      param: 'organization',
    });
    expect(await registry.query('projects.get', { id })).toMatchObject({ organization: null, version: 1 });
    expect(await registry.query('projects.get', { id })).not.toHaveProperty('concurrency');
    await registry.write('keys.revoke', { id: keys[0]?.id ?? '' });
    expect(await registry.write('projects.update', move)).toMatchObject({ organization: 'acme' });
  });
});

describe('what the edges are told of tenants', () => {
  it('is nothing of those that are merely made', async () => {
    const registry = createRegistry();
    await registry.write('projects.create', aProject('web', 'acme'));
    await registry.write('organizations.create', { name: 'globex', fields: {} });
    await registry.write('keys.create', aKey({ project: 'new', fields: { concurrency: 1 } }));
    expect((await registry.stub.pulse(null)).versions.tenants).toBe(0);
    expect(await tenantsOf(registry)).toMatchObject({
      projectLimits: {},
      organizationLimits: {},
      organizations: {},
    });
  });

  it('is what projects may use and spend, as soon as that changes', async () => {
    const registry = createRegistry();
    const limits = { requests_per_minute: 5, budgets: [aBudget(10)] };
    const { id } = await registry.write('projects.create', {
      ...aProject('web'),
      fields: { ...limits, issuers: [anIssuer()] },
    });
    await registry.write('projects.create', aProject('free'));
    expect(await tenantsOf(registry)).toMatchObject({ version: 1, projectLimits: { web: limits } });
    expect((await tenantsOf(registry)).projectLimits).toEqual({ web: limits });
    await registry.write('projects.update', {
      id,
      ifVersion: null,
      fields: { concurrency: 2, budgets: null },
    });
    expect(await tenantsOf(registry)).toMatchObject({
      version: 2,
      projectLimits: { web: { requests_per_minute: 5, concurrency: 2 } },
    });
    const without = { requests_per_minute: null, concurrency: null };
    await registry.write('projects.update', { id, ifVersion: null, fields: without });
    expect(await tenantsOf(registry)).toMatchObject({ version: 3, issuers: { web: [anIssuer()] } });
    expect((await tenantsOf(registry)).projectLimits).toEqual({});
    expect((await registry.stub.pulse(null)).versions.tenants).toBe(3);
  });

  it('is what organisations may use and spend, and which projects are theirs', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('organizations.create', { name: 'acme', fields: { concurrency: 3 } });
    expect(await tenantsOf(registry)).toMatchObject({
      version: 1,
      organizationLimits: { acme: { concurrency: 3 } },
    });
    const web = await registry.write('projects.create', aProject('web', 'acme'));
    await registry.write('keys.create', aKey({ project: 'app', organization: 'acme' }));
    await registry.write('projects.create', aProject('lab', 'globex'));
    const members = async () => {
      const { organizations, organizationLimits, version } = await tenantsOf(registry);
      return [version, organizationLimits, organizations];
    };
    expect(await members()).toEqual([3, { acme: { concurrency: 3 } }, { app: 'acme', web: 'acme' }]);
    await registry.write('projects.update', {
      id: web.id,
      ifVersion: null,
      organization: 'globex',
      fields: {},
    });
    expect(await members()).toEqual([4, { acme: { concurrency: 3 } }, { app: 'acme' }]);
    await registry.write('organizations.update', { id, ifVersion: null, fields: { concurrency: 4 } });
    expect(await members()).toEqual([5, { acme: { concurrency: 4 } }, { app: 'acme' }]);
    await registry.write('organizations.update', { id, ifVersion: null, fields: { concurrency: null } });
    expect(await members()).toEqual([6, {}, {}]);
  });

  it('loses the limits of an organisation that is deleted', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('organizations.create', { name: 'acme', fields: { concurrency: 3 } });
    await registry.write('organizations.delete', { id });
    expect(await tenantsOf(registry)).toMatchObject({ version: 2, organizationLimits: {} });
  });

  it('reads as a copy, whatever the projects are called', async () => {
    const registry = createRegistry();
    for (const name of ['__proto__', 'constructor', 'a "b" \\ c', 'größe'])
      await registry.write('projects.create', { ...aProject(name), fields: { budgets: [aBudget(1)] } });
    const copy = parseCopy('tenants', await registry.stub.readCopy('tenants'));
    expect(Object.keys(copy?.projectLimits ?? {}).toSorted()).toEqual(
      ['__proto__', 'constructor', 'a "b" \\ c', 'größe'].toSorted(),
    );
  });

  it('is who is closed: a project, or all of an organisation', async () => {
    const registry = createRegistry();
    const web = await registry.write('projects.create', aProject('web', 'acme'));
    const app = await registry.write('projects.create', aProject('app'));
    const [acme] = (await registry.query('organizations.list', EVERY)).data;
    const closed = async () => {
      const { version, closedProjects, closedOrganizations } = await tenantsOf(registry);
      expect((await registry.stub.pulse(null)).versions.tenants).toBe(version);
      return [version, closedProjects, closedOrganizations];
    };
    await registry.write('projects.disable', { id: app.id });
    expect(await closed()).toEqual([1, ['app'], []]);
    await registry.write('organizations.disable', { id: acme?.id ?? '' });
    expect(await closed()).toEqual([2, ['app', 'web'], ['acme']]);
    await registry.write('projects.create', aProject('new', 'acme'));
    expect(await closed()).toEqual([3, ['app', 'new', 'web'], ['acme']]);
    await registry.write('projects.update', {
      id: web.id,
      ifVersion: null,
      organization: null,
      fields: {},
    });
    expect(await closed()).toEqual([4, ['app', 'new'], ['acme']]);
    await registry.write('projects.enable', { id: app.id });
    await registry.write('organizations.enable', { id: acme?.id ?? '' });
    expect(await closed()).toEqual([6, [], []]);
  });

  it('is whose tokens are credentials of which project', async () => {
    const registry = createRegistry();
    const issuers = [anIssuer(), anIssuer({ audience: ['app', 'cli'] })];
    const { id } = await registry.write('projects.create', { ...aProject('web'), fields: { issuers } });
    expect(await tenantsOf(registry)).toMatchObject({ version: 1, issuers: { web: issuers } });
    await registry.write('projects.update', { id, ifVersion: null, fields: { issuers: [anIssuer()] } });
    expect(await tenantsOf(registry)).toMatchObject({ version: 2, issuers: { web: [anIssuer()] } });
    await registry.write('projects.update', { id, ifVersion: null, fields: { issuers: null } });
    expect(await tenantsOf(registry)).toMatchObject({ version: 3, issuers: {} });
  });

  it('loses a project that is deleted', async () => {
    const registry = createRegistry();
    const fields = { issuers: [anIssuer()] };
    const { id } = await registry.write('projects.create', { ...aProject('web'), fields });
    await registry.write('projects.disable', { id });
    await registry.write('projects.delete', { id });
    expect(await tenantsOf(registry)).toMatchObject({ version: 3, closedProjects: [], issuers: {} });
  });
});

describe('a token', () => {
  it('belongs to one project: no other takes the same issuer and audience', async () => {
    const registry = createRegistry();
    const web = await registry.write('projects.create', {
      ...aProject('web'),
      fields: { issuers: [anIssuer({ audience: ['web', 'shared'] })] },
    });
    const others = [anIssuer({ audience: 'app' }), anIssuer({ audience: ['cli', 'shared'] })];
    const refusal = {
      code: 'conflict',
      param: 'issuers[1]',
      message: expect.stringContaining('projects.web.issuers[0]'),
    };
    expect(
      await registry.refuse('projects.create', { ...aProject('app'), fields: { issuers: others } }),
    ).toMatchObject(refusal);
    const app = await registry.write('projects.create', aProject('app'));
    const update = { id: app.id, ifVersion: null, fields: { issuers: others } };
    expect(await registry.refuse('projects.update', update)).toMatchObject(refusal);
    // Its own entries may share tokens, and another issuer's tokens are others.
    await registry.write('projects.update', {
      id: web.id,
      ifVersion: null,
      fields: { issuers: [anIssuer(), anIssuer({ audience: ['web', 'more'] })] },
    });
    expect((await registry.write('projects.update', update)).issuers).toEqual(others);
    const elsewhere = {
      ...aProject('third'),
      fields: { issuers: [anIssuer({ issuer: 'https://other.example' })] },
    };
    expect((await registry.write('projects.create', elsewhere)).name).toBe('third');
  });
});

describe('lists of tenants', () => {
  async function createWorld() {
    const registry = createRegistry();
    for (const [name, organization] of [
      ['web', 'acme'],
      ['app', 'acme'],
      ['lab', 'globex'],
      ['solo', null],
    ] as const)
      await registry.write('projects.create', aProject(name, organization));
    const projects = async (wishes: Partial<ListProjects>, actor = OWNER) =>
      (await registry.query('projects.list', { ...EVERY, organization: null, ...wishes }, actor)).data.map(
        ({ name }) => name,
      );
    return { registry, projects };
  }

  it('meet all conditions, newest first', async () => {
    const { registry, projects } = await createWorld();
    const [web] = (await registry.query('projects.list', { ...EVERY, organization: null, search: 'web' }))
      .data;
    await registry.write('projects.disable', { id: web?.id ?? '' });
    expect(await projects({})).toEqual(['solo', 'lab', 'app', 'web']);
    expect(await projects({ organization: 'acme' })).toEqual(['app', 'web']);
    expect(await projects({ status: 'disabled' })).toEqual(['web']);
    expect(await projects({ status: 'active', organization: 'acme', search: 'AP' })).toEqual(['app']);
    expect(await projects({ search: web?.id.toUpperCase() ?? '' })).toEqual(['web']);
    const first = await registry.query('projects.list', { ...EVERY, organization: null, limit: 3 });
    expect(first).toMatchObject({ has_more: true, next_cursor: expect.any(String) });
    expect(await projects({ limit: 3, cursor: first.next_cursor })).toEqual(['web']);
  });

  it('show a developer what they work on, and the organisations of that', async () => {
    const { registry, projects } = await createWorld();
    const developer = developerOf('web', 'solo', 'not there yet');
    expect(await projects({}, developer)).toEqual(['solo', 'web']);
    expect(await projects({ organization: 'globex' }, developer)).toEqual([]);
    const { data } = await registry.query('organizations.list', EVERY, developer);
    expect(data.map(({ name }) => name)).toEqual(['acme']);
    const all = await registry.query('organizations.list', EVERY);
    for (const { id, name } of all.data) {
      const found = await registry.query('organizations.get', { id }, developer);
      expect(found?.name ?? null).toBe(name === 'acme' ? 'acme' : null);
    }
    const everyProject = await registry.query('projects.list', { ...EVERY, organization: null });
    for (const { id, name } of everyProject.data) {
      const found = await registry.query('projects.get', { id }, developer);
      expect(found !== null).toBe(['web', 'solo'].includes(name));
    }
  });
});
