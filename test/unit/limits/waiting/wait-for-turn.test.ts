import { describe, expect, it } from 'vitest';
import { GatewayUnavailable, LimitExceeded } from '../../../../src/errors.ts';
import { START } from './room-support.ts';
import { Isolate, Ledgers, ONE_REQUEST, scope, WORK } from './turn-support.ts';

/** Ten a second, one at once. */
const TEN_A_SECOND = { requests_per_minute: 600, burst_requests: 1 };

const nothingOpen = (ledgers: Ledgers) =>
  ledgers.open.every(
    ({ held, waiters }) => waiters === 0 && Object.values(held).every((amount) => amount === 0),
  );

describe('a request with a waiting room', () => {
  it('does not wait where there is enough', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    isolate.start('1', { scopes: [scope('key', 'ci', TEN_A_SECOND)] });
    await ledgers.time.pass(50);
    expect(isolate.granted).toEqual(['1']);
    expect(ledgers.waits).toEqual([]);
  });

  it('waits until there is enough, and is granted', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', { requests_per_minute: 60, burst_requests: 2 })];
    for (const id of ['1', '2', '3']) isolate.start(id, { scopes });
    await ledgers.time.pass(3000);
    expect(isolate.granted).toHaveLength(3);
    expect(isolate.results[2]?.atMs).toBeGreaterThanOrEqual(1000);
    expect(isolate.results[2]?.atMs).toBeLessThan(2500);
    expect(ledgers.waits).toEqual(['key:ci']);
  });

  it('waits for a place that another isolate gives back', async () => {
    const ledgers = new Ledgers();
    const [first, second] = [new Isolate(ledgers, 'a'), new Isolate(ledgers, 'b')];
    const scopes = [scope('key', 'ci', { concurrency: 1 })];
    first.start('1', { scopes });
    await ledgers.time.pass(100);
    second.start('2', { scopes });
    await ledgers.time.pass(15_000);
    first.results[0]?.grant?.touch();
    expect(second.results).toEqual([]);
    first.results[0]?.grant?.settle([]);
    await ledgers.time.pass(1500);
    expect(second.granted).toEqual(['2']);
    expect(ledgers.waits).toEqual(['key:ci', 'key:ci']); // one call is kept for ten seconds
  });

  it('holds nothing of its other scopes while it waits at one', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const key = scope('key', 'ci', { concurrency: 1 });
    const project = scope('project', 'support', { requests_per_minute: 60, burst_requests: 1 });
    new Isolate(ledgers, 'b').start('other', { scopes: [project] });
    await ledgers.time.pass(100);
    isolate.start('1', { scopes: [key, project] });
    await ledgers.time.pass(500);
    expect(ledgers.waits).toEqual(['project:support']);
    expect(ledgers.of('key:ci').book.held.slots).toBe(0);
    await ledgers.time.pass(2000);
    expect(isolate.granted).toEqual(['1']);
    expect(ledgers.of('key:ci').book.held.slots).toBe(1);
  });

  it('waits at one scope after the other, and is refused when its time is over', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const key = scope('key', 'ci', { concurrency: 1 });
    const project = scope('project', 'support', { requests_per_minute: 30, burst_requests: 1 });
    isolate.start('1', { scopes: [key, project] });
    await ledgers.time.pass(200);
    isolate.start('2', { scopes: [key, project], maxWaitSeconds: 5 });
    await ledgers.time.pass(4900);
    expect(isolate.granted).toEqual(['1']);
    await ledgers.time.pass(400);
    const { error, atMs } = isolate.results[1] ?? {};
    expect(error).toBeInstanceOf(LimitExceeded);
    expect(error).toMatchObject({ code: 'concurrency_exceeded', scope: 'key "ci"', param: 'concurrency' });
    expect(atMs).toBeGreaterThanOrEqual(5200);
    expect(new Set(ledgers.waits)).toEqual(new Set(['project:support', 'key:ci']));
    isolate.results[0]?.grant?.settle([]);
    await ledgers.time.pass(40_000);
    expect(nothingOpen(ledgers)).toBe(true);
  });

  it.each([
    ['a spent budget', { budgets: [{ usd: 1, window: 'day' as const }] }, 2e9, 'budget_exceeded'],
    ['more than a bucket holds', { tokens_per_minute: 10 }, 0, 'token_limit_exceeded'],
  ])('is refused at once for %s', async (_, fields, nanoUsd, code) => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    isolate.start('1', {
      scopes: [scope('key', 'ci', fields)],
      units: { ...ONE_REQUEST, tokens: 11, nanoUsd },
    });
    await ledgers.time.pass(100);
    expect(isolate.results).toMatchObject([{ grant: null, error: { code } }]);
    expect(ledgers.waits).toEqual([]);
  });

  it('is refused at once when as many wait as may', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', { concurrency: 1 })];
    for (const id of ['1', '2', '3', '4']) {
      isolate.start(id, { scopes, maxWaiters: 2 });
      await ledgers.time.pass(100);
    }
    expect(isolate.results.map(({ id, grant }) => [id, grant !== null])).toEqual([
      ['1', true],
      ['4', false],
    ]);
    expect(isolate.results[1]?.error).toMatchObject({ code: 'concurrency_exceeded' });
    expect(ledgers.of('key:ci').room.waiters).toBe(2);
  });

  it('is gone at once when its client leaves, and the next one is served', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', { concurrency: 1 })];
    isolate.start('1', { scopes });
    await ledgers.time.pass(100);
    const client = isolate.start('2', { scopes });
    await ledgers.time.pass(100);
    isolate.start('3', { scopes });
    await ledgers.time.pass(100);
    const left = new Error('the client left');
    client.abort(left);
    await ledgers.time.pass(20);
    expect(isolate.results[1]).toMatchObject({ id: '2', grant: null, error: left });
    expect(ledgers.of('key:ci').room.waiters).toBe(1);
    isolate.results[0]?.grant?.settle([]);
    await ledgers.time.pass(1500);
    expect(isolate.granted).toEqual(['1', '3']);
    isolate.results[2]?.grant?.settle([]);
    await ledgers.time.pass(40_000);
    expect(nothingOpen(ledgers)).toBe(true);
  });

  it('of a client that left while its units were on their way gives them back', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', { concurrency: 1 })];
    isolate.start('1', { scopes });
    await ledgers.time.pass(100);
    const client = isolate.start('2', { scopes });
    await ledgers.time.pass(100);
    // Another isolate's report frees the place; the answer needs five milliseconds for its way.
    isolate.results[0]?.grant?.settle([]);
    for (let ms = 0; ms < 3000 && ledgers.of('key:ci').room.waiters > 0; ms += 1) await ledgers.time.pass(1);
    client.abort(new Error('the client left'));
    await ledgers.time.pass(40_000);
    expect(isolate.granted).toEqual(['1']);
    expect(nothingOpen(ledgers)).toBe(true);
  });

  it('asks again when its Ledger was evicted', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', { concurrency: 1 })];
    isolate.start('1', { scopes });
    await ledgers.time.pass(100);
    isolate.start('2', { scopes });
    await ledgers.time.pass(100);
    ledgers.of('key:ci').evict();
    await ledgers.time.pass(1000);
    expect(ledgers.of('key:ci').room.waiters).toBe(1);
    isolate.results[0]?.grant?.settle([]);
    await ledgers.time.pass(1500);
    expect(isolate.granted).toEqual(['1', '2']);
    isolate.results[1]?.grant?.settle([]);
    await ledgers.time.pass(40_000);
    expect(nothingOpen(ledgers)).toBe(true);
  });

  it.each([
    ['closed', false],
    ['open', true],
  ] as const)(
    'while its Ledger cannot be reached is treated as any other: %s',
    async (onUnavailable, isLetIn) => {
      const ledgers = new Ledgers();
      const isolate = new Isolate(ledgers, 'a');
      const scopes = [scope('key', 'ci', { concurrency: 1 }, { onUnavailable })];
      isolate.start('1', { scopes });
      await ledgers.time.pass(100);
      isolate.start('2', { scopes });
      await ledgers.time.pass(100);
      ledgers.unreachable.add('key:ci');
      ledgers.of('key:ci').evict();
      await ledgers.time.pass(5000);
      const { grant, error } = isolate.results[1] ?? {};
      if (isLetIn) expect(grant?.isUnchecked).toBe(true);
      else expect(error).toBeInstanceOf(GatewayUnavailable);
    },
  );

  it('looks again from time to time where the store can keep no call', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a', false);
    const scopes = [scope('key', 'ci', { requests_per_minute: 60, burst_requests: 1 })];
    isolate.start('1', { scopes });
    await ledgers.time.pass(100);
    isolate.start('2', { scopes });
    isolate.start('3', { scopes, maxWaitSeconds: 0.2 });
    await ledgers.time.pass(4000);
    expect(isolate.granted).toEqual(['1', '2']);
    expect(isolate.results.find(({ id }) => id === '3')?.error).toMatchObject({
      code: 'request_limit_exceeded',
    });
    expect(ledgers.waits).toEqual([]);
  });

  it('leaves a store that can keep no call at once when its client leaves', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a', false);
    const scopes = [scope('key', 'ci', { requests_per_minute: 60, burst_requests: 1 })];
    isolate.start('1', { scopes });
    await ledgers.time.pass(100);
    const client = isolate.start('2', { scopes });
    await ledgers.time.pass(100);
    client.abort(new Error('the client left'));
    await ledgers.time.pass(0);
    expect(isolate.results[1]).toMatchObject({ id: '2', error: { message: 'the client left' } });
  });
});

