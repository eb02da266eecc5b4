import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { MAX_CHANGES, pruneChanges, readPulse } from '../../../src/admin/registry/change-feed.ts';
import { type PulseCursor, RECENT_MS } from '../../../src/keys/registry-edge.ts';
import { aKey, createRegistry, SOON, type TestRegistry } from './registry-support.ts';

const idsOf = ({ keys }: { keys: readonly { id: string }[] }) => keys.map(({ id }) => id);

/** The pulse as it is at another time. */
const pulseAt = (registry: TestRegistry, now: number, since: PulseCursor | null = null) =>
  runInDurableObject(registry.stub, (_, { storage }) =>
    readPulse(storage.sql, since, { epoch: since?.epoch ?? 'epoch', signingKeys: [], now }),
  );

const pruneAt = (registry: TestRegistry, now: number) =>
  runInDurableObject(registry.stub, (_, { storage }) => pruneChanges(storage.sql, now));

const addChanges = (registry: TestRegistry, count: number) =>
  runInDurableObject(registry.stub, (_, { storage }) => {
    for (let index = 0; index < count; index += 1)
      storage.sql.exec('INSERT INTO changes (key_id, at) VALUES (?, ?)', `key_gone_${index}`, Date.now());
  });

describe('a pulse', () => {
  it('of an empty Registry says so', async () => {
    const pulse = await createRegistry().stub.pulse(null);
    expect(pulse).toEqual({
      cursor: { epoch: expect.any(String), seq: 0 },
      keys: [],
      isOverflown: false,
      hasStaleCopies: false,
      versions: { tenants: 0, config: 0, secrets: 0, cache: 0 },
      hasKeys: false,
      signingKeys: [{ id: expect.stringMatching(/^[0-9a-f]{8}$/), secret: expect.stringMatching(/^.{44}$/) }],
    });
  });

  it('has keys while one is not deleted, whatever its status', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const hasKeys = async () => (await registry.stub.pulse(null)).hasKeys;
    await registry.write('keys.revoke', { id });
    expect(await hasKeys()).toBe(true);
    await registry.write('keys.delete', { id });
    expect(await hasKeys()).toBe(false);
  });

  it('tells since a cursor what changed after it: each key once, as it is now', async () => {
    const registry = createRegistry();
    const [one, two] = [
      await registry.write('keys.create', aKey()),
      await registry.write('keys.create', aKey()),
    ];
    const first = await registry.stub.pulse(null);
    expect(idsOf(first)).toEqual([one.id, two.id]);
    expect(await registry.stub.pulse(first.cursor)).toEqual({ ...first, keys: [] });
    await registry.write('keys.disable', { id: two.id });
    await registry.write('keys.revoke', { id: two.id });
    const second = await registry.stub.pulse(first.cursor);
    expect(second.keys).toMatchObject([{ id: two.id, status: 'revoked', version: 3 }]);
    expect(second.cursor.seq).toBe(first.cursor.seq + 2);
  });

  it('without a cursor tells what changed lately, and not what is older', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const [change] = await registry.rows<{ at: number }>('SELECT at FROM changes');
    const at = change?.at ?? 0;
    expect(idsOf(await pulseAt(registry, at + RECENT_MS - 1))).toEqual([id]);
    expect(await pulseAt(registry, at + RECENT_MS)).toMatchObject({ keys: [], cursor: { seq: 1 } });
  });

  it('tells deleted keys: their copies say that they are gone', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const { cursor } = await registry.stub.pulse(null);
    await registry.write('keys.delete', { id });
    expect((await registry.stub.pulse(cursor)).keys).toMatchObject([{ id, status: 'deleted' }]);
  });

  it('for a cursor of another life of the storage is as without one', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const pulse = await registry.stub.pulse({ epoch: 'another', seq: 1_000_000 });
    expect(idsOf(pulse)).toEqual([id]);
    expect(pulse).toEqual(await registry.stub.pulse(null));
  });

  it('for a cursor of the future, as a restored storage makes them, is as without one', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const { cursor } = await registry.stub.pulse(null);
    const pulse = await registry.stub.pulse({ ...cursor, seq: cursor.seq + 5 });
    expect(idsOf(pulse)).toEqual([id]);
    expect(pulse.cursor).toEqual(cursor);
  });

  it(`tells ${MAX_CHANGES} changes one by one, and of more only that there are more`, async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    const { cursor } = await registry.stub.pulse(null);
    await registry.write('keys.disable', { id });
    await addChanges(registry, MAX_CHANGES - 1);
    expect(await registry.stub.pulse(cursor)).toMatchObject({ isOverflown: false, keys: [{ id }] });
    await addChanges(registry, MAX_CHANGES - 1);
    const full = await registry.stub.pulse(cursor);
    expect(full).toMatchObject({ isOverflown: false, keys: [{ id }] }); // the same keys again
    const another = await registry.write('keys.create', aKey());
    expect(await registry.stub.pulse(cursor)).toMatchObject({ isOverflown: false }); // it has no older copy
    await registry.write('keys.disable', { id: another.id });
    const overflown = await registry.stub.pulse(cursor);
    expect(overflown).toMatchObject({ isOverflown: true, keys: [] });
    expect(overflown.cursor.seq).toBe(cursor.seq + 2 * MAX_CHANGES + 1);
    expect(await registry.stub.pulse(null)).toMatchObject({ isOverflown: true, keys: [] });
    expect(await registry.stub.pulse(overflown.cursor)).toMatchObject({ isOverflown: false, keys: [] });
  });

  it('tells keys whose copies KV would not take, however old the change is and whoever asks', async () => {
    const registry = createRegistry();
    const [changed, renamed, fresh] = await Promise.all(
      [1, 2, 3].map(() => registry.write('keys.create', aKey())),
    );
    const ids = [changed?.id ?? '', renamed?.id ?? ''];
    for (const id of ids) await registry.write('keys.disable', { id });
    await expect.poll(() => registry.rows('SELECT name FROM outbox'), SOON).toEqual([]);
    const { cursor } = await registry.stub.pulse(null);
    await registry.rows('UPDATE changes SET at = 0');
    expect(idsOf(await registry.stub.pulse(null))).toEqual([]);
    const [secret] = await registry.rows<{ sha256: string }>(
      'SELECT sha256 FROM key_secrets WHERE key_id = ?',
      ids[1],
    );
    const stuck = [`key-id/${ids[0]}`, `key/${secret?.sha256}`, `key-id/${fresh?.id}`];
    for (const name of stuck) await registry.rows('INSERT INTO outbox VALUES (?, 1, 1, ?)', name, 9e15);
    for (const since of [null, cursor]) {
      const pulse = await registry.stub.pulse(since);
      expect(idsOf(pulse).sort()).toEqual([...ids].sort()); // of the fresh one there is no older copy
      expect(pulse.hasStaleCopies).toBe(false);
    }
  });

  it('says that no copy can be trusted where more are stuck than one answer holds', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('keys.create', aKey());
    await registry.rows(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${MAX_CHANGES})
       INSERT INTO keys (id, name, masked, project, status, fields, version, created_by, created_at, updated_at)
       SELECT 'key_many' || i, 'n', 'm', 'p', 'disabled', '{}', 2, 'a', 0, 0 FROM n`,
    );
    await registry.rows(`INSERT INTO outbox SELECT 'key-id/' || id, 1, 1, 9e15 FROM keys WHERE version = 2`);
    const pulse = await registry.stub.pulse(null);
    expect(pulse).toMatchObject({ hasStaleCopies: true, isOverflown: false });
    expect(idsOf(pulse)).toEqual([id]);
  });

  it('after changes were thrown away counts on, and tells who slept too long that there was more', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey());
    const early = (await registry.stub.pulse(null)).cursor;
    for (let index = 0; index < 3; index += 1) await registry.write('keys.create', aKey());
    const late = (await registry.stub.pulse(null)).cursor;
    await pruneAt(registry, Date.now() + 2 * RECENT_MS + 1);
    expect(await registry.rows('SELECT seq FROM changes')).toEqual([{ seq: 4 }]);
    expect(await registry.stub.pulse(early)).toMatchObject({ isOverflown: true, cursor: late });
    expect(await registry.stub.pulse({ ...late, seq: 3 })).toMatchObject({ isOverflown: false });
    const { id } = await registry.write('keys.create', aKey());
    const next = await registry.stub.pulse(late);
    expect([idsOf(next), next.isOverflown, next.cursor.seq]).toEqual([[id], false, 5]);
  });

  it('keeps changes for as long as copies in KV may be behind them', async () => {
    const registry = createRegistry();
    await registry.write('keys.create', aKey());
    await registry.write('keys.create', aKey());
    await pruneAt(registry, Date.now() + RECENT_MS);
    expect(await registry.rows('SELECT seq FROM changes')).toHaveLength(2);
  });
});
