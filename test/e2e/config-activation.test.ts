/** What activating a configuration does at the edge: at once where it was done, soon elsewhere, to nobody who was in the middle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { startKvStore } from '../support/kv-store.ts';
import { bodyOf, type MintedKey, mintKey, useKey } from '../support/minted-keys.ts';
import { BodyReader, createGate, dataOf } from '../support/streaming.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** What the docs promise for a change elsewhere. */
const BOUND_MS = 5000;
const POLL = { timeout: BOUND_MS, interval: 50 };

const SIMULATED = { providers: { simulator: {} } };
const target = { targets: [{ provider: 'simulator', model: 'sim-fast' }] };
const withAlias = (alias: string, more: object = {}) => ({
  ...SIMULATED,
  models: { [alias]: target },
  ...more,
});

const first = makeKey('first');
const second = makeKey('second');
const bystander = makeKey('bystander');

let gateway: ControlledGateway;
let minted: MintedKey;

beforeAll(async () => {
  gateway = await startGateway({
    config: withAlias('of-the-variable'),
    keys: [first],
    vars: { ACME_KEY: 'sk-acme-0123456789' },
    controlPlane: { front: true, secondIsolate: true },
  });
  minted = await mintKey(gateway);
});
afterAll(() => gateway.stop());

interface Result {
  readonly version: number | null;
  readonly active: boolean;
  readonly diff: readonly { readonly path: string }[];
}

const put = (document: unknown, query = ''): Promise<Result> =>
  bodyOf(gateway.admin('PUT', `/config${query}`, document), 200);
const activate = (version: number): Promise<Result> =>
  bodyOf(gateway.admin('POST', `/config/versions/${version}/activate`), 200);
const rollBack = (): Promise<Result> => bodyOf(gateway.admin('POST', '/config/rollback'), 200);

const codeOf = async (key: string, url: string, model: string) => {
  const { status, code } = await useKey(key, url, { model });
  return status === 200 ? 200 : code;
};
const here = (key: string, model: string) => codeOf(key, gateway.url, model);
const elsewhere = (key: string, model: string) => codeOf(key, gateway.elsewhere, model);

beforeEach(async () => {
  gateway.registry.set('up');
  await activate(0);
});

