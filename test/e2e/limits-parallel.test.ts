/**
 * Many requests at the same moment, whole and as streams, over all routes that answer in turns: no limit is ever passed
 * by one unit, what passes is everything that may, and afterwards nothing is held and the sums are those of the answers.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { billed, SMALL_BILL } from '../support/limits/billing-vendor.ts';
import {
  type Answer,
  askUntilRefused,
  countStatuses,
  fresh,
  type LimitLab,
  NANO_PER_TOKEN,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { CHAT_CALLS, COMPLETIONS, type RouteCall } from '../support/limits/route-calls.ts';

const BILLED_TOKENS = SMALL_BILL.input + SMALL_BILL.output;
/** Beyond what any request here reserves: its output limit, and its input with a margin. */
const MOST_RESERVED = 100;

/** Bounded calls, whole and as streams, in turns. */
const MIX = [...CHAT_CALLS, COMPLETIONS].flatMap((call) => [false, true].map((stream) => ({ call, stream })));

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab({ controlPlane: { secondIsolate: true } });
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed());
});

/** All at once, each by another route than its neighbour; at the isolates in turns. */
function askAll(
  key: string,
  count: number,
  urls: readonly string[] = [lab.gateway.url],
  fieldsFor: (call: RouteCall) => Record<string, unknown> = () => ({}),
): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const turn = MIX[index % MIX.length];
      const url = urls[index % urls.length];
      if (turn === undefined || url === undefined) throw new Error('nobody to ask');
      return lab.ask(key, { ...turn, url, fields: fieldsFor(turn.call) });
    }),
  );
}

/** Each answer is a whole success or a refusal; returns how many passed. */
function passedOf(answers: readonly Answer[]): number {
  const { 200: passed = 0, 429: refused = 0, ...others } = countStatuses(answers);
  expect([others, passed + refused]).toEqual([{}, answers.length]);
  expect(lab.vendor.calls).toHaveLength(passed);
  return passed;
}

describe.each([50, 500])('%i requests at once', (count) => {
  it('traps F1, F5: exactly as many pass as a request limit allows', async () => {
    const most = count / 5;
    const key = await lab.mint({ requests_per_minute: 1, burst_requests: most });
    expect(passedOf(await askAll(key, count))).toBe(most);
    const { total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total.requests).toBe(most);
  });

  it('traps F1: never use more tokens than a limit allows, and leave none unused', async () => {
    const limit = (count / 5) * 30;
    const key = await lab.mint({ tokens_per_minute: 1, burst_tokens: limit });
    const passed = passedOf(await askAll(key, count));
    expect(passed).toBeGreaterThan(0);
    expect(passed * BILLED_TOKENS).toBeLessThanOrEqual(limit);
    const rest = await askUntilRefused(() => lab.ask(key), count);
    const used = (passed + rest.passed.length) * BILLED_TOKENS;
    expect(used).toBeLessThanOrEqual(limit + 1); // what flows in meanwhile
    expect(used).toBeGreaterThan(limit - MOST_RESERVED);
    const { total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total.input_tokens + total.output_tokens).toBe(used);
  });

  it('traps G1, G2: never spend more than a budget, and leave no money behind', async () => {
    const nanoUsd = (count / 5) * 30 * NANO_PER_TOKEN;
    const key = await lab.mint({ budgets: [{ usd: nanoUsd / 1e9, window: 'month' }] });
    const passed = passedOf(await askAll(key, count));
    expect(passed).toBeGreaterThan(0);
    const rest = await askUntilRefused(() => lab.ask(key), count);
    const spent = (passed + rest.passed.length) * BILLED_TOKENS * NANO_PER_TOKEN;
    expect(spent).toBeLessThanOrEqual(nanoUsd);
    expect(spent).toBeGreaterThan(nanoUsd - MOST_RESERVED * NANO_PER_TOKEN);
    const { total, budgets } = await untilNothingIsHeld(lab.gateway.url, key);
    expect([toNano(total.cost_usd), toNano(budgets[0]?.spent_usd ?? Number.NaN)]).toEqual([spent, spent]);
  });

  it('traps F1: never stand beside each other in greater number than is allowed', async () => {
    const most = 20;
    const key = await lab.mint({ concurrency: most });
    let inFlight = 0;
    let highest = 0;
    lab.vendor.answer(async (...call) => {
      inFlight += 1;
      highest = Math.max(highest, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      // Before the answer goes: from then on the gateway may let the next one in.
      inFlight -= 1;
      await billed()(...call);
    });
    const passed = passedOf(await askAll(key, count));
    expect(passed).toBeGreaterThanOrEqual(most);
    expect(highest).toBeLessThanOrEqual(most);
    const { total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total.requests).toBe(passed);
  });

  it('traps G1: keep all limits of all scopes in two isolates at once', async () => {
    const [project, organization, user] = [fresh('project'), fresh('organization'), fresh('user')];
    const limit = count / 5;
    await lab.configure({
      projects: { [project]: { tokens_per_minute: 1, burst_tokens: limit * MOST_RESERVED } },
      organizations: { [organization]: { budgets: [{ usd: (limit * MOST_RESERVED) / 1e6, window: 'day' }] } },
      end_users: { requests_per_day: limit },
    });
    const key = await lab.mint({ project, organization, requests_per_minute: 1, burst_requests: 2 * limit });
    const { url, elsewhere } = lab.gateway;
    // Doors of other forms have no `user`.
    const named = ({ door }: RouteCall) => (door.startsWith('openai') ? { user } : {});
    const answers = await askAll(key, count, [url, elsewhere], named);
    const passed = passedOf(answers);
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThanOrEqual(2 * limit);
    const byUser = lab.vendor.calls.filter(({ body }) => body.includes(user)).length;
    expect(byUser).toBeLessThanOrEqual(limit);
    await untilNothingIsHeld(elsewhere, key);
    const { total } = await untilNothingIsHeld(url, key);
    expect(total.requests).toBe(passed);
    expect(total.input_tokens + total.output_tokens).toBe(passed * BILLED_TOKENS);
  });
});

it('traps F1, G1: of 5,000 at once no more pass than requests and money allow', async () => {
  const [most, nanoUsd] = [500, 15_000 * NANO_PER_TOKEN];
  const counted = await lab.mint({ requests_per_day: most });
  const paid = await lab.mint({ budgets: [{ usd: nanoUsd / 1e9, window: 'month' }] });
  const [byCount, byMoney] = await Promise.all([askAll(counted, 2500), askAll(paid, 2500)]);
  const passed = passedOf([...byCount, ...byMoney]);
  expect(countStatuses(byCount)[200]).toBe(most);
  const spent = (passed - most) * BILLED_TOKENS * NANO_PER_TOKEN;
  expect(spent).toBeGreaterThan(0);
  expect(spent).toBeLessThanOrEqual(nanoUsd);
  const [ofCounted, ofPaid] = await Promise.all(
    [counted, paid].map((key) => untilNothingIsHeld(lab.gateway.url, key)),
  );
  expect(ofCounted?.total.requests).toBe(most);
  expect(toNano(ofPaid?.total.cost_usd ?? Number.NaN)).toBe(spent);
});

it('traps G1: the first requests of a user whom nobody knows are held to the limit together', async () => {
  await lab.configure({ end_users: { budgets: [{ usd: 0.0002, window: 'day' }] } });
  const key = await lab.mint();
  const user = fresh('user');
  const answers = await Promise.all(Array.from({ length: 50 }, () => lab.ask(key, { fields: { user } })));
  expect(passedOf(answers) * BILLED_TOKENS).toBeLessThanOrEqual(200);
});
