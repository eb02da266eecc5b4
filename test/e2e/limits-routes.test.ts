/** No route and no mode goes past the limits: each moves the counters, and is refused in its own door's words. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { billed, SMALL_BILL } from '../support/limits/billing-vendor.ts';
import {
  type LimitLab,
  NANO_PER_TOKEN,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { expectLimitAtDoor } from '../support/limits/refused.ts';
import { CHAT, EMBEDDINGS, RESPONSES, ROUTE_MODES } from '../support/limits/route-calls.ts';
import { createGate } from '../support/streaming.ts';

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed());
});

describe('traps F3: every route counts as one request', () => {
  it.concurrent.each(ROUTE_MODES)(
    '$name: with the tokens and the money that it was billed',
    async ({ call, stream }) => {
      const key = await lab.mint({
        requests_per_minute: 100,
        tokens_per_minute: 100_000,
        concurrency: 5,
        budgets: [{ usd: 1, window: 'month' }],
      });
      const answer = await lab.ask(key, { call, stream });
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
      expect(answer.headers.get('x-ratelimit-remaining-requests')).toBe('99');
      expect(Number(answer.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(100_000);
      const line = await lab.lineOf(answer);
      const { total } = await untilNothingIsHeld(lab.gateway.url, key);
      const usage = line.usage as { input_tokens: number; output_tokens: number; estimated: boolean };
      expect(total).toMatchObject({
        requests: 1,
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        estimated_requests: usage.estimated ? 1 : 0,
      });
      expect(toNano(total.cost_usd)).toBe(toNano(line.cost_usd as number));
      const { input, output } = SMALL_BILL;
      if (call.tells === 'input and output')
        expect(usage).toMatchObject({ input_tokens: input, output_tokens: output });
      if (call.tells === 'input') expect(usage).toMatchObject({ input_tokens: input, output_tokens: 0 });
      expect(usage.estimated).toBe(call.tells === 'nothing');
      // traps F2: what nobody tells is still something.
      expect(usage.input_tokens + usage.output_tokens).toBeGreaterThan(0);
      expect(toNano(total.cost_usd)).toBe((usage.input_tokens + usage.output_tokens) * NANO_PER_TOKEN);
    },
  );
});

describe.each(ROUTE_MODES)('$name', ({ call, stream }) => {
  it('traps F3, F7: is refused once requests are spent, in its door’s own form', async () => {
    const key = await lab.mint({ requests_per_day: 1 });
    expect((await lab.ask(key, { call, stream })).status).toBe(200);
    const refused = await lab.ask(key, { call, stream });
    expectLimitAtDoor(call.door, refused, { code: 'request_limit_exceeded', param: 'requests_per_day' });
    expect(refused.headers.get('content-type')).toContain('application/json');
    expect(lab.vendor.calls).toHaveLength(1);
  });

  it('traps F3: is refused once tokens are spent, or money', async () => {
    // A chat spends it all, because its vendor bills more than was reserved.
    lab.vendor.answer(billed({ bill: { ...SMALL_BILL, input: 50_000 } }));
    for (const [fields, code, param] of [
      [{ tokens_per_day: 20_000 }, 'token_limit_exceeded', 'tokens_per_day'],
      [{ budgets: [{ usd: 0.02, window: 'month' }] }, 'budget_exceeded', 'budgets'],
    ] as const) {
      const key = await lab.mint(fields);
      expect((await lab.ask(key)).status).toBe(200);
      const refused = await lab.ask(key, { call, stream });
      expectLimitAtDoor(call.door, refused, { code, param });
    }
    expect(lab.vendor.calls).toHaveLength(2);
  });

  it('traps F3: takes a place among those in flight', async () => {
    const key = await lab.mint({ concurrency: 1 });
    const gate = createGate();
    lab.vendor.answer(billed({ before: gate.opened }));
    const first = lab.ask(key, { call, stream });
    await lab.vendor.call(0);
    const refused = await lab.ask(key, { call, stream });
    gate.open();
    expectLimitAtDoor(call.door, refused, { code: 'concurrency_exceeded', param: 'concurrency' });
    expect((await first).status).toBe(200);
  });
});

describe('a request that says little', () => {
  it.each([
    ['an empty message', CHAT, { max_tokens: undefined, messages: [{ role: 'user', content: '' }] }],
    ['an empty input', RESPONSES, { max_output_tokens: undefined, input: '' }],
    ['an output of one token', CHAT, { max_tokens: 1, messages: [{ role: 'user', content: '' }] }],
    ['tokens instead of text', EMBEDDINGS, { input: [1] }],
  ])('traps F2: still reserves something: %s', async (_, call, fields) => {
    const asked = 40;
    const key = await lab.mint({ tokens_per_minute: 1, burst_tokens: 20 });
    const gate = createGate();
    lab.vendor.answer(billed({ before: gate.opened }));
    let refused = 0;
    const answers = Array.from({ length: asked }, async () => {
      const answer = await lab.ask(key, { call, fields });
      if (answer.status === 429) refused += 1;
      return answer.status;
    });
    // Nobody who passed has an answer yet, so only what was reserved can have refused the others.
    await expect.poll(() => refused + lab.vendor.calls.length, { timeout: 10_000 }).toBe(asked);
    gate.open();
    const passed = (await Promise.all(answers)).filter((status) => status === 200).length;
    expect(passed).toBe(lab.vendor.calls.length);
    expect(passed).toBeGreaterThanOrEqual(1);
    expect(passed).toBeLessThanOrEqual(20);
  });
});

describe('what is no use of a model', () => {
  it('costs nothing and counts nothing: a list of models, usage, and an unknown route', async () => {
    const key = await lab.mint({ requests_per_day: 1 });
    const headers = { authorization: `Bearer ${key}` };
    for (const path of ['/v1/models', '/v1/usage', '/v1/files'])
      for (let times = 0; times < 3; times += 1)
        expect((await fetch(lab.gateway.url + path, { headers })).status).not.toBe(429);
    expect((await lab.ask(key)).status).toBe(200);
  });

  it('takes nothing: a body that is refused', async () => {
    const key = await lab.mint({ requests_per_day: 1, concurrency: 1, tokens_per_day: 1000 });
    for (const fields of [{ messages: 7 }, { model: 'nobody/m' }, { max_tokens: 'many' }])
      expect((await lab.ask(key, { fields })).status).toBeLessThan(429);
    expect((await lab.ask(key)).status).toBe(200);
  });
});
