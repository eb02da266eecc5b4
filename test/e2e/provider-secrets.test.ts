/** Provider secrets that only the Registry keeps: used at both isolates, second to the Worker's own, and seen nowhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAi } from '../support/clients.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { BOUND_MS } from '../support/keys/desk.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const MASTER_SECRET = 'master-secret-0123456789-0123456789-abcdef';
const messages = [{ role: 'user' as const, content: 'Hello' }];
/** Marks that no other text of a run holds. */
const [FIRST, SECOND, OWN, CUSTOM] = [
  'sk-first-5e1f0c',
  'sk-second-77ab21',
  'sk-own-9d0e4b',
  'sk-custom-31c6fa',
];

let upstream: Upstream;
let directory: string;
let gateway: ControlledGateway;
const provider = (id: string, secret: string) => ({
  dialect: 'openai-chat',
  base_url: `${upstream.url}/${id}/v1`,
  allow_insecure: true,
  api_keys: [`$${secret}`],
});
/** A vendor whose secret goes to its own host only (traps H3): nobody calls it here, it is on or off. */
const VENDOR = { secret: 'DEEPSEEK_API_KEY', models: /^deepseek\// };

const start = (vars: Record<string, string>) =>
  startGateway({
    config: {
      providers: {
        kept: provider('kept', 'KEPT_SECRET'),
        both: provider('both', 'BOTH_SECRET'),
        simulator: {},
      },
    },
    vars: { BOTH_SECRET: OWN, ...vars },
    controlPlane: { secondIsolate: true, directory },
  });
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'edgeway-secrets-'));
  upstream = await startUpstream(json(chatCompletion('Hello')));
  gateway = await start({ MASTER_SECRET });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  upstream.calls.length = 0;
  upstream.answer(json(chatCompletion('Hello')));
  gateway.kv.thaw();
});

const put = (name: string, value: unknown) => gateway.admin('PUT', `/secrets/${name}`, { value });
const keep = async (name: string, value: string) => {
  const response = await put(name, value);
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  expect(text).not.toContain(value);
};
const ask = (model: string, url = gateway.url) =>
  openAi({ url, key: gateway.key }).chat.completions.create({ model, messages });
const statusAt = (model: string, url = gateway.url): Promise<number> =>
  ask(model, url).then(
    () => 200,
    ({ status }: { status: number }) => status,
  );
/** The credential that the upstream was shown when this isolate was asked for a model; `null` if nothing reached it. */
async function shownBy(url: string, model: string): Promise<string | null | undefined> {
  upstream.calls.length = 0;
  await statusAt(model, url);
  return upstream.calls.length === 0 ? null : upstream.calls.at(-1)?.headers.authorization;
}
async function isVendorOn(url: string): Promise<boolean> {
  const { data } = await openAi({ url, key: gateway.key }).models.list();
  return data.some(({ id }) => VENDOR.models.test(id));
}

