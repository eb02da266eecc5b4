/** Answers behind their time: given while a new one is fetched, or where none can be had, and only if so configured. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  type CacheAsk,
  type CacheLab,
  cacheOf,
  cacheTold,
  callOf,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';
import { type NumberedHandler, numbered } from '../support/cache/numbered-vendor.ts';
import { createGate } from '../support/streaming.ts';
import { freePort } from '../support/workerd.ts';

let lab: CacheLab;
beforeAll(async () => {
  const brief = { mode: 'always', ttl_seconds: 1 };
  const nobody = `http://127.0.0.1:${await freePort()}/v1`;
  lab = await startCacheLab({
    config: {
      providers: {
        dead: {
          dialect: 'openai-chat',
          base_url: nobody,
          api_keys: ['sk-nobody-0123456789'],
          allow_insecure: true,
        },
      },
      models: {
        brief: kept(brief),
        revalidating: kept({ ...brief, stale_while_revalidate_seconds: 600 }),
        standing: kept({ ...brief, stale_if_error_seconds: 600 }),
        both: kept({ ...brief, stale_while_revalidate_seconds: 1, stale_if_error_seconds: 600 }),
        'standing-shared': kept({ ...brief, stale_if_error_seconds: 600, coalesce: true }),
      },
    },
  });
});
afterAll(() => lab.stop());

/** Asks once, and waits until the answer is over; asks with `only-if-cached`, so that nothing else is fetched. */
async function untilOver(ask: CacheAsk): Promise<Answer> {
  const first = await lab.ask(ask);
  const storedAt = Date.now();
  // A whole second of life, a tenth shorter at most; what is fresh says so by its age.
  await vi.waitUntil(() => Date.now() - storedAt > 1100, { timeout: 5000, interval: 50 });
  return first;
}

const failing =
  (status: number): NumberedHandler =>
  () =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');

describe.concurrent('stale-while-revalidate', () => {
  it.each([[false], [true]])(
    'gives the old answer at once, and the new one to who comes then (stream: %s)',
    async (stream) => {
      const ask = { text: freshLabel(), model: 'revalidating', stream };
      const first = await untilOver(ask);
      const gate = createGate();
      lab.vendor.on(ask.text, numbered({ before: gate.opened }));
      const stale = await lab.ask(ask);
      expect([cacheOf(stale), callOf(stale)]).toEqual(['hit', callOf(first)]);
      expect(Number(cacheTold(stale).age)).toBeGreaterThanOrEqual(1);
      const second = await lab.vendor.call(ask.text, 1);
      gate.open();
      await vi.waitFor(async () => expect(callOf(await lab.ask(ask))).toBe(second.number), {
        timeout: 10_000,
        interval: 100,
      });
      expect(lab.vendor.calls(ask.text).length).toBeLessThanOrEqual(3);
    },
  );

  it('asks the provider once, however many get the old answer', async () => {
    const ask = { text: freshLabel(), model: 'revalidating' };
    const first = await untilOver(ask);
    const gate = createGate();
    lab.vendor.on(ask.text, numbered({ before: gate.opened }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => lab.ask(ask)));
    expect(new Set(answers.map(callOf))).toEqual(new Set([callOf(first)]));
    await lab.vendor.call(ask.text, 1);
    expect(lab.vendor.calls(ask.text)).toHaveLength(2);
    gate.open();
  });

  it('costs whoever gets it nothing, and the call behind it is logged and billed for itself', async () => {
    const key = await lab.mint();
    const ask = { text: freshLabel(), model: 'revalidating', key };
    await untilOver(ask);
    const stale = await lab.ask(ask);
    expect(await lab.lineOf(stale)).toMatchObject({ cache: 'hit', cost_usd: 0 });
    await lab.vendor.call(ask.text, 1);
    const usage = async () => {
      const response = await fetch(`${lab.gateway.url}/v1/usage`, {
        headers: { authorization: `Bearer ${key}` },
      });
      const { scopes } = await response.json();
      return scopes.find(({ kind }: { kind: string }) => kind === 'key').total;
    };
    await vi.waitFor(
      async () => expect(await usage()).toMatchObject({ input_tokens: 22, output_tokens: 14 }),
      { timeout: 15_000, interval: 200 },
    );
  });

  it('does not outlive a refresh that fails: the old answer stands, and the next asks again', async () => {
    const ask = { text: freshLabel(), model: 'revalidating' };
    const first = await untilOver(ask);
    lab.vendor.on(ask.text, failing(500));
    expect(callOf(await lab.ask(ask))).toBe(callOf(first));
    await lab.vendor.call(ask.text, 1);
    expect(callOf(await lab.ask(ask))).toBe(callOf(first));
    lab.vendor.on(ask.text, numbered());
    await vi.waitFor(async () => expect(callOf(await lab.ask(ask))).not.toBe(callOf(first)), {
      timeout: 15_000,
      interval: 200,
    });
  });

  it('is nothing for who asks for what is young', async () => {
    const ask = { text: freshLabel(), model: 'revalidating' };
    const first = await untilOver(ask);
    const young = await lab.ask({ ...ask, headers: { 'cache-control': 'max-age=0' } });
    expect([cacheOf(young), callOf(young) === callOf(first)]).toEqual(['miss', false]);
  });

  it('is off by default', async () => {
    const ask = { text: freshLabel(), model: 'brief' };
    await untilOver(ask);
    expect(cacheOf(await lab.ask(ask))).toBe('miss');
  });
});

