/** What requests cost, over HTTP: known, unknown, free, by the operator's own prices, with every kind of token. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begun, billed } from '../support/limits/billing-vendor.ts';
import type { VendorBill } from '../support/limits/bills.ts';
import {
  type Answer,
  askUntilRefused,
  type LimitLab,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { expectLimit } from '../support/limits/refused.ts';
import {
  CHAT,
  CHAT_CALLS,
  GENERATE_CONTENT,
  MESSAGES,
  RESPONSES,
  ROUTE_CALLS,
  type RouteCall,
} from '../support/limits/route-calls.ts';
import { sendForEver } from '../support/streaming.ts';

/** US dollars for a million tokens. */
const PRICES = {
  'up/free': { input: 0, output: 0 },
  'up/asked': { input: 1, output: 2, request: 0.01 },
  'up/picture': { image: 0.04 },
  'up/tiers': { input: 1, output: 2, tiers: [{ above_input_tokens: 1000, input: 2, output: 4 }] },
  'up/dated': [
    { input: 1, output: 1 },
    { input: 3, output: 3, valid_from: '2020-01-01T00:00:00Z' },
    { input: 100, output: 100, valid_from: '2999-01-01T00:00:00Z' },
  ],
  '*/kinds': { input: 2, output: 8, cache_read: 0.5, cache_write: 2.5, reasoning: 10 },
  'up/m': { input: 1, output: 1 },
};
const BUDGET = { budgets: [{ usd: 1, window: 'month' }] };

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab({ config: { prices: PRICES } });
  const vendor = {
    base_url: `${lab.vendor.url}/v1`,
    api_keys: ['sk-known-0000000001'],
    allow_insecure: true,
  };
  const { providers } = lab.vendor;
  Object.assign(providers, { openai: vendor, anthropic: vendor });
  await lab.configure({ providers });
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed());
});

/** Asks without a limit of output, which would keep the vendor's bills small. */
async function priced(
  bill: VendorBill,
  { call = CHAT, model = 'up/m', stream = false, key }: PricedOptions = {},
): Promise<{ answer: Answer; cost: unknown; header: string | null; ledger: number }> {
  lab.vendor.answer(billed({ bill }));
  const credential = key ?? (await lab.mint({ requests_per_minute: 100 }));
  const answer = await lab.ask(credential, { call, model, stream });
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  const { total } = await untilNothingIsHeld(lab.gateway.url, credential);
  const { cost_usd: cost } = await lab.lineOf(answer);
  return { answer, cost, header: answer.headers.get('x-edgeway-cost-usd'), ledger: toNano(total.cost_usd) };
}

interface PricedOptions {
  readonly call?: RouteCall;
  readonly model?: string;
  readonly stream?: boolean;
  readonly key?: string;
}