describe('a secret that only the Registry keeps', () => {
  it('makes a document whole that names it: at once here, within the bound elsewhere', async () => {
    gateway.kv.freeze();
    for (const url of [gateway.url, gateway.elsewhere]) {
      const response = await fetch(`${url}/v1/models`, {
        headers: { authorization: `Bearer ${gateway.key}` },
      });
      const { error } = await response.json();
      expect([response.status, error.code]).toEqual([500, 'invalid_config']);
      expect(error.message).toContain('KEPT_SECRET');
    }
    await keep('KEPT_SECRET', FIRST);
    expect(await shownBy(gateway.url, 'kept/m')).toBe(`Bearer ${FIRST}`);
    await expect
      .poll(() => shownBy(gateway.elsewhere, 'kept/m'), { timeout: BOUND_MS, interval: 20 })
      .toBe(`Bearer ${FIRST}`);
  });

  it('is replaced as fast, although KV shows the old one', async () => {
    await expect.poll(() => gateway.kv.read('copy/secrets')).toContain('KEPT_SECRET');
    gateway.kv.freeze();
    await keep('KEPT_SECRET', SECOND);
    expect(await shownBy(gateway.url, 'kept/m')).toBe(`Bearer ${SECOND}`);
    await expect
      .poll(() => shownBy(gateway.elsewhere, 'kept/m'), { timeout: BOUND_MS, interval: 20 })
      .toBe(`Bearer ${SECOND}`);
  });

  it('switches a known vendor on, and off when it is deleted', async () => {
    gateway.kv.freeze();
    for (const [isOn, change] of [
      [true, () => keep(VENDOR.secret, FIRST)],
      [false, () => gateway.admin('DELETE', `/secrets/${VENDOR.secret}`)],
    ] as const) {
      expect(await isVendorOn(gateway.url)).toBe(!isOn);
      await change();
      expect(await isVendorOn(gateway.url)).toBe(isOn);
      await expect.poll(() => isVendorOn(gateway.elsewhere), { timeout: BOUND_MS, interval: 20 }).toBe(isOn);
    }
    expect((await gateway.admin('DELETE', `/secrets/${VENDOR.secret}`)).status).toBe(404);
  });

  it('gives way to a secret of the Worker of the same name, and whoever puts it is told', async () => {
    const warned = await (await put('BOTH_SECRET', FIRST)).json();
    expect(warned).toMatchObject({ name: 'BOTH_SECRET', warnings: [expect.stringContaining('The Worker')] });
    for (const url of [gateway.url, gateway.elsewhere])
      expect(await shownBy(url, 'both/m')).toBe(`Bearer ${OWN}`);
  });

  it('is there again when everything starts anew, from KV and without it', async () => {
    await keep('KEPT_SECRET', FIRST);
    for (const spoil of [
      () => undefined,
      () => gateway.kv.clear(),
      () => gateway.kv.write('copy/secrets', '{"version":999,"sealed":{"KEPT_SECRET":7}}'),
      () => gateway.kv.write('copy/secrets', '{"version":999,"sea'),
    ]) {
      spoil();
      await gateway.restart();
      for (const url of [gateway.url, gateway.elsewhere])
        expect(await shownBy(url, 'kept/m')).toBe(`Bearer ${FIRST}`);
    }
  });
});

describe('what cannot be kept is refused:', () => {
  it.each([
    'ADMIN_TOKEN',
    'MASTER_SECRET',
    'GATEWAY_CONFIG',
    'GATEWAY_CONFIG_2',
    'CACHE_ENCRYPTION_KEY',
    'UPSTASH_REDIS_REST_TOKEN',
    'EDGEWAY_KEYLESS_LOCAL',
  ])('%s is the gateway’s own name', async (name) => {
    const response = await put(name, FIRST);
    const { error } = await response.json();
    expect([response.status, error.code, error.param]).toEqual([400, 'invalid_request', 'name']);
  });

  it.each(['lower', 'A-B', '1A', 'A%20B', '__proto__', `A${'B'.repeat(200)}`])(
    '%s is no name',
    async (name) => {
      expect((await put(name, FIRST)).status).toBe(400);
    },
  );

  it.each([[''], [null], [7], [['a']], [undefined], ['x'.repeat(20_000)], ['\ud800half']])(
    '%j is no value',
    async (value) => {
      const response = await put('SOME_SECRET', value);
      expect([response.status, (await response.json()).error.param]).toEqual([400, 'value']);
    },
  );

  it.each([{}, { MASTER_SECRET: 'too-short' }])(
    'without a master secret (%j) none is taken',
    async (vars) => {
      const closed = await startGateway({ vars, controlPlane: true });
      try {
        const response = await closed.admin('PUT', '/secrets/OPENAI_API_KEY', { value: FIRST });
        const { error } = await response.json();
        expect([response.status, error.code]).toEqual([409, 'conflict']);
        expect(error.message).toContain('MASTER_SECRET');
        expect(closed.output()).not.toContain(FIRST);
      } finally {
        await closed.stop();
      }
    },
  );
});

