import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { DOUBT_MS, doubtAllThatWaits } from '../../../src/admin/registry/doubts.ts';
import { publish } from '../../../src/admin/registry/outbox.ts';
import { type CopyStore, Publisher } from '../../../src/admin/registry/publisher.ts';
import { Registry } from '../../../src/admin/registry/registry.ts';
import { type KeyCopy, keyCopyName, keyCopyNameById } from '../../../src/keys/edge-copies.ts';
import {
  aKey,
  bindings,
  createRegistry,
  newSecret,
  newSha256,
  OWNER,
  SOON,
  type TestRegistry,
} from './registry-support.ts';

const NOW = Date.UTC(2999, 0, 1);

/** KV that a test holds in its hand. */
function createStore(behave: (name: string) => Promise<void> = async () => {}) {
  const values = new Map<string, string>();
  const writes: string[] = [];
  const store: CopyStore = {
    put: async (name: string, value: unknown) => {
      writes.push(name);
      await behave(name);
      values.set(name, String(value));
    },
    delete: async (name: string) => {
      writes.push(name);
      await behave(name);
      values.delete(name);
    },
  };
  return { store, values, writes };
}

const outboxOf = (registry: TestRegistry) =>
  registry.rows<{ name: string; attempts: number; next_at: number }>(
    'SELECT name, attempts, next_at FROM outbox ORDER BY name',
  );

/** A Registry whose outbox has what `names` says, and nothing else. */
async function withOutbox(registry: TestRegistry, names: readonly string[]) {
  await expect.poll(() => outboxOf(registry), SOON).toEqual([]);
  for (const name of names) await registry.rows('INSERT INTO outbox VALUES (?, 1, 0, 0)', name);
}

const kvText = (name: string) => bindings.EDGE_COPIES.get(name);

describe('what changed', () => {
  it('comes to KV under its id and all its hashes, and the outbox is empty', async () => {
    const registry = createRegistry();
    const [first, second] = [newSha256(), newSha256()];
    const { id } = await registry.write('keys.create', aKey({ secret: newSecret(first) }));
    await registry.write('keys.rotate', { id, secret: newSecret(second), overlapSeconds: 60 });
    await expect.poll(() => outboxOf(registry), SOON).toEqual([]);
    const truth = await registry.stub.findKeyById(id);
    for (const name of [keyCopyNameById(id), keyCopyName(first), keyCopyName(second)])
      expect(JSON.parse((await kvText(name)) ?? '')).toEqual(truth);
  });

  it('comes to KV as it is at the time of the write, not as it was when it changed', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const name = keyCopyNameById(id);
    await withOutbox(registry, [name]);
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      storage.sql.exec(`UPDATE keys SET version = 7, status = 'revoked' WHERE id = ?`, id);
      const { store, values } = createStore();
      await new Publisher(storage.sql, store, () => NOW).run();
      expect(JSON.parse(values.get(name) ?? '')).toMatchObject({ version: 7, status: 'revoked' });
    });
  });

  it('while it is being written, is written once more', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const name = keyCopyNameById(id);
    await withOutbox(registry, [name]);
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      const { sql } = storage;
      const { store, values, writes } = createStore(async () => {
        if (writes.length > 1) return;
        sql.exec('UPDATE keys SET version = 8 WHERE id = ?', id);
        sql.exec('UPDATE outbox SET generation = generation + 1 WHERE name = ?', name);
      });
      await new Publisher(sql, store, () => NOW).run();
      expect(writes).toEqual([name, name]);
      expect((JSON.parse(values.get(name) ?? '') as KeyCopy).version).toBe(8);
      expect([...sql.exec('SELECT 1 FROM outbox')]).toEqual([]);
    });
  });

  it('is taken from KV, where there is nothing of that name any more', async () => {
    const registry = createRegistry();
    const sha256 = newSha256();
    const { id } = await registry.write('keys.create', aKey({ secret: newSecret(sha256) }));
    await withOutbox(registry, []);
    expect(await kvText(keyCopyName(sha256))).not.toBeNull();
    await registry.write('keys.delete', { id });
    await expect
      .poll(async () => JSON.parse((await kvText(keyCopyName(sha256))) ?? '{}').status)
      .toBe('deleted');
    // A day later housekeeping forgets the key.
    await registry.rows(`UPDATE keys SET updated_at = 0 WHERE id = ?`, id);
    await runDurableObjectAlarm(registry.stub);
    await runInDurableObject(registry.stub, (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
    await runDurableObjectAlarm(registry.stub);
    expect(await Promise.all([keyCopyName(sha256), keyCopyNameById(id)].map(kvText))).toEqual([null, null]);
    expect(await outboxOf(registry)).toEqual([]);
    expect(await registry.stub.findKey(sha256)).toBeNull();
  });

  it('is written by six at a time', async () => {
    const registry = createRegistry();
    await withOutbox(
      registry,
      Array.from({ length: 20 }, (_, index) => keyCopyNameById(`key_${index}`)),
    );
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      let [running, most] = [0, 0];
      const { store, writes } = createStore(async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      });
      const publisher = new Publisher(storage.sql, store, () => NOW);
      await Promise.all([publisher.run(), publisher.run()]);
      expect([writes.length, most]).toEqual([20, 6]);
    });
  });
});

