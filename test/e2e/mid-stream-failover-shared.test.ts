/** An answer of two targets: what it costs, what the limits allow, and what those get who wait for the same. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHAT_DOOR, DOORS } from '../support/continuing/doors.ts';
import { breaksAfter, eventsOf, goesOn, PIECES, TOLD, WHOLE } from '../support/continuing/vendors.ts';
import { standIn } from '../support/gateway.ts';
import {
  type LimitLab,
  NANO_PER_TOKEN,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { BodyReader, createGate } from '../support/streaming.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

let first: Upstream;
let second: Upstream;
let lab: LimitLab;

beforeAll(async () => {
  first = await startUpstream();
  second = await startUpstream();
  const targets = ['first', 'second'].map((provider) => ({ provider, model: 'm', continues: true }));
  const opted = { mid_stream_failover: true, retries: 0, targets };
  lab = await startLimitLab({
    config: {
      providers: {
        first: standIn(first.url, { dialect: 'anthropic-messages' }),
        second: standIn(second.url),
      },
      models: {
        opted,
        shared: { ...opted, cache: { ttl_seconds: 60, mode: 'always', coalesce: true } },
      },
    },
  });
});
afterAll(async () => {
  for (const one of [lab, first, second]) await one.stop();
});
beforeEach(() => {
  for (const one of [first, second]) one.calls.length = 0;
  first.answer(breaksAfter(BROKEN));
  second.answer(goesOn('openai-chat'));
});

const BROKEN = eventsOf('anthropic-messages', PIECES).slice(0, 5);
const SAID = PIECES.slice(0, 3).join('');
const SEEN = Math.ceil(SAID.length / 4);

const ask = (key: string, model: string, fields: object = {}) =>
  fetch(lab.gateway.url + CHAT_DOOR.path(model), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(CHAT_DOOR.body(model, fields)),
  });

describe('what it costs', () => {
  it('is what both took, in the log, in the Ledger and in what the client is told', async () => {
    const key = await lab.mint({ budgets: [{ usd: 1, window: 'month' }], concurrency: 2 });
    const response = await ask(key, 'opted', { max_tokens: 100 });
    const answer = CHAT_DOOR.read(await response.text());
    expect(answer).toMatchObject({ text: WHOLE, error: null });
    const used = { input: 2 * TOLD.input, output: SEEN + TOLD.output };
    expect(answer.usage).toEqual(used);
    const line = await lab.gateway.lineOf(response.headers.get('x-request-id'));
    const nanoUsd = (used.input + used.output) * NANO_PER_TOKEN;
    expect(toNano(line.cost_usd as number)).toBe(nanoUsd);
    expect(line.usage).toMatchObject({ input_tokens: TOLD.input, output_tokens: TOLD.output });
    const { total, budgets } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total).toMatchObject({ requests: 1, input_tokens: used.input, output_tokens: used.output });
    expect(toNano(budgets[0]?.spent_usd ?? Number.NaN)).toBe(nanoUsd);
  });

  it('is not spent where the budget has no room for a second call', async () => {
    // One reservation (input and 40 tokens of output) fits, and what the first call took does not fit beside it.
    const key = await lab.mint({ budgets: [{ usd: 0.000_07, window: 'month' }] });
    const response = await ask(key, 'opted', { max_tokens: 40 });
    const answer = CHAT_DOOR.read(await response.text());
    expect(answer).toMatchObject({ text: SAID, ends: 0, error: { code: 'provider_unreachable' } });
    expect(second.calls).toHaveLength(0);
    const { total } = await untilNothingIsHeld(lab.gateway.url, key);
    expect(total).toMatchObject({ requests: 1, input_tokens: TOLD.input, output_tokens: SEEN });
  });
});

describe('those who wait for the same', () => {
  const [, ANTHROPIC_DOOR = CHAT_DOOR] = DOORS;

  it.each([
    ['as a stream', CHAT_DOOR, {}],
    ['at another door', ANTHROPIC_DOOR, { max_tokens: 100 }],
  ] as const)('get all of it %s, and it is not kept', async (_, door, fields) => {
    const key = await lab.mint();
    const gate = createGate();
    second.answer(async (...all) => {
      await gate.opened;
      await goesOn('openai-chat')(...all);
    });
    const mark = { temperature: door === CHAT_DOOR ? 0.25 : 0.75 };
    const leader = new BodyReader(await ask(key, 'shared', { ...mark, max_tokens: 100 }));
    await leader.until('old town');
    const follower = await lab.gateway.post(
      door.path('shared'),
      door.body('shared', { ...mark, max_tokens: 100, ...fields }),
      { authorization: `Bearer ${key}` },
    );
    expect(follower.headers.get('x-edgeway-cache')).toBe('coalesced');
    gate.open();
    expect(door.read(await follower.text())).toMatchObject({ text: WHOLE, ends: 1, error: null });
    expect(CHAT_DOOR.read(await leader.rest())).toMatchObject({ text: WHOLE, ends: 1, error: null });
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    const again = await ask(key, 'shared', { ...mark, max_tokens: 100 });
    expect(CHAT_DOOR.read(await again.text()).text).toBe(WHOLE);
    expect(again.headers.get('x-edgeway-cache')).toBe('miss');
  });
});
