import { describe, expect, it } from 'vitest';
import { toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { HOLD_MS, KEPT_MS } from '../../../../src/limits/waiting/waiter.ts';
import { ONE, START, units, World } from './room-support.ts';
import { turn } from './virtual-time.ts';

/** Ten a second, one at once. */
const TEN_A_SECOND = { requests_per_minute: 600, burst_requests: 1 };
const SLOT = units({ slots: 1 });

/** The bucket is empty, and somebody waits. */
function withEmptyBucket(): World {
  const world = new World(TEN_A_SECOND);
  world.use(ONE);
  return world;
}

describe('a request that waits', () => {
  it('is served at once where there is enough', async () => {
    const world = new World(TEN_A_SECOND);
    await world.wait('1');
    expect(world.endings).toEqual([{ id: '1', refusal: null, drawn: ONE, atMs: 0 }]);
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('is served as soon as enough has flowed in', async () => {
    const world = withEmptyBucket();
    void world.wait('1');
    await world.time.pass(99);
    expect(world.endings).toEqual([]);
    await world.time.pass(1);
    expect(world.endings).toEqual([{ id: '1', refusal: null, drawn: ONE, atMs: 100 }]);
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('is served by a slot that comes back, without waiting for a timer', async () => {
    const world = new World({ concurrency: 1 });
    world.draw(SLOT);
    void world.wait('1', { need: SLOT });
    await turn();
    expect(world.giveBack(SLOT).isTight).toBe(true);
    await turn();
    expect(world.endings).toEqual([{ id: '1', refusal: null, drawn: SLOT, atMs: 0 }]);
  });

  it('is served by the slot of a lease that nobody heard of any more', async () => {
    const world = new World({ concurrency: 1 });
    world.draw(SLOT);
    void world.wait('1', { need: SLOT, waitMs: 60_000 });
    await world.time.pass(60_000);
    expect(world.served).toEqual(['1']);
    expect(world.endings[0]?.atMs).toBeGreaterThanOrEqual(30_000);
    expect(world.endings[0]?.atMs).toBeLessThan(40_000);
  });

  it('is served by what a draw gives back that was never answered', async () => {
    const world = new World({ concurrency: 1 });
    const lost = world.call({ draw: { need: SLOT, want: SLOT } });
    world.room.call(lost);
    void world.wait('1', { need: SLOT });
    await turn();
    world.room.call(world.call({ unanswered: [lost.id] }));
    await turn();
    expect(world.served).toEqual(['1']);
  });

  it('gets the refusal at its deadline, with what it would still have to wait', async () => {
    const world = new World({ tokens_per_minute: 60 });
    world.use(units({ tokens: 60 }));
    void world.wait('1', { need: units({ tokens: 50 }), waitMs: 12_000 });
    void world.wait('2', { need: units({ tokens: 20 }), waitMs: 12_000 });
    await world.time.pass(11_999);
    expect(world.endings).toEqual([]);
    await world.time.pass(1);
    const [first, second] = world.endings;
    expect(first).toMatchObject({
      id: '1',
      drawn: NO_UNITS,
      refusal: { field: 'tokens_per_minute', limit: 60, needed: 50 },
      atMs: 12_000,
    });
    expect(second).toMatchObject({ id: '2', drawn: NO_UNITS, refusal: { needed: 20 }, atMs: 12_000 });
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('with no time left gets the refusal', async () => {
    const world = withEmptyBucket();
    void world.wait('1', { waitMs: 0 });
    await world.time.pass(0);
    expect(world.endings).toMatchObject([{ id: '1', refusal: { field: 'requests_per_minute' }, atMs: 0 }]);
  });

  it.each([
    ['more than the bucket holds', { requests_per_minute: 600, burst_requests: 2 }, units({ requests: 3 })],
    ['money', { budgets: [{ usd: 1, window: 'day' as const }] }, units({ nanoUsd: 2_000_000_000 })],
    [
      'money that others hold',
      { budgets: [{ usd: 1, window: 'day' as const }] },
      units({ nanoUsd: 600_000_000 }),
    ],
  ])('for %s gets the refusal at once', async (_, fields, need) => {
    const world = new World(fields);
    world.draw(units({ nanoUsd: 600_000_000 }));
    await world.wait('1', { need });
    expect(world.endings).toMatchObject([{ id: '1', drawn: NO_UNITS, atMs: 0 }]);
    expect(world.endings[0]?.refusal).not.toBeNull();
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('gets the refusal when a new configuration makes waiting hopeless', async () => {
    const world = new World({ tokens_per_minute: 600 });
    world.use(units({ tokens: 600 }));
    void world.wait('1', { need: units({ tokens: 300 }) });
    await turn();
    world.limits = toScopeLimits({ tokens_per_minute: 200 });
    world.giveBack(NO_UNITS);
    await turn();
    expect(world.endings).toMatchObject([{ id: '1', refusal: { limit: 200, retryAfterMs: null } }]);
  });

  it('is served when a new configuration takes the limit away', async () => {
    const world = withEmptyBucket();
    void world.wait('1');
    await turn();
    world.limits = toScopeLimits({});
    world.giveBack(NO_UNITS);
    await turn();
    expect(world.served).toEqual(['1']);
  });

  it('does not bring back the limits that it came with', async () => {
    const world = new World({ requests_per_minute: 60, burst_requests: 1 });
    world.use(ONE);
    void world.wait('1');
    await turn();
    world.limits = toScopeLimits({ requests_per_minute: 30, burst_requests: 1 });
    world.giveBack(NO_UNITS);
    await world.time.pass(2000);
    expect(world.served).toEqual(['1']);
    expect(world.book.toCheckpoint().limits.rates.requests_per_minute?.limit).toBe(30);
  });

  it('is told when the Ledger fails, and is gone', async () => {
    const world = withEmptyBucket();
    const waiting = world.waitOnce('1');
    const failed = expect(waiting).rejects.toThrow('cannot be written');
    world.isBroken = true;
    await world.time.pass(100);
    await failed;
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('draws nothing under a call that its isolate gave up', async () => {
    const world = withEmptyBucket();
    const call = world.waitingCall(ONE);
    void world.room.wait(call, { id: '1', key: 'key', priority: 'default', waitMs: 5000, maxWaiters: 9 });
    world.room.call(world.call({ unanswered: [call.id] }));
    await world.time.pass(100);
    expect(world.room.waiters).toBe(0);
    expect(world.book.held.requests).toBe(0);
    expect(world.draw(ONE).refusal).toBeNull();
  });
});

describe('those who wait together', () => {
  it('are served in order at the rate of the bucket: 200 of them, over more than one hold', async () => {
    const world = new World({ requests_per_minute: 600, burst_requests: 10 });
    const ids = Array.from({ length: 210 }, (_, index) => `${index}`);
    for (const id of ids) void world.wait(id);
    await world.time.pass(0);
    expect(world.served).toEqual(ids.slice(0, 10));
    await world.time.pass(20_000);
    expect(world.served).toEqual(ids);
    const times = world.endings.slice(10).map(({ atMs }) => atMs);
    expect(times).toEqual(Array.from({ length: 200 }, (_, index) => (index + 1) * 100));
    expect(times.at(-1)).toBeGreaterThan(HOLD_MS);
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
  });

  it('take turns by key: a crowd does not keep another key’s request waiting', async () => {
    const world = withEmptyBucket();
    for (let index = 0; index < 50; index += 1) void world.wait(`a${index}`, { key: 'a' });
    await world.time.pass(250);
    void world.wait('b0', { key: 'b' });
    void world.wait('b1', { key: 'b' });
    await world.time.pass(400);
    expect(world.served).toEqual(['a0', 'a1', 'a2', 'b0', 'a3', 'b1']);
  });

  it('are served by priority', async () => {
    const world = withEmptyBucket();
    void world.wait('flex', { priority: 'flex' });
    void world.wait('default');
    void world.wait('priority', { priority: 'priority' });
    await world.time.pass(300);
    expect(world.served).toEqual(['priority', 'default', 'flex']);
  });

  it('are not blocked by a larger need of lower priority', async () => {
    const world = new World({ tokens_per_minute: 600 });
    world.use(units({ tokens: 600 }));
    void world.wait('large', { need: units({ tokens: 500 }), priority: 'flex' });
    void world.wait('small', { need: units({ tokens: 10 }) });
    await world.time.pass(1000);
    expect(world.served).toEqual(['small']);
  });

  it('are as many of a key as may wait, and further ones are refused at once', async () => {
    const world = withEmptyBucket();
    for (const id of ['a1', 'a2', 'a3']) void world.wait(id, { key: 'a', maxWaiters: 2 });
    void world.wait('b1', { key: 'b', maxWaiters: 1 });
    await world.time.pass(0);
    expect(world.endings).toMatchObject([
      { id: 'a3', drawn: NO_UNITS, refusal: { field: 'requests_per_minute' }, atMs: 0 },
    ]);
    await world.time.pass(100);
    void world.wait('a4', { key: 'a', maxWaiters: 2 });
    await world.time.pass(1000);
    expect(world.served).toEqual(['a1', 'b1', 'a2', 'a4']);
  });

  it('move up when one leaves, who is gone at once', async () => {
    const world = withEmptyBucket();
    void world.wait('1');
    void world.wait('2', { waitMs: 100 });
    await turn();
    world.room.leave('1');
    world.room.leave('nobody');
    await turn();
    expect(world.endings).toMatchObject([{ id: '1', drawn: NO_UNITS }]);
    expect(world.room.waiters).toBe(1);
    await world.time.pass(100);
    expect(world.served).toEqual(['2']);
  });

  it('free the way for others when the last one leaves', async () => {
    const world = new World({ tokens_per_minute: 600 });
    world.use(units({ tokens: 550 }));
    void world.wait('1', { need: units({ tokens: 600 }) });
    await turn();
    expect(world.draw(units({ tokens: 10 })).refusal).not.toBeNull();
    world.room.leave('1');
    expect(world.draw(units({ tokens: 10 })).refusal).toBeNull();
    expect(world.time.pending).toBe(0);
  });
});

describe('a place in the line', () => {
  it('is kept for a moment between two calls, and counts as somebody who waits', async () => {
    const world = new World({ tokens_per_minute: 600 });
    world.use(units({ tokens: 550 }));
    const waiting = world.waitOnce('1', { need: units({ tokens: 600 }) });
    await world.time.pass(HOLD_MS);
    expect(await waiting).toMatchObject({ isKept: true, drawn: NO_UNITS, refusal: { needed: 600 } });
    await world.time.pass(KEPT_MS - 1);
    expect(world.room.waiters).toBe(1);
    expect(world.draw(units({ tokens: 10 })).refusal).not.toBeNull();
    await world.time.pass(1);
    expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
    expect(world.draw(units({ tokens: 10 })).refusal).toBeNull();
  });

  it('of an isolate that died takes nothing, and keeps nobody', async () => {
    const world = new World({ requests_per_minute: 60, burst_requests: 30 });
    world.use(units({ requests: 30 }));
    const dead = Array.from({ length: 20 }, (_, index) => world.waitOnce(`dead ${index}`));
    await world.time.pass(500);
    void world.wait('alive');
    await world.time.pass(HOLD_MS + 500);
    const answers = await Promise.all(dead);
    const drawn = answers.filter(({ refusal }) => refusal === null).length;
    expect(drawn).toBe(10); // while their calls were there, nobody could know
    expect(world.served).toEqual(['alive']);
    expect(world.endings[0]?.atMs).toBe(HOLD_MS + 1000);
  });

  it('is the same when its isolate asks again early', async () => {
    const world = withEmptyBucket();
    const first = world.waitOnce('1');
    void world.wait('2');
    void world.wait('1');
    expect(await first).toMatchObject({ isKept: true, drawn: NO_UNITS });
    await world.time.pass(200);
    expect(world.served).toEqual(['1', '2']);
    expect(world.room.waiters).toBe(0);
  });
});

describe('a draw that does not wait, while somebody does', () => {
  /** 60 of 600 tokens are there, and the first in line needs 100. */
  function withSomebodyWaiting(priority: 'priority' | 'default' | 'flex' = 'default'): World {
    const world = new World({ tokens_per_minute: 600, concurrency: 5 });
    world.use(units({ tokens: 540 }));
    void world.wait('first', { need: units({ tokens: 100 }), priority });
    return world;
  }

  it('takes nothing of what the first in line waits for, however little it needs', async () => {
    const world = withSomebodyWaiting();
    const { refusal, drawn, isTight } = world.draw(units({ tokens: 10 }));
    expect(drawn).toEqual(NO_UNITS);
    expect(isTight).toBe(true);
    expect(refusal).toMatchObject({
      field: 'tokens_per_minute',
      remaining: 60,
      needed: 10,
      retryAfterMs: 4000,
    });
    await world.time.pass(4000);
    expect(world.served).toEqual(['first']);
    await world.time.pass(1000);
    expect(world.draw(units({ tokens: 10 })).refusal).toBeNull();
  });

  it('is refused again when it comes again, and what it told counted once', () => {
    const world = withSomebodyWaiting();
    const need = units({ tokens: 10 });
    world.draw(units({ slots: 2 }));
    const call = world.call({ returned: SLOT, draw: { need, want: need } });
    const first = world.room.call(call);
    const second = world.room.call(call);
    expect(first.refusal).not.toBeNull();
    expect(second.refusal).toEqual(first.refusal);
    expect(world.book.held.slots).toBe(1);
  });

  it.each([
    ['priority', undefined, true],
    ['default', undefined, true],
    ['flex', undefined, false],
    ['default', 'flex', true],
    ['default', 'priority', false],
    ['flex', 'flex', true],
  ] as const)('with %s in line and a standing of %s stands back: %s', (waiting, standing, isRefused) => {
    const world = withSomebodyWaiting(waiting);
    expect(world.draw(units({ tokens: 10 }), standing).refusal !== null).toBe(isRefused);
  });

  it('takes what nobody waits for, and no slice of it', () => {
    const world = withSomebodyWaiting();
    const { drawn, refusal } = world.draw(SLOT, undefined, units({ slots: 3, tokens: 5 }));
    expect([drawn, refusal]).toEqual([SLOT, null]);
  });

  it('gets no slice where it needs nothing', () => {
    const world = withSomebodyWaiting();
    expect(world.draw(NO_UNITS, undefined, units({ tokens: 5, slots: 1 })).drawn).toEqual(NO_UNITS);
  });

  it('comes after the one for whom its own report makes room', async () => {
    const world = new World({ concurrency: 1 });
    world.draw(SLOT);
    void world.wait('first', { need: SLOT });
    const { refusal } = world.room.call(world.call({ returned: SLOT, draw: { need: SLOT, want: SLOT } }));
    await turn();
    expect(refusal).toMatchObject({ field: 'concurrency' });
    expect(world.served).toEqual(['first']);
  });
});

describe('after an eviction', () => {
  it('who waited asks again and is served, and nothing is drawn twice', async () => {
    const world = withEmptyBucket();
    void world.waitOnce('1'); // its answer never comes
    const again = new World(TEN_A_SECOND);
    again.time.now = START;
    again.use(ONE);
    void again.wait('1');
    await again.time.pass(100);
    expect(again.served).toEqual(['1']);
    expect([again.room.waiters, again.book.held.requests]).toEqual([0, 0]);
  });
});
