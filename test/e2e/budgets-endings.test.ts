/**
 * What is charged for a request, by the way it ended: `docs/billing.md`, row by row, whole and as a stream. However it
 * ends, the log and the Ledger say the same, and nothing stays reserved.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBody, hang, reset } from '../support/faults.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { begun, billed, SMALL_BILL } from '../support/limits/billing-vendor.ts';
import {
  type Answer,
  type AskOptions,
  freshLabel,
  type LimitLab,
  NANO_PER_TOKEN,
  PRICES,
  type ScopeUsage,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { CHAT, CHAT_CALLS, labelled, requestOf } from '../support/limits/route-calls.ts';
import { createGate, lineOfLabel, send } from '../support/streaming.ts';
import { type Handler, json, type ReceivedCall, startUpstream, type Upstream } from '../support/upstream.ts';
import type { LogLine } from '../support/workerd.ts';

const LIMITS = {
  requests_per_minute: 1000,
  tokens_per_minute: 1_000_000,
  concurrency: 5,
  budgets: [{ usd: 1, window: 'month' }],
};
const SHORT_MS = 700;
const CONTENT = 'Storks fly over the old town';
/** The least and the most that an estimate of `CONTENT` may come to, and of a whole answer around it. */
const CONTENT_TOKENS = { least: 3, most: 15, mostAround: 100 };

let lab: LimitLab;
let healthy: Upstream;
beforeAll(async () => {
  healthy = await startUpstream(billed());
  const up = { provider: 'up', model: 'm' };
  const timeouts = { headers_ms: SHORT_MS, first_token_ms: SHORT_MS, idle_ms: SHORT_MS };
  const behind = {
    base_url: `${healthy.url}/v1`,
    api_keys: ['sk-upstream-secret-0002'],
    allow_insecure: true,
  };
  lab = await startLimitLab({
    config: {
      keep_alive_ms: 50,
      providers: { behind },
      prices: { ...PRICES, 'up/m-backed': PRICES['*/m'] },
      models: {
        direct: { retries: 0, targets: [up] },
        'claude-direct': { retries: 0, targets: [{ provider: 'claude', model: 'm' }] },
        'google-direct': { retries: 0, targets: [{ provider: 'google', model: 'm' }] },
        hasty: { retries: 0, timeouts, targets: [up] },
        // What is learnt of a target that fails alone is nothing to this one.
        backed: {
          retries: 0,
          timeouts,
          targets: [
            { provider: 'up', model: 'm-backed' },
            { provider: 'behind', model: 'm' },
          ],
          breaker: { enabled: false },
        },
        retried: { retries: 1, targets: [up] },
      },
    },
  });
});
afterAll(async () => {
  await lab.stop();
  await healthy.stop();
});

/** What a request is charged: what the vendor told, an estimate of input and of the output that came, or nothing. */
type Charge = 'as told' | 'input' | 'input and content' | 'input and body' | 'nothing';

interface Tokens {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly estimated: boolean;
}

/** Log and Ledger agree on this charge, and nothing is held any more. */
async function expectCharge(key: string, line: LogLine, charge: Charge): Promise<ScopeUsage> {
  const ledger = await untilNothingIsHeld(lab.gateway.url, key);
  const usage = line.usage as Tokens | null;
  const { total, budgets } = ledger;
  const tokens = (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0);
  expect({ ...total, cost_usd: toNano(total.cost_usd) }).toMatchObject({
    requests: 1,
    input_tokens: usage?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? 0,
    estimated_requests: usage?.estimated === true ? 1 : 0,
    cost_usd: tokens * NANO_PER_TOKEN,
  });
  expect(toNano(line.cost_usd as number)).toBe(tokens * NANO_PER_TOKEN);
  expect(toNano(budgets[0]?.spent_usd ?? Number.NaN)).toBe(tokens * NANO_PER_TOKEN);
  switch (charge) {
    case 'nothing':
      expect(tokens).toBe(0);
      break;
    case 'as told':
      expect(usage).toMatchObject({
        input_tokens: SMALL_BILL.input,
        output_tokens: SMALL_BILL.output,
        estimated: false,
      });
      break;
    case 'input':
      expect(usage).toMatchObject({ output_tokens: 0, estimated: true });
      expect(usage?.input_tokens).toBeGreaterThan(0);
      break;
    case 'input and content':
    case 'input and body': {
      const { least, most, mostAround } = CONTENT_TOKENS;
      expect(usage).toMatchObject({ estimated: true });
      expect(usage?.input_tokens).toBeGreaterThan(0);
      expect(usage?.output_tokens).toBeGreaterThanOrEqual(least);
      expect(usage?.output_tokens).toBeLessThanOrEqual(charge === 'input and body' ? mostAround : most);
      break;
    }
    default:
      charge satisfies never;
  }
  return ledger;
}

