import { describe, expect, it } from 'vitest';
import { BrokenKv, type KvFault } from './broken-kv.ts';
import { createDesk, NO_NEAR } from './desk-support.ts';
import { aKey, anEntry, aVector } from './entries.ts';

const good = () => true;
const failure = (failures: number, reason = 'KV PUT failed: 500') => ({
  type: 'cache_write_failed',
  store: 'kv',
  failures,
  reason,
});

describe('a KV that', () => {
  it.each<KvFault>(['hangs', 'rejects', 'throws', 'garbage'])('%s has nothing', async (fault) => {
    const key = aKey();
    const sound = createDesk();
    await sound.desk.write(key, anEntry(), sound.place);
    await sound.desk.writeMany([{ key, entry: aVector([1]) }], sound.place);
    const { desk, place } = createDesk({ kv: new BrokenKv(fault), near: NO_NEAR, lookupMs: 20 });
    expect(await desk.read(key, place, good)).toBe(null);
    expect(await desk.readMany([key, aKey()], place, good)).toEqual([null, null]);
  });

  it('hangs does not hide what lies near by', async () => {
    const key = aKey();
    const kv = new BrokenKv();
    const writer = createDesk({ kv });
    await writer.desk.write(key, anEntry(), writer.place);
    await writer.settled();
    kv.fault = 'hangs';
    const reader = createDesk({ kv, origin: writer.place.origin });
    expect(await reader.desk.read(key, reader.place, good)).toEqual(anEntry());
  });

  it('recovers has its entries again', async () => {
    const key = aKey();
    const { desk, place, kv } = createDesk({ near: NO_NEAR, lookupMs: 200 });
    const writer = createDesk();
    await writer.desk.write(key, anEntry(), writer.place);
    kv.fault = 'hangs';
    expect(await desk.read(key, place, good)).toBe(null);
    kv.fault = 'none';
    expect(await desk.read(key, place, good)).toEqual(anEntry());
  });
});

describe('a write that fails', () => {
  it.each<KvFault>(['rejects', 'throws'])('is told to the log, not to the caller: %s', async (fault) => {
    const { desk, place, logged } = createDesk({ kv: new BrokenKv(fault) });
    expect(await desk.write(aKey(), anEntry(), place)).toBe(false);
    expect(logged).toEqual([
      expect.objectContaining({ type: 'cache_write_failed', store: 'kv', failures: 1 }),
    ]);
  });

  it('leaves the near copy', async () => {
    const writer = createDesk({ kv: new BrokenKv('rejects') });
    const key = aKey();
    await writer.desk.write(key, anEntry(), writer.place);
    await writer.settled();
    const neighbour = createDesk({ origin: writer.place.origin });
    expect(await neighbour.desk.read(key, neighbour.place, good)).toEqual(anEntry());
  });

  it('because the name was written a moment ago is one like any other', async () => {
    const { desk, place, logged } = createDesk({ kv: new BrokenKv('refuses writes') });
    expect(await desk.write(aKey(), anEntry(), place)).toBe(false);
    expect(await desk.writeMany([{ key: aKey(), entry: aVector([1]) }], place)).toBe(false);
    expect(logged).toEqual([failure(1, 'KV PUT failed: 429 Too Many Requests')]);
  });

  it('is told once a minute, with how many there were', async () => {
    const kv = new BrokenKv('rejects');
    const { desk, place, clock, logged } = createDesk({ kv, near: NO_NEAR });
    const write = () => desk.write(aKey(), anEntry(), place);
    for (let turn = 0; turn < 4; turn += 1) await write();
    expect(logged).toEqual([failure(1)]);
    clock.now += 60_000;
    await write();
    await write();
    expect(logged).toEqual([failure(1), failure(4)]);
    clock.now += 60_000;
    kv.fault = 'none';
    expect(await write()).toBe(true);
    expect(logged).toHaveLength(2);
  });

  it('is told for each store by itself, without what was to be written', async () => {
    const failing = () => Promise.reject(new Error(`Upstash: ${'x'.repeat(5000)}`));
    const upstash = { get: failing, getMany: failing, put: failing, putMany: failing };
    const { desk, place, logged } = createDesk({ kv: new BrokenKv('rejects'), upstash });
    await desk.write(aKey(), anEntry(), place);
    await desk.write(aKey(), anEntry(), { ...place, store: 'upstash' });
    expect(logged.map((line) => ('store' in line ? line.store : null))).toEqual(['kv', 'upstash']);
    expect(JSON.stringify(logged[1]).length).toBeLessThan(400);
  });
});