describe('an activated document', () => {
  it('replaces the one before, aliases and keys, at once here and within the bound elsewhere; minted keys stay', async () => {
    expect(await here(first.key, 'of-the-variable')).toBe(200);
    await expect.poll(() => elsewhere(minted.key, 'of-the-variable'), POLL).toBe(200);
    const { version, active } = await put(withAlias('fresh', { keys: [second.entry] }));
    expect([version, active]).toEqual([expect.any(Number), true]);
    const askedBy = async (ask: typeof here) => [
      await ask(minted.key, 'fresh'),
      await ask(second.key, 'fresh'),
      await ask(minted.key, 'of-the-variable'),
      await ask(first.key, 'fresh'),
    ];
    const replaced = [200, 200, 'model_not_found', 'invalid_api_key'];
    expect(await askedBy(here)).toEqual(replaced);
    await expect.poll(() => askedBy(elsewhere), POLL).toEqual(replaced);
  });

  it('is what an isolate begins with', async () => {
    await put(withAlias('fresh', { keys: [second.entry] }));
    await gateway.restart();
    for (const ask of [here, elsewhere])
      expect([await ask(second.key, 'fresh'), await ask(first.key, 'fresh')]).toEqual([
        200,
        'invalid_api_key',
      ]);
  });

  it('goes back with a rollback, and with the last of them to the document of the variable', async () => {
    const versionNow = async () => (await gateway.admin('GET', '/config')).headers.get('etag');
    await put(withAlias('one', { keys: [first.entry] }));
    await put(withAlias('two', { keys: [second.entry] }));
    expect([await here(second.key, 'two'), await here(first.key, 'two')]).toEqual([200, 'invalid_api_key']);
    await rollBack();
    expect([await here(first.key, 'one'), await here(second.key, 'one')]).toEqual([200, 'invalid_api_key']);
    expect(await here(minted.key, 'two')).toBe('model_not_found');
    await rollBack();
    expect(await versionNow()).toBe('"0"');
    expect(await here(first.key, 'of-the-variable')).toBe(200);
    await expect.poll(() => elsewhere(first.key, 'of-the-variable'), POLL).toBe(200);
    expect(await here(minted.key, 'one')).toBe('model_not_found');
  });

  it('narrows a token of a key that it no longer lists to nothing', async () => {
    const tokenOf = async (key: string) => {
      const init = { method: 'POST', headers: { authorization: `Bearer ${key}` } };
      return (await bodyOf<{ token: string }>(fetch(`${gateway.url}/v1/keys/token`, init), 201)).token;
    };
    const [listed, own] = [await tokenOf(first.key), await tokenOf(minted.key)];
    expect([await here(listed, 'of-the-variable'), await here(own, 'of-the-variable')]).toEqual([200, 200]);
    await put(withAlias('fresh', { keys: [second.entry] }));
    expect([await here(listed, 'fresh'), await here(own, 'fresh')]).toEqual(['invalid_api_key', 200]);
    await activate(0);
    expect(await here(listed, 'of-the-variable')).toBe(200);
  });

  it('lets pages of its origins call, and no longer those of the one before', async () => {
    const allowed = async (origin: string) => {
      const response = await fetch(`${gateway.url}/v1/models`, {
        headers: { origin, authorization: `Bearer ${minted.key}` },
      });
      return [response.status, response.headers.get('access-control-allow-origin')];
    };
    const [before, after] = ['https://before.example', 'https://after.example'];
    await put({ ...SIMULATED, cors: { origins: [before] } });
    expect([await allowed(before), await allowed(after)]).toEqual([
      [200, before],
      [200, null],
    ]);
    await put({ ...SIMULATED, cors: { origins: [after] } });
    expect([await allowed(before), await allowed(after)]).toEqual([
      [200, null],
      [200, after],
    ]);
    await put({ ...SIMULATED });
    expect(await allowed(after)).toEqual([200, null]);
  });

  it('counts only when it is activated: not for a dry run, and not while it is only stored', async () => {
    const document = withAlias('later');
    expect(await put(document, '?dry_run=true')).toMatchObject({ version: null, active: false });
    const stored = await put(document, '?activate=false');
    expect(stored).toMatchObject({ version: expect.any(Number), active: false });
    expect(await here(minted.key, 'later')).toBe('model_not_found');
    await activate(stored.version ?? 0);
    expect(await here(minted.key, 'later')).toBe(200);
  });
});

describe('a request in the middle of a change', () => {
  let upstream: Upstream;
  const gate = { current: createGate() };
  const event = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

  beforeAll(async () => {
    upstream = await startUpstream(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event({ role: 'assistant', content: 'before' }));
      await gate.current.opened;
      response.end(`${event({ content: ' after' })}${event({}, 'stop')}data: [DONE]\n\n`);
    });
  });
  afterAll(() => upstream.stop());
  afterEach(() => gate.current.open());

  it('ends well, by the configuration that it began with', async () => {
    gate.current = createGate();
    const document = {
      providers: { openai: standIn(upstream.url) },
      models: { gated: { targets: [{ provider: 'openai', model: 'm' }] } },
      keys: [second.entry],
    };
    await put(document);
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${second.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gated', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const body = new BodyReader(response);
    await body.until('before');
    await put(withAlias('fresh')); // neither its alias, nor its provider, nor its key is left
    expect(await here(second.key, 'gated')).toBe('invalid_api_key');
    gate.current.open();
    const data = dataOf(await body.rest());
    expect(data.at(-1)).toBe('[DONE]');
    expect(data.join('')).toContain(' after');
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'complete', key: 'second', alias: 'gated', provider: 'openai' });
  });
});

