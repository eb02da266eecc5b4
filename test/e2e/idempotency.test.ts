/** `Idempotency-Key`: of equal requests with one key the provider hears once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheAsk, type CacheLab, callOf, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { brokenAt, numbered, numbersIn, piecesOf } from '../support/cache/numbered-vendor.ts';
import { openAi, within } from '../support/clients.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { untilNothingIsHeld } from '../support/limits/lab.ts';
import { BodyReader, createGate } from '../support/streaming.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

/** A model whose answers are not cached: what is told again is told because of the key alone. */
const MODEL = 'plain';

const once = (key: string = randomUUID()) => ({ 'idempotency-key': key });
const ask = (text: string, headers: Record<string, string>, more: CacheAsk = {}) =>
  lab.ask({ model: MODEL, text, headers, ...more });

describe.each([
  ['whole', false],
  ['a stream', true],
])('the same again, %s', (_, stream) => {
  it('is answered with the same, and costs nothing', async () => {
    const text = freshLabel();
    const headers = once();
    const key = await lab.mint({ budgets: [{ usd: 1, window: 'month' }] });
    const [first, second] = [
      await ask(text, headers, { stream, key }),
      await ask(text, headers, { stream, key }),
    ];
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    for (const name of ['x-edgeway-provider', 'x-edgeway-model'])
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(second.headers.get('x-edgeway-attempts')).toBe('0');
    expect((await lab.lineOf(second)).cost_usd).toBe(0);
    expect((await untilNothingIsHeld(lab.gateway.url, key)).total).toMatchObject({
      requests: 2,
      input_tokens: 11,
      output_tokens: 7,
    });
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('joins the one that is running', async () => {
    const text = freshLabel();
    const headers = once();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const all = [0, 1, 2].map(() => ask(text, headers, { stream }));
    await lab.vendor.call(text);
    gate.open();
    const answers = await within(20_000, 'all are answered', Promise.all(all));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('goes on though its client left, and is there when it comes back', async () => {
    const text = freshLabel();
    const headers = once();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const body = { model: MODEL, stream, messages: [{ role: 'user', content: text }] };
    const client = new LeavingClient(lab.gateway, '/v1/chat/completions', body, headers);
    if (stream) await client.until(':1>');
    const call = await lab.vendor.call(text);
    client.leave();
    const again = ask(text, headers, { stream });
    gate.open();
    const answer = await within(20_000, 'it is answered', again);
    expect(callOf(answer)).toBe(call.number);
    expect(answer.text).toContain(':3>');
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

describe('a key stands for one request', () => {
  const different: readonly (readonly [string, CacheAsk])[] = [
    ['another text', { text: 'Another' }],
    ['another field', { fields: { temperature: 0 } }],
    ['another model', { model: 'always' }],
    ['a stream instead of a whole answer', { stream: true }],
    ['another door', { door: 'openai-responses' }],
  ];

  it.each(different)('with %s it is refused with 409', async (_, change) => {
    const text = freshLabel();
    const headers = once();
    await ask(text, headers);
    const refused = await lab.ask({ model: MODEL, text, headers, ...change });
    expect(refused.status).toBe(409);
    expect(refused.error).toMatchObject({ code: 'idempotency_conflict', param: 'idempotency-key' });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(lab.vendor.calls(text)).toHaveLength(1);
    expect(callOf(await ask(text, headers))).toBe(lab.vendor.calls(text)[0]?.number);
  });

  it('also while the first one runs', async () => {
    const text = freshLabel();
    const headers = once();
    const gate = createGate();
    lab.vendor.on(text, numbered({ before: gate.opened }));
    const first = ask(text, headers);
    await lab.vendor.call(text);
    expect((await ask(text, headers, { fields: { seed: 1 } })).status).toBe(409);
    gate.open();
    expect((await first).status).toBe(200);
  });

  it('of one tenant: another has the same key for itself', async () => {
    const text = freshLabel();
    const headers = once();
    const answers = [];
    for (const key of [await lab.mint(), await lab.mint()]) answers.push(await ask(text, headers, { key }));
    expect(new Set(answers.map(callOf)).size).toBe(2);
    expect((await ask('Another', headers, { key: await lab.mint() })).status).toBe(200);
  });

  it('and is no way around a grant', async () => {
    const text = freshLabel();
    const headers = once();
    const project = `project-${randomUUID()}`;
    await ask(text, headers, { key: await lab.mint({ project }) });
    const narrow = await lab.mint({ project, models: ['always'] });
    expect((await ask(text, headers, { key: narrow })).status).toBe(403);
    const denied = await lab.mint({ project, denied_models: ['up/*'] });
    expect((await ask(text, headers, { key: denied })).status).toBe(403);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each(['', 'a b', 'n'.repeat(256), 'ü'])('%j is none', async (key) => {
    const text = freshLabel();
    const refused = await ask(text, once(key.length === 1 ? Buffer.from(key).toString('latin1') : key));
    expect([refused.status, refused.error.param]).toEqual([400, 'idempotency-key']);
    expect(lab.vendor.calls(text)).toEqual([]);
  });
});

describe('what failed', () => {
  it.each([500, 502, 503, 504, 529, 408, 409, 425, 429])('with %i frees the key', async (status) => {
    const text = freshLabel();
    const headers = once();
    const body = '{"error":{"message":"no"}}';
    lab.vendor.on(
      text,
      () => (_, response) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    );
    expect((await ask(text, headers)).status).toBeGreaterThanOrEqual(400);
    lab.vendor.on(text, numbered());
    expect(callOf(await ask(text, headers))).toBe(lab.vendor.calls(text).at(-1)?.number);
    const { length } = lab.vendor.calls(text);
    expect(callOf(await ask(text, headers))).toBe(lab.vendor.calls(text).at(-1)?.number);
    expect(lab.vendor.calls(text)).toHaveLength(length);
  });

  it.each([400, 404, 413, 422])('with %i is the answer', async (status) => {
    const text = freshLabel();
    const headers = once();
    const error = { message: `no: ${status}`, type: 'odd', param: 'messages', code: 'odd_code' };
    lab.vendor.on(
      text,
      () => (_, response) =>
        void response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error })),
    );
    const [first, second] = [await ask(text, headers), await ask(text, headers)];
    expect(first).toMatchObject({ status, error });
    expect([second.status, second.text]).toEqual([status, first.text]);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('in mid-stream frees the key', async () => {
    const text = freshLabel();
    const headers = once();
    lab.vendor.on(
      text,
      brokenAt(2, (response) => void response.socket?.resetAndDestroy()),
    );
    expect((await ask(text, headers, { stream: true })).text).not.toContain('[DONE]');
    lab.vendor.on(text, numbered());
    const healed = await ask(text, headers, { stream: true });
    expect(numbersIn(healed.text)).toEqual([lab.vendor.calls(text)[1]?.number]);
    expect(healed.text).toContain('[DONE]');
  });

  it('because money was spent frees the key', async () => {
    const text = freshLabel();
    const headers = once();
    const budgets = [{ usd: 0.000_001, window: 'month' }];
    const { id, key } = await lab.desk.mint({ name: 'a', project: randomUUID(), budgets });
    expect((await ask(text, headers, { key })).status).toBe(429);
    await lab.desk.patch(id, { budgets: null });
    expect((await ask(text, headers, { key })).status).toBe(200);
  });
});

it('what was cut or filtered is told again too: it was a complete answer', async () => {
  const text = freshLabel();
  const headers = once();
  lab.vendor.on(
    text,
    numbered({ edit: (json) => json.replace('"finish_reason":"stop"', '"finish_reason":"length"') }),
  );
  expect((await ask(text, headers)).text).toBe((await ask(text, headers)).text);
  expect(lab.vendor.calls(text)).toHaveLength(1);
});

it('a client gets a stream while it comes, not behind its end', async () => {
  const text = freshLabel();
  const gate = createGate();
  lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
  const reader = new BodyReader(await lab.open({ model: MODEL, text, stream: true, headers: once() }));
  expect(await reader.until(':1>')).not.toContain(':2>');
  gate.open();
  expect(await reader.rest()).toContain('[DONE]');
});

it('the official client sends one with each try of its own', async () => {
  const text = freshLabel();
  const client = openAi(lab.gateway);
  const body = { model: MODEL, messages: [{ role: 'user' as const, content: text }] };
  const options = { headers: once() };
  const [first, second] = [
    await client.chat.completions.create(body, options),
    await client.chat.completions.create(body, options),
  ];
  expect(second).toEqual(first);
  expect(first.choices[0]?.message.content).toBe(piecesOf(lab.vendor.calls(text)[0]?.number ?? 0).join(''));
  expect(lab.vendor.calls(text)).toHaveLength(1);
});

it('is kept over a restart', async () => {
  const text = freshLabel();
  const headers = once();
  const first = await ask(text, headers, { stream: true });
  await lab.gateway.restart();
  expect((await ask(text, headers, { stream: true })).text).toBe(first.text);
  expect(lab.vendor.calls(text)).toHaveLength(1);
});
