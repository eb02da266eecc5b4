/** Cached answers are forgotten over HTTP: by whom, which ones, and how soon everywhere. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { bodyOf, changeKey, mintKey, mintNarrowToken } from '../support/minted-keys.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** What is acknowledged counts everywhere after that. */
const BOUND_MS = 5000;

const WEB = makeKey('web', { project: 'web' });
const SHOP = makeKey('shop', { project: 'shop' });
const BARRED = makeKey('barred', { project: 'web', routes: ['/v1/chat/*'] });

let upstream: Upstream;
let gateway: ControlledGateway;
beforeAll(async () => {
  upstream = await startUpstream((_, response) => {
    const message = { role: 'assistant', content: `answer ${upstream.calls.length}` };
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const body = { id: 'c1', object: 'chat.completion', created: 1, model: 'm', choices, usage };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  gateway = await startGateway({
    config: {
      providers: { house: standIn(upstream.url, { dialect: 'openai-chat' }) },
      models: {
        fast: { targets: [{ provider: 'house', model: 'house-fast' }] },
        slow: { targets: [{ provider: 'house', model: 'house-slow' }] },
      },
      cache: { ttl_seconds: 600 },
    },
    keys: [WEB, SHOP, BARRED],
    controlPlane: { secondIsolate: true, front: true },
  });
});
afterEach(() => gateway.registry.set('up'));
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const forget = (query: string, key = WEB.key, url = gateway.url): Promise<Response> =>
  fetch(`${url}/v1/cache?${query}`, { method: 'DELETE', headers: bearer(key) });

const generationOf = async (query: string, key?: string, url?: string): Promise<number> => {
  const { generation } = await bodyOf<{ generation: number }>(forget(query, key, url), 200);
  return generation;
};

const codeOf = async (answer: Promise<Response>): Promise<string> => {
  const response = await answer;
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? ''}`;
};

describe('the door', () => {
  it('answers with a growing number, and writes one line to the log', async () => {
    const first = await generationOf('tag=a');
    const response = await forget('all=true');
    const { generation } = (await response.json()) as { generation: number };
    expect(generation).toBeGreaterThan(first);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const id = response.headers.get('x-request-id');
    expect(await gateway.lineOf(id)).toMatchObject({
      key: 'web',
      project: 'web',
      route: '/v1/cache',
      status: 200,
      attempts: 0,
      usage: null,
    });
    expect(gateway.lines.filter((line) => line.request_id === id)).toHaveLength(1);
  });

  it('is there with and without /v1, for DELETE only', async () => {
    const ask = (path: string, method: string) =>
      fetch(gateway.url + path, { method, headers: bearer(WEB.key) });
    expect((await ask('/cache?all=true', 'DELETE')).status).toBe(200);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH']) {
      const response = await ask('/v1/cache?all=true', method);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'DELETE']);
      expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    }
    expect((await ask('/v1/cache/all', 'DELETE')).status).toBe(404);
  });

  it('is open to minted keys and their tokens, as far as their routes go', async () => {
    const key = await mintKey(gateway, { project: 'web' });
    await generationOf('all=true', key.key);
    await generationOf('all=true', await mintNarrowToken(gateway.url, key));
    const barred = await mintKey(gateway, { project: 'web', routes: ['/v1/chat/*', '/v1/keys/*'] });
    const tokenOfBarred = await mintNarrowToken(gateway.url, barred);
    for (const one of [BARRED.key, barred.key, tokenOfBarred])
      expect(await codeOf(forget('all=true', one))).toBe('403 permission_denied');
    await changeKey(gateway, key, 'revoke');
    expect(await codeOf(forget('all=true', key.key))).toBe('401 invalid_api_key');
  });

  it('forgets what is of the key’s own project, and shows it to those who see that', async () => {
    expect(await codeOf(forget('project=shop'))).toBe('403 permission_denied');
    const generation = await generationOf('project=web');
    const path = '/cache/invalidations?project=web&limit=1';
    const { data } = await bodyOf<{ data: object[] }>(gateway.admin('GET', path), 200);
    expect(data).toMatchObject([{ generation, kind: 'all', project: 'web', organization: null }]);
  });

  it('is 503 while the Registry cannot be reached, and nothing is forgotten', async () => {
    const generation = await generationOf('all=true');
    gateway.registry.set('down');
    const response = await forget('all=true');
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(await codeOf(Promise.resolve(response))).toBe('503 gateway_unavailable');
    gateway.registry.set('up');
    const { data } = await bodyOf<{ data: object[] }>(gateway.admin('GET', '/cache/invalidations'), 200);
    expect(data).toContainEqual(expect.objectContaining({ generation, project: 'web' }));
  });

  it('is no less certain for an answer that was lost: the same again is as good', async () => {
    gateway.registry.set('lose-answers');
    expect(await codeOf(forget('tag=lost'))).toBe('503 gateway_unavailable');
    gateway.registry.set('up');
    const generation = await generationOf('tag=lost');
    const { data } = await bodyOf<{ data: { value: string | null }[] }>(
      gateway.admin('GET', '/cache/invalidations'),
      200,
    );
    expect(data.filter(({ value }) => value === 'lost')).toMatchObject([{ generation }]);
  });
});

interface Wish {
  readonly key?: string;
  readonly url?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let questions = 0;
const newQuestion = (): string => `question ${++questions}`;

/** `x-edgeway-cache` of an answer to this question. */
async function ask(question: string, wish: Wish = {}): Promise<Response> {
  const { key = WEB.key, url = gateway.url, model = 'fast', headers = {} } = wish;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...bearer(key), 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, temperature: 0, messages: [{ role: 'user', content: question }] }),
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return response;
}

const cacheOf = async (question: string, wish?: Wish): Promise<string | null> =>
  (await ask(question, wish)).headers.get('x-edgeway-cache');

/** Writes come after the answer. */
const untilHit = (question: string, wish?: Wish): Promise<void> =>
  expect.poll(() => cacheOf(question, wish), { timeout: 15_000 }).toBe('hit');

describe('a kept answer', () => {
  it.each<[string, Wish, (hash: string) => string]>([
    ['its key', {}, (hash) => `key=${hash}`],
    ['its alias', {}, () => 'model=fast'],
    ['its target', {}, () => 'model=house/house-fast'],
    ['its namespace', { headers: { 'x-edgeway-cache-namespace': 'n1' } }, () => 'namespace=n1'],
    ['one of its tags', { headers: { 'x-edgeway-cache-tags': 't1, t2' } }, () => 'tag=t2'],
    ['its project', {}, () => 'project=web'],
    ['everything', {}, () => 'all=true'],
  ])('is forgotten by %s, at once where that was asked, and kept anew', async (_, wish, queryOf) => {
    const question = newQuestion();
    const hash = (await ask(question, wish)).headers.get('x-edgeway-cache-key') ?? '';
    await untilHit(question, wish);
    await generationOf(queryOf(hash));
    expect(await cacheOf(question, wish)).toBe('miss');
    await untilHit(question, wish);
  });

  it.each(['model=slow', 'model=house-fast', 'namespace=n2', 'tag=t', `key=${'0'.repeat(64)}`])(
    'is not forgotten by %s',
    async (query) => {
      const question = newQuestion();
      const wish = { headers: { 'x-edgeway-cache-namespace': 'n1', 'x-edgeway-cache-tags': 't1' } };
      await untilHit(question, wish);
      await generationOf(query);
      expect(await cacheOf(question, wish)).toBe('hit');
    },
  );

  it('of another project stays, whatever this one has forgotten', async () => {
    const question = newQuestion();
    const tagged = { headers: { 'x-edgeway-cache-tags': 'shared' } };
    const hash = (await ask(question, { ...tagged, key: SHOP.key })).headers.get('x-edgeway-cache-key');
    await untilHit(question, { ...tagged, key: SHOP.key });
    for (const query of ['all=true', 'tag=shared', 'model=fast', `key=${hash}`]) await generationOf(query);
    expect(await cacheOf(question, { ...tagged, key: SHOP.key })).toBe('hit');
  });

  it.each([
    [{ kind: 'all' }],
    [{ kind: 'all', project: 'web' }],
    [{ kind: 'all', project: 'web', organization: null }],
    [{ kind: 'model', value: 'fast', project: 'web' }],
  ])('is forgotten when an administrator says %j', async (body) => {
    const question = newQuestion();
    await untilHit(question);
    await bodyOf(gateway.admin('POST', '/cache/invalidations', body), 201);
    expect(await cacheOf(question)).toBe('miss');
  });

  it('is forgotten elsewhere within five seconds, whatever KV shows', async () => {
    const question = newQuestion();
    const there = { url: gateway.elsewhere };
    await untilHit(question);
    await untilHit(question, there);
    gateway.kv.freeze();
    try {
      await generationOf('all=true');
      const forgottenAt = Date.now();
      let last = await cacheOf(question, there);
      while (last === 'hit' && Date.now() - forgottenAt < BOUND_MS) last = await cacheOf(question, there);
      expect(last).toBe('miss');
    } finally {
      gateway.kv.thaw();
    }
  });
});

it('a fresh isolate that cannot learn what was forgotten serves on, and gives no kept answer', async () => {
  const question = newQuestion();
  await untilHit(question);
  await expect.poll(() => gateway.kv.names(), { timeout: 15_000 }).toContain('copy/cache');
  const copies = gateway.kv.names().map((name) => [name, gateway.kv.read(name) ?? ''] as const);
  gateway.registry.set('down');
  gateway.kv.clear();
  for (const [name, text] of copies) if (name !== 'copy/cache') gateway.kv.write(name, text);
  await gateway.restart();
  expect(await cacheOf(question)).toBe('miss');
  gateway.registry.set('up');
  await untilHit(question);
  for (const [name, text] of copies) gateway.kv.write(name, text);
  gateway.registry.set('down');
  await gateway.restart();
  expect(await cacheOf(question)).toBe('hit');
});
