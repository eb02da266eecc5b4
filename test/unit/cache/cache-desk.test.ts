import { describe, expect, it } from 'vitest';
import type { CacheKey } from '../../../src/cache/cache-key.ts';
import type { CacheStore } from '../../../src/cache/cache-store.ts';
import { MAX_ENTRY_BYTES } from '../../../src/cache/entry.ts';
import { StoreNames } from '../../../src/cache/store-names.ts';
import { CACHE } from './broken-kv.ts';
import { createDesk, NO_NEAR } from './desk-support.ts';
import { aKey, anEntry, aScope, aVector, NOW } from './entries.ts';

const SECRET = '1cBxR0JlZ3JlZW4tc2hhZG93cy1vbi10aGUtd2FsbHM=';
const good = () => true;
const nameOf = (key: CacheKey) => new StoreNames(() => 0).entry(key);

describe('an entry that was written', () => {
  it.each([undefined, SECRET])(
    'is found by the isolate that wrote it, and by others (secret: %s)',
    async (secret) => {
      const secrets = secret === undefined ? {} : { key: secret };
      const writer = createDesk(secrets);
      const key = aKey();
      expect(await writer.desk.read(key, writer.place, good)).toBe(null);
      expect(await writer.desk.write(key, anEntry(), writer.place)).toBe(true);
      await writer.settled();
      expect(await writer.desk.read(key, writer.place, good)).toEqual(anEntry());
      const neighbour = createDesk({ ...secrets, origin: writer.place.origin });
      expect(await neighbour.desk.read(key, neighbour.place, good)).toEqual(anEntry());
      expect(neighbour.kv.reads).toBe(0);
      const faraway = createDesk(secrets);
      expect(await faraway.desk.read(key, faraway.place, good)).toEqual(anEntry());
      expect(faraway.kv.reads).toBe(1);
    },
  );

  it('is sealed wherever it lies', async () => {
    const { desk, place, nearby, settled } = createDesk({ key: SECRET });
    const key = aKey();
    await desk.write(key, anEntry(), place);
    await settled();
    const near = await nearby(nameOf(key));
    const far = await CACHE.get(nameOf(key), 'text');
    expect(far?.startsWith('base64:')).toBe(true);
    for (const bytes of [near, Uint8Array.from(atob(base64Of(far)), (unit) => unit.charCodeAt(0))]) {
      expect(new TextDecoder('latin1').decode(bytes ?? undefined)).not.toContain('chatcmpl');
      expect(bytes?.subarray(0, 4)).toEqual(Uint8Array.of(0x89, 0x45, 0x53, 1));
    }
    const other = createDesk({ key: `${SECRET}x` });
    expect(await other.desk.read(key, other.place, good)).toBe(null);
    const rotated = createDesk({ key: `${SECRET}x`, previous: SECRET });
    expect(await rotated.desk.read(key, rotated.place, good)).toEqual(anEntry());
  });

  it('is not there for another tenant, whatever its key', async () => {
    const { desk, place } = createDesk();
    const key = aKey();
    await desk.write(key, anEntry(), place);
    expect(await desk.read({ ...key, scope: aScope() }, place, good)).toBe(null);
  });

  it.each(['near by', 'behind'])('does not open where somebody has moved it, %s', async (where) => {
    const { desk, place, settled } = createDesk({ key: SECRET });
    const [key, victim] = [aKey(), aKey()];
    await desk.write(key, anEntry(), place);
    await settled();
    const near = (name: string) => `${place.origin}/.edgeway-cache/${name}`;
    const moved = await caches.default.match(near(nameOf(key)));
    if (moved === undefined) throw new Error('nothing lies near by');
    if (where === 'near by') await caches.default.put(near(nameOf(victim)), moved);
    else await CACHE.put(nameOf(victim), await moved.arrayBuffer());
    expect(await desk.read(victim, place, good)).toBe(null);
  });

  it('is kept until it is over, wherever it lies', async () => {
    const { desk, place, clock, settled } = createDesk();
    const key = aKey();
    await desk.write(key, anEntry({ keptUntil: NOW + 90_500 }), place);
    await settled();
    const near = await caches.default.match(`${place.origin}/.edgeway-cache/${nameOf(key)}`);
    expect(near?.headers.get('cache-control')).toBe('max-age=91');
    await near?.body?.cancel();
    clock.now += 90_499;
    expect(await desk.read(key, place, good)).not.toBe(null);
    clock.now += 1;
    expect(await desk.read(key, place, good)).toBe(null);
  });

  it('is no longer in the memory of an isolate after a few seconds', async () => {
    const { desk, place, clock, kv } = createDesk({ near: NO_NEAR });
    const key = aKey();
    await desk.write(key, anEntry(), place);
    clock.now += 4_999;
    await desk.read(key, place, good);
    expect(kv.reads).toBe(0);
    clock.now += 1;
    await desk.read(key, place, good);
    expect(kv.reads).toBe(1);
    await desk.read(key, place, good);
    expect(kv.reads).toBe(1);
  });
});

