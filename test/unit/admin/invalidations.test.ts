/** What the Registry keeps of what is to be forgotten: numbered, told to the edges, and never more than they can hold. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { keepHouse } from '../../../src/admin/registry/housekeeping.ts';
import {
  MAX_INVALIDATIONS,
  MAX_OF_OWNERS,
  STANDING_MS,
} from '../../../src/admin/registry/invalidation-commands.ts';
import { ownersText } from '../../../src/admin/registry/invalidation-rows.ts';
import { MAX_TTL_SECONDS } from '../../../src/config/schema-cache.ts';
import { copyName, parseCopy } from '../../../src/keys/edge-copies.ts';
import type { InvalidationsCopy, InvalidationTarget, Owners } from '../../../src/keys/invalidations-copy.ts';
import { ADMIN, bindings, createRegistry, developerOf, SOON, type TestRegistry } from './registry-support.ts';

const ALL: InvalidationTarget = { project: null, kind: 'all', value: null };
const tag = (value: string, owners: Owners = { project: 'web' }): InvalidationTarget => ({
  ...owners,
  kind: 'tag',
  value,
});

const copyOf = async ({ stub }: TestRegistry): Promise<InvalidationsCopy> => {
  const copy = parseCopy('cache', await stub.readCopy('cache'));
  if (copy === null) throw new Error('this is no copy');
  return copy;
};

const list = (registry: TestRegistry, wishes: object = {}, actor = ADMIN) =>
  registry.query('cache.list', { limit: 1000, cursor: null, project: null, kind: null, ...wishes }, actor);

/** Without numbers and versions. */
const targetsIn = ({ entries }: InvalidationsCopy) => entries.map(({ generation: _, ...target }) => target);

describe('an invalidation', () => {
  it('is published to KV', async () => {
    const registry = createRegistry();
    const { generation } = await registry.write('cache.forget', ALL);
    await expect
      .poll(async () => {
        const text = await bindings.EDGE_COPIES.get(copyName('cache'));
        return parseCopy('cache', text)?.generation;
      }, SOON)
      .toBe(generation);
  });

  it('has a number larger than all before, and is told to the edges with it', async () => {
    const registry = createRegistry();
    expect((await registry.stub.pulse(null)).versions.cache).toBe(0);
    expect(await copyOf(registry)).toEqual({ version: 0, generation: 0, entries: [] });
    const startedAt = Date.now();
    const first = await registry.write('cache.forget', tag('a'));
    const second = await registry.write('cache.forget', { ...ALL, kind: 'model', value: 'fast' });
    expect(first.generation).toBeGreaterThanOrEqual(startedAt);
    expect(second.generation).toBeGreaterThan(first.generation);
    expect((await registry.stub.pulse(null)).versions.cache).toBe(2);
    expect(await copyOf(registry)).toEqual({
      version: 2,
      generation: second.generation,
      entries: [
        { generation: first.generation, project: 'web', kind: 'tag', value: 'a' },
        { generation: second.generation, project: null, kind: 'model', value: 'fast' },
      ],
    });
  });

  it('has a number larger than all before although the clock went back, or the storage to an earlier time', async () => {
    const registry = createRegistry();
    const future = Date.now() + 3_600_000;
    await registry.write('cache.forget', tag('a'));
    await registry.rows('UPDATE invalidations SET seq = ?', future);
    expect((await registry.write('cache.forget', tag('b'))).generation).toBe(future + 1);
    const { generation } = await registry.write('cache.forget', tag('c'));
    await registry.rows('DELETE FROM invalidations');
    expect((await copyOf(registry)).generation).toBe(0);
    await registry.rows('DELETE FROM copy_versions');
    const again = await registry.write('cache.forget', tag('c'));
    expect(again.generation).toBeGreaterThan(generation - 3_600_000 - 1000); // the time, and no count from 1
  });

  it('takes the place of an older one for the same, and of no other', async () => {
    const registry = createRegistry();
    const owners: Owners[] = [
      { project: 'web' },
      { project: 'web', organization: null },
      { project: 'web', organization: 'acme' },
      { project: 'shop' },
      { project: null },
      { project: null, organization: 'acme' },
    ];
    for (const one of [...owners, ...owners]) await registry.write('cache.forget', tag('a', one));
    const copy = await copyOf(registry);
    expect(targetsIn(copy)).toEqual(owners.map((one) => tag('a', one)));
    expect(new Set(copy.entries.map(({ generation }) => generation)).size).toBe(owners.length);
    expect(copy.version).toBe(12);
  });

  it('of all that owners have takes the place of whatever was to be forgotten of theirs', async () => {
    const registry = createRegistry();
    const shop = { project: 'shop' };
    for (const target of [tag('a'), tag('b'), tag('a', shop)]) await registry.write('cache.forget', target);
    await registry.write('cache.forget', { ...ALL, project: 'web' });
    expect(targetsIn(await copyOf(registry))).toEqual([tag('a', shop), { ...ALL, project: 'web' }]);
    await registry.write('cache.forget', ALL);
    expect(targetsIn(await copyOf(registry))).toEqual([ALL]);
  });

  it('survives an eviction once it is acknowledged', async () => {
    const registry = createRegistry();
    const { generation } = await registry.write('cache.forget', ALL);
    await evictDurableObject(registry.stub);
    expect(await copyOf(registry)).toMatchObject({ generation, entries: [{ kind: 'all' }] });
  });

  it('is noted in the audit trail, with who wanted it', async () => {
    const registry = createRegistry();
    const made = await registry.write('cache.forget', tag('a'), ADMIN);
    expect(made).toMatchObject({ project: 'web', kind: 'tag', value: 'a', created_by: ADMIN.subject });
    expect(await registry.audit()).toEqual([
      {
        actor: ADMIN.subject,
        action: 'cache.forget',
        target: String(made.generation),
        project: 'web',
        before: null,
        after: made,
      },
    ]);
  });
});

