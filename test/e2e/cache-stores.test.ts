/** A store that is slow, broken, full of garbage or not there is a miss, and nothing worse. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  callOf,
  freshLabel,
  kept,
  startCacheLab,
  write,
} from '../support/cache/lab.ts';
import { type NumberedVendor, numbered, startNumberedVendor } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import { type KvFault, startKvStore } from '../support/kv-store.ts';

const SHORT = { cache: { lookup_ms: 2000 } };

let vendor: NumberedVendor;
let lab: CacheLab;
beforeAll(async () => {
  vendor = await startNumberedVendor();
  lab = await startCacheLab({
    vendor,
    config: { ...SHORT, models: { second: kept({ mode: 'always', write: 'second-hit' }) } },
    controlPlane: { secondIsolate: true },
  });
});
afterAll(async () => {
  await lab.stop();
  await vendor.stop();
});
beforeEach(() => {
  lab.gateway.cache.kv.fail('none');
  lab.gateway.cache.kv.thaw();
});

/** The isolate that wrote an entry remembers it for a while; the other has to ask the store. */
const elsewhere = (text: string) => lab.ask({ text, url: lab.gateway.elsewhere });

describe('KV', () => {
  it('carries an answer from one data centre to another', async () => {
    const text = freshLabel();
    const { answer } = await write(lab, { text });
    const far = await elsewhere(text);
    expect([cacheOf(far), callOf(far)]).toEqual(['hit', callOf(answer)]);
  });

  it.each<KvFault>(['hang', 'throw', 'reset', 'garbage'])('is a miss where reads fail: %s', async (fault) => {
    const text = freshLabel();
    await write(lab, { text });
    lab.gateway.cache.kv.fail(fault);
    const far = await within(20_000, 'it is answered', elsewhere(text));
    expect([cacheOf(far), callOf(far)]).toEqual(['miss', vendor.calls(text)[1]?.number]);
  });

  it.each<KvFault>(['hang', 'throw', 'reset', 'refuse-writes'])(
    'takes nothing from an answer where writes fail: %s',
    async (fault) => {
      const text = freshLabel();
      lab.gateway.cache.kv.fail(fault);
      const answer = await within(20_000, 'it is answered', lab.ask({ text, stream: true }));
      expect(answer.text).toContain('[DONE]');
      expect(await lab.lineOf(answer)).toMatchObject({ status: 200, ending: 'complete' });
    },
  );

  it.each([
    ['empty', ''],
    ['JSON of another sort', '{"body":"x"}'],
    ['text', 'not an entry'],
    ['an entry that was cut', 'CUT'],
  ])('is a miss where a value is %s', async (_, value) => {
    const text = freshLabel();
    const { kv } = lab.gateway.cache;
    const { name } = await write(lab, { text });
    const bytes = Buffer.from(kv.readBytes(name) ?? []);
    kv.write(name, value === 'CUT' ? bytes.subarray(0, bytes.length - 10) : value);
    const far = await elsewhere(text);
    expect([cacheOf(far), callOf(far)]).toEqual(['miss', vendor.calls(text)[1]?.number]);
  });

  it('keeps an entry for as long as it is good, and a minute at least', async () => {
    const { kv } = lab.gateway.cache;
    const { name } = await write(lab, { text: freshLabel() });
    expect(kv.secondsLeft(name)).toBeGreaterThan(3000);
    expect(kv.secondsLeft(name)).toBeLessThanOrEqual(3700);
  });

  it('is asked for nothing where nothing is cached', async () => {
    const { kv } = lab.gateway.cache;
    const before = kv.received.length;
    await lab.ask({ model: 'plain', text: freshLabel() });
    await lab.ask({ model: 'never', text: freshLabel() });
    await lab.ask({ text: freshLabel(), headers: { 'cache-control': 'no-store' } });
    await lab.ask({ model: 'auto', text: freshLabel(), fields: { temperature: 1 } });
    expect(kv.received.slice(before)).toEqual([]);
  });

  it('holds nothing of what would be too large for it', async () => {
    const text = freshLabel();
    vendor.on(text, () => (_, response) => {
      const message = { role: 'assistant', content: 'x'.repeat(26 * 1024 * 1024) };
      const whole = {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
    });
    for (const _ of [1, 2]) expect(cacheOf(await lab.ask({ text }))).toBe('miss');
    expect(vendor.calls(text)).toHaveLength(2);
  });
});

describe('`write: second-hit`', () => {
  it('writes an entry when the same is asked a second time, and not before', async () => {
    const { kv } = lab.gateway.cache;
    const ask = (text: string) => lab.ask({ text, model: 'second' });
    const once = freshLabel();
    const twice = freshLabel();
    const before = kv.names();
    await ask(once);
    expect(cacheOf(await ask(twice))).toBe('miss');
    await lab.lineOf(await ask(freshLabel()));
    expect(kv.names()).toEqual(before);
    expect(cacheOf(await ask(twice))).toBe('miss');
    await vi.waitFor(() => expect(kv.names()).toHaveLength(before.length + 1), 10_000);
    expect([
      cacheOf(await ask(twice)),
      cacheOf(await lab.ask({ text: twice, model: 'second', url: lab.gateway.elsewhere })),
    ]).toEqual(['hit', 'hit']);
    expect(vendor.calls(twice)).toHaveLength(2);
  });
});

describe('a gateway whose KV', () => {
  it('is dead from the start answers all the same, and heals', async () => {
    const kv = await startKvStore();
    kv.fail('reset');
    const dead = await startCacheLab({ vendor, config: SHORT, cache: { kv } });
    try {
      const text = freshLabel();
      expect(callOf(await dead.ask({ text }))).toBe(vendor.calls(text)[0]?.number);
      kv.fail('none');
      const other = freshLabel();
      await write(dead, { text: other });
      expect(cacheOf(await dead.ask({ text: other }))).toBe('hit');
    } finally {
      await dead.stop();
      await kv.stop();
    }
  });

  it('is not bound has no cache, and says so', async () => {
    const none = await startCacheLab({ vendor, config: SHORT, cache: { kv: null } });
    try {
      const text = freshLabel();
      for (const _ of [1, 2]) expect(['miss', 'bypass', 'hit']).toContain(cacheOf(await none.ask({ text })));
      expect((await none.ask({ text, model: 'plain' })).status).toBe(200);
    } finally {
      await none.stop();
    }
  });
});

it('an answer goes out before it is written', async () => {
  const text = freshLabel();
  const { kv } = lab.gateway.cache;
  vendor.on(text, numbered());
  kv.fail('hang');
  const answer = await within(20_000, 'it is answered', lab.ask({ text }));
  expect(answer.status).toBe(200);
  kv.fail('none');
});
