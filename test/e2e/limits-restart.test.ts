/**
 * The process dies between reserve and settle, isolates and Ledgers with it. What was settled is still known, what was
 * held ends with its lease: places are free, money counts as spent by estimate, and nobody is locked out.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hang } from '../support/faults.ts';
import { billed, SMALL_BILL } from '../support/limits/billing-vendor.ts';
import {
  askUntilRefused,
  heldIn,
  type LimitLab,
  NANO_PER_TOKEN,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
  usageOf,
} from '../support/limits/lab.ts';

const BILLED_TOKENS = SMALL_BILL.input + SMALL_BILL.output;
const BILLED_NANO = BILLED_TOKENS * NANO_PER_TOKEN;
/** A lease ends 30 s after the last that was heard of it. */
const LEASE_MS = 30_000;

let lab: LimitLab;
beforeEach(async () => {
  lab = await startLimitLab();
});
afterEach(() => lab.stop());

describe('traps G2: a process that is killed', () => {
  it('with nothing under way loses nothing, and gives back nothing', async () => {
    const key = await lab.mint({ requests_per_day: 5, budgets: [{ usd: 1, window: 'month' }] });
    for (let times = 0; times < 3; times += 1) expect((await lab.ask(key)).status).toBe(200);
    await untilNothingIsHeld(lab.gateway.url, key);
    await lab.gateway.restart();
    const { total, budgets } = await untilNothingIsHeld(lab.gateway.url, key);
    expect([total.requests, toNano(total.cost_usd)]).toEqual([3, 3 * BILLED_NANO]);
    expect(toNano(budgets[0]?.spent_usd ?? Number.NaN)).toBe(3 * BILLED_NANO);
    expect((await askUntilRefused(() => lab.ask(key), 5)).passed).toHaveLength(2);
  });

  it('between reserve and settle frees places and books money when the lease ends', async () => {
    const key = await lab.mint({ concurrency: 2, budgets: [{ usd: 1, window: 'month' }] });
    expect((await lab.ask(key)).status).toBe(200);
    await untilNothingIsHeld(lab.gateway.url, key);
    lab.vendor.answer(hang);
    const cut = [false, true].map((stream) => lab.ask(key, { stream }).catch((error) => String(error)));
    await lab.vendor.call(2);
    await lab.gateway.restart();
    for (const outcome of await Promise.all(cut)) expect(outcome).toContain('fetch failed');
    lab.vendor.answer(billed());

    // Nobody can know yet whether those two still run.
    const before = await usageOf(lab.gateway.url, key);
    expect(before.total.requests).toBe(1);
    expect(before.concurrency?.in_flight).toBe(2);
    const held = toNano(heldIn(before).usd);
    expect(held).toBeGreaterThan(0);
    const refused = await lab.ask(key);
    expect([refused.status, refused.error.code]).toEqual([429, 'concurrency_exceeded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);

    const answer = await vi.waitFor(
      async () => {
        const next = await lab.ask(key);
        expect(next.status).toBe(200);
        return next;
      },
      { timeout: LEASE_MS + 15_000, interval: 500 },
    );
    expect(answer.headers.get('x-edgeway-cost-usd')).toBe(String(BILLED_NANO / 1e9));
    const { budgets, total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total.requests).toBe(2);
    expect(toNano(budgets[0]?.spent_usd ?? Number.NaN)).toBe(2 * BILLED_NANO + held);
  });
});
