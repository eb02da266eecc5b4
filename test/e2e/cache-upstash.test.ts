/** Cached answers in Redis: `cache.store: "upstash"`, a real redis-server behind the REST front. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, kept, startCacheLab } from '../support/cache/lab.ts';
import { type NumberedVendor, startNumberedVendor } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { makeKey } from '../support/gateway.ts';
import { type RedisServer, startRedisServer } from '../support/redis/redis-server.ts';
import { type FrontFault, type RestFront, startRestFront } from '../support/redis/rest-front.ts';

/** Known to both gateways. */
const shared = makeKey('shared', { project: 'shared' });

let server: RedisServer;
let front: RestFront;
let vendor: NumberedVendor;
let one: CacheLab;
let other: CacheLab;
beforeAll(async () => {
  server = await startRedisServer();
  front = await startRestFront(server.port);
  vendor = await startNumberedVendor();
  const options = {
    vendor,
    keys: [shared],
    vars: { UPSTASH_REDIS_REST_URL: front.url, UPSTASH_REDIS_REST_TOKEN: front.token },
    config: {
      cache: { store: 'upstash', lookup_ms: 2000 },
      models: {
        inKv: kept({ mode: 'always', store: 'kv' }),
        brief: kept({ mode: 'always', ttl_seconds: 2 }),
      },
    },
  };
  [one, other] = [await startCacheLab(options), await startCacheLab(options)];
});
afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await vendor.stop();
  await front.stop();
  await server.stop();
});
beforeEach(() => front.fail('none'));

const keys = async (): Promise<string[]> => ((await front.send('KEYS', '*')) as string[]).toSorted(); // a list of texts

/** Asks the first gateway, and waits until the entry lies in Redis under its name. */
async function writeToRedis(text: string, model = 'always') {
  const answer = await one.ask({ text, model, key: shared.key });
  const hash = answer.headers.get('x-edgeway-cache-key') ?? 'none';
  const name = await vi.waitUntil(async () => (await keys()).find((key) => key.endsWith(hash)), {
    timeout: 10_000,
    interval: 20,
  });
  return { answer, name };
}

const elsewhere = (text: string, more: object = {}) => other.ask({ text, key: shared.key, ...more });

it('shares answers between gateways that have nothing but Redis in common, whole and as streams', async () => {
  const text = freshLabel();
  const { answer } = await writeToRedis(text);
  for (const stream of [false, true]) {
    const hit = await elsewhere(text, { stream });
    expect([cacheOf(hit), callOf(hit)]).toEqual(['hit', callOf(answer)]);
  }
  expect(vendor.calls(text)).toHaveLength(1);
  for (const lab of [one, other]) expect(lab.gateway.cache.kv.names()).toEqual([]);
});

it('keeps bytes of any sort', async () => {
  const call = async (lab: CacheLab) => {
    const response = await lab.gateway.request('/v1/audio/speech', {
      method: 'POST',
      headers: { authorization: `Bearer ${shared.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'always', input: 'hi', voice: 'alloy' }),
    });
    return [
      response.headers.get('x-edgeway-cache'),
      response.headers.get('content-type'),
      Buffer.from(await response.arrayBuffer()),
    ];
  };
  const sound = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
  vendor.on(
    '',
    () => (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(sound),
  );
  const before = (await keys()).length;
  expect(await call(one)).toEqual(['miss', 'audio/mpeg', sound]);
  await expect.poll(async () => (await keys()).length).toBe(before + 1);
  expect(await call(other)).toEqual(['hit', 'audio/mpeg', sound]);
});

it('lets an entry go with its time', async () => {
  const text = freshLabel();
  const { name } = await writeToRedis(text, 'brief');
  expect(Number(await front.send('PTTL', name))).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await front.send('EXISTS', name)).toBe(0), {
    timeout: 15_000,
    interval: 100,
  });
  expect(cacheOf(await elsewhere(text, { model: 'brief' }))).toBe('miss');
});

it('an alias may have its answers in KV all the same', async () => {
  const text = freshLabel();
  const answer = await one.ask({ text, model: 'inKv', key: shared.key });
  const hash = answer.headers.get('x-edgeway-cache-key') ?? 'none';
  await vi.waitFor(() => expect(one.gateway.cache.kv.names().join()).toContain(hash), 10_000);
  expect((await keys()).join()).not.toContain(hash);
});

describe.each<FrontFault>(['slow', 'error', 'garbage', 'lost-answer', 'lost-request'])(
  'Redis that fails: %s',
  (fault) => {
    it('is a miss, in bounded time', async () => {
      const text = freshLabel();
      await writeToRedis(text);
      front.fail(fault);
      const answer = await within(20_000, 'it is answered', elsewhere(text));
      expect([cacheOf(answer), callOf(answer)]).toEqual(['miss', vendor.calls(text)[1]?.number]);
    });
  },
);

describe('a value that is none of ours', () => {
  it.each([
    ['garbage', ['SET', 'NAME', 'not an entry']],
    ['another type', ['LPUSH', 'NAME', 'a']],
  ])('is a miss: %s', async (_, command) => {
    const text = freshLabel();
    const { name } = await writeToRedis(text);
    await front.send('DEL', name);
    await front.send(...command.map((word) => word.replace('NAME', name)));
    expect(cacheOf(await elsewhere(text))).toBe('miss');
    await front.send('DEL', name);
  });
});

it('a server that was killed is a miss, and a hit when it is back', async () => {
  const text = freshLabel();
  const { answer } = await writeToRedis(text);
  await server.kill();
  expect((await within(20_000, 'it is answered', elsewhere(freshLabel()))).status).toBe(200);
  await server.restart();
  const hit = await elsewhere(text);
  expect([cacheOf(hit), callOf(hit)]).toEqual(['hit', callOf(answer)]);
});

it('without its variables the store is a mistake of the configuration, or there is no cache', async () => {
  const none = await startCacheLab({ vendor, config: { cache: { store: 'upstash' } } });
  try {
    const { status, error } = await none.ask({ text: freshLabel() });
    if (status === 500) expect(String(error.message)).toContain('UPSTASH_REDIS_REST_URL');
    else expect(status).toBe(200);
  } finally {
    await none.stop();
  }
});
