import { describe, expect, it } from 'vitest';
import { GatewayUnavailable } from '../../../../src/errors.ts';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { perfect } from '../../../simulation/network.ts';
import { CALL_MS, DEAD, LATENCY_MS, Lab, ONE, part, REJECTING, scope, units } from './desk-support.ts';

const KEY = scope({ requests_per_minute: 600 });
const PROJECT = scope({ requests_per_minute: 60, burst_requests: 2 }, { kind: 'project', name: 'p' });

describe('a single request', () => {
  it('draws exactly what it needs, and gives back what it did not use, in two calls', async () => {
    const lab = new Lab();
    const key = scope({ requests_per_minute: 60, tokens_per_minute: 6000, concurrency: 2 });
    const desk = lab.newDesk();
    const asked = lab.ask(desk, [key], { units: units({ requests: 1, tokens: 500, slots: 1 }) });
    expect(asked.isImmediate).toBe(false);
    await lab.pass(2 * LATENCY_MS);
    expect(asked.granted.held).toEqual({ requests: 1, tokens: 500, nanoUsd: 0, slots: 1 });
    expect(lab.usage(key).held).toEqual({ requests: 1, tokens: 500, nanoUsd: 0, slots: 1 });
    asked.settle({ tokens: 120 });
    await lab.pass(1000 + 2 * LATENCY_MS);
    const { held, buckets, total } = lab.usage(key);
    expect(held).toEqual(NO_UNITS);
    // While units are held, a full bucket does not refill; since they came back it did, for some milliseconds.
    expect(buckets.map(({ remaining }) => remaining)).toEqual([59, 5882]);
    expect(total).toMatchObject({ requests: 1, inputTokens: 120 });
    expect(lab.heard(key)).toHaveLength(2);
  });

  it('asks nobody where nothing is limited, and where it is only recorded, tells in one call', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const recorded = scope({}, { isRecorded: true });
    const asked = lab.ask(desk, [recorded, scope({}, { kind: 'organization' })]);
    expect(asked.isImmediate).toBe(true);
    asked.settle({ tokens: 10, nanoUsd: 77 });
    await lab.pass(2000);
    expect(lab.network.calls).toBe(1);
    expect(lab.usage(recorded).total).toMatchObject({ requests: 1, nanoUsd: 77 });
  });

  it('is cut to what a bucket can hold, unless the client stated how much it wants', async () => {
    const lab = new Lab();
    const key = scope({ tokens_per_minute: 600, burst_tokens: 100 });
    const open = lab.ask(lab.newDesk(), [key], { units: units({ tokens: 5000 }), isBounded: false });
    await lab.pass(1000);
    expect(open.granted.held.tokens).toBe(100);
    const stated = lab.ask(lab.newDesk(), [key], { units: units({ tokens: 5000 }), isBounded: true });
    await lab.pass(1000);
    expect(stated.refusal).toMatchObject({ code: 'token_limit_exceeded', retryAfterMs: null });
  });

  it('leaves nothing taken when its client leaves while it waits', async () => {
    const lab = new Lab();
    const abort = new AbortController();
    const asked = lab.ask(lab.newDesk(), [KEY], { signal: abort.signal });
    await lab.pass(LATENCY_MS);
    abort.abort(new Error('the client left'));
    await lab.pass(200);
    expect(asked.error).toEqual(new Error('the client left'));
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
  });
});

describe('a busy key', () => {
  it('is let in at once and by few calls, and what it holds comes back when it is idle', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const busy = scope({ requests_per_minute: 60_000, tokens_per_minute: 6_000_000, concurrency: 1000 });
    const need = units({ requests: 1, tokens: 700, slots: 1 });
    const asked: ReturnType<Lab['ask']>[] = [];
    for (let index = 0; index < 1000; index += 1) {
      const one = lab.ask(desk, [busy], { units: need });
      asked.push(one);
      if (index >= 30) lab.time.after(300, () => one.settle({ tokens: 400 }));
      await lab.pass(10);
    }
    const warm = asked.slice(200);
    expect(warm.filter(({ isImmediate }) => isImmediate)).toHaveLength(warm.length);
    expect(lab.network.calls).toBeLessThan(40);
    for (const one of asked.slice(0, 30)) one.settle({ tokens: 400 });
    await lab.pass(10_000);
    expect(lab.usage(busy).held).toEqual(NO_UNITS);
    expect(lab.usage(busy).total).toMatchObject({ requests: 1000, inputTokens: 400_000 });
  });

  it('has its refill on the way before it runs dry, one call at a time', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const busy = scope({ requests_per_minute: 600_000 });
    for (let index = 0; index < 300; index += 1) {
      lab.ask(desk, [busy]);
      await lab.pass(5);
    }
    lab.conditions = perfect(300); // slow from now on
    const before = lab.network.calls;
    const burst = Array.from({ length: 600 }, () => lab.ask(desk, [busy]));
    const waiting = burst.filter(({ isImmediate }) => !isImmediate);
    await lab.pass(250);
    expect(lab.network.calls).toBe(before);
    await lab.pass(2000);
    expect(waiting.filter(({ isOver }) => !isOver)).toEqual([]);
    expect(lab.network.calls - before).toBeLessThan(10);
  });
});

