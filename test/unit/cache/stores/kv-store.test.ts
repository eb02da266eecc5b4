import { describe, expect, it } from 'vitest';
import { createKvStore } from '../../../../src/cache/stores/kv-store.ts';
import { CACHE } from '../broken-kv.ts';
import { utf8 } from '../entries.ts';

const store = createKvStore(CACHE);
const aName = () => `c1/0123456789abcdef/${crypto.randomUUID()}`;
const BYTES = Uint8Array.of(0x89, 0, 255, 10, 13);
/** Too large to lie as text. */
const LARGE = new Uint8Array(200_000).map((_, i) => i * 7);

/** The real namespace, and what it was asked. */
function watched() {
  const calls: { method: string; name: unknown; options: unknown }[] = [];
  const note = (method: string, name: unknown, options: unknown) => calls.push({ method, name, options });
  const namespace = {
    get: (name: never, options: never) => {
      note('get', name, options);
      return CACHE.get(name, options);
    },
    put: (name: string, value: string | ArrayBufferView, options: KVNamespacePutOptions) => {
      note('put', name, options);
      return CACHE.put(name, value, options);
    },
  };
  return { calls, store: createKvStore(namespace as unknown as KVNamespace) }; // `get` has many shapes
}

describe('the KV store', () => {
  it.each([
    ['small', BYTES],
    ['empty', new Uint8Array()],
    ['the largest text', LARGE.subarray(0, 128 * 1024)],
    ['large', LARGE],
  ])('gives what was put, byte for byte, one at a time and many at once: %s', async (_, bytes) => {
    const name = aName();
    expect(await store.get(name)).toBe(null);
    await store.put(name, bytes, 60);
    expect(await store.get(name)).toEqual(bytes);
    expect(await store.getMany([name])).toEqual([bytes]);
  });

  it('gives many in the order of their names, named twice or not there', async () => {
    const [one, two, three] = [aName(), aName(), aName()];
    await store.putMany([
      { name: one, bytes: utf8('one'), seconds: 60 },
      { name: two, bytes: LARGE, seconds: 60 },
    ]);
    expect(await store.getMany([three, two, one, three, one])).toEqual([
      null,
      LARGE,
      utf8('one'),
      null,
      utf8('one'),
    ]);
    expect(await store.getMany([])).toEqual([]);
  });

  it('asks once for a hundred names', async () => {
    const { calls, store } = watched();
    const names = Array.from({ length: 250 }, aName);
    await store.putMany(names.map((name, i) => ({ name, bytes: Uint8Array.of(i), seconds: 60 })));
    calls.length = 0;
    expect(await store.getMany(names)).toEqual(names.map((_, i) => Uint8Array.of(i)));
    expect(calls.map(({ method, name }) => [method, (name as string[]).length])).toEqual([
      ['get', 100],
      ['get', 100],
      ['get', 50],
    ]);
  });

  it('lets the place remember as short a time as it may', async () => {
    const { calls, store } = watched();
    await store.get(aName());
    await store.getMany([aName()]);
    expect(calls.map(({ options }) => options)).toEqual([
      { type: 'arrayBuffer', cacheTtl: 30 },
      { type: 'text', cacheTtl: 30 },
    ]);
  });

  it('keeps for as long as was said, or the minute that is the least', async () => {
    const { calls, store } = watched();
    await store.put(aName(), BYTES, 3600);
    await store.put(aName(), BYTES, 1);
    expect(calls.map(({ options }) => options)).toEqual([{ expirationTtl: 3600 }, { expirationTtl: 60 }]);
  });

  it.each([
    ['text', 'Not Found', utf8('Not Found')],
    ['what claims to be base64', 'base64:###', null],
    ['bytes', Uint8Array.of(1, 2, 255), Uint8Array.of(1, 2, 255)],
  ])('fails at nothing that others may have put there: %s', async (_, value, read) => {
    const [name, sound] = [aName(), aName()];
    await CACHE.put(name, value);
    await store.put(sound, BYTES, 60);
    expect(await store.get(name)).toEqual(read);
    expect(await store.getMany([name, sound])).toEqual([read, BYTES]);
  });

  it('leaves a request the operations that it needs for other things', async () => {
    const { calls, store } = watched();
    const values = Array.from({ length: 501 }, () => ({ name: aName(), bytes: BYTES, seconds: 60 }));
    await expect(store.putMany(values)).rejects.toThrow('more than 500');
    expect(calls).toHaveLength(500);
  });

  it('says what was not written, and writes the rest', async () => {
    const [one, two] = [aName(), aName()];
    const tooLong = 'x'.repeat(513);
    const values = [one, tooLong, two].map((name) => ({ name, bytes: BYTES, seconds: 60 }));
    await expect(store.putMany(values)).rejects.toThrow('KV');
    expect(await store.getMany([one, two])).toEqual([BYTES, BYTES]);
  });
});
