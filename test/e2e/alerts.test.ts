/** Alerts from the request that causes them to a real receiver of webhooks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, standIn, startGateway, type TestKey } from '../support/gateway.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret for the receiver').toString('base64')}`;
/** A request costs half of it. */
const BUDGET = { budgets: [{ usd: 1, soft_usd: 0.5, window: 'month' }] };

let receiver: WebhookReceiver;
let upstream: Upstream;
let gateway: Gateway;
const keys = {
  spending: makeKey('spending', BUDGET),
  retried: makeKey('retried', BUDGET),
  expiring: makeKey('expiring', { expires_at: new Date(Date.now() + 3_600_000).toISOString() }),
  lasting: makeKey('lasting', { expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString() }),
};

beforeAll(async () => {
  receiver = await startWebhookReceiver(SECRET);
  upstream = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: { simulator: {}, up: standIn(upstream.url) },
      prices: { 'simulator/*': { request: 0.5 } },
      alerts: {
        webhooks: [
          { url: '$HOOK_URL', secret: '$HOOK_SECRET', allow_insecure: true },
          { url: `${receiver.url}/slack`, format: 'slack', events: ['budget.hard'], allow_insecure: true },
        ],
      },
    },
    keys: Object.values(keys),
    vars: { HOOK_URL: `${receiver.url}/json?token=secretInTheQuery`, HOOK_SECRET: SECRET },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  await receiver.stop();
});

const ask = ({ key }: TestKey) =>
  gateway.post(
    '/v1/chat/completions',
    { model: 'simulator/sim-fast', messages: [{ role: 'user', content: 'hello' }] },
    { authorization: `Bearer ${key}` },
  );

/** Messages about a key that have come so far. */
const about = ({ entry }: TestKey) => receiver.alerts.filter(({ text }) => text.includes(entry.name));

const SOON = { timeout: 20_000, interval: 50 };

describe('a budget', () => {
  it('tells of its soft and its hard threshold, once each, signed, and to Slack what Slack reads', async () => {
    expect((await ask(keys.spending)).status).toBe(200);
    await expect.poll(() => about(keys.spending).length, SOON).toBe(1);
    expect((await ask(keys.spending)).status).toBe(200);
    await expect.poll(() => about(keys.spending).length, SOON).toBe(3);
    expect((await ask(keys.spending)).status).toBe(429);
    const messages = about(keys.spending);
    const json = messages.filter(({ path }) => path === '/json?token=secretInTheQuery');
    expect(json.map(({ isSigned, body }) => [isSigned, body.type, body.scope])).toEqual([
      [true, 'budget.soft', 'key "spending"'],
      [true, 'budget.hard', 'key "spending"'],
    ]);
    expect(json.map(({ body }) => body.data)).toMatchObject([
      { usd: 1, soft_usd: 0.5, spent_usd: 0.5, window: 'month' },
      { usd: 1, soft_usd: 0.5, spent_usd: 1, window: 'month' },
    ]);
    expect(json.every(({ id, body }) => id === body.id)).toBe(true);
    const [slack] = messages.filter(({ path }) => path === '/slack');
    expect(slack).toMatchObject({ isSigned: null, body: { text: 'Budget of key "spending" is spent' } });
    for (const { text } of messages)
      for (const secret of ['secretInTheQuery', SECRET, keys.spending.key, keys.spending.entry.sha256])
        expect(text).not.toContain(secret);
  });

  it('tells again what the receiver did not take, under the same id', async () => {
    receiver.answerNext(500);
    expect((await ask(keys.retried)).status).toBe(200);
    await expect.poll(() => about(keys.retried).length, SOON).toBe(2);
    const [first, second] = about(keys.retried);
    expect(second?.id).toBe(first?.id);
    expect(second?.text).toBe(first?.text);
    expect([first?.isSigned, second?.isSigned]).toEqual([true, true]);
  });
});

describe('a key that expires soon', () => {
  it('is told of once, when it is used', async () => {
    for (let use = 0; use < 3; use += 1) expect((await ask(keys.expiring)).status).toBe(200);
    expect((await ask(keys.lasting)).status).toBe(200);
    await expect.poll(() => about(keys.expiring).length, SOON).toBe(1);
    expect(about(keys.expiring)[0]?.body).toMatchObject({
      type: 'key.expiring',
      data: { key: 'expiring', key_id: null, expires_at: keys.expiring.entry.expires_at },
    });
    expect(about(keys.lasting)).toEqual([]);
  });
});

describe('a credential that its provider refuses', () => {
  const askUpstream = () =>
    gateway.post('/v1/chat/completions', {
      model: 'up/m',
      messages: [{ role: 'user', content: 'hello' }],
    });
  const told = () => receiver.alerts.filter(({ text }) => text.includes('credential.exhausted'));

  it('is told of once, however often it is refused, and again only after it worked', async () => {
    const refuse = json(
      { error: { message: 'no money', type: 'insufficient_quota', code: 'insufficient_quota' } },
      429,
    );
    upstream.answer(refuse);
    for (let use = 0; use < 3; use += 1) expect((await askUpstream()).status).toBe(502);
    await expect.poll(() => told().length, SOON).toBe(1);
    const [first] = told();
    expect(first).toMatchObject({
      isSigned: true,
      body: { type: 'credential.exhausted', data: { provider: 'up', reason: 'quota', status: 429 } },
    });
    expect(first?.text).not.toContain('sk-upstream-secret-0001');
    upstream.answer(json(chatCompletion('fine')));
    expect((await askUpstream()).status).toBe(200);
    upstream.answer(refuse);
    await expect
      .poll(async () => {
        await askUpstream();
        return told().length;
      }, SOON)
      .toBe(2);
  });
});