/** Everything below the directory, as bytes. */
const storedBytes = (): Buffer =>
  Buffer.concat(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

it('no value is seen in any answer, in KV, in the log or on the disk', async () => {
  await keep('KEPT_SECRET', FIRST);
  await keep(VENDOR.secret, CUSTOM);
  const values = [FIRST, CUSTOM, MASTER_SECRET, OWN];
  // A vendor that quotes the credential that it refuses.
  upstream.answer(
    json({ error: { message: `the key ${FIRST} is bad`, type: 'x', param: FIRST, code: FIRST } }, 400),
  );
  const refused = await gateway.post('/v1/chat/completions', { model: 'kept/m', messages });
  expect(refused.status).toBe(400);
  const paths = [
    '/secrets',
    '/config',
    '/config/versions',
    '/audit?limit=1000',
    '/audit/export',
    '/audit/verify',
  ];
  const answers = [
    refused,
    ...(await Promise.all([...paths, '/me', '/openapi.json'].map((path) => gateway.admin('GET', path)))),
    await put('KEPT_SECRET', { secret: FIRST }),
    await gateway.admin('PUT', '/secrets/KEPT_SECRET', `{"value":"${CUSTOM}`),
    await gateway.admin('PUT', '/secrets/KEPT_SECRET', { value: FIRST, more: CUSTOM }),
    await gateway.admin('GET', '/secrets/KEPT_SECRET'),
  ];
  for (const answer of answers) {
    const text = (await answer.text()) + JSON.stringify([...answer.headers]);
    expect(values.filter((value) => text.includes(value))).toEqual([]);
  }
  await expect.poll(() => gateway.kv.read('copy/secrets')).toContain(VENDOR.secret);
  const copies = gateway.kv.names().map((name) => name + gateway.kv.read(name));
  expect(values.filter((value) => copies.join('\n').includes(value))).toEqual([]);
  expect(values.filter((value) => gateway.output().includes(value))).toEqual([]);
  const bytes = storedBytes();
  expect(bytes.includes(VENDOR.secret)).toBe(true); // this is the place to look
  for (const value of [...values, gateway.key]) {
    const encoded = Buffer.from(value).toString('base64').slice(0, 12);
    for (const form of [value, encoded, Buffer.from(value, 'utf16le')])
      expect([value, bytes.includes(form)]).toEqual([value, false]);
  }
});

it('a secret that another master secret sealed is none: the provider that needs it says so, and it can be set again', async () => {
  await keep('KEPT_SECRET', FIRST);
  await gateway.stop();
  gateway = await start({ MASTER_SECRET: `another-${MASTER_SECRET}` });
  for (const url of [gateway.url, gateway.elsewhere]) {
    expect(await shownBy(url, 'kept/m')).toBeNull();
    expect(await isVendorOn(url).catch(({ code }: { code: string }) => code)).toBe('invalid_config');
  }
  await keep('KEPT_SECRET', SECOND);
  expect(await shownBy(gateway.url, 'kept/m')).toBe(`Bearer ${SECOND}`);
  expect(await isVendorOn(gateway.url)).toBe(false);
  await expect
    .poll(() => shownBy(gateway.elsewhere, 'kept/m'), { timeout: BOUND_MS, interval: 20 })
    .toBe(`Bearer ${SECOND}`);
});

describe('a secret that the active document needs', () => {
  it('is neither taken away nor replaced by what could not be sent, and says so without saying it', async () => {
    await keep('KEPT_SECRET', FIRST);
    const removed = await gateway.admin('DELETE', '/secrets/KEPT_SECRET');
    expect(removed.status).toBe(409);
    expect(await removed.json()).toMatchObject({ error: { code: 'conflict', param: 'name' } });
    const replaced = await put('KEPT_SECRET', 'sk-ключ');
    expect(replaced.status).toBe(400);
    const text = await replaced.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_request', param: 'value' } });
    expect(text).not.toContain('sk-ключ');
    expect(await shownBy(gateway.url, 'kept/m')).toBe(`Bearer ${FIRST}`);
  });

  it('goes where the Worker has one of the same name, or nothing names it', async () => {
    await keep('BOTH_SECRET', SECOND);
    await keep('UNUSED_SECRET', CUSTOM);
    expect((await gateway.admin('DELETE', '/secrets/BOTH_SECRET')).status).toBe(200);
    expect((await gateway.admin('DELETE', '/secrets/UNUSED_SECRET')).status).toBe(200);
    expect(await shownBy(gateway.url, 'both/m')).toBe(`Bearer ${OWN}`);
  });
});
