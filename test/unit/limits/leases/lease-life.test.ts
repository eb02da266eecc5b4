import { describe, expect, it } from 'vitest';
import { LEASE_USE_MS } from '../../../../src/limits/ledger-protocol.ts';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { perfect } from '../../../simulation/network.ts';
import { type Asked, CALL_MS, DEAD, LATENCY_MS, Lab, part, scope, units } from './desk-support.ts';

const KEY = scope({
  requests_per_minute: 6000,
  tokens_per_minute: 600_000,
  concurrency: 20,
  budgets: [{ usd: 1, window: 'total' }],
});
const NEED = units({ requests: 1, tokens: 100, nanoUsd: 1000, slots: 1 });

async function running(lab: Lab, ask: { maxMs?: number } = {}): Promise<Asked> {
  const asked = lab.ask(lab.newDesk(), [KEY], { units: NEED, ...ask });
  await lab.pass(100);
  expect(asked.grant).not.toBeNull();
  return asked;
}

describe('the lease of a request that runs for long', () => {
  it('lives on while the request says that it lives (traps F4)', async () => {
    const lab = new Lab();
    const asked = await running(lab);
    for (let seconds = 0; seconds < 300; seconds += 10) {
      await lab.pass(10_000);
      asked.context.run(() => asked.granted.touch());
      expect(lab.usage(KEY).held).toMatchObject({ tokens: 100, nanoUsd: 1000, slots: 1 });
    }
    asked.settle({ tokens: 60, nanoUsd: 600 });
    await lab.pass(2000);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
    expect(lab.usage(KEY).budgets[0]).toMatchObject({ spentNanoUsd: 600, estimatedNanoUsd: 0 });
  });

  it('ends where the Ledger cannot be reached; the settlement names it afterwards, and money comes out right', async () => {
    const lab = new Lab();
    const asked = await running(lab);
    lab.conditions = DEAD;
    await lab.pass(50_000);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
    expect(lab.usage(KEY).budgets[0]).toMatchObject({ spentNanoUsd: 1000, estimatedNanoUsd: 1000 });
    lab.conditions = perfect(LATENCY_MS);
    const [drawn] = lab.heard(KEY);
    asked.settle({ tokens: 60, nanoUsd: 600 });
    await lab.pass(3000);
    const told = lab.heard(KEY).flatMap(({ settled }) => settled);
    expect(told).toHaveLength(1);
    expect(told[0]?.lease).toBe(drawn?.lease);
    expect(lab.usage(KEY).budgets[0]).toMatchObject({ spentNanoUsd: 600, estimatedNanoUsd: 0 });
  });

  it('is followed by a new one, and a request may hold something of both', async () => {
    const lab = new Lab();
    const asked = await running(lab);
    lab.conditions = DEAD;
    await lab.pass(LEASE_USE_MS + 11_000);
    lab.conditions = perfect(LATENCY_MS);
    const extended = asked.context.run(() => asked.granted.extend(units({ tokens: 50, nanoUsd: 500 })));
    await lab.pass(1000);
    expect(await extended).toBe(true);
    expect(asked.granted.held).toMatchObject({ tokens: 150, nanoUsd: 1500 });
    const leases = new Set(lab.heard(KEY).flatMap(({ lease, draw }) => (draw === null ? [] : [lease])));
    expect(leases.size).toBe(2);
    asked.settle({ tokens: 120, nanoUsd: 1200 });
    await lab.pass(3000);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
    expect(lab.usage(KEY).total).toMatchObject({ requests: 1, inputTokens: 120, nanoUsd: 1200 });
    expect(lab.usage(KEY).budgets[0]).toMatchObject({ spentNanoUsd: 1200, estimatedNanoUsd: 0 });
  });
});