describe('several scopes', () => {
  it('are asked at the same time', async () => {
    const lab = new Lab();
    const scopes = ['a', 'b', 'c'].map((name) => scope({ requests_per_minute: 60 }, { name }));
    const asked = lab.ask(lab.newDesk(), scopes);
    await lab.pass(2 * LATENCY_MS);
    expect(asked.grant).not.toBeNull();
  });

  it('have everything back before the client hears that one of them refused (traps F1, G2)', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    for (const one of await lab.askInTurn(desk, [PROJECT], 2)) one.settle();
    await lab.pass(100);
    const asked = lab.ask(desk, [KEY, PROJECT]);
    while (!asked.isOver) await lab.pass(1);
    expect(asked.refusal).toMatchObject({
      code: 'request_limit_exceeded',
      param: 'requests_per_minute',
      scope: 'project "p"',
    });
    const { held, buckets } = lab.usage(KEY);
    expect(held).toEqual(NO_UNITS);
    expect(buckets[0]?.remaining).toBe(600);
  });

  it('keep what others use: it goes back into the lease, without a call', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    await lab.askInTurn(desk, [KEY], 20);
    await lab.askInTurn(desk, [PROJECT], 2);
    const before = lab.heard(KEY).length;
    const free = () => lab.usage(KEY).held.requests;
    const heldBefore = free();
    const asked = lab.ask(desk, [KEY, PROJECT]);
    await lab.pass(3 * LATENCY_MS);
    expect(asked.refusal?.code).toBe('request_limit_exceeded');
    expect(
      lab
        .heard(KEY)
        .slice(before)
        .flatMap(({ returned }) => returned.requests),
    ).not.toContain(1);
    expect(free()).toBeLessThanOrEqual(heldBefore);
  });

  it('tell of the limit that will be met last', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const slow = scope({ requests_per_minute: 1 }, { kind: 'organization', name: 'o' });
    await lab.askInTurn(desk, [slow], 1);
    await lab.askInTurn(desk, [PROJECT], 2);
    const asked = lab.ask(desk, [PROJECT, slow]);
    await lab.pass(500);
    expect(asked.refusal?.scope).toBe('organization "o"');
    expect(asked.refusal?.retryAfterMs).toBeGreaterThan(50_000);
  });
});