/** One request with a key of its own, which the vendor answers as the test says; many run at once. */
async function openCase(handler: Handler = billed(), limits: object = LIMITS): Promise<Case> {
  const key = await lab.mint({ ...limits });
  const label = freshLabel();
  lab.vendor.on(label, handler);
  return {
    key,
    called: () => lab.vendor.labelled(label),
    ask: (options = {}) => lab.ask(key, { model: 'direct', ...options, fields: labelled(CHAT, label) }),
    start: (stream, { call = CHAT, model = 'direct' } = {}) => {
      const { path, init } = requestOf(call, key, { stream, model, fields: labelled(call, label) });
      const { authorization = `Bearer ${key}` } = init.headers;
      return new LeavingClient(lab.gateway, path, JSON.parse(String(init.body)), {
        ...init.headers,
        authorization, // instead of the gateway's own key
      });
    },
  };
}

interface Case {
  readonly key: string;
  /** The vendor's call; waits for it. */
  called(): Promise<ReceivedCall>;
  /** A chat. */
  ask(options?: Pick<AskOptions, 'stream' | 'model'>): Promise<Answer>;
  /** A client that can leave. */
  start(stream: boolean, options?: Pick<AskOptions, 'call' | 'model'>): LeavingClient;
}

/** What closes politely is noticed when the gateway next writes, which it does into streams only. */
const MODES = [
  { mode: 'a whole answer', stream: false, leavings: ['reset'] },
  { mode: 'a stream', stream: true, leavings: ['reset', 'close'] },
] as const;