describe('a lease that is not used any more', () => {
  it('comes back when it is idle, in a few seconds', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    for (let index = 0; index < 100; index += 1) {
      const asked = lab.ask(desk, [KEY], { units: NEED });
      lab.time.after(70, () => asked.settle({ tokens: 100, nanoUsd: 1000 }));
      await lab.pass(40);
    }
    expect(lab.usage(KEY).held.tokens).toBeGreaterThan(100);
    await lab.pass(4500);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
  });

  it('drains by its end where the isolate is gone, revoked keys too: nobody asks any more', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const asked: Asked[] = [];
    for (let index = 0; index < 100; index += 1) {
      const one = lab.ask(desk, [KEY], { units: NEED });
      asked.push(one);
      lab.time.after(70, () => {
        if (!one.context.isKilled) one.settle({ tokens: 100, nanoUsd: 1000 });
      });
      await lab.pass(40);
    }
    for (const { context } of asked) context.kill();
    const { held, budgets } = lab.usage(KEY);
    expect(held.nanoUsd).toBeGreaterThan(0);
    await lab.pass(36_000);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
    expect(lab.usage(KEY).budgets[0]).toMatchObject({
      estimatedNanoUsd: held.nanoUsd,
      spentNanoUsd: (budgets[0]?.spentNanoUsd ?? 0) + held.nanoUsd,
    });
  });

  it('spends nothing after its end by the isolate’s own clock, which is before the Ledger’s', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    for (let index = 0; index < 50; index += 1) {
      lab.ask(desk, [KEY], { units: { ...NEED, slots: 0 } });
      await lab.pass(20);
    }
    const sentLast = lab.time.now();
    lab.conditions = DEAD;
    while (lab.time.now() < sentLast + LEASE_USE_MS + 2000) await lab.pass(1000);
    const heldThen = lab.usage(KEY).held;
    const late = lab.ask(desk, [KEY], { units: { ...NEED, slots: 0 } });
    expect(late.isImmediate).toBe(false);
    expect(heldThen.tokens).toBeGreaterThan(0);
  });
});

describe('a slot', () => {
  it('is not taken of a lease that the Ledger has not heard of for long, because it may soon be free there', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ concurrency: 500 });
    const asked: Asked[] = [];
    for (let index = 0; index < 100; index += 1) {
      const one = lab.ask(desk, [key]);
      asked.push(one);
      lab.time.after(200, () => one.settle());
      await lab.pass(10);
    }
    await lab.pass(300);
    const warm = lab.ask(desk, [key]);
    expect(warm.isImmediate).toBe(true);
    for (const { context } of [...asked, warm]) context.kill();
    await lab.pass(12_000);
    const late = lab.ask(desk, [key]);
    expect(late.isImmediate).toBe(false);
    await lab.pass(100);
    expect(late.grant).not.toBeNull();
  });
});

describe('requests that are killed', () => {
  it('before they settle: counted as they were reserved, estimated, when their time is over', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ concurrency: 1, budgets: [{ usd: 1, window: 'total' }] });
    const killed = lab.ask(desk, [key], { units: NEED, maxMs: 30_000 });
    await lab.pass(100);
    killed.context.kill();
    // Others keep the isolate and its lease alive all the time.
    const other = scope({ requests_per_minute: 60 }, { name: 'other' });
    for (let seconds = 0; seconds < 100; seconds += 2) {
      const one = lab.ask(desk, [other]);
      lab.time.after(200, () => one.settle());
      await lab.pass(2000);
    }
    expect(lab.usage(key).held).toEqual(NO_UNITS);
    expect(lab.usage(key).total).toMatchObject({ requests: 1, nanoUsd: 1000, estimatedRequests: 1 });
    expect(desk.size.grants).toBe(0);
    const next = lab.ask(desk, [key], { units: NEED });
    await lab.pass(100);
    expect(next.grant).not.toBeNull();
  });

  it('while they were to tell of others: another request tells, within seconds', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const first = lab.ask(desk, [KEY], { units: NEED });
    await lab.pass(100);
    const second = lab.ask(desk, [KEY], { units: NEED });
    await lab.pass(100);
    first.settle({ tokens: 10, nanoUsd: 10 });
    first.context.kill();
    // So long nobody knows that it was killed.
    await lab.pass(2 * CALL_MS + 2000);
    second.settle({ tokens: 10, nanoUsd: 10 });
    await lab.pass(1100);
    expect(lab.usage(KEY).total).toMatchObject({ requests: 2, nanoUsd: 20 });
  });

  it('and nobody else asks for their scope: a request of another one tells', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const first = lab.ask(desk, [KEY], { units: NEED });
    await lab.pass(100);
    first.settle({ tokens: 10, nanoUsd: 10 });
    first.context.kill();
    await lab.pass(2 * CALL_MS + 2000);
    expect(lab.usage(KEY).total.requests).toBe(0);
    const other = lab.ask(desk, [scope({ requests_per_minute: 60 }, { name: 'other' })]);
    await lab.pass(1200);
    expect(other.grant).not.toBeNull();
    expect(lab.usage(KEY).total).toMatchObject({ requests: 1, nanoUsd: 10 });
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
  });

  it('that settle late all the same count once', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const slow = lab.ask(desk, [KEY], { units: NEED, maxMs: 1000 });
    await lab.pass(100);
    for (let seconds = 0; seconds < 80; seconds += 2) {
      const one = lab.ask(desk, [scope({ requests_per_minute: 60 }, { name: 'other' })]);
      lab.time.after(200, () => one.settle());
      await lab.pass(2000);
    }
    slow.context.run(() => slow.granted.settle([part({ tokens: 50, nanoUsd: 500 })]));
    await lab.pass(3000);
    expect(lab.usage(KEY).total).toMatchObject({ requests: 1, nanoUsd: 1000 });
  });
});

