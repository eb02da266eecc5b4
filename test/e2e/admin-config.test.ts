/** Configuration and provider secrets through the admin API of the built Worker: what is put there is what is served. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminRequest } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const SECRET = 'sk-planted-provider-key-0001';
const ALIAS = { targets: [{ provider: 'house', model: 'm-1' }] };

type Document = Record<string, unknown> & { models: Record<string, unknown> };

let upstream: Upstream;
let gateway: ControlledGateway;

beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('hello')));
});
afterAll(() => upstream.stop());

const start = async (controlPlane: { front?: true; secondIsolate?: true } = {}) => {
  gateway = await startGateway({
    config: {
      providers: { house: { base_url: `${upstream.url}/v1`, api_keys: [SECRET], allow_insecure: true } },
      models: {},
    },
    vars: { MASTER_SECRET: 'a master secret of the suites 0123456789' },
    controlPlane: { ...controlPlane },
  });
};
afterEach(() => gateway.stop());

const shown = async (): Promise<Document> => (await gateway.admin('GET', '/config')).json();

const put = (document: unknown, query = '', headers: Record<string, string> = {}) =>
  gateway.admin('PUT', `/config${query}`, document, headers);

/** The active document with an alias more, as a person would edit it. */
const withAlias = async (name: string): Promise<Document> => {
  const document = await shown();
  return { ...document, models: { ...document.models, [name]: ALIAS } };
};

/** Status of a chat with the default key. */
const chat = async (model: string, url = gateway.url): Promise<number> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.arrayBuffer();
  return response.status;
};