describe('while KV refuses writes', () => {
  const refusing = () => createStore(() => Promise.reject(new Error('KV PUT failed: 500')));

  it('they stay, and are tried again after 1, 2, 4 … and at most 60 seconds', async () => {
    const registry = createRegistry();
    const name = keyCopyNameById('key_1');
    await withOutbox(registry, [name]);
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      const clock = { now: NOW };
      const { store, writes } = refusing();
      const publisher = new Publisher(storage.sql, store, () => clock.now);
      const waits: number[] = [];
      for (let attempt = 0; attempt < 8; attempt += 1) {
        await publisher.run();
        const at = publisher.nextAt() ?? 0;
        waits.push((at - clock.now) / 1000);
        clock.now = at - 1;
        await publisher.run();
        clock.now = at;
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
      expect(writes).toHaveLength(8);
      expect(publisher.wroteSince(name, 0)).toBe(false);
    });
  });

  it('one that is refused does not hold up the others', async () => {
    const registry = createRegistry();
    const names = Array.from({ length: 10 }, (_, index) => keyCopyNameById(`key_${index}`));
    await withOutbox(registry, names);
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      const { store } = createStore(async (name) => {
        if (name === names[3]) throw new Error('429');
      });
      await new Publisher(storage.sql, store, () => NOW).run();
      expect([...storage.sql.exec('SELECT name, attempts FROM outbox')]).toEqual([
        { name: names[3], attempts: 1 },
      ]);
    });
  });

  it('a write is acknowledged all the same, and the alarm brings it to KV later', async () => {
    const registry = createRegistry();
    await withOutbox(registry, []);
    const sha256 = newSha256();
    await runInDurableObject(registry.stub, async (_, state) => {
      // The same object with KV broken: what stands in its storage is what a real outage leaves.
      const broken = new Registry(state, { EDGE_COPIES: refusing().store as KVNamespace }); // its slice
      const outcome = await broken.write('keys.create', aKey({ secret: newSecret(sha256) }), OWNER);
      expect(outcome).toMatchObject({ ok: true });
    });
    await expect
      .poll(async () => (await outboxOf(registry)).map(({ attempts }) => attempts), SOON)
      .toEqual([1, 1]);
    expect(await kvText(keyCopyName(sha256))).toBeNull();
    await registry.rows('UPDATE outbox SET next_at = 0'); // their time has come
    expect(await runDurableObjectAlarm(registry.stub)).toBe(true);
    expect(JSON.parse((await kvText(keyCopyName(sha256))) ?? '{}')).toMatchObject({ status: 'active' });
    expect((await outboxOf(registry)).map(({ attempts }) => attempts)).toEqual([0, 0]); // once more, in a minute
    await registry.rows('UPDATE doubts SET until = 0');
    await registry.rows('UPDATE outbox SET next_at = 0');
    expect(await runDurableObjectAlarm(registry.stub)).toBe(true);
    expect(await outboxOf(registry)).toEqual([]);
    expect(await registry.rows('SELECT * FROM doubts')).toEqual([]);
  });

  it.each([
    ['by this life of the object', false],
    ['by one before it', true],
  ])(
    'a write that was given up %s and happens after all leaves no old value behind',
    async (_, isNewLife) => {
      const registry = createRegistry();
      const name = keyCopyNameById('key_1');
      await withOutbox(registry, []);
      await runInDurableObject(registry.stub, async (_, { storage: { sql } }) => {
        const setStatus = (status: string) => {
          sql.exec(
            `INSERT OR REPLACE INTO keys (id, name, masked, project, status, fields, version, created_by, created_at,
             updated_at) VALUES ('key_1', 'n', 'm', 'p', ?, '{}', 2, 'a', 0, 0)`,
            status,
          );
          publish(sql, name, clock.now);
        };
        const clock = { now: NOW };
        const held: (() => void)[] = [];
        const { store, values } = createStore(() =>
          held.length === 0 ? new Promise<void>((resolve) => held.push(resolve)) : Promise.resolve(),
        );
        const statusInStore = () => JSON.parse(values.get(name) ?? '{}').status;
        setStatus('active');
        const first = new Publisher(sql, store, () => clock.now, 1);
        if (isNewLife) void first.run();
        else await first.run(); // given up
        setStatus('revoked');
        if (isNewLife) doubtAllThatWaits(sql, clock.now);
        const publisher = isNewLife ? new Publisher(sql, store, () => clock.now, 1000) : first;
        clock.now += 5000;
        await publisher.run();
        expect(statusInStore()).toBe('revoked');
        values.set(name, JSON.stringify({ status: 'active' })); // the old write happens after all
        expect(publisher.nextAt()).not.toBeNull();
        clock.now += 2 * DOUBT_MS;
        await publisher.run();
        expect(statusInStore()).toBe('revoked');
        expect(publisher.nextAt()).toBeNull();
        for (const release of held) release();
      });
    },
  );

  it('the alarm is set for when the next of them is due, within seconds and an hour', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey());
    await withOutbox(registry, []);
    const wait = async (nextAt: number) => {
      await registry.rows('INSERT OR REPLACE INTO outbox VALUES (?, 1, 0, ?)', keyCopyNameById('x'), nextAt);
      await runInDurableObject(registry.stub, async (_, state) => {
        await state.storage.deleteAlarm();
        await new Registry(state, { EDGE_COPIES: refusing().store as KVNamespace }).alarm(); // its slice
      });
      return runInDurableObject(registry.stub, (_, { storage }) => storage.getAlarm());
    };
    const soon = Date.now() + 30_000;
    expect(await wait(soon)).toBe(soon);
    const now = Date.now();
    const hour = (await wait(now + 86_400_000)) ?? 0;
    expect(hour).toBeGreaterThanOrEqual(now + 3_600_000);
    expect(hour).toBeLessThan(now + 86_400_000);
  });
});

describe('without a KV namespace', () => {
  it('nothing is kept for it', async () => {
    const registry = createRegistry();
    await withOutbox(registry, [keyCopyNameById('key_1')]);
    await runInDurableObject(registry.stub, async (_, { storage }) => {
      const publisher = new Publisher(storage.sql, null, () => NOW);
      await publisher.run();
      expect(publisher.nextAt()).toBeNull();
    });
  });
});