describe('an entry that is not good', () => {
  const isNew = ({ generation }: { generation: number }) => generation > 7;

  it('in memory and near by is looked for behind, and what is found there takes its place', async () => {
    const here = createDesk();
    const key = aKey();
    await here.desk.write(key, anEntry({ generation: 7 }), here.place);
    await here.settled();
    const elsewhere = createDesk();
    await elsewhere.desk.write(key, anEntry({ generation: 8 }), elsewhere.place);
    expect(await here.desk.read(key, here.place, isNew)).toEqual(anEntry({ generation: 8 }));
    await here.settled();
    const neighbour = createDesk({ origin: here.place.origin });
    expect(await neighbour.desk.read(key, neighbour.place, isNew)).toEqual(anEntry({ generation: 8 }));
    expect(neighbour.kv.reads).toBe(0);
  });

  it('anywhere is not there, and is not copied near', async () => {
    const elsewhere = createDesk();
    const key = aKey();
    await elsewhere.desk.write(key, anEntry(), elsewhere.place);
    const here = createDesk();
    expect(await here.desk.read(key, here.place, isNew)).toBe(null);
    await here.settled();
    expect(await here.nearby(nameOf(key))).toBe(null);
    expect(await here.desk.readMany([key], here.place, isNew)).toEqual([null]);
  });

  it('is none that a judge fails at', async () => {
    const { desk, place } = createDesk();
    const key = aKey();
    await desk.write(key, anEntry(), place);
    const failing = () => {
      throw new Error('no judgement');
    };
    expect(await desk.read(key, place, failing)).toBe(null);
    expect(await desk.readMany([key], place, failing)).toEqual([null]);
  });
});

describe('a near copy', () => {
  it('is made of what is found behind, for as long as it has left', async () => {
    const elsewhere = createDesk();
    const key = aKey();
    await elsewhere.desk.write(key, anEntry({ keptUntil: NOW + 100_000 }), elsewhere.place);
    const here = createDesk();
    here.clock.now += 40_000;
    await here.desk.read(key, here.place, good);
    await here.settled();
    const copy = await caches.default.match(`${here.place.origin}/.edgeway-cache/${nameOf(key)}`);
    expect(copy?.headers.get('cache-control')).toBe('max-age=60');
    await copy?.body?.cancel();
  });

  it('that is garbage is one that is not there', async () => {
    const { desk, place, settled } = createDesk();
    const key = aKey();
    await desk.write(key, anEntry(), place);
    await settled();
    const broken = new Response('<html>', { headers: { 'cache-control': 'max-age=60' } });
    await caches.default.put(`${place.origin}/.edgeway-cache/${nameOf(key)}`, broken);
    const neighbour = createDesk({ origin: place.origin });
    expect(await neighbour.desk.read(key, neighbour.place, good)).toEqual(anEntry());
    expect(neighbour.kv.reads).toBe(1);
  });

  it.each<[string, CacheStore]>([
    ['is nowhere', NO_NEAR],
    ['never comes', { get: () => new Promise(() => undefined), put: () => new Promise(() => undefined) }],
    ['fails', { get: () => Promise.reject(new Error('no')), put: () => Promise.reject(new Error('no')) }],
  ])('that %s keeps nobody from what lies behind', async (_, near) => {
    const key = aKey();
    const writer = createDesk({ near });
    expect(await writer.desk.write(key, anEntry(), writer.place)).toBe(true);
    const reader = createDesk({ near });
    expect(await reader.desk.read(key, reader.place, good)).toEqual(anEntry());
    expect([writer.logged, reader.logged]).toEqual([[], []]);
  });
});

