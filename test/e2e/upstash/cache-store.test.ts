/** Entries in Redis: over the REST front, with the client that the gateway uses. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FarStore } from '../../../src/cache/cache-store.ts';
import { createUpstashCacheStore } from '../../../src/cache/stores/upstash-store.ts';
import { connectUpstash } from '../../../src/connect-upstash.ts';
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts';
import { type FrontFault, type RestFront, startRestFront } from '../../support/redis/rest-front.ts';

let server: RedisServer;
let front: RestFront;
const PATIENCE_MS = 30_000;
beforeAll(async () => {
  server = await startRedisServer();
  front = await startRestFront(server.port);
});
afterAll(async () => {
  await front.stop();
  await server.stop();
});
beforeEach(() => front.fail('none'));

const store = (prefix = 'test:', timeoutMs = PATIENCE_MS): FarStore =>
  createUpstashCacheStore({ redis: connectUpstash({ ...front, timeoutMs }), prefix });
const aName = () => `c1/0123456789abcdef/${crypto.randomUUID()}`;
const bytesOf = (...values: number[]) => Uint8Array.from(values);
const BYTES = bytesOf(0x89, 0, 255, 10, 13);

describe('an entry in Redis', () => {
  it.each([
    ['small', BYTES],
    ['empty', bytesOf()],
    ['digits, once in base64', Uint8Array.from(Buffer.from('12345678', 'base64'))],
    ['a megabyte', new Uint8Array(1_000_000).map((_, i) => i * 7)],
  ])('is read as it was written, one at a time and many at once: %s', async (_, bytes) => {
    const name = aName();
    expect(await store().get(name)).toBe(null);
    await store().put(name, bytes, 60);
    expect(await store().get(name)).toEqual(bytes);
    expect(await store().getMany([name])).toEqual([bytes]);
    await store().put(name, BYTES, 60);
    expect(await store().get(name)).toEqual(BYTES);
  });

  it('goes when its time is over, to the second', async () => {
    const [one, two] = [aName(), aName()];
    await store().put(one, BYTES, 77);
    await store().putMany([{ name: two, bytes: BYTES, seconds: 99 }]);
    const left = await Promise.all([one, two].map((name) => front.send('PTTL', `test:${name}`)));
    expect(left.map((ms) => Math.ceil(Number(ms) / 1000))).toEqual([77, 99]);
    await front.send('PEXPIRE', `test:${one}`, '0');
    expect(await store().get(one)).toBe(null);
  });

  it('is not that of a gateway with another prefix', async () => {
    const name = aName();
    await store('a:').put(name, BYTES, 60);
    expect(await store('b:').get(name)).toBe(null);
  });

  it('is read with many others by one command for a hundred, in the order of their names', async () => {
    const values = Array.from({ length: 150 }, (_, i) => ({
      name: aName(),
      bytes: bytesOf(i),
      seconds: 60,
    }));
    await store().putMany(values);
    const names = values.map(({ name }) => name);
    const asked = [aName(), ...names, names[3] ?? ''];
    const before = front.commands.length;
    const read = await store().getMany(asked);
    expect(front.commands.slice(before)).toEqual(['mget', 'mget']);
    expect(read).toEqual([null, ...values.map(({ bytes }) => bytes), bytesOf(3)]);
    expect(await store().getMany([])).toEqual([]);
  });

  it('is no entry if somebody wrote something else there', async () => {
    const [text, list, sound] = [aName(), aName(), aName()];
    await front.send('SET', `test:${text}`, '{"not": "base64"}');
    await front.send('RPUSH', `test:${list}`, 'a');
    await store().put(sound, BYTES, 60);
    expect(await store().get(text)).toBe(null);
    expect(await store().getMany([text, list, sound])).toEqual([null, null, BYTES]);
    await expect(store().get(list)).rejects.toThrow('WRONGTYPE');
  });

  it('that is larger than Upstash takes is not sent', async () => {
    const large = new Uint8Array(7 * 1024 * 1024 + 1);
    const before = front.commands.length;
    await expect(store().put(aName(), large, 60)).rejects.toThrow(`an entry has ${large.length} bytes`);
    await expect(store().putMany([{ name: aName(), bytes: large, seconds: 60 }])).rejects.toThrow('bytes');
    expect(front.commands.length).toBe(before);
    const name = aName();
    await store().put(name, large.subarray(1), 60);
    expect((await store().get(name))?.length).toBe(large.length - 1);
  });
});

describe('a Redis that', () => {
  it.each<FrontFault>(['error', 'garbage', 'lost-request', 'lost-answer'])(
    'fails rejects, shortly and without the entry: %s',
    async (fault) => {
      const secret = Uint8Array.from(Buffer.from('secret'.repeat(100), 'base64'));
      front.fail(fault);
      const failures = await Promise.all(
        [
          store().get(aName()),
          store().getMany([aName()]),
          store().put(aName(), secret, 60),
          store().putMany([{ name: aName(), bytes: secret, seconds: 60 }]),
        ].map((work) => work.then(() => null, String)),
      );
      for (const failure of failures) {
        expect(failure).toMatch(/^Error: Upstash: /);
        expect(failure).not.toContain('secretsecret');
      }
    },
  );

  it('does not answer is not waited for', async () => {
    front.fail('slow');
    await expect(store('test:', 50).get(aName())).rejects.toThrow('Upstash: ');
  });

  it('answers again is used again', async () => {
    const name = aName();
    await store().put(name, BYTES, 60);
    front.fail('lost-answer', 1);
    expect(await store().get(name)).toEqual(BYTES);
  });
});