describe.each(MODES)('traps G2, G4, G5: $mode', ({ stream, leavings }) => {
  it.concurrent('that is complete is charged as the vendor told', async () => {
    const { key, ask } = await openCase();
    const line = await lab.lineOf(await ask({ stream }));
    expect(line).toMatchObject({ ending: 'complete', status: 200 });
    await expectCharge(key, line, 'as told');
  });

  it.concurrent('that is complete and tells no usage is charged by estimate', async () => {
    const { key, ask } = await openCase(billed({ text: CONTENT, bill: null }));
    const line = await lab.lineOf(await ask({ stream }));
    expect(line).toMatchObject({ ending: 'complete', usage: { estimated: true } });
    await expectCharge(key, line, stream ? 'input and content' : 'input and body');
  });

  it.concurrent.each(leavings)(
    'whose client leaves before the first token costs its input, by estimate: traps F4, G6 (%s)',
    async (how) => {
      const { key, start, called } = await openCase(hang);
      const client = start(stream);
      const { closed } = await called();
      client.leave(how);
      await closed;
      const line = await lineOfLabel(lab.gateway, client.label);
      expect(line).toMatchObject({ ending: 'client_abort', attempts: 1 });
      await expectCharge(key, line, 'input');
    },
  );

  it.concurrent.each(leavings)(
    'whose client leaves in the middle costs what was seen of it: traps F4 (%s)',
    async (how) => {
      const sent = createGate();
      const { key, start, called } = await openCase(begun(CONTENT, sent.open));
      const client = start(stream);
      await sent.opened;
      if (stream) await client.until(CONTENT);
      client.leave(how);
      await (await called()).closed;
      const line = await lineOfLabel(lab.gateway, client.label);
      expect(line).toMatchObject({ ending: 'client_abort' });
      // Of half a body nothing can be read.
      await expectCharge(key, line, stream ? 'input and content' : 'input');
    },
  );

  it.concurrent.each([
    ['an error of the vendor', json(errorBody('words '.repeat(2000)), 500)],
    ['a refusal of the vendor', json(errorBody('words '.repeat(2000)), 400)],
    ['a limit of the vendor', json(errorBody('slow down'), 429)],
    ['a broken connection', reset],
  ])('that is %s before content costs nothing: traps G8', async (_, handler) => {
    const { key, ask } = await openCase(handler);
    const line = await lab.lineOf(await ask({ stream }));
    expect(line).toMatchObject({ ending: 'upstream_error' });
    await expectCharge(key, line, 'nothing');
  });

  it.concurrent('that takes too long before content costs its input, by estimate', async () => {
    const { key, ask } = await openCase(hang);
    const line = await lab.lineOf(await ask({ stream, model: 'hasty' }));
    expect(line).toMatchObject({ ending: 'timeout' });
    await expectCharge(key, line, 'input');
  });

  it.concurrent('that breaks off after content costs what came: traps G4', async () => {
    const breakOff = begun(CONTENT, ({ request }) => request.socket.resetAndDestroy());
    const { key, ask } = await openCase(breakOff);
    const line = await lab.lineOf(await ask({ stream }));
    expect(line).toMatchObject({ ending: 'upstream_error' });
    await expectCharge(key, line, stream ? 'input and content' : 'nothing');
  });

  it.concurrent('that falls silent after content costs what came', async () => {
    const { key, ask } = await openCase(begun(CONTENT, () => undefined));
    const line = await lab.lineOf(await ask({ stream, model: 'hasty' }));
    expect(line).toMatchObject({ ending: 'timeout' });
    await expectCharge(key, line, stream ? 'input and content' : 'input');
  });

  it.concurrent('that another target gave after a failure costs what that one told: traps G3', async () => {
    const { key, ask } = await openCase(json(errorBody('out of order'), 500));
    const line = await lab.lineOf(await ask({ stream, model: 'backed' }));
    expect(line).toMatchObject({ ending: 'complete', attempts: 2, provider: 'behind' });
    await expectCharge(key, line, 'as told');
  });

  it.concurrent('that another target gave after a timeout costs what both did', async () => {
    const { key, ask } = await openCase(hang);
    const line = await lab.lineOf(await ask({ stream, model: 'backed' }));
    expect(line).toMatchObject({
      ending: 'complete',
      attempts: 2,
      provider: 'behind',
      usage: { input_tokens: SMALL_BILL.input, output_tokens: SMALL_BILL.output, estimated: false },
    });
    const { total, budgets } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total).toMatchObject({ requests: 1, output_tokens: SMALL_BILL.output });
    // The first target may have read the input, and nobody will ever know.
    expect(total.input_tokens).toBeGreaterThan(SMALL_BILL.input);
    const cost = (total.input_tokens + total.output_tokens) * NANO_PER_TOKEN;
    expect([toNano(line.cost_usd as number), toNano(total.cost_usd)]).toEqual([cost, cost]);
    expect(toNano(budgets[0]?.spent_usd ?? Number.NaN)).toBe(cost);
  });

  it.concurrent('that the same target gave at the second try costs once: traps G3', async () => {
    let tries = 0;
    const { key, ask } = await openCase((...call) => {
      tries += 1;
      return (tries === 1 ? json(errorBody('not yet'), 500) : billed())(...call);
    });
    const line = await lab.lineOf(await ask({ stream, model: 'retried' }));
    expect(line).toMatchObject({ ending: 'complete', attempts: 2 });
    await expectCharge(key, line, 'as told');
  });

  it.concurrent('that is refused by a limit costs nothing and counts nothing', async () => {
    const { key, ask } = await openCase(billed(), { ...LIMITS, tokens_per_day: 5 });
    expect((await ask({ stream })).status).toBe(429);
    const { total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total).toMatchObject({ requests: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 });
  });
});