describe('a Ledger that cannot be reached', () => {
  for (const [how, conditions] of [
    ['says nothing', DEAD],
    ['rejects', REJECTING],
    ['answers after two seconds', perfect(1000)],
  ] as const) {
    it(`that ${how}: 503 where the scope is closed, and nothing leaks`, async () => {
      const lab = new Lab();
      const desk = lab.newDesk();
      lab.conditionsOf.set(PROJECT.ledger, conditions);
      const asked = lab.ask(desk, [KEY, PROJECT]);
      await lab.pass(CALL_MS + 200);
      expect(asked.error).toBeInstanceOf(GatewayUnavailable);
      expect(lab.usage(KEY).held).toEqual(NO_UNITS);
      lab.conditionsOf.clear();
      await lab.pass(10_000);
      expect(lab.usage(PROJECT).held).toEqual(NO_UNITS);
      expect(lab.usage(PROJECT).buckets[0]?.remaining).toBe(2);
    });

    it(`that ${how}: the request goes on where the scope is open, is flagged, and told of later, once`, async () => {
      const lab = new Lab();
      const desk = lab.newDesk();
      const open = scope(
        // A debt would show for long.
        { tokens_per_minute: 1, burst_tokens: 6000, budgets: [{ usd: 1, window: 'total' }] },
        { kind: 'project', name: 'open', onUnavailable: 'open' },
      );
      lab.conditionsOf.set(open.ledger, conditions);
      const need = units({ requests: 1, tokens: 100, nanoUsd: 1000, slots: 1 });
      const asked = lab.ask(desk, [KEY, open], { units: need });
      await lab.pass(CALL_MS + 200);
      expect(asked.granted.isUnchecked).toBe(true);
      asked.settle({ tokens: 80, nanoUsd: 800 });
      await lab.pass(3000);
      lab.conditionsOf.clear();
      await lab.pass(40_000);
      const { held, total, buckets, budgets } = lab.usage(open);
      expect(held).toEqual(NO_UNITS);
      expect(total).toMatchObject({ requests: 1, inputTokens: 80, nanoUsd: 800 });
      expect(budgets[0]).toMatchObject({ spentNanoUsd: 800, estimatedNanoUsd: 0 });
      expect(buckets[0]?.remaining).toBe(6000);
    });
  }

  it('is not waited for by everybody: after two failures one tries, and the others are told at once', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    lab.conditions = DEAD;
    const first = Array.from({ length: 10 }, () => lab.ask(desk, [KEY]));
    await lab.pass(2 * CALL_MS + 500);
    expect(first.filter(({ isOver }) => !isOver)).toEqual([]);
    const later = lab.ask(desk, [KEY]);
    await lab.pass(0);
    expect(later.error).toBeInstanceOf(GatewayUnavailable);
    lab.conditions = perfect(LATENCY_MS);
    await lab.pass(3000);
    const back = lab.ask(desk, [KEY]);
    await lab.pass(100);
    expect(back.grant).not.toBeNull();
  });
});

describe('what is left', () => {
  it('is the tightest over the scopes, minus what was spent since', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const wide = scope({ requests_per_minute: 6000, tokens_per_minute: 60_000 });
    const narrow = scope({ requests_per_minute: 600 }, { kind: 'project', name: 'n' });
    const asked = lab.ask(desk, [wide, narrow], { units: units({ requests: 1, tokens: 100, slots: 1 }) });
    await lab.pass(2 * LATENCY_MS);
    const { requests, tokens } = asked.granted.room;
    expect(requests).toMatchObject({ limit: 600, remaining: 599 });
    expect(tokens).toMatchObject({ limit: 60_000, remaining: 59_900 });
    expect(tokens?.resetMs).toBeGreaterThan(0);
    for (let index = 0; index < 40; index += 1) {
      lab.ask(desk, [wide, narrow], { units: units({ requests: 1, tokens: 100, slots: 1 }) });
      await lab.pass(10);
    }
    const warm = lab.ask(desk, [wide, narrow], { units: units({ requests: 1, tokens: 100, slots: 1 }) });
    expect(warm.isImmediate).toBe(true);
    // 42 were let in; in the half second since, some five came back.
    expect(warm.granted.room.requests?.remaining).toBeGreaterThanOrEqual(558);
    expect(warm.granted.room.requests?.remaining).toBeLessThanOrEqual(563);
  });

  it('is nothing where nothing is limited', () => {
    const lab = new Lab();
    const asked = lab.ask(lab.newDesk(), [scope({}, { isRecorded: true })]);
    expect(asked.granted.room).toEqual({ requests: null, tokens: null });
  });
});

describe('what is told with a call', () => {
  it('names the scope as people know it, for alerts', async () => {
    const lab = new Lab();
    const webhooks = [{ url: 'https://example.com', format: 'json' as const, allow_insecure: false }];
    lab.ask(lab.newDesk(), [KEY], { alerts: webhooks, units: ONE });
    await lab.pass(100);
    expect(lab.heard(KEY)[0]?.alerts).toEqual({ scope: 'key "ci"', webhooks });
  });

  it('settles exactly once', async () => {
    const lab = new Lab();
    const key = scope({ budgets: [{ usd: 1, window: 'total' }] });
    const asked = lab.ask(lab.newDesk(), [key], { units: units({ requests: 1, nanoUsd: 500 }) });
    await lab.pass(100);
    asked.settle({ nanoUsd: 300 });
    asked.context.run(() => asked.granted.settle([part({ nanoUsd: 400 })]));
    await lab.pass(3000);
    expect(lab.usage(key).total).toMatchObject({ requests: 1, nanoUsd: 300 });
    expect(lab.usage(key).held).toEqual(NO_UNITS);
  });
});
