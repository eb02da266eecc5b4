import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import {
  aKey,
  bindings,
  createRegistry,
  EVERY_KEY,
  newSecret,
  OWNER,
  SOON,
  type TestRegistry,
} from './registry-support.ts';

/** Between two calls; one that is gone already needs no evicting. */
const evict = ({ stub }: TestRegistry) => evictDurableObject(stub).catch(() => undefined);

describe('a Registry that goes away in the midst of writes', () => {
  it.each([
    ['evicted', evict],
    ['killed', () => abortAllDurableObjects()],
  ])('has, once it was %s, every write that was acknowledged, and each of them whole', async (_, end) => {
    const registry = createRegistry();
    const acknowledged = new Set<string>();
    const write = async () => {
      // A call that is cut off was not acknowledged.
      const outcome = await registry.desk.write('keys.create', aKey(), OWNER).catch(() => null);
      if (outcome?.ok) acknowledged.add(outcome.value.id);
    };
    for (let round = 0; round < 4; round += 1) {
      await write();
      const writing = Array.from({ length: 50 }, write);
      await expect.poll(() => acknowledged.size, SOON).toBeGreaterThan(round * 10);
      await end(registry);
      await Promise.all(writing);
    }
    const stored = (await registry.query('keys.list', EVERY_KEY)).data.map(({ id }) => id).toSorted();
    expect(stored).toEqual(expect.arrayContaining([...acknowledged]));
    const ids = async (query: string) => (await registry.rows<{ id: string }>(query)).map(({ id }) => id);
    expect(await ids('SELECT key_id AS id FROM key_secrets ORDER BY id')).toEqual(stored);
    expect(await ids('SELECT key_id AS id FROM changes ORDER BY id')).toEqual(stored);
    expect(await ids(`SELECT target AS id FROM audit WHERE action = 'key.create' ORDER BY id`)).toEqual(
      stored,
    );
  });
});

describe('a Registry that was evicted', () => {
  it('is the same one: epoch, cursor and signing keys go on', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey());
    const before = await registry.stub.pulse(null);
    await evict(registry);
    expect(await registry.stub.pulse(before.cursor)).toEqual({ ...before, keys: [] });
    const { id } = await registry.write('keys.create', aKey());
    const after = await registry.stub.pulse(before.cursor);
    expect(after.cursor).toEqual({ epoch: before.cursor.epoch, seq: before.cursor.seq + 1 });
    expect(after.keys.map((key) => key.id)).toEqual([id]);
  });
});

describe('a command that fails half way', () => {
  it('leaves nothing behind', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', { name: 'web', organization: null, fields: {} });
    const secret = newSecret();
    await registry.write('keys.create', aKey({ secret }));
    const before = [await registry.audit(), await registry.stub.pulse(null)];
    // The same secret again: the key's row is written before its hash is found to be taken.
    await runInDurableObject(bindings.REGISTRY.get(registry.stub.id), async (instance) => {
      const writing = instance.write('keys.create', aKey({ project: 'new', secret }), OWNER);
      await expect(writing).rejects.toThrow('UNIQUE');
    });
    expect([await registry.audit(), await registry.stub.pulse(null)]).toEqual(before);
    expect(await registry.query('projects.get', { id })).not.toBeNull();
    expect(await registry.rows(`SELECT 1 FROM projects WHERE name = 'new'`)).toEqual([]);
  });
});
