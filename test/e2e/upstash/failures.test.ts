/**
 * What may go wrong between an isolate and Redis: nothing counts twice, nothing is lost, and nobody is let through by
 * accident. What the operator makes of an outage (`open`, `closed`) is decided above the store, which rejects.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMAND_TIMEOUT_MS } from '../../../src/connect-upstash.ts';
import type { LimitStore } from '../../../src/limits/ledger-protocol.ts';
import { NO_UNITS } from '../../../src/limits/units.ts';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';
import type { FrontFault } from '../../support/redis/rest-front.ts';
import { aCall, aSettlement, units } from '../../unit/limits/ledger-calls.ts';

const LIMITS = {
  requests_per_day: 1000,
  tokens_per_day: 100_000,
  budgets: [{ usd: 1, window: 'total' as const }],
};

let lab: RedisLab;
let store: LimitStore;
let ledger: string;
beforeAll(async () => {
  lab = await startRedisLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.front.fail('none');
  store = lab.store();
  ledger = `key:${crypto.randomUUID()}`;
});

const held = async () => (await store.usage(ledger, { limits: null, days: null })).held;
const draw = (tokens: number) => aCall({ limits: LIMITS, need: { tokens } });

describe('an answer that is lost', () => {
  it('is fetched by a second try, and the draw counts once', async () => {
    await store.call(ledger, draw(1));
    lab.front.fail('lost-answer', 1);
    const before = lab.front.commands.length;
    const { drawn } = await store.call(ledger, draw(100));
    expect(drawn).toEqual(units({ tokens: 100 }));
    expect(lab.front.commands.slice(before)).toEqual(['evalsha', 'evalsha']);
    expect(await held()).toEqual(units({ tokens: 101 }));
  });

  it('twice rejects; the same call later is answered as if nothing had happened', async () => {
    await store.call(ledger, draw(1));
    const call = aCall({
      limits: LIMITS,
      need: { tokens: 100 },
      settled: [aSettlement({ tokens: 1 }, { tokens: 1, nanoUsd: 7 })],
    });
    lab.front.fail('lost-answer', 2);
    await expect(store.call(ledger, call)).rejects.toThrow();
    expect((await store.call(ledger, call)).drawn).toEqual(units({ tokens: 100 }));
    const { total } = await store.usage(ledger, { limits: null, days: null });
    expect([total.requests, total.nanoUsd, await held()]).toEqual([1, 7, units({ tokens: 100 })]);
  });

  it('to an isolate that gives up leaves nothing taken', async () => {
    await store.call(ledger, draw(1));
    const lost = draw(100);
    lab.front.fail('lost-answer', 2);
    await expect(store.call(ledger, lost)).rejects.toThrow();
    await store.call(ledger, aCall({ limits: LIMITS, unanswered: [lost.id], returned: { tokens: 1 } }));
    expect(await held()).toEqual(NO_UNITS);
  });
});

describe('a request that is lost', () => {
  it('is sent once more, and runs once', async () => {
    lab.front.fail('lost-request', 1);
    await store.call(ledger, draw(100));
    expect(await held()).toEqual(units({ tokens: 100 }));
  });
});

describe('what is no answer', () => {
  it.each<[FrontFault, RegExp]>([
    ['error', /database is not there/],
    ['garbage', /Upstash/],
    ['lost-request', /./],
    ['slow', /./],
  ])('rejects, and lets nobody through (%s)', async (fault, message) => {
    const isolate = lab.store({ timeoutMs: COMMAND_TIMEOUT_MS });
    lab.front.fail(fault);
    await expect(isolate.call(ledger, draw(100))).rejects.toThrow(message);
    await expect(isolate.usage(ledger, { limits: null, days: null })).rejects.toThrow(message);
  });

  it('is not tried again where the server spoke: it may be overloaded', async () => {
    lab.front.fail('error');
    const before = lab.front.commands.length;
    await expect(store.call(ledger, draw(100))).rejects.toThrow();
    lab.front.fail('none');
    expect(lab.front.commands.length).toBe(before);
  });

  it('tells nothing of the call, and no secret', async () => {
    lab.front.fail('error');
    const error = await store.call(ledger, draw(100)).catch((reason: unknown) => reason);
    expect(String(error)).toBe('Error: Upstash: ERR the database is not there');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(lab.front.token);
  });

  it('does not count: an answer that comes too late is known by its call', async () => {
    const call = draw(100);
    lab.front.fail('slow');
    await expect(lab.store({ timeoutMs: COMMAND_TIMEOUT_MS }).call(ledger, call)).rejects.toThrow();
    lab.front.fail('none');
    expect((await store.call(ledger, call)).drawn).toEqual(units({ tokens: 100 }));
    expect(await held()).toEqual(units({ tokens: 100 }));
  });

  it('is a refused token', async () => {
    const stranger = lab.store({}, { token: 'another' });
    await expect(stranger.call(ledger, draw(1))).rejects.toThrow(/WRONGPASS/);
  });
});

describe('redis-server, killed and started again', () => {
  it('holds all that was acknowledged, knows the calls, and the script again', async () => {
    const acknowledged: number[] = [];
    const sent = Array.from({ length: 60 }, () => draw(10));
    const running = sent.map(async (call, index) => {
      if (index >= 30) await turnOf(index - 30);
      await store.call(ledger, call);
      acknowledged.push(index);
    });
    const ended = Promise.allSettled(running);
    await Promise.all(running.slice(0, 20));
    await lab.server.kill();
    const outcomes = await ended;
    await expect(store.call(ledger, draw(1))).rejects.toThrow();
    await lab.server.restart();
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(acknowledged.length);
    expect((await held()).tokens).toBeGreaterThanOrEqual(10 * acknowledged.length);
    // All calls again, under their ids: those that ran are known, the others run now.
    const answers = await Promise.all(sent.map((call) => store.call(ledger, call)));
    expect(answers.map(({ drawn }) => drawn.tokens)).toEqual(sent.map(() => 10));
    expect(await held()).toEqual(units({ tokens: 600 }));
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
  });

  it('still holds what was settled, to the nano-dollar', async () => {
    const settled = Array.from({ length: 50 }, (_, index) =>
      aSettlement({}, { nanoUsd: 1_000_000_007 + index }),
    );
    await Promise.all(settled.map((one) => store.call(ledger, aCall({ limits: LIMITS, settled: [one] }))));
    await lab.server.restart();
    const { total, budgets } = await store.usage(ledger, { limits: null, days: null });
    const spent = settled.reduce((sum, { used }) => sum + used.nanoUsd, 0);
    expect([total.nanoUsd, budgets[0]?.spentNanoUsd, total.requests]).toEqual([spent, spent, 50]);
    expect(await store.call(ledger, aCall({ limits: LIMITS, need: { nanoUsd: 1 } }))).toMatchObject({
      refusal: { field: 'budgets', retryAfterMs: null },
    });
  });

  it('that forgot its scripts is told them again', async () => {
    await store.call(ledger, draw(1));
    await lab.front.send('SCRIPT', 'FLUSH');
    const before = lab.front.commands.length;
    await store.call(ledger, draw(1));
    await store.call(ledger, draw(1));
    expect(lab.front.commands.slice(before)).toEqual(['evalsha', 'eval', 'evalsha']);
  });
});

/** Lets others go first, so that calls are on their way in every state when redis-server dies. */
async function turnOf(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
