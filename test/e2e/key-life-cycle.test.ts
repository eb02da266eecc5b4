/** A key's life over HTTP: made, used, restricted, rotated, expired, disabled, revoked, deleted; here and elsewhere. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { AuthenticationError } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/clients.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { BOUND_MS, bearer, type KeyDesk, msUntil, openKeyDesk, statusOf } from '../support/keys/desk.ts';

const MODEL = 'simulator/sim-fast';
const messages = [{ role: 'user' as const, content: 'Hello' }];

let gateway: ControlledGateway;
let desk: KeyDesk;
beforeAll(async () => {
  gateway = await startGateway({
    config: { providers: { simulator: {} } },
    controlPlane: { secondIsolate: true },
  });
  desk = openKeyDesk(gateway);
});
afterAll(() => gateway.stop());
afterEach(() => gateway.kv.thaw());

const client = (apiKey: string, url = gateway.url) =>
  new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });

const ask = (apiKey: string, url?: string) =>
  client(apiKey, url).chat.completions.create({ model: MODEL, messages });

const expectGood = async (apiKey: string, url?: string) =>
  expect((await ask(apiKey, url)).choices[0]?.message.content).toContain('Hello');

const expectRefused = async (apiKey: string, url?: string) => {
  const error = await refusal(ask(apiKey, url));
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
};

/** Refused at once where it was changed, and within the bound elsewhere, whatever KV shows. */
async function expectEnded(apiKey: string) {
  await expectRefused(apiKey);
  expect(await msUntil(401, apiKey, gateway.elsewhere)).toBeLessThan(BOUND_MS);
  await expectRefused(apiKey, gateway.elsewhere);
}

/** A key that both isolates use, and a KV that shows it as it is now, whatever becomes of it. */
async function mintBusy(fields: Record<string, unknown> = {}) {
  const minted = await desk.mint(fields);
  for (const url of [gateway.url, gateway.elsewhere]) await expectGood(minted.key, url);
  gateway.kv.freeze();
  return minted;
}

describe('a key that was just minted', () => {
  it('has a form of its own and is shown once', async () => {
    const { id, key, masked_key } = await desk.mint();
    expect(key).toMatch(/^ew-[0-9A-Za-z]{38}$/);
    expect(masked_key).toBe(`${key.slice(0, 7)}…${key.slice(-4)}`);
    const read = await gateway.admin('GET', `/keys/${id}`);
    expect(read.status).toBe(200);
    expect(await read.text()).not.toContain(key);
  });

  it.each(['url', 'elsewhere'] as const)('opens every door of the OpenAI client (%s)', async (isolate) => {
    const { key } = await desk.mint();
    const openai = client(key, gateway[isolate]);
    const whole = await openai.chat.completions.create({ model: MODEL, messages });
    expect(whole.choices[0]?.message.content).toContain('Hello');
    let text = '';
    const stream = await openai.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toContain('Hello');
    const { data } = await openai.embeddings.create({ model: 'simulator/sim-embedding', input: 'Hello' });
    expect(data[0]?.embedding.length).toBeGreaterThan(0);
    const { output_text } = await openai.responses.create({ model: MODEL, input: 'Hello' });
    expect(output_text).toContain('Hello');
    const listed = await openai.models.list();
    expect(listed.data.map(({ id }) => id)).toContain(MODEL);
    expect((await openai.models.retrieve(MODEL)).id).toBe(MODEL);
  });

  it.each(['url', 'elsewhere'] as const)('opens the doors of other clients (%s)', async (isolate) => {
    const { key } = await desk.mint();
    const baseURL = gateway[isolate];
    const anthropic = new Anthropic({ baseURL, apiKey: key, maxRetries: 0 });
    const message = await anthropic.messages.create({ model: MODEL, max_tokens: 100, messages });
    expect(message.content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('Hello') });
    const counted = await anthropic.messages.countTokens({ model: MODEL, messages });
    expect(counted.input_tokens).toBeGreaterThan(0);
    const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: baseURL } });
    const { text } = await google.models.generateContent({ model: MODEL, contents: 'Hello' });
    expect(text).toContain('Hello');
  });

  it('works elsewhere although KV shows nothing of it', async () => {
    gateway.kv.freeze();
    const { key } = await desk.mint();
    await expectGood(key, gateway.elsewhere);
  });

  it('is in the log by its name and project, and in no other way', async () => {
    const { key, id } = await desk.mint({ name: 'billing-job', project: 'billing' });
    const response = await fetch(`${gateway.url}/v1/models`, { headers: bearer(key) });
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ key: 'billing-job', project: 'billing', ending: 'complete' });
    expect(id).toMatch(/^key_/);
    expect(gateway.output()).not.toContain(key);
  });

  it('is the same key when the same request comes again, and is not shown again', async () => {
    const headers = { 'idempotency-key': 'once-and-again' };
    const first = await desk.mint({ name: 'twice' }, headers);
    const again = await desk.mint({ name: 'twice' }, headers);
    expect(again).toEqual({ ...first, key: null });
    await expectGood(first.key);
    const other = await gateway.admin('POST', '/keys', { name: 'another' }, headers);
    expect([other.status, (await other.json()).error.code]).toEqual([409, 'conflict']);
    const found = await (await gateway.admin('GET', '/keys?search=twice')).json();
    expect(found.data).toHaveLength(1);
  });
});

