/** The stand-in for Upstash's REST API, held against the clients that are made for the real one. */
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';

let lab: RedisLab;
/** With the library's own defaults: base64, pipelines of its own making, values that are parsed. */
let redis: Redis;
beforeAll(async () => {
  lab = await startRedisLab();
  redis = new Redis({ url: lab.front.url, token: lab.front.token });
});
afterAll(() => lab.stop());

describe('the REST front', () => {
  it('serves commands, in base64 and plain', async () => {
    expect(await redis.set('text', 'ä 日本\n')).toBe('OK');
    expect(await redis.get('text')).toBe('ä 日本\n');
    const plain = new Redis({ url: lab.front.url, token: lab.front.token, responseEncoding: false });
    expect(await plain.get('text')).toBe('ä 日本\n');
    expect(await redis.get('nothing')).toBe(null);
    expect(await redis.hset('hash', { a: 1, b: 'two' })).toBe(2);
    expect(await redis.hgetall('hash')).toEqual({ a: 1, b: 'two' });
  });

  it('serves pipelines and transactions, and the errors in them', async () => {
    const pipeline = redis.pipeline().set('p', 1).incr('p').get('p');
    expect(await pipeline.exec()).toEqual(['OK', 2, 2]);
    expect(await redis.multi().set('m', 5).incrby('m', 2).exec()).toEqual(['OK', 7]);
    await expect(redis.pipeline().set('s', 'text').incr('s').exec()).rejects.toThrow(/not an integer/);
  });

  it('serves scripts, those for Upstash too, by their text and by their hash', async () => {
    const script = redis.createScript<string>(`#!lua flags=allow-key-locking\nreturn KEYS[1] .. ARGV[1]`);
    expect([await script.exec(['a'], ['b']), await script.exec(['c'], ['d'])]).toEqual(['ab', 'cd']);
    const loaded = await redis.scriptLoad('#!lua flags=allow-key-locking\nreturn 7');
    expect(await redis.evalsha(loaded, [], [])).toBe(7);
  });

  it('serves the limiters of @upstash/ratelimit', async () => {
    for (const limiter of [
      Ratelimit.tokenBucket(1, '1 h', 3),
      Ratelimit.slidingWindow(3, '1 h'),
      Ratelimit.fixedWindow(3, '1 h'),
    ]) {
      const ratelimit = new Ratelimit({ redis, limiter, prefix: crypto.randomUUID(), ephemeralCache: false });
      const results = [];
      for (let turn = 0; turn < 4; turn += 1) results.push((await ratelimit.limit('me')).success);
      expect(results).toEqual([true, true, true, false]);
    }
  });

  it('refuses strangers, and says what Redis says', async () => {
    const stranger = new Redis({ url: lab.front.url, token: 'stranger' });
    await expect(stranger.get('text')).rejects.toThrow(/WRONGPASS/);
    await expect(redis.lpush('text', 'x')).rejects.toThrow(/WRONGTYPE/);
  });
});
