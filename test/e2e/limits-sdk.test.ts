/** The official clients with their own retries: our headers alone tell them when to come again, and when not to. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect, recordingFetch, refusal } from '../support/clients.ts';
import { billed } from '../support/limits/billing-vendor.ts';
import { type LimitLab, startLimitLab } from '../support/limits/lab.ts';
import { createGate } from '../support/streaming.ts';

/**
 * Left alone, the clients' two retries come within 1.5 s; a bucket of one that refills in 3 s lets a second request in only
 * for who waits as long as he is told.
 */
const SLOW_REFILL = { requests_per_minute: 20, burst_requests: 1 };
const messages = [{ role: 'user' as const, content: 'How many storks?' }];

/** A client with its default retries; `sent` are the requests that it made. */
interface Client {
  readonly sent: readonly unknown[];
  ask(): Promise<unknown>;
  stream(): Promise<unknown>;
}

const CLIENTS: Readonly<Record<string, (url: string, apiKey: string) => Client>> = {
  'openai, chat': (url, apiKey) => {
    const { fetch, sent } = recordingFetch();
    const { chat } = new OpenAI({ baseURL: `${url}/v1`, apiKey, fetch });
    const body = { model: 'up/m', max_tokens: 10, messages };
    return {
      sent,
      ask: () => chat.completions.create(body),
      stream: async () => collect(await chat.completions.create({ ...body, stream: true })),
    };
  },
  'openai, responses': (url, apiKey) => {
    const { fetch, sent } = recordingFetch();
    const { responses } = new OpenAI({ baseURL: `${url}/v1`, apiKey, fetch });
    const body = { model: 'up/m', max_output_tokens: 10, input: 'How many storks?' };
    return {
      sent,
      ask: () => responses.create(body),
      stream: async () => collect(await responses.create({ ...body, stream: true })),
    };
  },
  anthropic: (url, apiKey) => {
    const { fetch, sent } = recordingFetch();
    const client = new Anthropic({ baseURL: url, apiKey, fetch });
    const body = { model: 'claude/m', max_tokens: 10, messages };
    return {
      sent,
      ask: () => client.messages.create(body),
      stream: async () => collect(await client.messages.create({ ...body, stream: true })),
    };
  },
};

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed());
});

const open = (name: string, key: string): Client => {
  const make = CLIENTS[name];
  if (make === undefined) throw new Error(`no client ${name}`);
  return make(lab.gateway.url, key);
};

describe.concurrent.each(Object.keys(CLIENTS))('traps F6, F7: the client %s', (name) => {
  it('waits for a request limit as long as it is told, and succeeds', async () => {
    const client = open(name, await lab.mint(SLOW_REFILL));
    await client.ask();
    await client.ask();
    expect(client.sent).toHaveLength(3);
  });

  it('waits for a request limit before a stream, too', async () => {
    const client = open(name, await lab.mint(SLOW_REFILL));
    await client.stream();
    await client.stream();
    expect(client.sent).toHaveLength(3);
  });

  it('waits for a token limit, and succeeds', async () => {
    // A bill of 11 tokens flows back at 4 a second, and has to before the bucket holds the next reservation.
    const client = open(name, await lab.mint({ tokens_per_minute: 240, burst_tokens: 40 }));
    let asked = 0;
    while (client.sent.length === asked && asked < 10) {
      await client.ask();
      asked += 1;
    }
    expect(asked).toBeGreaterThan(1);
    expect(client.sent.length).toBeGreaterThan(asked);
  });

  it('does not ask again when a budget is spent', async () => {
    const client = open(name, await lab.mint({ budgets: [{ usd: 0, window: 'month' }] }));
    const error = await refusal(client.ask());
    expect(error).toMatchObject({ status: 429 });
    expect(error instanceof OpenAI.RateLimitError || error instanceof Anthropic.RateLimitError).toBe(true);
    if (error instanceof OpenAI.RateLimitError)
      expect([error.code, error.param, error.type]).toEqual([
        'budget_exceeded',
        'budgets',
        'rate_limit_error',
      ]);
    expect(client.sent).toHaveLength(1);
  });

  it('does not ask again for what no bucket will ever hold', async () => {
    const client = open(name, await lab.mint({ tokens_per_minute: 5 }));
    expect(await refusal(client.ask())).toMatchObject({ status: 429 });
    expect(client.sent).toHaveLength(1);
  });
});

describe('traps F6: a place that is taken', () => {
  it.each(Object.keys(CLIENTS))('is waited for by the client %s', async (name) => {
    const key = await lab.mint({ concurrency: 1 });
    const gate = createGate();
    lab.vendor.answer(billed({ before: gate.opened }));
    const first = lab.ask(key);
    await lab.vendor.call(0);
    const client = open(name, key);
    const second = client.ask();
    await expect.poll(() => client.sent.length, { timeout: 10_000 }).toBe(2); // it has been refused once
    gate.open();
    await second;
    expect((await first).status).toBe(200);
  });
});