describe('the price of a model', () => {
  it.each([
    // gpt-4o: $2.50 in, $1.25 cached, $10 out; claude-sonnet-4-5: $3 in, $0.30 read, $3.75 written, $15 out.
    ['openai/gpt-4o', CHAT, { input: 1000, output: 100 }, 0.0035],
    ['openai/gpt-4o', CHAT, { input: 1000, output: 100, cacheRead: 400 }, 0.003],
    ['openai/gpt-4o', RESPONSES, { input: 1000, output: 100, cacheRead: 400 }, 0.003],
    ['anthropic/claude-sonnet-4-5', MESSAGES, { input: 1000, output: 100 }, 0.0045],
    [
      'anthropic/claude-sonnet-4-5',
      MESSAGES,
      { input: 1000, output: 100, cacheRead: 400, cacheWrite: 200 },
      0.00357,
    ],
  ] as const)('that the gateway knows is charged and told: %s', async (model, call, bill, usd) => {
    const whole = await priced(bill, { model, call });
    expect([whole.cost, whole.header, whole.ledger]).toEqual([usd, String(usd), toNano(usd)]);
    const stream = await priced(bill, { model, call, stream: true });
    expect([stream.cost, stream.header, stream.ledger]).toEqual([usd, null, toNano(usd)]);
  });

  it.each([
    ['a request', 'up/asked', CHAT, { input: 1000, output: 1000 }, 0.013],
    ['tokens, below a tier', 'up/tiers', CHAT, { input: 1000, output: 100 }, 0.0012],
    ['tokens, in a tier', 'up/tiers', CHAT, { input: 1001, output: 100 }, 0.002402],
    ['tokens, from a day on', 'up/dated', CHAT, { input: 1000, output: 1000 }, 0.006],
  ] as const)('traps G12: is what the operator says: %s', async (_, model, call, bill, usd) => {
    const { cost, header, ledger } = await priced(bill, { model, call });
    expect([cost, header, ledger]).toEqual([usd, String(usd), toNano(usd)]);
  });

  it('traps G12: counts pictures', async () => {
    const call = ROUTE_CALLS.find(({ name }) => name === 'images/generations') as RouteCall; // it is there
    lab.vendor.answer(billed());
    const key = await lab.mint({ requests_per_minute: 100 });
    const answer = await lab.ask(key, { call, model: 'up/picture', fields: { n: 3 } });
    expect(answer.headers.get('x-edgeway-cost-usd')).toBe('0.12');
  });

  const KINDS: VendorBill = { input: 1000, output: 100, cacheRead: 400, cacheWrite: 200, reasoning: 60 };
  it.each([
    // OpenAI's forms include cached input and tell no writes; Anthropic's leaves both out, and tells no reasoning.
    ['OpenAI’s chat', CHAT, { ...KINDS, cacheWrite: 0 }, 600 * 2 + 400 * 0.5 + 40 * 8 + 60 * 10],
    ['OpenAI’s responses', RESPONSES, { ...KINDS, cacheWrite: 0 }, 600 * 2 + 400 * 0.5 + 40 * 8 + 60 * 10],
    ['Anthropic’s messages', MESSAGES, { ...KINDS, reasoning: 0 }, 400 * 2 + 400 * 0.5 + 200 * 2.5 + 100 * 8],
    ['Gemini’s', GENERATE_CONTENT, { ...KINDS, cacheWrite: 0 }, 600 * 2 + 400 * 0.5 + 40 * 8 + 60 * 10],
  ] as const)(
    'traps G13, G14: counts every kind of token once, whole and streamed: %s',
    async (_, call, bill, micro) => {
      const model = `${call.provider}/kinds`;
      for (const stream of [false, true]) {
        const { answer, cost } = await priced(bill, { call, model, stream });
        expect([stream, toNano(cost as number)]).toEqual([stream, micro * 1000]);
        expect((await lab.lineOf(answer)).usage).toEqual({
          input_tokens: bill.input,
          output_tokens: bill.output,
          cache_read_tokens: bill.cacheRead ?? 0,
          cache_write_tokens: bill.cacheWrite ?? 0,
          reasoning_tokens: bill.reasoning ?? 0,
          estimated: false,
        });
      }
    },
  );

  it('of zero costs nothing, and says so', async () => {
    const { cost, header, ledger } = await priced({ input: 1000, output: 100 }, { model: 'up/free' });
    expect([cost, header, ledger]).toEqual([0, '0', 0]);
  });
});

