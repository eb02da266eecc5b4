/** What a request says to the cache in `Cache-Control` and in headers of ours, and how long an answer lives. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  cacheTold,
  callOf,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';
import { readError } from '../support/doors/told-error.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      models: { brief: kept({ mode: 'always', ttl_seconds: 1 }) },
      cache: { namespaces: { short: { ttl_seconds: 1 } } },
    },
  });
});
afterAll(() => lab.stop());

const control = (value: string) => ({ 'cache-control': value });

describe('Cache-Control', () => {
  it('`no-cache` asks anew, and what comes takes the place of what was kept', async () => {
    const text = freshLabel();
    const first = callOf(await lab.ask({ text }));
    const refreshed = await lab.ask({ text, headers: control('no-cache') });
    expect([cacheOf(refreshed), callOf(refreshed)]).toEqual([
      'miss',
      expect.not.stringMatching(String(first)),
    ]);
    const third = await lab.ask({ text });
    expect([cacheOf(third), callOf(third)]).toEqual(['hit', callOf(refreshed)]);
    expect(callOf(refreshed)).not.toBe(first);
  });

  it('`no-store` neither reads nor writes', async () => {
    const text = freshLabel();
    const asked = () => lab.ask({ text, headers: control('no-store') });
    expect(cacheOf(await asked())).toBe('bypass');
    const written = await lab.ask({ text });
    expect(cacheOf(written)).toBe('miss');
    const passed = await asked();
    expect([cacheOf(passed), callOf(passed) === callOf(written)]).toEqual(['bypass', false]);
    expect(callOf(await lab.ask({ text }))).toBe(callOf(written));
  });

  it('`max-age=N` takes what is that old at most', async () => {
    const text = freshLabel();
    await lab.ask({ text });
    expect(cacheOf(await lab.ask({ text, headers: control('max-age=600') }))).toBe('hit');
    const aged = await vi.waitUntil(
      async () => {
        const answer = await lab.ask({ text });
        return Number(cacheTold(answer).age) >= 2 ? answer : null;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(cacheOf(aged)).toBe('hit');
    expect(cacheOf(await lab.ask({ text, headers: control('max-age=1') }))).toBe('miss');
    expect(cacheOf(await lab.ask({ text, headers: control('max-age=1') }))).toBe('hit'); // the new one is young
    expect(cacheOf(await lab.ask({ text, headers: control('max-age=0') }))).toBe('miss');
  });

  it('`only-if-cached` gives what is there, or 504', async () => {
    const text = freshLabel();
    const asked = () => lab.ask({ text, headers: control('only-if-cached') });
    const refused = await asked();
    expect(refused.status).toBe(504);
    expect(refused.error).toMatchObject({ code: 'not_in_cache' });
    expect(refused.headers.get('x-request-id')).toMatch(/./);
    expect(lab.vendor.calls(text)).toEqual([]);
    await lab.ask({ text });
    expect(cacheOf(await asked())).toBe('hit');
    expect((await lab.ask({ text, headers: control('max-age=0, only-if-cached') })).status).toBe(504);
    expect((await lab.ask({ text, model: 'plain', headers: control('only-if-cached') })).status).toBe(504);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each(['anthropic-messages', 'gemini', 'openai-responses'] as const)(
    '`only-if-cached` is refused in the words of the door %s',
    async (door) => {
      const { status, text, headers } = await lab.ask({
        door,
        text: freshLabel(),
        headers: control('only-if-cached'),
      });
      expect(status).toBe(504);
      expect(readError(door, status, text, headers.get('x-request-id')).message).toContain('only-if-cached');
    },
  );

  it('reads words in any case, among others that mean nothing here', async () => {
    const text = freshLabel();
    await lab.ask({ text });
    const said = control('No-Transform,  MAX-AGE=600 , foo="a, no-store"');
    expect(cacheOf(await lab.ask({ text, headers: said }))).toBe('hit');
    expect(cacheOf(await lab.ask({ text, headers: control('foo, NO-STORE') }))).toBe('bypass');
  });
});

describe('the life of an entry', () => {
  const until = (word: string, text: string, ask: object) =>
    vi.waitFor(async () => expect(cacheOf(await lab.ask({ text, ...ask }))).toBe(word), {
      timeout: 15_000,
      interval: 200,
    });

  it('ends with the time that its alias gives it', async () => {
    const text = freshLabel();
    await lab.ask({ text, model: 'brief' });
    await lab.ask({ text, model: 'brief', headers: control('only-if-cached') });
    await until('miss', text, { model: 'brief' });
  });

  it('is shorter where the request says so, and never longer', async () => {
    const text = freshLabel();
    const ttl = (seconds: number) => ({ headers: { 'x-edgeway-cache-ttl': String(seconds) } });
    await lab.ask({ text, ...ttl(1) });
    await until('miss', text, {});
    const other = freshLabel();
    await lab.ask({ text: other, model: 'brief', ...ttl(600) });
    await until('miss', other, { model: 'brief' });
  });

  it('is that of its namespace', async () => {
    const text = freshLabel();
    const headers = { 'x-edgeway-cache-namespace': 'short' };
    await lab.ask({ text, headers });
    await until('miss', text, { headers });
  });

  it('shows in `Age`, which grows', async () => {
    const text = freshLabel();
    await lab.ask({ text });
    const age = async () => Number(cacheTold(await lab.ask({ text })).age);
    expect(await age()).toBeLessThan(5);
    await vi.waitFor(async () => expect(await age()).toBeGreaterThan(0), { timeout: 5000, interval: 100 });
  });
});

describe('namespaces', () => {
  it('part what is otherwise the same', async () => {
    const text = freshLabel();
    const of = (name?: string) =>
      lab.ask({ text, headers: name === undefined ? {} : { 'x-edgeway-cache-namespace': name } });
    const calls = [callOf(await of()), callOf(await of('a')), callOf(await of('b'))];
    expect(new Set(calls).size).toBe(3);
    expect([callOf(await of()), callOf(await of('a')), callOf(await of('b'))]).toEqual(calls);
  });
});

describe('a header that is wrong is refused, and named', () => {
  it.each([
    ['x-edgeway-cache-ttl', '0'],
    ['x-edgeway-cache-ttl', '-5'],
    ['x-edgeway-cache-ttl', '1.5'],
    ['x-edgeway-cache-ttl', 'an hour'],
    ['x-edgeway-cache-namespace', 'a b'],
    ['x-edgeway-cache-namespace', 'n'.repeat(65)],
    ['x-edgeway-cache-namespace', 'a/b'],
    ['x-edgeway-cache-mode', 'sometimes'],
    ['x-edgeway-cache-tags', 'a'.repeat(5000)],
  ])('%s: %s', async (name, value) => {
    const text = freshLabel();
    for (const model of ['always', 'plain']) {
      const { status, error } = await lab.ask({ text, model, headers: { [name]: value } });
      expect({ model, status, error }).toMatchObject({
        status: 400,
        error: { code: 'invalid_request', param: name },
      });
      expect(String(error.message)).toContain(name);
    }
    expect(lab.vendor.calls(text)).toEqual([]);
  });
});
