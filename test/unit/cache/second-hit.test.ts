import { describe, expect, it } from 'vitest';
import { StoreNames } from '../../../src/cache/store-names.ts';
import { CACHE } from './broken-kv.ts';
import { createDesk, NO_NEAR } from './desk-support.ts';
import { aKey, aScope } from './entries.ts';

describe('a request', () => {
  it('is the first one once', async () => {
    const { desk, place } = createDesk();
    const key = aKey();
    expect(await desk.isSecond(key, place, 60)).toBe(false);
    expect(await desk.isSecond(key, place, 60)).toBe(true);
    expect(await desk.isSecond(key, place, 60)).toBe(true);
  });

  it('is the second one in another isolate of the place, and the first one elsewhere', async () => {
    const first = createDesk();
    const key = aKey();
    await first.desk.isSecond(key, first.place, 60);
    await first.settled();
    const neighbour = createDesk({ origin: first.place.origin });
    expect(await neighbour.desk.isSecond(key, neighbour.place, 60)).toBe(true);
    const elsewhere = createDesk();
    expect(await elsewhere.desk.isSecond(key, elsewhere.place, 60)).toBe(false);
  });

  it('is the first one again when the time is over', async () => {
    const { desk, place, clock } = createDesk({ near: NO_NEAR });
    const key = aKey();
    await desk.isSecond(key, place, 60);
    clock.now += 59_999;
    expect(await desk.isSecond(key, place, 60)).toBe(true);
    clock.now += 1;
    expect(await desk.isSecond(key, place, 60)).toBe(false);
  });

  it('of one tenant is not the second one of another', async () => {
    const { desk, place, settled } = createDesk();
    const key = aKey();
    await desk.isSecond(key, place, 60);
    await settled();
    expect(await desk.isSecond({ ...key, scope: aScope() }, place, 60)).toBe(false);
  });

  it('is remembered near by for as long as was said, and in no store that costs', async () => {
    const { desk, place, kv, settled } = createDesk();
    const key = aKey();
    await desk.isSecond(key, place, 77);
    await settled();
    const name = new StoreNames(() => 0).mark(key);
    const mark = await caches.default.match(`${place.origin}/.edgeway-cache/${name}`);
    expect(mark?.headers.get('cache-control')).toBe('max-age=77');
    await mark?.body?.cancel();
    expect([kv.reads, kv.writes, await CACHE.get(name)]).toEqual([0, 0, null]);
  });

  it('waits for no near cache that never answers', async () => {
    const near = {
      get: () => new Promise<null>(() => undefined),
      put: () => new Promise<void>(() => undefined),
    };
    const { desk, place } = createDesk({ near, lookupMs: 20 });
    const key = aKey();
    expect(await desk.isSecond(key, place, 60)).toBe(false);
    expect(await desk.isSecond(key, place, 60)).toBe(true);
  });

  it('is no entry', async () => {
    const { desk, place, settled } = createDesk();
    const key = aKey();
    await desk.isSecond(key, place, 60);
    await settled();
    expect(await desk.read(key, place, () => true)).toBe(null);
  });
});