describe('a configuration that was put', () => {
  it('serves at once where it was put, and within seconds elsewhere', async () => {
    await start({ secondIsolate: true });
    expect([await chat('fast'), await chat('fast', gateway.elsewhere)]).toEqual([404, 404]);
    const answer = await put(await withAlias('fast'));
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
    expect((await answer.json()).diff).toMatchObject([{ op: 'add', path: 'models.fast' }]);
    expect(await chat('fast')).toBe(200);
    await expect.poll(() => chat('fast', gateway.elsewhere), { timeout: 10_000 }).toBe(200);
  });

  it('can be read, edited and put back without the secrets that reading hides', async () => {
    await start();
    const text = JSON.stringify(await shown());
    expect(text).toContain('[redacted:');
    expect(text).not.toContain(SECRET);
    await put(await withAlias('fast'));
    upstream.calls.length = 0;
    // The key of this test is one of the document's, and the provider's key is another.
    expect(await chat('fast')).toBe(200);
    expect((await upstream.call(0)).headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('is only compared by a dry run', async () => {
    await start();
    const answer = await put(await withAlias('fast'), '?dry_run=true');
    expect(await answer.json()).toMatchObject({
      version: null,
      active: false,
      diff: [{ op: 'add', path: 'models.fast', text: expect.stringContaining('models.fast: added') }],
    });
    expect(await chat('fast')).toBe(404);
    expect(await (await gateway.admin('GET', '/config/versions')).json()).toMatchObject({ data: [] });
  });

  it('is refused whole with a mistake, while the one before goes on', async () => {
    await start();
    await put(await withAlias('fast'));
    const wrong = { ...(await withAlias('slow')), retries: 'many' };
    const answer = await put(wrong);
    expect([answer.status, (await answer.json()).error]).toMatchObject([
      400,
      { code: 'invalid_request', param: 'retries' },
    ]);
    expect([await chat('fast'), await chat('slow')]).toEqual([200, 404]);
  });

  it('loses a race that another writer wins, and never both', async () => {
    await start();
    const documents = await Promise.all(['one', 'two', 'three'].map(withAlias));
    const answers = await Promise.all(documents.map((document) => put(document, '', { 'if-match': '"0"' })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await shown()).toEqual(documents[winner]);
  });

  it('is rolled back step by step, to the variable’s document in the end', async () => {
    await start();
    await put(await withAlias('one'));
    await put(await withAlias('two'));
    const served = async () => [await chat('one'), await chat('two')];
    expect(await served()).toEqual([200, 200]);
    const back = async () => (await gateway.admin('POST', '/config/rollback')).status;
    expect([await back(), await served()]).toEqual([200, [200, 404]]);
    expect([await back(), await served()]).toEqual([200, [404, 404]]);
    expect(await back()).toBe(409);
    expect((await gateway.admin('POST', '/config/versions/2/activate')).status).toBe(200);
    expect(await served()).toEqual([200, 200]);
  });

  it('survives the process once it is acknowledged', async () => {
    await start();
    const answer = await put(await withAlias('fast'));
    expect(answer.status).toBe(200);
    await gateway.restart();
    expect(await chat('fast')).toBe(200);
    expect((await gateway.admin('GET', '/config')).headers.get('etag')).toBe('"1"');
  });

  it('cannot be put while the Registry is down, and what counts goes on', async () => {
    await start({ front: true });
    await put(await withAlias('fast'));
    expect(await chat('fast')).toBe(200);
    const next = await withAlias('slow');
    gateway.registry.set('down');
    const answer = await put(next);
    expect([answer.status, (await answer.json()).error.code]).toEqual([503, 'gateway_unavailable']);
    expect(await chat('fast')).toBe(200);
  });
});

describe('a provider secret', () => {
  const VALUE = 'sk-planted-secret-of-the-registry-0002';

  const namingSecret = async (): Promise<Document> => {
    const document = await shown();
    const providers = document.providers as Record<string, Record<string, unknown>>;
    return {
      ...document,
      providers: { house: { ...providers.house, api_keys: ['$HOUSE_KEY'] } },
      models: { fast: ALIAS },
    };
  };
  const useSecret = async () => put(await namingSecret());
  const elsewhere = (method: string, path: string, body?: unknown) =>
    fetch(`${gateway.elsewhere}/admin/v1${path}`, adminRequest(ADMIN_TOKEN, method, body));
  const sent = async () => {
    upstream.calls.length = 0;
    expect(await chat('fast')).toBe(200);
    return (await upstream.call(0)).headers.authorization;
  };

  it('is used where the document names it, and its next value at once', async () => {
    await start();
    expect((await gateway.admin('PUT', '/secrets/HOUSE_KEY', { value: VALUE })).status).toBe(200);
    expect((await useSecret()).status).toBe(200);
    expect(await sent()).toBe(`Bearer ${VALUE}`);
    await gateway.admin('PUT', '/secrets/HOUSE_KEY', { value: `${VALUE}-next` });
    expect(await sent()).toBe(`Bearer ${VALUE}-next`);
    await gateway.restart();
    expect(await sent()).toBe(`Bearer ${VALUE}-next`);
  });

  it('counts at once for a document that another isolate is given, which has not heard of it yet', async () => {
    await start({ secondIsolate: true });
    const document = await namingSecret();
    const statusOf = async (asking: Promise<Response>) => (await asking).status;
    expect(await statusOf(elsewhere('PUT', '/config?dry_run', document))).toBe(400);
    await gateway.admin('PUT', '/secrets/HOUSE_KEY', { value: VALUE });
    expect(await statusOf(elsewhere('PUT', '/config?dry_run', document))).toBe(200);
    expect(await statusOf(elsewhere('PUT', '/config', document))).toBe(200);
    // The isolate here has not heard of that document either.
    expect(await statusOf(gateway.admin('DELETE', '/secrets/HOUSE_KEY'))).toBe(409);
    upstream.calls.length = 0;
    expect(await chat('fast', gateway.elsewhere)).toBe(200);
    expect((await upstream.call(0)).headers.authorization).toBe(`Bearer ${VALUE}`);
  });

  it('is gone at once for a document that another isolate is given, which still knows it', async () => {
    await start({ secondIsolate: true });
    const document = await namingSecret();
    await gateway.admin('PUT', '/secrets/HOUSE_KEY', { value: VALUE });
    await gateway.restart(); // both know the secret from the start
    expect((await elsewhere('PUT', '/config?dry_run', document)).status).toBe(200);
    expect((await gateway.admin('DELETE', '/secrets/HOUSE_KEY')).status).toBe(200);
    const answer = await elsewhere('PUT', '/config', document);
    expect([answer.status, (await answer.json()).error.message]).toEqual([
      400,
      expect.stringContaining('needs the secret HOUSE_KEY, which is not set'),
    ]);
    await gateway.restart();
    expect([await chat('house/m-1'), await chat('house/m-1', gateway.elsewhere)]).toEqual([200, 200]);
  });

  it('shows nowhere: no answer, log, audit trail or copy in KV holds it', async () => {
    await start();
    const answers = [
      await gateway.admin('PUT', '/secrets/HOUSE_KEY', { value: VALUE }),
      await useSecret(),
      await gateway.admin('GET', '/secrets'),
      await gateway.admin('GET', '/config'),
      await gateway.admin('GET', '/audit'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await sent()).toBe(`Bearer ${VALUE}`);
    await expect.poll(() => gateway.kv.names()).toContain('copy/secrets');
    const copies = gateway.kv.names().map((name) => gateway.kv.read(name));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts[4]).toContain('secret.put');
    for (const text of [...texts, ...copies, gateway.output()]) expect(text).not.toContain(VALUE);
  });
});
