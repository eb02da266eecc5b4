/** Several credentials of one provider: who is asked with which, and what disabling and rotating one does at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ResponsesVendor, startResponsesVendor } from '../support/doors/responses-vendor.ts';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { bodyOf } from '../support/minted-keys.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const key = makeKey('pooled');
const [STEADY, BEFORE, AFTER] = ['sk-steady-70c1', 'sk-before-5d20', 'sk-after-88e3'];
const [FIRST, SECOND] = ['sk-first-kept-01', 'sk-second-kept-2'];

let upstream: Upstream;
let vendor: ResponsesVendor;
let gateway: ControlledGateway;

const at = (path: string, fields: object) => ({
  base_url: `${upstream.url}/${path}/v1`,
  allow_insecure: true,
  ...fields,
});
const config = (isFirstDisabled = false) => ({
  providers: {
    rotating: at('rotating', { api_keys: ['$ROTATED', STEADY] }),
    weighted: at('weighted', {
      api_keys: [
        { key: 'sk-heavy', weight: 4 },
        { key: 'sk-light', weight: 1 },
        { key: 'sk-never', disabled: true },
        { key: 'sk-spare', weight: 0 },
      ],
    }),
    sticky: at('sticky', { key_selection: 'sticky', api_keys: ['sk-one', 'sk-two', 'sk-three'] }),
    closed: at('closed', { api_keys: [{ key: 'sk-never', disabled: true }] }),
    keeping: {
      dialect: 'openai-responses',
      base_url: vendor.baseUrl,
      allow_insecure: true,
      api_keys: [{ key: FIRST, disabled: isFirstDisabled, name: 'first' }, SECOND],
    },
  },
});

beforeAll(async () => {
  [upstream, vendor] = await Promise.all([startUpstream(), startResponsesVendor([FIRST, SECOND])]);
  gateway = await startGateway({
    config: config(),
    keys: [key],
    vars: { MASTER_SECRET: 'master-secret-0123456789-0123456789-abcdef' },
    controlPlane: true,
  });
  await rotate(BEFORE);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([upstream.stop(), vendor.stop()]);
});
beforeEach(() => {
  upstream.answer(json(chatCompletion('Hello')));
});

const rotate = (value: string) => bodyOf(gateway.admin('PUT', '/secrets/ROTATED', { value }), 200);

/** The credentials that the upstream was shown for one request, in order. */
async function shown(model: string, user = 'Hello', status = 200): Promise<string[]> {
  upstream.calls.length = 0;
  const response = await gateway.post('/v1/chat/completions', {
    model,
    messages: [{ role: 'user', content: user }],
  });
  expect([response.status, await response.text()]).toEqual([status, expect.any(String)]);
  return upstream.calls.map(({ headers }) => String(headers.authorization).replace('Bearer ', ''));
}

/** Refuses one credential, as a vendor does. */
const refusing = (credential: string) =>
  upstream.answer((call, ...rest) => {
    const isRefused = call.headers.authorization === `Bearer ${credential}`;
    const refusal = { error: { message: 'bad key', type: 'invalid_request_error', code: 'invalid_api_key' } };
    return (isRefused ? json(refusal, 401) : json(chatCompletion('Hello')))(call, ...rest);
  });

describe('a pool', () => {
  it('goes by weight, asks with a spare when the others fail, and never with a disabled one', async () => {
    const asked: string[] = [];
    for (let round = 0; round < 60; round += 1) asked.push(...(await shown('weighted/m')));
    const heavy = asked.filter((one) => one === 'sk-heavy').length;
    expect(new Set(asked)).toEqual(new Set(['sk-heavy', 'sk-light']));
    expect(heavy).toBeGreaterThan(35);
    upstream.answer(json({ error: { message: 'slow down' } }, 401));
    expect(await shown('weighted/m', 'Hello', 502)).toEqual(
      expect.arrayContaining(['sk-heavy', 'sk-light', 'sk-spare']),
    );
    expect(upstream.calls.length).toBe(3);
  });

  it('traps I6: keeps a conversation with its credential, turn by turn, and spreads conversations', async () => {
    const talks = Array.from({ length: 12 }, (_, index) => `Tell me about number ${index}`);
    const chosen = new Map<string, string[]>();
    for (const talk of [...talks, ...talks])
      chosen.set(talk, [...(chosen.get(talk) ?? []), ...(await shown('sticky/m', talk))]);
    for (const [talk, credentials] of chosen) expect(new Set(credentials).size, talk).toBe(1);
    expect(new Set([...chosen.values()].flat()).size).toBeGreaterThan(1);
  });

  it('of none but disabled ones is asked nothing', async () => {
    expect(await shown('closed/m', 'Hello', 502)).toEqual([]);
  });
});

describe('a secret that is rotated', () => {
  it('starts afresh: it is asked with at once, although the one before was refused', async () => {
    expect(await shown('rotating/m')).toEqual([BEFORE]);
    refusing(BEFORE);
    expect(await shown('rotating/m')).toEqual([BEFORE, STEADY]);
    expect(await shown('rotating/m')).toEqual([STEADY]);
    await rotate(AFTER);
    expect(await shown('rotating/m')).toEqual([AFTER]);
    await rotate(BEFORE);
    expect(await shown('rotating/m')).toEqual([STEADY]);
    for (const secret of [BEFORE, AFTER, STEADY]) expect(gateway.output()).not.toContain(secret);
    expect(gateway.output()).not.toMatch(/rotating#1-[0-9a-f]{8}/);
  });
});

describe('a credential that is disabled', () => {
  const as = { authorization: `Bearer ${key.key}` };
  const create = (body: object) =>
    gateway.post('/v1/responses', { model: 'keeping/m', input: 'Hi', ...body }, as);
  const askedWith = () => vendor.calls.map(({ headers }) => headers.authorization);

  it('still reads what it stored, and makes nothing new', async () => {
    const { id } = await bodyOf<{ id: string }>(create({}), 200);
    expect(askedWith()).toEqual([`Bearer ${FIRST}`]);
    await bodyOf(gateway.admin('PUT', '/config', { ...config(true), keys: [key.entry] }), 200);
    vendor.calls.length = 0;
    const read = fetch(`${gateway.url}/v1/responses/${id}`, { headers: as });
    expect(await bodyOf(read, 200)).toMatchObject({ id, status: 'completed' });
    expect(askedWith()).toEqual([`Bearer ${FIRST}`]);
    vendor.calls.length = 0;
    const refused = await bodyOf(create({ previous_response_id: id }), 400);
    expect(refused).toMatchObject({ error: { param: 'previous_response_id' } });
    expect(askedWith()).toEqual([]);
    await bodyOf(create({}), 200);
    expect(askedWith()).toEqual([`Bearer ${SECOND}`]);
  });
});