describe('whoever has projects of their own', () => {
  it('forgets what is of those, and hears nothing of others', async () => {
    const registry = createRegistry();
    const developer = developerOf('web', 'docs');
    expect(await registry.write('cache.forget', tag('a'), developer)).toMatchObject({ project: 'web' });
    const stranger = await registry.refuse('cache.forget', tag('a', { project: 'shop' }), developer);
    expect(stranger.code).toBe('resource_not_found');
    for (const target of [ALL, tag('a', { project: null }), { ...ALL, organization: 'acme' }])
      expect((await registry.refuse('cache.forget', target, developer)).code).toBe('permission_denied');
    expect((await copyOf(registry)).entries).toHaveLength(1);
  });

  it('sees what is to be forgotten of those', async () => {
    const registry = createRegistry();
    for (const owners of [{ project: 'web' }, { project: 'shop' }, { project: null }])
      await registry.write('cache.forget', tag('a', owners));
    const seen = await list(registry, {}, developerOf('web'));
    expect(seen.data).toMatchObject([{ project: 'web', value: 'a' }]);
    expect((await list(registry, {}, developerOf('docs'))).data).toEqual([]);
  });
});

describe('the list', () => {
  it('has the newest first, by pages and by filters', async () => {
    const registry = createRegistry();
    for (const value of ['a', 'b', 'c']) await registry.write('cache.forget', tag(value));
    await registry.write('cache.forget', { ...ALL, project: 'shop', kind: 'model', value: 'fast' });
    const first = await list(registry, { limit: 3 });
    expect(first.data.map(({ value }) => value)).toEqual(['fast', 'c', 'b']);
    const rest = await list(registry, { limit: 3, cursor: first.next_cursor });
    expect([rest.data.map(({ value }) => value), rest.has_more]).toEqual([['a'], false]);
    expect((await list(registry, { kind: 'model' })).data).toMatchObject([{ project: 'shop' }]);
    expect((await list(registry, { project: 'web' })).data).toHaveLength(3);
    expect(first.data[0]).toEqual({
      generation: expect.any(Number),
      project: 'shop',
      kind: 'model',
      value: 'fast',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      created_by: 'admin-token',
    });
  });
});

/** Written as the command would write them, with the numbers from 1 on. */
const plant = (registry: TestRegistry, count: number, ownersOf: (index: number) => Owners) =>
  runInDurableObject(registry.stub, (_, { storage }) => {
    const { seq: last } = storage.sql
      .exec<{ seq: number | null }>('SELECT max(seq) AS seq FROM invalidations')
      .one();
    for (let index = 0; index < count; index += 1) {
      const owners = ownersOf(index);
      storage.sql.exec(
        'INSERT INTO invalidations VALUES (?, ?, ?, ?, ?, ?, ?)',
        (last ?? 0) + index + 1,
        ownersText(owners),
        owners.project,
        'tag',
        `planted ${index}`,
        'ada',
        Date.now(),
      );
    }
  });