describe('what is given out', () => {
  it('may be changed and given away without harm to the next reader', async () => {
    const { desk, place } = createDesk();
    const key = aKey();
    const written = anEntry();
    await desk.write(key, written, place);
    written.body.fill(0);
    for (let turn = 0; turn < 3; turn += 1) {
      const read = await desk.read(key, place, good);
      expect(read).toEqual(anEntry());
      if (read === null) return;
      read.canonical?.fill(0);
      structuredClone(read.body, { transfer: [read.body.buffer as ArrayBuffer] });
      expect(read.body.length).toBe(0);
    }
  });
});

describe('many entries', () => {
  it.each([undefined, SECRET])('are written and read at once (secret: %s)', async (secret) => {
    const { desk, place, kv } = createDesk(secret === undefined ? {} : { key: secret });
    const scope = aScope();
    const keys = Array.from({ length: 120 }, () => aKey(scope));
    const written = keys.map((key, i) => ({ key, entry: aVector([i, 1, 2]) }));
    expect(await desk.writeMany(written, place)).toBe(true);
    const unknown = aKey(scope);
    const read = await desk.readMany([unknown, ...keys], place, good);
    expect(read).toEqual([null, ...written.map(({ entry }) => entry)]);
    expect(kv.reads).toBe(2);
  });

  it('are looked at one by one', async () => {
    const { desk, place, clock } = createDesk();
    const [sound, old, over, broken] = [aKey(), aKey(), aKey(), aKey()];
    await desk.writeMany(
      [
        { key: sound, entry: aVector([1], { generation: 9 }) },
        { key: old, entry: aVector([2], { generation: 1 }) },
        { key: over, entry: aVector([3], { generation: 9, keptUntil: NOW + 1000 }) },
      ],
      place,
    );
    await CACHE.put(nameOf(broken), 'garbage');
    clock.now += 1000;
    const keys = [broken, old, over, sound];
    const read = await desk.readMany(keys, place, ({ generation }) => generation > 5);
    expect(read.map((entry) => entry?.body[0] ?? null)).toEqual([null, null, null, 1]);
  });

  it('that are over or too large are passed by, and the rest is written', async () => {
    const { desk, place } = createDesk();
    const [over, sound] = [aKey(), aKey()];
    const written = await desk.writeMany(
      [
        { key: over, entry: aVector([1], { keptUntil: NOW }) },
        { key: sound, entry: aVector([2]) },
      ],
      place,
    );
    expect(written).toBe(false);
    expect(await desk.readMany([over, sound], place, good)).toEqual([null, aVector([2])]);
  });
});

describe('what is not kept', () => {
  it('is an entry that is over', async () => {
    const { desk, place, kv, nearby } = createDesk();
    const key = aKey();
    expect(await desk.write(key, anEntry({ keptUntil: NOW }), place)).toBe(false);
    expect([kv.writes, await nearby(nameOf(key))]).toEqual([0, null]);
  });

  it('is an entry that is too large', async () => {
    const { desk, place, kv, logged } = createDesk();
    const entry = { ...anEntry(), body: new Uint8Array(MAX_ENTRY_BYTES), canonical: new Uint8Array(1) };
    expect(await desk.write(aKey(), entry, place)).toBe(false);
    expect([kv.writes, logged]).toEqual([0, []]);
  });

  it('is what has no store', async () => {
    const { desk, place } = createDesk({ kv: null, near: NO_NEAR });
    const key = aKey();
    expect(await desk.write(key, anEntry(), place)).toBe(false);
    expect(await desk.writeMany([{ key: aKey(), entry: anEntry() }], place)).toBe(false);
    expect(await desk.readMany([aKey()], place, good)).toEqual([null]);
  });
});

it('the largest entry fits into KV, sealed', { timeout: 60_000 }, async () => {
  const { desk, place, kv } = createDesk({ key: SECRET, near: NO_NEAR, lookupMs: 30_000 });
  const key = aKey();
  const entry = { ...anEntry(), body: new Uint8Array(MAX_ENTRY_BYTES - 1), canonical: new Uint8Array(1) };
  expect(await desk.write(key, entry, place)).toBe(true);
  const read = await desk.read(key, place, good);
  expect([read?.body.length, read?.canonical?.length, kv.reads]).toEqual([MAX_ENTRY_BYTES - 1, 1, 1]);
});

const base64Of = (text: string | null): string =>
  (text ?? '').slice('base64:'.length).replaceAll('-', '+').replaceAll('_', '/');