describe('memory', () => {
  it('is bounded: scopes that nobody uses go, others make room, and nothing is lost with them', async () => {
    const lab = new Lab();
    const desk = lab.newDesk(100);
    const scopes = Array.from({ length: 500 }, (_, index) =>
      scope({ budgets: [{ usd: 1, window: 'total' }] }, { name: `key-${index}` }),
    );
    for (const one of scopes) {
      const asked = lab.ask(desk, [one], { units: NEED });
      lab.time.after(300, () => asked.settle({ nanoUsd: 700 }));
      await lab.pass(5);
      expect(desk.size.scopes).toBeLessThanOrEqual(100);
    }
    await lab.pass(10_000);
    for (const one of scopes) {
      expect(lab.usage(one).total).toMatchObject({ requests: 1, nanoUsd: 700 });
      expect(lab.usage(one).held).toEqual(NO_UNITS);
    }
    for (let seconds = 0; seconds < 180; seconds += 3) {
      const asked = lab.ask(desk, [KEY], { units: NEED });
      lab.time.after(100, () => asked.settle());
      await lab.pass(3000);
    }
    expect(desk.size).toEqual({ scopes: 1, grants: 0 });
  });
});

describe('extend', () => {
  it('comes back at once where the lease suffices, and takes nothing where one scope refuses', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const narrow = scope({ tokens_per_minute: 1, burst_tokens: 150 }, { kind: 'project', name: 'n' });
    const asked = lab.ask(desk, [KEY, narrow], { units: NEED });
    await lab.pass(100);
    const first = asked.context.run(() => asked.granted.extend(units({ tokens: 40 })));
    await lab.pass(500);
    expect(await first).toBe(true);
    expect(asked.granted.held.tokens).toBe(140);
    const second = asked.context.run(() => asked.granted.extend(units({ tokens: 40 })));
    await lab.pass(500);
    expect(await second).toBe(false);
    expect(asked.granted.held.tokens).toBe(140);
    // What the other scope had given serves the next extension.
    const third = asked.context.run(() => asked.granted.extend(units({ tokens: 10 })));
    await lab.pass(500);
    expect(await third).toBe(true);
    asked.settle({ tokens: 150 });
    await lab.pass(3000);
    for (const one of [KEY, narrow]) expect(lab.usage(one).held).toEqual(NO_UNITS);
    expect(lab.usage(narrow).buckets[0]?.remaining).toBe(0);
  });

  it('does not outlive the request', async () => {
    const lab = new Lab();
    const asked = await running(lab);
    const more = asked.context.run(() => asked.granted.extend(units({ tokens: 100_000 })));
    asked.settle({ tokens: 100 });
    await lab.pass(3000);
    expect(await more).toBe(false);
    expect(lab.usage(KEY).held).toEqual(NO_UNITS);
    expect(asked.granted.extend(units({ tokens: 1 }))).toBe(false);
  });
});