describe('requests of several isolates that wait together', () => {
  it('are all granted at the rate of the bucket, and never faster', async () => {
    const ledgers = new Ledgers();
    const isolates = ['a', 'b', 'c', 'd'].map((name) => new Isolate(ledgers, name));
    const scopes = [scope('project', 'support', { requests_per_minute: 600, burst_requests: 10 })];
    for (let index = 0; index < 200; index += 1) {
      isolates[index % 4]?.start(`${index}`, { scopes, key: `key ${index % 3}` });
      if (index % 10 === 9) await ledgers.time.pass(10);
    }
    for (let second = 0; second < 40; second += 1) {
      await ledgers.time.pass(1000);
      for (const { results } of isolates) for (const { grant } of results) grant?.settle([]);
    }
    const granted = isolates.flatMap(({ results }) => results).filter(({ grant }) => grant !== null);
    expect(granted).toHaveLength(200);
    const times = granted.map(({ atMs }) => atMs).sort((a, b) => a - b);
    // A grant is told of a way later than it was drawn.
    for (const [from, atMs] of times.entries())
      for (const [more, later] of times.slice(from).entries())
        expect(more + 1).toBeLessThanOrEqual(10 + (later - atMs + 10) / 100 + 1e-9);
    expect(times.at(-1)).toBeLessThan(30_000);
    await ledgers.time.pass(60_000);
    expect(nothingOpen(ledgers)).toBe(true);
  });

  it('are served by priority, and by turns of their keys', async () => {
    const ledgers = new Ledgers();
    const scopes = [scope('project', 'support', { requests_per_minute: 600, burst_requests: 1 })];
    const first = new Isolate(ledgers, 'a');
    first.start('first', { scopes });
    await ledgers.time.pass(20);
    const isolates: Isolate[] = [];
    const waits = [
      ['flex', 'flex', 'x'],
      ['a1', 'default', 'a'],
      ['a2', 'default', 'a'],
      ['a3', 'default', 'a'],
      ['b1', 'default', 'b'],
      ['urgent', 'priority', 'a'],
    ] as const;
    for (const [id, priority, key] of waits) {
      const isolate = new Isolate(ledgers, id);
      isolates.push(isolate);
      isolate.start(id, { scopes, priority, key });
      await ledgers.time.pass(12);
    }
    await ledgers.time.pass(20_000);
    const order = isolates.flatMap(({ results }) => results).sort((a, b) => a.atMs - b.atMs);
    expect(order.map(({ id }) => id)).toEqual(['urgent', 'a1', 'b1', 'a2', 'a3', 'flex']);
  });

  it('lose little time on the way, although the bucket holds one', async () => {
    const ledgers = new Ledgers();
    const isolates = ['a', 'b'].map((name) => new Isolate(ledgers, name));
    const scopes = [scope('key', 'ci', TEN_A_SECOND)];
    for (let index = 0; index < 20; index += 1) isolates[index % 2]?.start(`${index}`, { scopes });
    await ledgers.time.pass(20_000);
    const times = isolates.flatMap(({ results }) => results).map(({ atMs }) => atMs);
    expect(times).toHaveLength(20);
    // Nothing flows in while a unit is on its way to its isolate, or its being spent is on the way back.
    expect(Math.max(...times)).toBeLessThan(20 * 100 + 20 * 50);
  });

  it('do not disturb what the isolate tells', async () => {
    const ledgers = new Ledgers();
    const isolate = new Isolate(ledgers, 'a');
    const scopes = [scope('key', 'ci', TEN_A_SECOND)];
    for (let index = 0; index < 20; index += 1) isolate.start(`${index}`, { scopes });
    await ledgers.time.pass(20_000);
    expect(isolate.granted).toHaveLength(20);
    for (const { grant } of isolate.results)
      grant?.settle([
        {
          used: { ...ONE_REQUEST, slots: 0, tokens: 7, nanoUsd: 11 },
          consumption: {
            model: 'simulator/echo',
            inputTokens: 3,
            outputTokens: 4,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
            reasoningTokens: 0,
            isEstimated: false,
            isUnpriced: false,
          },
        },
      ]);
    await Promise.all([isolate.desk.flush(['key:ci'], WORK), ledgers.time.pass(2000)]);
    const { total } = ledgers.of('key:ci').book.usage({ limits: null }, START + 60_000);
    expect(total).toMatchObject({ requests: 20, inputTokens: 60, outputTokens: 80, nanoUsd: 220 });
  });
});