describe('a price that nobody knows', () => {
  it.each(CHAT_CALLS)('traps G11: is told as unknown, never as nothing ($name)', async (call) => {
    const model = `${call.provider}/nobody-knows`;
    const { cost, header, answer } = await priced({ input: 10, output: 5 }, { call, model });
    expect([cost, header]).toEqual([null, 'unknown']);
    expect(answer.headers.get('x-edgeway-model')).toBe('nobody-knows');
    const stream = await priced({ input: 10, output: 5 }, { call, model, stream: true });
    expect(stream.cost).toBeNull();
  });

  it('traps G11: is refused under a hard budget, before the vendor hears of it', async () => {
    const key = await lab.mint(BUDGET);
    const answer = await lab.ask(key, { model: 'up/nobody-knows' });
    await expectLimit(lab.gateway, answer, { code: 'budget_exceeded', param: 'budgets', isTimed: false });
    expect(answer.error.message).toContain('up/nobody-knows');
    expect(lab.vendor.calls).toHaveLength(0);
  });

  it('traps G3, G11: is reckoned at the operator’s ceiling under a budget', async () => {
    const ceiling = { input: 100, output: 200 };
    await lab.configure({ providers: lab.vendor.providers, limits: { price_ceiling: ceiling } });
    const key = await lab.mint(BUDGET);
    const { ledger } = await priced({ input: 100, output: 10 }, { model: 'up/nobody-knows', key });
    expect(ledger).toBe((100 * 100 + 10 * 200) * 1000);
    await lab.configure({ providers: lab.vendor.providers });
  });

  it('leads to a target whose price is known, where there is one', async () => {
    const targets = ['nobody-knows', 'm'].map((model) => ({ provider: 'up', model }));
    await lab.configure({ providers: lab.vendor.providers, models: { either: { targets } } });
    const answer = await lab.ask(await lab.mint(BUDGET), { model: 'either' });
    expect([answer.status, answer.headers.get('x-edgeway-model')]).toEqual([200, 'm']);
    await lab.configure({ providers: lab.vendor.providers });
  });
});

describe('a budget', () => {
  it('traps G10: that is spent refuses what costs something, and lets the free models go on', async () => {
    const key = await lab.mint({ budgets: [{ usd: 0.0001, window: 'month' }] });
    await priced({ input: 1, output: 200 }, { key }); // its vendor bills more than was reserved
    const refused = await lab.ask(key);
    await expectLimit(lab.gateway, refused, { code: 'budget_exceeded', param: 'budgets' });
    for (const stream of [false, true]) {
      const free = await lab.ask(key, { model: 'up/free', stream });
      expect({ status: free.status, text: free.text }).toMatchObject({ status: 200 });
    }
    expect((await lab.ask(key)).status).toBe(429);
  });

  it.each([
    { usd: 0, window: 'day' },
    { usd: 0, window: 'week', time_zone: 'Europe/Berlin' },
    { usd: 0, window: 'month', rolling: true },
    { usd: 0, window: 'total' },
  ])('traps G10: of nothing lets only free models pass: %j', async (budget) => {
    const key = await lab.mint({ budgets: [budget] });
    const refused = await lab.ask(key);
    expect([refused.status, refused.error.code]).toEqual([429, 'budget_exceeded']);
    expect((await lab.ask(key, { model: 'up/free' })).status).toBe(200);
  });

  it('is one of several: each is kept', async () => {
    const key = await lab.mint({
      budgets: [
        { usd: 1, window: 'month' },
        { usd: 0.0001, window: 'day', rolling: true },
      ],
    });
    const { passed } = await askUntilRefused(() => lab.ask(key), 20);
    // 100 tokens, 11 a request; the last ones need what they reserve.
    expect(passed.length).toBeGreaterThanOrEqual(5);
    expect(passed.length).toBeLessThanOrEqual(9);
  });

  it('with a stop in mid-stream ends a running answer as one that has reached its length', async () => {
    await lab.configure({ providers: lab.vendor.providers, limits: { stop_mid_stream: true } });
    const key = await lab.mint({ budgets: [{ usd: 0.002, window: 'month' }] });
    // On and on, until somebody has enough.
    lab.vendor.answer(
      begun('word ', async ({ response, more }) => {
        await sendForEver(response, Buffer.from(more('word '.repeat(20))));
      }),
    );
    const answer = await lab.ask(key, { stream: true, fields: { max_tokens: undefined } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"finish_reason":"length"');
    expect(answer.text).toContain('"native_finish_reason":"budget_exceeded"');
    expect(answer.text).toContain('[DONE]');
    await lab.configure({ providers: lab.vendor.providers });
  });
});