describe('a stream', () => {
  it.concurrent('whose vendor tells an error after content costs that content, and no word of the error: traps G8', async () => {
    const words = JSON.stringify(errorBody('words '.repeat(2000)));
    const fail = begun(CONTENT, ({ response }) => void response.end(`data: ${words}\n\n`));
    const { key, ask } = await openCase(fail);
    const line = await lab.lineOf(await ask({ stream: true }));
    expect(line).toMatchObject({ ending: 'upstream_error' });
    await expectCharge(key, line, 'input and content');
  });

  const MODELS = { up: 'direct', claude: 'claude-direct', google: 'google-direct' };
  const LAST_WORDS: Readonly<Record<string, string>> = {
    'chat/completions': '[DONE]',
    responses: 'response.completed',
    messages: 'message_stop',
    generateContent: '"STOP"',
  };

  it.concurrent.each(
    CHAT_CALLS.flatMap((call) => (['reset', 'close'] as const).map((how) => ({ call, how }))),
  )(
    'traps G7: whose client closes at the last frame is charged in full ($call.name, $how)',
    async ({ call, how }) => {
      const { key, start } = await openCase();
      const client = start(true, { call, model: MODELS[call.provider] });
      await client.until(LAST_WORDS[call.name] ?? '');
      client.leave(how);
      await expectCharge(key, await lineOfLabel(lab.gateway, client.label), 'as told');
    },
  );

  it.concurrent.each(CHAT_CALLS)(
    'traps G7: whose client closes while the last frame is on its way is charged once ($name)',
    async (call) => {
      const gate = createGate();
      const finish = begun(CONTENT, async ({ response, end }) => {
        await gate.opened;
        await send(response, end);
        response.end();
      });
      const { key, start } = await openCase(finish);
      const client = start(true, { call, model: MODELS[call.provider] });
      await client.until(CONTENT);
      gate.open();
      client.leave();
      const line = await lineOfLabel(lab.gateway, client.label);
      const { input_tokens, output_tokens } = line.usage as Tokens;
      expect(Math.min(input_tokens, output_tokens)).toBeGreaterThan(0);
      const { total } = await untilNothingIsHeld(lab.gateway.url, key);
      expect(total).toMatchObject({ requests: 1, input_tokens, output_tokens });
    },
  );

  it.concurrent('traps G15: is never ended because its budget is spent meanwhile', async () => {
    const generous = billed({ bill: { input: 1, output: 5000 }, text: 'word '.repeat(5000) });
    const { ask } = await openCase(generous, { budgets: [{ usd: 0.0001, window: 'month' }] });
    const answer = await ask({ stream: true });
    expect(answer.text).toContain('[DONE]');
    expect(await lab.lineOf(answer)).toMatchObject({ ending: 'complete', cost_usd: 0.005001 });
    const refused = await ask();
    expect([refused.status, refused.error.code]).toEqual([429, 'budget_exceeded']);
  });
});

describe('clients that leave in every phase, many at once', () => {
  it('traps F4, G2: leave nothing behind', async () => {
    const COUNT = 60;
    const gate = createGate();
    const all = createGate();
    let calls = 0;
    const { key, start } = await openCase(
      (...call) => {
        calls += 1;
        if (calls === COUNT) all.open();
        if (calls % 3 === 0) return hang(...call);
        if (calls % 3 === 1) return begun(CONTENT, () => undefined)(...call);
        return begun(CONTENT, async ({ response, end }) => {
          await gate.opened;
          response.end(end);
        })(...call);
      },
      { ...LIMITS, concurrency: 100 },
    );
    const clients = Array.from({ length: COUNT }, (_, index) => start(index % 2 === 0));
    await all.opened;
    gate.open();
    for (const client of clients) client.leave();
    const lines = await Promise.all(clients.map(({ label }) => lineOfLabel(lab.gateway, label)));
    const { total, budgets } = await untilNothingIsHeld(lab.gateway.url, key);
    const sum = (count: (usage: Tokens) => number) =>
      lines.reduce((all, { usage }) => all + (usage === null ? 0 : count(usage as Tokens)), 0);
    expect(total).toMatchObject({
      requests: COUNT,
      input_tokens: sum(({ input_tokens }) => input_tokens),
      output_tokens: sum(({ output_tokens }) => output_tokens),
    });
    const cost = lines.reduce((all, { cost_usd }) => all + toNano(cost_usd as number), 0);
    expect([toNano(total.cost_usd), toNano(budgets[0]?.spent_usd ?? Number.NaN)]).toEqual([cost, cost]);
  });
});