describe('a key that is restricted later', () => {
  /** Each takes the ask of this file away. */
  const restrictions: readonly Record<string, unknown>[] = [
    { models: ['simulator/sim-slow'] },
    { models: [] },
    { denied_models: ['simulator/*'] },
    { routes: ['/v1/models'] },
    { ip_ranges: ['192.0.2.0/24'] },
  ];
  /** `good`, or the status of the refusal. */
  const outcome = (key: string, url?: string) =>
    ask(key, url).then(
      () => 'good',
      ({ status }: { status: unknown }) => status,
    );

  it('is bound at once here, within the bound elsewhere, and free again as soon', async () => {
    const busy = await Promise.all(restrictions.map(async (fields) => ({ ...(await mintBusy()), fields })));
    const outcomes = (url: string) => Promise.all(busy.map(({ key }) => outcome(key, url)));
    const all = (what: unknown) => busy.map(() => what);
    await Promise.all(busy.map(({ id, fields }) => desk.patch(id, fields)));
    expect(await outcomes(gateway.url)).toEqual(all(403));
    await expect
      .poll(() => outcomes(gateway.elsewhere), { timeout: BOUND_MS, interval: 20 })
      .toEqual(all(403));
    const freed = busy.map(({ id, fields }) =>
      desk.patch(id, Object.fromEntries(Object.keys(fields).map((name) => [name, null]))),
    );
    await Promise.all(freed);
    expect(await outcomes(gateway.url)).toEqual(all('good'));
    await expect
      .poll(() => outcomes(gateway.elsewhere), { timeout: BOUND_MS, interval: 20 })
      .toEqual(all('good'));
  });

  it('keeps what a change does not name', async () => {
    const { id, key } = await desk.mint({ models: [MODEL], tags: ['a'] });
    await desk.patch(id, { name: 'renamed', denied_models: ['x/y'] });
    await expectGood(key);
    const other = client(key).chat.completions.create({ model: 'simulator/sim-slow', messages });
    expect(await refusal(other)).toMatchObject({ status: 403, code: 'model_not_allowed' });
  });
});

