/** Requests that wait for their turn instead of getting a 429, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, startGateway, type TestKey } from '../support/gateway.ts';

const ROOM = { max_wait_seconds: 30, max_waiters: 50 };
const keys = {
  paced: makeKey('paced', { requests_per_minute: 120, burst_requests: 2, waiting_room: ROOM }),
  narrow: makeKey('narrow', { concurrency: 1, waiting_room: ROOM }),
  full: makeKey('full', { concurrency: 1, waiting_room: { max_wait_seconds: 30, max_waiters: 1 } }),
  hasty: makeKey('hasty', { concurrency: 1, waiting_room: { max_wait_seconds: 1, max_waiters: 5 } }),
  left: makeKey('left', { concurrency: 1, waiting_room: { max_wait_seconds: 30, max_waiters: 1 } }),
  poor: makeKey('poor', { budgets: [{ usd: 0.5, window: 'day' }], waiting_room: ROOM }),
};

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({
    config: { prices: { 'simulator/*': { request: 0.5 } } },
    keys: Object.values(keys),
  });
});
afterAll(() => gateway.stop());

const ask = ({ key }: TestKey, model = 'sim-fast', init: RequestInit = {}) =>
  gateway.request('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `simulator/${model}`,
      messages: [{ role: 'user', content: 'hello' }],
    }),
    ...init,
  });

/** In flight for so long, which is how long it keeps its place. */
const busy = (ms: number) => `sim-fast?first_token_ms=${ms}`;

describe('a key with a waiting room', () => {
  it('has all its requests answered, as fast as its bucket refills', async () => {
    const startedAt = Date.now();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(keys.paced)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    // Two at once, and six at two a second: it cannot have been faster.
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2900);
  });

  it('has one request after the other answered where one may be in flight', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(keys.narrow, busy(100))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('refuses at once who finds as many waiting as may', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(keys.full, busy(1000))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await refused?.json()).toMatchObject({
      error: { code: 'concurrency_exceeded', scope: 'key "full"' },
    });
  });

  it('refuses who waited as long as may be', async () => {
    const long = ask(keys.hasty, busy(4000));
    await expect.poll(async () => (await ask(keys.hasty)).status, { timeout: 15_000 }).toBe(429);
    expect((await long).status).toBe(200);
  });

  it('does not wait for money', async () => {
    expect((await ask(keys.poor)).status).toBe(200);
    const refused = await ask(keys.poor);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'budget_exceeded' } });
  });

  it('forgets a waiter whose client left', async () => {
    const first = ask(keys.left, busy(3000));
    const client = new AbortController();
    const waiting = ask(keys.left, 'sim-fast', { signal: client.signal }).catch(() => 'left');
    // The one place in the room is taken: whoever comes now is refused.
    await expect.poll(async () => (await ask(keys.left)).status, { timeout: 5000 }).toBe(429);
    client.abort();
    expect(await waiting).toBe('left');
    // It is free again: this one waits until the first has ended.
    await expect.poll(async () => (await ask(keys.left)).status, { timeout: 10_000 }).toBe(200);
    expect((await first).status).toBe(200);
  });
});
