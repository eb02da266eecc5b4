/** One Registry with 1,000 keys, which these tests only read, but where they say so. */
import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../../src/admin/registry/key-commands.ts';
import type { ListKeys } from '../../../src/admin/registry/key-queries.ts';
import { Transaction } from '../../../src/admin/registry/transaction.ts';
import { aKey, createRegistry, developerOf, EVERY_KEY, newSecret, OWNER } from './registry-support.ts';

const COUNT = 1000;
const registry = createRegistry();
const list = (wishes: Partial<ListKeys>, actor = OWNER) =>
  registry.query('keys.list', { ...EVERY_KEY, ...wishes }, actor);
const names = async (wishes: Partial<ListKeys>, actor = OWNER) =>
  (await list(wishes, actor)).data.map(({ name }) => name);

/** Key 0 is the oldest: `key 0000` of project `p0`, of ten projects, and so on. */
beforeAll(async () => {
  await runInDurableObject(registry.stub, (_, { storage }) =>
    storage.transactionSync(() => {
      const newId = (prefix: string) => `${prefix}_${crypto.randomUUID()}`;
      const transaction = new Transaction({ sql: storage.sql, now: Date.now(), actor: OWNER, newId });
      for (let index = 0; index < COUNT; index += 1)
        createKey(
          transaction,
          aKey({
            name: `key ${String(index).padStart(4, '0')}`,
            project: `p${index % 10}`,
            organization: index % 10 < 5 ? 'low' : 'high',
            expiresAt: index % 4 === 0 ? Date.now() - 1 : null,
            fields: index % 100 === 7 ? { tags: ['seven', 'odd'] } : {},
          }),
        );
    }),
  );
});

async function walk(wishes: Partial<ListKeys>, onPage: () => Promise<void> = async () => {}) {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await list({ ...wishes, cursor });
    seen.push(...page.data.map(({ name }) => name));
    expect(page.has_more).toBe(page.next_cursor !== null);
    cursor = page.next_cursor;
    await onPage();
  } while (cursor !== null);
  return seen;
}

describe('a list of keys', () => {
  it('shows every key once, the newest first, whatever the size of a page', async () => {
    const all = Array.from({ length: COUNT }, (_, index) => `key ${String(999 - index).padStart(4, '0')}`);
    expect(await walk({ limit: 1000 })).toEqual(all);
    expect(await walk({ limit: 333 })).toEqual(all);
    expect(await walk({ limit: 100 })).toEqual(all);
  });

  it.each([
    [{ project: 'p3' }, 100],
    [{ project: 'P3' }, 0],
    [{ organization: 'low' }, 500],
    [{ status: 'expired' as const }, 250],
    [{ status: 'active' as const }, 750],
    [{ status: 'revoked' as const }, 0],
    [{ tag: 'seven' }, 10],
    [{ tag: 'seve' }, 0],
    [{ search: 'KEY 012' }, 10],
    [{ search: '%' }, 0],
    [{ search: '_' }, COUNT], // in every id
    [{ project: 'p7', tag: 'odd', organization: 'high', status: 'active' as const, search: '7' }, 10],
    [{ project: 'p7', organization: 'low' }, 0],
  ])('meets all conditions: %j leaves %i', async (wishes, count) => {
    expect(await names(wishes)).toHaveLength(count);
    expect(await walk({ ...wishes, limit: 90 })).toHaveLength(count);
  });

  it('finds a key by its id and by what is shown of its secret', async () => {
    const [key] = (await list({ search: 'key 0500' })).data;
    expect(await names({ search: key?.id.toUpperCase() ?? '' })).toEqual(['key 0500']);
    expect(await names({ search: key?.masked_key ?? '' })).toContain('key 0500');
  });

  it('is the part that a developer works on', async () => {
    expect(await names({}, developerOf('p1', 'p2', 'none'))).toHaveLength(200);
    expect(await names({ project: 'p3' }, developerOf('p1'))).toEqual([]);
    expect(await names({}, developerOf())).toEqual([]);
  });

  it.each(['', 'c', '12', 'c-1', 'C1', "c1' OR 1", 'cZZ', `c${'z'.repeat(11)}`])(
    'refuses the cursor %j, which is none of ours',
    async (cursor) => {
      const outcome = await registry.desk.query('keys.list', { ...EVERY_KEY, cursor }, OWNER);
      expect(outcome).toMatchObject({ ok: false, refusal: { code: 'invalid_request', param: 'cursor' } });
    },
  );

  it('stays in place while keys are made and deleted between its pages', async () => {
    const before = await walk({ limit: 1000, project: 'p4' });
    let deleted = 0;
    const seen = await walk({ limit: 10, project: 'p4' }, async () => {
      await registry.write('keys.create', aKey({ name: 'meanwhile', project: 'p4' }));
      if (deleted > 0) return;
      deleted += 1;
      const [{ id } = { id: '' }] = (await list({ project: 'p4', search: before.at(-1) ?? '' })).data;
      await registry.write('keys.delete', { id });
    });
    expect(seen).toEqual(before.slice(0, -1));
  });

  it('finds names beyond ASCII as they are written', async () => {
    await registry.write('keys.create', aKey({ name: 'Évian Straße 水', secret: newSecret() }));
    for (const search of ['Évian', 'évian'.slice(1), 'STRA', 'Straße', '水'])
      expect(await names({ search })).toEqual(['Évian Straße 水']);
  });
});
