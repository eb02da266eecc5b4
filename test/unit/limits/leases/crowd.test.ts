import { describe, expect, it } from 'vitest';
import { NO_UNITS } from '../../../../src/limits/units.ts';
import { type Conditions, perfect } from '../../../simulation/network.ts';
import { type Asked, CALL_MS, LATENCY_MS, Lab, scope, units } from './desk-support.ts';

const granted = (asked: readonly Asked[]): Asked[] => asked.filter(({ grant }) => grant !== null);
const refused = (asked: readonly Asked[]): Asked[] => asked.filter(({ refusal }) => refusal !== null);

describe('thousands of requests that come at once', () => {
  for (const [what, fields, need] of [
    ['requests', { requests_per_minute: 1, burst_requests: 1234 }, units({ requests: 1, slots: 1 })],
    ['tokens', { tokens_per_minute: 1, burst_tokens: 12_345 }, units({ tokens: 10 })],
    ['slots', { concurrency: 1234 }, units({ requests: 1, slots: 1 })],
    ['money', { budgets: [{ usd: 0.001234, window: 'total' as const }] }, units({ nanoUsd: 1000 })],
  ] as const) {
    it(`get exactly what there is of ${what}, in tens of calls (traps F1, F5, G1)`, async () => {
      const lab = new Lab();
      const desk = lab.newDesk();
      const key = scope(fields);
      const asked = Array.from({ length: 5000 }, () => lab.ask(desk, [key], { units: need }));
      await lab.pass(3000);
      expect(granted(asked)).toHaveLength(1234);
      expect(refused(asked)).toHaveLength(5000 - 1234);
      expect(lab.network.calls).toBeLessThan(60);
    });
  }

  it('get exactly that from many isolates too', async () => {
    const lab = new Lab();
    const key = scope({ requests_per_minute: 1, burst_requests: 777, concurrency: 500 });
    const desks = Array.from({ length: 50 }, () => lab.newDesk());
    const asked = Array.from({ length: 5000 }, (_, index) =>
      lab.ask(desks[index % 50] ?? lab.newDesk(), [key]),
    );
    await lab.pass(3000);
    expect(granted(asked)).toHaveLength(500);
    expect(refused(asked)).toHaveLength(4500);
  });

  it('are refused only by a call that began after they came', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 600, burst_requests: 3 });
    const asked: { readonly one: Asked; readonly cameAt: number }[] = [];
    for (let index = 0; index < 300; index += 1) {
      asked.push({ one: lab.ask(desk, [key]), cameAt: lab.time.now() });
      await lab.pass(3);
    }
    await lab.pass(1000);
    const refusals = asked.filter(({ one }) => one.refusal !== null);
    expect(refusals.length).toBeGreaterThan(100);
    // What flowed in after a request had come was not kept from it: all there was in that second is let in.
    const inTime = granted(asked.map(({ one }) => one)).length;
    expect(inTime).toBeGreaterThanOrEqual(3 + 9 - 2);
    expect(inTime).toBeLessThanOrEqual(3 + 10);
  });

  it('with other needs: small ones are not refused because great ones were', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ tokens_per_minute: 1, burst_tokens: 100 });
    const great = Array.from({ length: 50 }, () => lab.ask(desk, [key], { units: units({ tokens: 101 }) }));
    const small = Array.from({ length: 50 }, () => lab.ask(desk, [key], { units: units({ tokens: 2 }) }));
    await lab.pass(3000);
    expect(granted(great)).toEqual([]);
    expect(granted(small)).toHaveLength(50);
    expect(great.every(({ refusal }) => refusal?.retryAfterMs === null)).toBe(true);
  });
});

describe('a request that asks for others and is killed', () => {
  it('holds up nobody for long, and what it drew comes back', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 60, concurrency: 10 });
    const first = lab.ask(desk, [key]);
    first.context.kill();
    const others = Array.from({ length: 9 }, () => lab.ask(desk, [key]));
    await lab.pass(CALL_MS + 500);
    expect(granted(others)).toHaveLength(9);
    for (const other of others) other.settle();
    await lab.pass(5000);
    expect(lab.usage(key).held).toEqual(NO_UNITS);
    expect(lab.usage(key).total.requests).toBe(9);
  });

  it('after it was served and before it looked: what it was served goes to others', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 1, burst_requests: 5 });
    const asked = Array.from({ length: 5 }, () => lab.ask(desk, [key]));
    // The second call serves four; two of them are killed before they look.
    await lab.pass(2 * LATENCY_MS + 1);
    for (const one of asked.slice(3)) one.context.kill();
    await lab.pass(200);
    expect(granted(asked)).toHaveLength(3);
    await lab.pass(500);
    const late = [lab.ask(desk, [key]), lab.ask(desk, [key])];
    await lab.pass(1500);
    expect(granted(late)).toHaveLength(2);
  });
});

describe('a call that hangs', () => {
  it('is waited for as long as a call may take, then others ask themselves', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 600 });
    const hanging: Conditions = { ...perfect(LATENCY_MS), loss: 1 };
    lab.conditions = hanging;
    const first = lab.ask(desk, [key]);
    lab.conditions = perfect(LATENCY_MS);
    const others = Array.from({ length: 100 }, () => lab.ask(desk, [key]));
    await lab.pass(CALL_MS + 300);
    expect(first.isOver).toBe(true);
    expect(granted(others)).toHaveLength(100);
  });

  it('is waited for less where calls are known to be quick', async () => {
    const lab = new Lab();
    const desk = lab.newDesk();
    const key = scope({ requests_per_minute: 6000 });
    await lab.askInTurn(desk, [key], 2);
    lab.conditions = { ...perfect(LATENCY_MS), loss: 1 };
    lab.ask(desk, [key]);
    lab.conditions = perfect(LATENCY_MS);
    const other = lab.ask(desk, [key]);
    await lab.pass(400);
    expect(other.grant).not.toBeNull();
  });
});