describe('a document that is refused', () => {
  const acme = (fields: object) => ({
    providers: { acme: { base_url: 'https://api.acme.example/v1', dialect: 'openai-chat', ...fields } },
  });

  it.each([
    ['no JSON', '{"models":', null],
    ['no object', '[]', null],
    ['of unknown fields', withAlias('x', { modells: {} }), 'modells'],
    [
      'of an alias to nowhere',
      { models: { x: { targets: [{ provider: 'nobody', model: 'm' }] } } },
      'models.x',
    ],
    [
      'of a secret that is not set',
      acme({ api_keys: ['$ACME_KEY'], headers: { 'x-org': '$NOT_SET' } }),
      'acme',
    ],
    ['of a host that may not be called', acme({ api_keys: [], base_url: 'http://127.0.0.1/v1' }), 'acme'],
    ...['ADMIN_TOKEN', 'GATEWAY_CONFIG', 'MASTER_SECRET', 'EDGEWAY_KEYLESS_LOCAL'].map(
      (name) =>
        [
          `that sends ${name} to a provider`,
          acme({ api_keys: ['$ACME_KEY'], headers: { 'x-leak': `$${name}` } }),
          'acme',
        ] as const,
    ),
  ] as const)('leaves the running one alone: one %s', async (_, document, param) => {
    await put(withAlias('running', { keys: [second.entry] }));
    for (const query of ['', '?dry_run=true', '?activate=false']) {
      const response = await gateway.admin('PUT', `/config${query}`, document);
      const text = await response.text();
      expect([response.status, JSON.parse(text).error.code]).toEqual([400, 'invalid_request']);
      if (param !== null) expect(text).toContain(param);
      expect(text).not.toContain(ADMIN_TOKEN);
      expect(text).not.toContain(first.entry.sha256);
    }
    expect([await here(second.key, 'running'), await here(minted.key, 'running')]).toEqual([200, 200]);
    expect(gateway.lines.filter(({ type }) => type === 'config_refused')).toEqual([]);
  });

  it('by a Worker that lost a secret does not shut out the administrator, who can mend it', async () => {
    const kv = await startKvStore();
    const directory = mkdtempSync(join(tmpdir(), 'edgeway-kept-'));
    const begin = (vars: Record<string, string>) =>
      startGateway({ config: SIMULATED, vars, controlPlane: { kv, directory } });
    const document = {
      ...acme({ api_keys: ['$ACME_KEY'], headers: { 'x-org': '$ORG' } }),
      keys: [bystander.entry],
    };
    let isolate = await begin({ ACME_KEY: 'sk-acme-0123456789', ORG: 'org-0123456789' });
    try {
      const key = await mintKey(isolate);
      await bodyOf(isolate.admin('PUT', '/config', document), 200);
      await isolate.stop();
      isolate = await begin({ ACME_KEY: 'sk-acme-0123456789' });
      for (const path of ['/v1/chat/completions', '/v1/chat/completions?again'])
        for (const token of [key.key, bystander.key, 'nobody at all, who asks anyway']) {
          const { status, code, body } = await useKey(token, isolate.url, { path });
          expect([status, code]).toEqual([500, 'invalid_config']);
          expect(body).toContain('providers.acme');
          expect(body).not.toContain('sk-acme');
        }
      expect(isolate.lines.filter(({ type }) => type === 'config_refused')).toEqual([
        { type: 'config_refused', version: 1, problem: expect.stringContaining('providers.acme') },
      ]);
      expect((await isolate.admin('GET', '/config')).status).toBe(200);
      expect((await isolate.admin('GET', '/config', undefined, { authorization: 'Bearer x' })).status).toBe(
        401,
      );
      const mended = await isolate.admin('PUT', '/config', withAlias('mended'));
      expect([mended.status, await mended.json()]).toMatchObject([200, { version: 2, active: true }]);
      expect(await codeOf(key.key, isolate.url, 'mended')).toBe(200);
    } finally {
      await isolate.stop();
      await kv.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('a change while the Registry cannot be reached', () => {
  it('is refused, and another isolate’s change comes when it can be reached again', async () => {
    await put(withAlias('running'));
    await expect.poll(() => elsewhere(minted.key, 'running'), POLL).toBe(200);
    gateway.registry.set('down');
    const refused = await gateway.admin('PUT', '/config', withAlias('never'));
    expect([refused.status, (await refused.json()).error.code]).toEqual([503, 'gateway_unavailable']);
    expect([await here(minted.key, 'running'), await elsewhere(minted.key, 'running')]).toEqual([200, 200]);
    gateway.registry.set('up');
    await put(withAlias('next'));
    expect(await here(minted.key, 'next')).toBe(200);
    await expect.poll(() => elsewhere(minted.key, 'next'), POLL).toBe(200);
  });
});