describe.concurrent('stale-if-error', () => {
  const FAILURES: readonly (readonly [string, NumberedHandler])[] = [
    ['500', failing(500)],
    ['502', failing(502)],
    ['503', failing(503)],
    ['504', failing(504)],
    ['an overload', failing(529)],
    ['a reset', () => (_, response) => void response.socket?.resetAndDestroy()],
    [
      'garbage',
      () => (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    ],
  ];

  it.each(FAILURES)('stands in for %s, whole and as a stream', async (_, handler) => {
    for (const stream of [false, true]) {
      const ask = { text: freshLabel(), model: 'standing', stream };
      const first = await untilOver(ask);
      lab.vendor.on(ask.text, handler);
      const stale = await lab.ask(ask);
      expect([cacheOf(stale), callOf(stale)]).toEqual(['hit', callOf(first)]);
      expect(lab.vendor.calls(ask.text)).toHaveLength(2);
      expect(Number(cacheTold(stale).age)).toBeGreaterThanOrEqual(1);
    }
  });

  it('asks the provider first, always', async () => {
    const ask = { text: freshLabel(), model: 'standing' };
    const first = await untilOver(ask);
    const next = await lab.ask(ask);
    expect([cacheOf(next), callOf(next) === callOf(first)]).toEqual(['miss', false]);
  });

  it.each([400, 404, 422])('does not hide that the request is refused: %i', async (status) => {
    const ask = { text: freshLabel(), model: 'standing' };
    await untilOver(ask);
    lab.vendor.on(ask.text, failing(status));
    expect((await lab.ask(ask)).status).toBe(status);
  });

  it('stands in where requests are coalesced', async () => {
    const ask = { text: freshLabel(), model: 'standing-shared' };
    const first = await untilOver(ask);
    lab.vendor.on(ask.text, failing(503));
    const answers = await Promise.all(Array.from({ length: 6 }, () => lab.ask(ask)));
    expect(new Set(answers.map(callOf))).toEqual(new Set([callOf(first)]));
  });

  it('is nothing for who refreshes, and off by default', async () => {
    for (const [model, headers] of [
      ['brief', {}],
      ['standing', { 'cache-control': 'no-cache' }],
    ] as const) {
      const ask = { text: freshLabel(), model };
      await untilOver(ask);
      lab.vendor.on(ask.text, failing(500));
      expect((await lab.ask({ ...ask, headers })).status).toBe(500);
    }
  });

  it.each([[false], [true]])(
    'is not kept as new: it gets older, and is asked for anew each time (stream: %s)',
    async (stream) => {
      const ask = { text: freshLabel(), model: 'standing', stream };
      const first = await untilOver(ask);
      lab.vendor.on(ask.text, failing(500));
      let age = 0;
      for (const calls of [2, 3, 4]) {
        const stale = await lab.ask(ask);
        expect([cacheOf(stale), callOf(stale)]).toEqual(['hit', callOf(first)]);
        expect(lab.vendor.calls(ask.text)).toHaveLength(calls);
        expect(Number(cacheTold(stale).age)).toBeGreaterThanOrEqual(Math.max(1, age));
        age = Number(cacheTold(stale).age);
      }
      lab.vendor.on(ask.text, numbered());
      expect(cacheOf(await lab.ask(ask))).toBe('miss');
    },
  );

  it('comes behind stale-while-revalidate', async () => {
    const ask = { text: freshLabel(), model: 'both' };
    const first = await untilOver(ask);
    lab.vendor.on(ask.text, failing(500));
    await vi.waitUntil(async () => Number(cacheTold(await lab.ask(ask)).age) >= 3, {
      timeout: 15_000,
      interval: 250,
    });
    const stale = await lab.ask(ask);
    expect([cacheOf(stale), callOf(stale)]).toEqual(['hit', callOf(first)]);
  });
});
