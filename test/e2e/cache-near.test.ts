/** The near copy of each data centre: it saves the look behind, and where it is slow, broken or missing nothing is lost. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { within } from '../support/clients.ts';
import type { NearFault } from '../support/near-cache.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: { cache: { lookup_ms: 2000 } },
    cache: { near: true },
    controlPlane: { secondIsolate: true },
  });
});
afterAll(() => lab.stop());
beforeEach(() => {
  const { kv, near, nearElsewhere } = lab.gateway.cache;
  kv.fail('none');
  for (const one of [near, nearElsewhere]) one.fail('none');
});

const elsewhere = (text: string) => lab.ask({ text, url: lab.gateway.elsewhere });

/** Asks, and waits until the entry lies near by and behind. */
async function write(text: string) {
  const { kv, near } = lab.gateway.cache;
  const [names, urls] = [kv.names().length, near.urls().length];
  const answer = await lab.ask({ text });
  await vi.waitFor(
    () => expect([kv.names().length, near.urls().length]).toEqual([names + 1, urls + 1]),
    10_000,
  );
  return answer;
}

it('what is written lies near by too, in the data centre that asked', async () => {
  const { near, nearElsewhere } = lab.gateway.cache;
  const before = nearElsewhere.urls();
  await write(freshLabel());
  expect(nearElsewhere.urls()).toEqual(before);
  expect(near.puts).toBeGreaterThan(0);
});

it('what is found behind is copied near, and then found there', async () => {
  const { kv, nearElsewhere } = lab.gateway.cache;
  const text = freshLabel();
  const first = await write(text);
  const urls = nearElsewhere.urls().length;
  expect(callOf(await elsewhere(text))).toBe(callOf(first));
  await vi.waitFor(() => expect(nearElsewhere.urls()).toHaveLength(urls + 1), 10_000);
  await lab.gateway.restart(); // the isolate remembers nothing
  const { reads } = kv;
  kv.fail('throw');
  const far = await elsewhere(text);
  expect([cacheOf(far), callOf(far), kv.reads]).toEqual(['hit', callOf(first), reads]);
});

describe.each<NearFault>(['hang', 'broken', 'reset', 'garbage', 'forgetful'])(
  'a near cache that fails: %s',
  (fault) => {
    it('leaves the work to KV', async () => {
      const text = freshLabel();
      const first = await write(text);
      lab.gateway.cache.nearElsewhere.fail(fault);
      const far = await within(20_000, 'it is answered', elsewhere(text));
      expect([cacheOf(far), callOf(far)]).toEqual(['hit', callOf(first)]);
    });

    it('takes nothing from an answer that is to be kept', async () => {
      const text = freshLabel();
      lab.gateway.cache.near.fail(fault);
      const { kv } = lab.gateway.cache;
      const names = kv.names().length;
      expect(cacheOf(await within(20_000, 'it is answered', lab.ask({ text })))).toBe('miss');
      await vi.waitFor(() => expect(kv.names()).toHaveLength(names + 1), 10_000);
    });

    it('and a KV that fails, too: a miss, in bounded time', async () => {
      const text = freshLabel();
      await write(text);
      lab.gateway.cache.nearElsewhere.fail(fault);
      lab.gateway.cache.kv.fail('hang');
      const far = await within(20_000, 'it is answered', elsewhere(text));
      expect([cacheOf(far), callOf(far)]).toEqual(['miss', lab.vendor.calls(text)[1]?.number]);
    });
  },
);

it('holds nothing of one tenant under a name that another asks for', async () => {
  const text = freshLabel();
  const first = await write(text);
  const other = await lab.ask({ text, key: await lab.mint() });
  expect([cacheOf(other), callOf(other) === callOf(first)]).toEqual(['miss', false]);
});
