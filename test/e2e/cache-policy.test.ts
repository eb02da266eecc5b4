/** A changed configuration changes what is asked: an entry is good only where its question still means the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, kept, startCacheLab } from '../support/cache/lab.ts';
import type { ControlledGateway } from '../support/gateway.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

/** What the lab has, with an alias of this test's. */
async function activate(gateway: ControlledGateway, models: object, more: object = {}): Promise<void> {
  const response = await gateway.admin('PUT', '/config', {
    providers: lab.vendor.providers,
    models,
    keys: [],
    ...more,
  });
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
}

const target = (model: string, provider = 'up') => ({ targets: [{ provider, model }] });
const always = kept({ mode: 'always' });

/** The cache's word for a question before a change and behind it. */
async function across(before: object, after: object, ask: object = {}): Promise<[string | null, number]> {
  const text = freshLabel();
  const key = await lab.mint();
  await activate(lab.gateway, { mine: before });
  const first = callOf(await lab.ask({ key, text, model: 'mine', ...ask }));
  await activate(lab.gateway, { mine: after });
  const second = await lab.ask({ key, text, model: 'mine', ...ask });
  return [cacheOf(second), callOf(second) - first];
}

describe('an entry', () => {
  it.each([
    ['the target is another model', { ...always, ...target('other') }],
    ['the target is another provider', { ...always, ...target('m', 'claude') }],
    [
      'a target stands before it',
      {
        ...always,
        targets: [
          { provider: 'claude', model: 'm' },
          { provider: 'up', model: 'm' },
        ],
      },
    ],
  ])('is not the answer once %s', async (_, after) => {
    const [word, further] = await across(always, after);
    expect([word, further > 0]).toEqual(['miss', true]);
  });

  it.each([
    ['how long it is tried', { ...always, retries: 1, timeouts: { total_ms: 60_000 } }],
    ['how requests are shared', kept({ mode: 'always', coalesce: true, replay: 'original' })],
  ])('is still the answer where only that changed: %s', async (_, after) => {
    expect(await across(always, after)).toEqual(['hit', 0]);
  });

  it('is not given once the alias is not cached any more, and is again when it is', async () => {
    const text = freshLabel();
    const key = await lab.mint();
    const word = async () => cacheOf(await lab.ask({ key, text, model: 'mine' }));
    await activate(lab.gateway, { mine: always });
    expect([await word(), await word()]).toEqual(['miss', 'hit']);
    await activate(lab.gateway, { mine: target('m') });
    expect(await word()).toBe('bypass');
    await activate(lab.gateway, { mine: always });
    expect(await word()).toBe('hit');
  });

  it('of one alias is none of another that leads to the same', async () => {
    const text = freshLabel();
    const key = await lab.mint();
    await activate(lab.gateway, { mine: always, other: always });
    expect([
      cacheOf(await lab.ask({ key, text, model: 'mine' })),
      cacheOf(await lab.ask({ key, text, model: 'other' })),
      cacheOf(await lab.ask({ key, text, model: 'mine' })),
    ]).toEqual(['miss', 'miss', 'hit']);
  });
});
