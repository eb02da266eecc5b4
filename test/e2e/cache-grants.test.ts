/** A hit is a request like any other to limits and grants, and no tokens and no money. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  callOf,
  fresh,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';
import { numbered, numbersIn } from '../support/cache/numbered-vendor.ts';
import { untilNothingIsHeld } from '../support/limits/lab.ts';
import { BodyReader, createGate } from '../support/streaming.ts';

const targets = [
  { provider: 'up', model: 'first' },
  { provider: 'up', model: 'second' },
];

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      models: {
        unmetered: { ...kept({ mode: 'always' }), metering: false },
        choice: { ...kept({ mode: 'always' }), targets },
        'choice-shared': { ...kept({ mode: 'always', coalesce: true }), targets },
      },
    },
  });
});
afterAll(() => lab.stop());

describe('limits', () => {
  it('count a hit as one request', async () => {
    const key = await lab.mint({ requests_per_minute: 3 });
    const text = freshLabel();
    expect(cacheOf(await lab.ask({ key, text }))).toBe('miss');
    for (let left = 1; left >= 0; left -= 1) {
      const hit = await lab.ask({ key, text });
      expect([cacheOf(hit), hit.headers.get('x-ratelimit-remaining-requests')]).toEqual([
        'hit',
        String(left),
      ]);
    }
    const refused = await lab.ask({ key, text });
    expect([refused.status, refused.error.code]).toEqual([429, 'request_limit_exceeded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each([[false], [true]])('do not count its tokens or its money (stream: %s)', async (stream) => {
    const key = await lab.mint({ tokens_per_day: 100_000, budgets: [{ usd: 1, window: 'month' }] });
    const text = freshLabel();
    await lab.ask({ key, text, stream });
    const once = await untilNothingIsHeld(lab.gateway.url, key);
    expect(once.total).toMatchObject({ requests: 1, input_tokens: 11, output_tokens: 7 });
    for (let round = 0; round < 5; round += 1)
      expect(cacheOf(await lab.ask({ key, text, stream }))).toBe('hit');
    const after = await untilNothingIsHeld(lab.gateway.url, key);
    expect(after.total).toEqual({ ...once.total, requests: 6 });
    expect(after.budgets[0]?.spent_usd).toBe(once.budgets[0]?.spent_usd);
  });

  it('let a hit through where tokens and money are spent', async () => {
    const project = fresh('project');
    const rich = await lab.mint({ project });
    const text = freshLabel();
    await lab.ask({ key: rich, text });
    const poor = await lab.mint({
      project,
      budgets: [{ usd: 0.000_001, window: 'total' }],
      tokens_per_day: 1,
    });
    expect((await lab.ask({ key: poor, text: freshLabel() })).status).toBe(429);
    expect(cacheOf(await lab.ask({ key: poor, text }))).toBe('hit');
  });

  it('give back the place of a hit among those at once', async () => {
    const key = await lab.mint({ concurrency: 1 });
    const text = freshLabel();
    for (let round = 0; round < 4; round += 1) await lab.ask({ key, text });
    await untilNothingIsHeld(lab.gateway.url, key);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

describe('grants', () => {
  it('a key that may not use the alias gets nothing of what is kept', async () => {
    const project = fresh('project');
    const text = freshLabel();
    await lab.ask({ key: await lab.mint({ project }), text });
    const narrow = await lab.mint({ project, models: ['plain'] });
    const refused = await lab.ask({ key: narrow, text });
    expect([refused.status, refused.error.code]).toEqual([403, 'model_not_allowed']);
    const only = await lab.ask({ key: narrow, text, headers: { 'cache-control': 'only-if-cached' } });
    expect(only.status).toBe(403);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('an answer of a target that the key is denied is none to it (contract.md §2)', async () => {
    const project = fresh('project');
    const text = freshLabel();
    const first = await lab.ask({ key: await lab.mint({ project }), text, model: 'choice' });
    expect(first.headers.get('x-edgeway-model')).toBe('first');
    const denied = await lab.mint({ project, denied_models: ['up/first'] });
    const other = await lab.ask({ key: denied, text, model: 'choice' });
    expect([cacheOf(other), other.headers.get('x-edgeway-model')]).toEqual(['miss', 'second']);
    expect(callOf(other)).not.toBe(callOf(first));
    const none = await lab.mint({ project, denied_models: ['up/*'] });
    expect((await lab.ask({ key: none, text, model: 'choice' })).status).toBe(403);
  });

  it('who is denied the target that answers others right now waits with nobody', async () => {
    const project = fresh('project');
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const ask = { text, model: 'choice-shared', stream: true };
    const leader = new BodyReader(await lab.open({ ...ask, key: await lab.mint({ project }) }));
    await leader.until(':1>');
    const denied = await lab.open({ ...ask, key: await lab.mint({ project, denied_models: ['up/first'] }) });
    expect([denied.headers.get('x-edgeway-cache'), denied.headers.get('x-edgeway-model')]).toEqual([
      'miss',
      'second',
    ]);
    const none = await lab.ask({ ...ask, key: await lab.mint({ project, denied_models: ['up/*'] }) });
    expect(none.status).toBe(403);
    gate.open();
    const [first, second] = [await leader.rest(), await denied.text()];
    expect([numbersIn(first), numbersIn(second)]).toEqual(
      lab.vendor.calls(text).map(({ number }) => [number]),
    );
  });

  it('a key that was revoked gets nothing', async () => {
    const project = fresh('project');
    const text = freshLabel();
    const { id, key } = await lab.desk.mint({ name: fresh('key'), project });
    await lab.ask({ key, text });
    await lab.desk.act(id, 'revoke');
    expect((await lab.ask({ key, text })).status).toBe(401);
  });
});

it('what nobody may look at is not kept: `metering: false` is a bypass', async () => {
  for (const stream of [false, true]) {
    const text = freshLabel();
    const words = [
      cacheOf(await lab.ask({ text, model: 'unmetered', stream })),
      cacheOf(await lab.ask({ text, model: 'unmetered', stream })),
    ];
    expect([words, lab.vendor.calls(text).length]).toEqual([['bypass', 'bypass'], 2]);
  }
});