describe('what stands', () => {
  it(`is at most ${MAX_OF_OWNERS} of one project: then all of it is forgotten, and nothing of others`, async () => {
    const registry = createRegistry();
    await plant(registry, MAX_OF_OWNERS, () => ({ project: 'web' }));
    await plant(registry, MAX_OF_OWNERS, () => ({ project: 'shop' }));
    await registry.write('cache.forget', tag('planted 7')); // the same again
    expect((await copyOf(registry)).entries).toHaveLength(2 * MAX_OF_OWNERS);
    const { generation } = await registry.write('cache.forget', tag('one more'));
    const { entries } = await copyOf(registry);
    expect(entries.filter(({ project }) => project === 'web')).toEqual([
      { generation, project: 'web', kind: 'all', value: null },
    ]);
    expect(entries).toHaveLength(MAX_OF_OWNERS + 1);
  });

  it(`is at most ${MAX_INVALIDATIONS} in all: whoever has most pays for it`, async () => {
    const registry = createRegistry();
    await plant(registry, 1, () => ({ project: null })); // number 1
    await plant(registry, 900, () => ({ project: 'most' })); // up to number 901
    await plant(registry, MAX_INVALIDATIONS - 901, (index) => ({ project: `p${index % 20}` }));
    const { generation } = await registry.write('cache.forget', tag('one more'));
    const { entries, generation: newest } = await copyOf(registry);
    expect(newest).toBe(generation);
    expect(entries).toHaveLength(MAX_INVALIDATIONS + 1 - 900 + 1);
    expect(entries.filter(({ project }) => project === 'most')).toEqual([
      { generation: 901, project: 'most', kind: 'all', value: null },
    ]);
    expect(entries[0]).toEqual({ generation: 1, project: null, kind: 'tag', value: 'planted 0' });
  });

  it('forgets of everybody what a fold of everybody’s own does, and takes nobody else’s away', async () => {
    const registry = createRegistry();
    await plant(registry, 950, () => ({ project: null }));
    await plant(registry, MAX_INVALIDATIONS - 950, (index) => ({ project: `p${index % 20}` }));
    await registry.write('cache.forget', tag('one more'));
    const { entries } = await copyOf(registry);
    expect(entries[0]).toEqual({ generation: 950, project: null, kind: 'all', value: null });
    expect(entries).toHaveLength(MAX_INVALIDATIONS + 1 - 950 + 1);
  });

  it('is one for everybody where each of too many projects has one', async () => {
    const registry = createRegistry();
    await plant(registry, MAX_INVALIDATIONS, (index) => ({ project: `project ${index}` }));
    const { generation } = await registry.write('cache.forget', tag('one more'));
    expect((await copyOf(registry)).entries).toEqual([
      { generation, project: null, kind: 'all', value: null },
    ]);
  });

  it('stands for as long as an entry may be kept that it forgets, and no longer', async () => {
    expect(STANDING_MS).toBeGreaterThan(2 * MAX_TTL_SECONDS * 1000);
    const registry = createRegistry();
    await registry.write('cache.forget', tag('a'));
    const [row] = await registry.rows<{ at: number }>('SELECT at FROM invalidations');
    const keepHouseAt = (now: number) =>
      runInDurableObject(registry.stub, (_, { storage }) => keepHouse(storage.sql, now));
    await keepHouseAt((row?.at ?? 0) + STANDING_MS);
    expect((await list(registry)).data).toHaveLength(1);
    await keepHouseAt((row?.at ?? 0) + STANDING_MS + 1);
    expect((await list(registry)).data).toEqual([]);
  });

  it('goes without the next one either', async () => {
    const registry = createRegistry();
    await registry.write('cache.forget', tag('a'));
    await registry.rows('UPDATE invalidations SET at = at - ?', STANDING_MS + 1000);
    await registry.write('cache.forget', tag('b'));
    expect((await list(registry)).data.map(({ value }) => value)).toEqual(['b']);
  });

  it('fits into one copy, however much it is', async () => {
    const registry = createRegistry();
    await plant(registry, MAX_INVALIDATIONS, (index) => ({
      project: `a project with a long name ${index % 10}`,
      organization: 'an organisation with a long name',
    }));
    const text = await registry.stub.readCopy('cache');
    expect(text.length).toBeLessThan(4 * 1024 * 1024);
    expect(parseCopy('cache', text)?.entries).toHaveLength(MAX_INVALIDATIONS);
  });
});
