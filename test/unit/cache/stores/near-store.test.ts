import { describe, expect, it } from 'vitest';
import { createNearStore } from '../../../../src/cache/stores/near-store.ts';
import { utf8 } from '../entries.ts';

const at = (origin: string) => createNearStore({ cache: () => caches.default, origin });
const aName = () => `c1/0123456789abcdef/${crypto.randomUUID()}`;
const BYTES = Uint8Array.of(0x89, 0, 255, 10, 13);

describe('the near store', () => {
  it('gives what was put, byte for byte, and nothing for another name', async () => {
    const near = at('https://gateway.example');
    const name = aName();
    expect(await near.get(name)).toBe(null);
    await near.put(name, BYTES, 60);
    expect(await near.get(name)).toEqual(BYTES);
    expect(await near.get(aName())).toBe(null);
  });

  it('gives the last one', async () => {
    const near = at('https://gateway.example');
    const name = aName();
    await near.put(name, utf8('one'), 60);
    await near.put(name, utf8('two'), 60);
    expect(await near.get(name)).toEqual(utf8('two'));
  });

  it('keeps the names of one host from those of another', async () => {
    const name = aName();
    await at('https://a.example').put(name, BYTES, 60);
    expect(await at('https://b.example').get(name)).toBe(null);
  });

  it('keeps a value below the host of the gateway, for as long as was said', async () => {
    const name = aName();
    await at('https://gateway.example').put(name, BYTES, 77);
    const kept = await caches.default.match(`https://gateway.example/.edgeway-cache/${name}`);
    expect(kept?.headers.get('cache-control')).toBe('max-age=77');
    expect(kept?.headers.get('content-type')).toBe('application/octet-stream');
    await kept?.body?.cancel();
  });

  it('takes a cache of any kind', async () => {
    const named = createNearStore({ cache: () => caches.open('edgeway'), origin: 'https://gateway.example' });
    const name = aName();
    await named.put(name, BYTES, 60);
    expect(await named.get(name)).toEqual(BYTES);
    expect(await at('https://gateway.example').get(name)).toBe(null);
  });

  it.each<[string, () => Cache | Promise<Cache>]>([
    [
      'throws',
      () => {
        throw new Error('No Cache was configured');
      },
    ],
    ['rejects', () => Promise.reject(new Error('No Cache was configured'))],
    ['is not there', () => undefined as unknown as Cache],
  ])('has nothing, and fails at nothing, where the Cache API %s', async (_, cache) => {
    const near = createNearStore({ cache, origin: 'https://gateway.example' });
    await near.put(aName(), BYTES, 60);
    expect(await near.get(aName())).toBe(null);
  });
});