describe('a key that is rotated', () => {
  it('is good in both forms for the overlap, and then in the new one only', async () => {
    const old = await mintBusy();
    const { key, id } = await desk.act(old.id, 'rotate', { overlap_seconds: 2 });
    expect(id).toBe(old.id);
    expect(key).not.toBe(old.key);
    for (const one of [old.key, key])
      for (const url of [gateway.url, gateway.elsewhere]) await expectGood(one, url);
    await msUntil(401, old.key, gateway.url);
    await expectEnded(old.key);
    for (const url of [gateway.url, gateway.elsewhere]) await expectGood(key, url);
  });

  it('without an overlap is good in the new form only', async () => {
    const old = await mintBusy();
    const { key } = await desk.act(old.id, 'rotate', {});
    await expectGood(key, gateway.elsewhere);
    await expectEnded(old.key);
    await expectGood(key);
  });

  it('twice within an overlap has two good forms, never three', async () => {
    const first = await mintBusy();
    const second = await desk.act(first.id, 'rotate', { overlap_seconds: 3600 });
    const third = await desk.act(first.id, 'rotate', { overlap_seconds: 3600 });
    await expectEnded(first.key);
    for (const { key } of [second, third])
      for (const url of [gateway.url, gateway.elsewhere]) await expectGood(key, url);
  });

  it('dies in both forms when it is revoked', async () => {
    const old = await mintBusy();
    const { key } = await desk.act(old.id, 'rotate', { overlap_seconds: 3600 });
    for (const url of [gateway.url, gateway.elsewhere]) await expectGood(key, url);
    await desk.act(old.id, 'revoke');
    for (const one of [old.key, key]) await expectEnded(one);
  });

  it('keeps what it may do', async () => {
    const old = await desk.mint({ models: ['simulator/sim-slow'] });
    const { key } = await desk.act(old.id, 'rotate', { overlap_seconds: 60 });
    for (const one of [old.key, key]) expect(await refusal(ask(one))).toMatchObject({ status: 403 });
  });
});

describe('a key that expires', () => {
  it('is good until then, refused from then on, and good again when it is given more time', async () => {
    const expiresAt = Date.now() + 2500;
    const { id, key } = await mintBusy({ expires_at: new Date(expiresAt).toISOString() });
    await msUntil(401, key, gateway.url);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
    await msUntil(401, key, gateway.elsewhere);
    expect((await (await gateway.admin('GET', `/keys/${id}`)).json()).status).toBe('expired');
    await desk.patch(id, { expires_at: null });
    await expectGood(key);
    expect(await msUntil(200, key, gateway.elsewhere)).toBeLessThan(BOUND_MS);
  });

  it('in the past was never good', async () => {
    const { key } = await desk.mint({ expires_at: '2020-01-01T00:00:00+02:00' });
    await expectRefused(key);
    await expectRefused(key, gateway.elsewhere);
  });
});

describe('a key that is ended', () => {
  it('by disabling comes back when it is enabled', async () => {
    const { id, key } = await mintBusy();
    await desk.act(id, 'disable');
    await expectEnded(key);
    await desk.act(id, 'enable');
    await expectGood(key);
    expect(await msUntil(200, key, gateway.elsewhere)).toBeLessThan(BOUND_MS);
  });

  it('traps H9: by revoking stays ended, whatever is tried', async () => {
    const { id, key } = await mintBusy();
    await desk.act(id, 'revoke');
    await expectEnded(key);
    const attempts = [
      gateway.admin('POST', `/keys/${id}/enable`),
      gateway.admin('POST', `/keys/${id}/disable`),
      gateway.admin('POST', `/keys/${id}/rotate`, { overlap_seconds: 60 }),
      gateway.admin('PATCH', `/keys/${id}`, { name: 'alive', expires_at: null }),
    ];
    for (const response of await Promise.all(attempts))
      expect([response.status, (await response.json()).error.code]).toEqual([409, 'conflict']);
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, key)).toBe(401);
    await gateway.restart(); // new isolates, which know nothing but what KV and the Registry tell
    for (const url of [gateway.url, gateway.elsewhere]) await expectRefused(key, url);
  });

  it('by deleting is gone', async () => {
    const { id, key } = await mintBusy();
    await desk.remove(id);
    await expectEnded(key);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/enable'],
      ['POST', '/rotate'],
    ] as const) {
      const body = method === 'PATCH' || path === '/rotate' ? {} : undefined;
      expect((await gateway.admin(method, `/keys/${id}${path}`, body)).status).toBe(404);
    }
    await gateway.restart();
    for (const url of [gateway.url, gateway.elsewhere]) await expectRefused(key, url);
  });
});
