/** The whole gateway with `limits.store: "upstash"`: two of them, which share nothing but Redis. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Gateway, startGateway } from '../../support/gateway.ts';
import { type BillingVendor, SMALL_BILL, startBillingVendor } from '../../support/limits/billing-vendor.ts';
import {
  type Answer,
  countStatuses,
  documentKey,
  NANO_PER_TOKEN,
  PRICES,
  read,
  toNano,
  untilNothingIsHeld,
  usageOf,
} from '../../support/limits/lab.ts';
import { CHAT, requestOf } from '../../support/limits/route-calls.ts';
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts';
import { type RestFront, startRestFront } from '../../support/redis/rest-front.ts';

const BILLED_NANO = (SMALL_BILL.input + SMALL_BILL.output) * NANO_PER_TOKEN;
/** Requests of a chat reserve far more than they are billed: each must find room. */
const MANY = { tokens_per_day: 100_000_000 };

const COUNTED = documentKey({ requests_per_day: 7, ...MANY });
const BILLED = documentKey({ budgets: [{ usd: 5, window: 'month' }] });
const OPEN = documentKey({ requests_per_day: 1000 });
const CLOSED = documentKey({ budgets: [{ usd: 5, window: 'total' }] });
const keys = [COUNTED, BILLED, OPEN, CLOSED];

let server: RedisServer;
let front: RestFront;
let vendor: BillingVendor;
let gateways: readonly Gateway[];

beforeAll(async () => {
  server = await startRedisServer();
  front = await startRestFront(server.port);
  vendor = await startBillingVendor();
  const config = { providers: vendor.providers, prices: PRICES, limits: { store: 'upstash' } };
  const vars = { UPSTASH_REDIS_REST_URL: front.url, UPSTASH_REDIS_REST_TOKEN: front.token };
  gateways = await Promise.all([0, 1].map(() => startGateway({ config, keys, vars })));
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await vendor.stop();
  await front.stop();
  await server.stop();
});

const gatewayOf = (index: number): Gateway => gateways[index % gateways.length] as Gateway;

function ask(gateway: Gateway, key: string): Promise<Answer> {
  const { path, init } = requestOf(CHAT, key, {});
  return read(fetch(gateway.url + path, init));
}

describe('two gateways on one Redis', () => {
  it('share a limit, and pass it by no request', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => ask(gatewayOf(index), COUNTED.key)),
    );
    expect(countStatuses(answers)).toEqual({ 200: 7, 429: 33 });
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.error).toMatchObject({ code: 'request_limit_exceeded', param: 'requests_per_day' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('add up what was spent to the nano-dollar, and hold nothing afterwards', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask(gatewayOf(index), BILLED.key)),
    );
    expect(countStatuses(answers)).toEqual({ 200: 30 });
    for (const { url } of gateways)
      await vi.waitFor(
        async () => {
          const { total, budgets } = await untilNothingIsHeld(url, BILLED.key);
          expect(total.requests).toBe(30);
          expect([toNano(total.cost_usd), toNano(budgets[0]?.spent_usd ?? 0)]).toEqual([
            30 * BILLED_NANO,
            30 * BILLED_NANO,
          ]);
        },
        { timeout: 15_000, interval: 250 },
      );
  });
});

describe('Redis, killed and started again', () => {
  it('costs requests with a budget a 503, others go on; what they used is told once', async () => {
    const before = await Promise.all([ask(gatewayOf(0), OPEN.key), ask(gatewayOf(0), CLOSED.key)]);
    expect(countStatuses(before)).toEqual({ 200: 2 });
    await untilNothingIsHeld(gatewayOf(0).url, CLOSED.key);
    await server.kill();
    // An isolate without a lease has to ask, and learns that nobody is there.
    const [open, closed] = await Promise.all([ask(gatewayOf(1), OPEN.key), ask(gatewayOf(1), CLOSED.key)]);
    expect([open.status, closed.status]).toEqual([200, 503]);
    expect(closed.error).toMatchObject({ code: 'gateway_unavailable' });
    const line = await gatewayOf(1).lineOf(open.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'complete', limits_unchecked: true });
    await server.restart();
    await vi.waitFor(
      async () => {
        expect((await ask(gatewayOf(1), CLOSED.key)).status).toBe(200);
      },
      { timeout: 15_000, interval: 250 },
    );
    await vi.waitFor(
      async () => {
        expect((await usageOf(gatewayOf(0).url, OPEN.key)).total.requests).toBe(2);
        expect((await usageOf(gatewayOf(0).url, CLOSED.key)).total).toMatchObject({
          requests: 2,
          cost_usd: (2 * BILLED_NANO) / 1e9,
        });
      },
      { timeout: 20_000, interval: 250 },
    );
  });
});
