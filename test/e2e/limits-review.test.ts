/** Ways round limits and budgets, and into being locked out, that somebody looked for. Each is closed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hang } from '../support/faults.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { begun, billed } from '../support/limits/billing-vendor.ts';
import {
  type Answer,
  freshLabel,
  type LimitLab,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import {
  CHAT,
  GENERATE_CONTENT,
  labelled,
  MESSAGES,
  RESPONSES,
  type RouteCall,
  requestOf,
} from '../support/limits/route-calls.ts';
import { encodeForm, field, file, formType } from '../support/multipart-body.ts';
import { lineOfLabel, send } from '../support/streaming.ts';
import { type Handler, json } from '../support/upstream.ts';

const SHORT_MS = 300;
const MONTH = (usd: number) => ({ budgets: [{ usd, window: 'month' }] });
const UNBOUNDED = { max_tokens: undefined, max_output_tokens: undefined, generationConfig: undefined };

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab({
    config: {
      models: {
        hasty: {
          retries: 3,
          timeouts: { headers_ms: SHORT_MS, first_token_ms: SHORT_MS },
          targets: [{ provider: 'up', model: 'm' }],
        },
        raw: { metering: false, targets: [{ provider: 'up', model: 'm' }] },
        once: { retries: 0, targets: [{ provider: 'up', model: 'm' }] },
      },
    },
  });
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed());
});

const spent = async (key: string): Promise<number> => {
  const { budgets } = await untilNothingIsHeld(lab.gateway.url, key);
  return toNano(budgets[0]?.spent_usd ?? Number.NaN);
};

describe('places at a provider’s credential', () => {
  const COUNT_TOKENS: RouteCall = {
    ...MESSAGES,
    name: 'messages/count_tokens',
    path: () => '/v1/messages/count_tokens',
    body: (model) => ({ model, messages: [{ role: 'user', content: 'hello' }] }),
  };

  it.each([
    ['that the provider counts', 'claude/m'],
    ['that is counted here', 'up/m'],
  ])('traps F4, G2: are free again after a count of tokens %s', async (_, model) => {
    const { up, claude, google } = lab.vendor.providers;
    const limits = { concurrency: 1 };
    await lab.configure({ providers: { up: { ...up, limits }, claude: { ...claude, limits }, google } });
    lab.vendor.answer(json({ input_tokens: 3 }));
    const key = await lab.mint();
    for (let times = 0; times < 3; times += 1) {
      const answer = await lab.ask(key, { call: COUNT_TOKENS, model });
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    }
    await lab.configure({});
  });
});

describe('an alias', () => {
  it('keeps its target of unknown price where only another target’s credential has a budget', async () => {
    const { up, claude, google } = lab.vendor.providers;
    const models = {
      both: {
        retries: 0,
        targets: [
          { provider: 'claude', model: 'm' },
          { provider: 'up', model: 'of-unknown-price' },
        ],
      },
    };
    await lab.configure({ providers: { up, claude: { ...claude, limits: MONTH(0) }, google }, models });
    const answer = await lab.ask(await lab.mint(), { model: 'both' });
    expect([answer.status, answer.headers.get('x-edgeway-cost-usd')]).toEqual([200, 'unknown']);
    await lab.configure({});
  });
});

describe('a retry', () => {
  // Each try that takes too long costs its input, a thousand tokens.
  const fields = { messages: [{ role: 'user', content: 'stork '.repeat(1000) }] };

  it('traps G1: is not made with money that is not there', async () => {
    const key = await lab.mint(MONTH(0.0015));
    lab.vendor.answer(hang);
    const answer = await lab.ask(key, { model: 'hasty', stream: true, fields });
    expect([answer.status, answer.error.code]).toEqual([504, 'provider_timeout']);
    expect(lab.vendor.calls).toHaveLength(1);
    expect(await spent(key)).toBeLessThanOrEqual(1_500_000);
  });

  it('is made where there is enough, and is charged', async () => {
    const key = await lab.mint(MONTH(0.01));
    let tries = 0;
    lab.vendor.answer((...call) => {
      tries += 1;
      return (tries === 1 ? hang : billed())(...call);
    });
    const answer = await lab.ask(key, { model: 'hasty', stream: true, fields });
    expect([answer.status, tries]).toEqual([200, 2]);
    expect(await spent(key)).toBeGreaterThan(1_000_000);
  });
});

describe('a stream that nobody meters', () => {
  it('traps F4: keeps its place until its last byte', async () => {
    const key = await lab.mint({ concurrency: 1 });
    const label = freshLabel();
    const left = Promise.withResolvers<void>();
    lab.vendor.on(
      label,
      begun('hi', async ({ response, end }) => {
        await left.promise;
        response.end(end);
      }),
    );
    const first = lab.ask(key, { model: 'raw', stream: true, fields: labelled(CHAT, label) });
    await lab.vendor.labelled(label);
    expect((await lab.ask(key, { model: 'raw', stream: true })).status).toBe(429);
    left.resolve();
    const { status, text } = await first;
    expect([status, text.includes('[DONE]')]).toEqual([200, true]);
    await untilNothingIsHeld(lab.gateway.url, key);
    expect((await lab.ask(key, { model: 'raw', stream: true })).status).toBe(200);
  });

  it('traps F4: gives its place back when its client leaves', async () => {
    const key = await lab.mint({ concurrency: 1 });
    const label = freshLabel();
    lab.vendor.on(
      label,
      begun('hi', () => undefined),
    );
    const { path, init } = requestOf(CHAT, key, {
      model: 'raw',
      stream: true,
      fields: labelled(CHAT, label),
    });
    const client = new LeavingClient(lab.gateway, path, JSON.parse(String(init.body)), {
      authorization: `Bearer ${key}`,
    });
    await client.until('hi');
    client.leave();
    await untilNothingIsHeld(lab.gateway.url, key);
  });
});

describe('a stop in mid-stream', () => {
  // The vendor tells the input at the start, and three thousand tokens at an end that never comes.
  const flowing = begun(
    'word ',
    async ({ response, more, end }) => {
      const piece = Buffer.from(more('word '.repeat(40)));
      for (let i = 0; i < 60 && !response.destroyed; i += 1) await send(response, piece);
      response.end(end);
    },
    { input: 10, output: 3000 },
  );

  it.each([
    ['chat', 'up/m', CHAT, '"finish_reason":"length"'],
    ['chat', 'claude/m', CHAT, '"finish_reason":"length"'],
    ['chat', 'google/m', CHAT, '"finish_reason":"length"'],
    ['Responses', 'up/m', RESPONSES, '"status":"incomplete"'],
    ['Gemini', 'google/m', GENERATE_CONTENT, '"finishReason":"MAX_TOKENS"'],
    ['Gemini', 'claude/m', GENERATE_CONTENT, '"finishReason":"MAX_TOKENS"'],
  ] as const)(
    'traps G4: costs what was seen, and stays in the budget (%s, %s)',
    async (_, model, call, mark) => {
      await lab.configure({ limits: { stop_mid_stream: true, default_output_tokens: 50 } });
      lab.vendor.answer(flowing);
      const key = await lab.mint(MONTH(0.0008));
      const answer = await lab.ask(key, { call, model, stream: true, fields: UNBOUNDED });
      expect(answer.text).toContain(mark);
      expect((await lab.lineOf(answer)).usage).toMatchObject({ estimated: true });
      const words = answer.text.split('word ').length;
      const cost = await spent(key);
      expect(cost).toBeGreaterThanOrEqual(Math.min(words, 400) * 1000);
      expect(cost).toBeLessThanOrEqual(800_000);
      await lab.configure({});
    },
  );
});

describe('a background response', () => {
  const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1, error: null, model: 'm', output: [] };
  const queued: Handler = json({ ...RESPONSE, status: 'queued', background: true, usage: null });
  const fields = { background: true, max_output_tokens: 5000 };
  const configure = () => {
    const vendor = { ...lab.vendor.providers.up, dialect: 'openai-responses' };
    return lab.configure({ providers: { ...lab.vendor.providers, vendor } });
  };
  const call = { call: RESPONSES, model: 'vendor/m', fields };

  it('traps G3: costs what was reserved, because nobody reads how it ended', async () => {
    await configure();
    lab.vendor.answer(queued);
    const key = await lab.mint(MONTH(1));
    const answer = await lab.ask(key, call);
    expect(answer.status).toBe(200);
    expect((await lab.lineOf(answer)).usage).toMatchObject({ output_tokens: 5000, estimated: true });
    expect(await spent(key)).toBeGreaterThanOrEqual(5_000_000);
  });

  it('traps G7: costs that too when its stream is left', async () => {
    await configure();
    const key = await lab.mint(MONTH(1));
    const label = freshLabel();
    lab.vendor.on(
      label,
      begun('hi', () => undefined),
    );
    const { path, init } = requestOf(RESPONSES, key, {
      ...call,
      stream: true,
      fields: { ...fields, ...labelled(RESPONSES, label) },
    });
    const client = new LeavingClient(lab.gateway, path, JSON.parse(String(init.body)), {
      authorization: `Bearer ${key}`,
    });
    await client.until('hi');
    client.leave();
    await lineOfLabel(lab.gateway, client.label);
    expect(await spent(key)).toBeGreaterThanOrEqual(5_000_000);
    await lab.configure({});
  });
});

describe('a client that leaves between the end of an answer and its usage', () => {
  it('traps G7: pays for the thoughts that it did not see', async () => {
    const key = await lab.mint(MONTH(1));
    const label = freshLabel();
    const left = Promise.withResolvers<void>();
    const thoughtful = { input: 10, output: 50_000, reasoning: 49_990 };
    lab.vendor.on(
      label,
      begun(
        'hi',
        async ({ response, end }) => {
          const split = end.indexOf('\n\n') + 2;
          await send(response, end.slice(0, split));
          await left.promise;
          response.end(end.slice(split));
        },
        thoughtful,
      ),
    );
    const { path, init } = requestOf(CHAT, key, {
      stream: true,
      fields: { max_tokens: 60_000, ...labelled(CHAT, label) },
    });
    const client = new LeavingClient(lab.gateway, path, JSON.parse(String(init.body)), {
      authorization: `Bearer ${key}`,
    });
    await client.until('"stop"');
    client.leave();
    left.resolve();
    const line = await lineOfLabel(lab.gateway, client.label);
    expect(line.usage).toMatchObject({ input_tokens: 10, output_tokens: 50_000, estimated: false });
    expect(await spent(key)).toBe(50_010_000);
  });
});

describe('a sound of which nobody says how long it is', () => {
  const BYTES = 4 * 1024 * 1024;
  const SECONDS = BYTES / 2000;

  it('is charged as long as it was: a body that streams through is known at its end', async () => {
    const models = { heard: { retries: 0, targets: [{ provider: 'up', model: 'whisper' }] } };
    await lab.configure({ models, prices: { 'up/whisper': { audio_minute: 0.06 } } });
    lab.vendor.answer(json({ text: 'a stork' }));
    const key = await lab.mint(MONTH(100));
    const form = encodeForm([field('model', 'heard'), file(Buffer.alloc(BYTES))]);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < form.length; at += 65_536) controller.enqueue(form.subarray(at, at + 65_536));
        controller.close();
      },
    });
    const answer = await fetch(`${lab.gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': formType() },
      body,
      duplex: 'half', // without a length
    } as RequestInit);
    expect(answer.status).toBe(200);
    await answer.text();
    expect(await spent(key)).toBeGreaterThanOrEqual(Math.floor((SECONDS / 60) * 0.06 * 1e9));
    await lab.configure({});
  });
});

describe('odd numbers', () => {
  it('more answers than OpenAI gives are reckoned in full: servers of open models give them', async () => {
    const key = await lab.mint({ tokens_per_minute: 100_000 });
    const answer = await lab.ask(key, { fields: { n: 500, max_tokens: 300 } });
    expect([answer.status, answer.error.code]).toEqual([429, 'token_limit_exceeded']);
    expect(lab.vendor.calls).toHaveLength(0);
  });

  it.each([
    ['prices', { 'up/*': { input: 1e300, output: 0 } }, 'prices'],
    ['limits', { price_ceiling: { input: 1e300, output: 1 } }, 'limits.price_ceiling.input'],
  ])('a price that no sum can hold is refused (%s)', async (member, value, path) => {
    const response = await lab.gateway.admin('PUT', '/config', {
      providers: lab.vendor.providers,
      [member]: value,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(path);
  });
});

describe('a place for one', () => {
  it('is never refused to a client that asks one after the other', async () => {
    const key = await lab.mint({ concurrency: 1 });
    const answers: Answer[] = [];
    for (let times = 0; times < 30; times += 1) answers.push(await lab.ask(key, { stream: times % 2 === 0 }));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
