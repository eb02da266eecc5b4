import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect, openAi, within } from '../support/clients.ts';
import { makeKey } from '../support/gateway.ts';
import { chatStream, type Handler, sse, startUpstream, type Upstream } from '../support/upstream.ts';
import { startWranglerDev, type WranglerDev } from '../support/wrangler-dev.ts';

const HELLO = [{ role: 'user' as const, content: 'Are you there?' }];
/** A dollar in a secret is where escaping goes wrong first. */
const SECRET = 'sk-up$HOME-secret-0123456789';

const main = makeKey('main');
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());
beforeEach(() => {
  upstream.calls.length = 0;
});

/** A provider whose credential is a secret's name. */
const providers = (): object => ({
  simulator: {},
  up: { base_url: `${upstream.url}/v1`, api_keys: ['$UP_SECRET'], allow_insecure: true },
});

describe('under wrangler dev, with the document and the secret in an env file', () => {
  let gateway: WranglerDev;
  beforeAll(async () => {
    const document = { providers: providers(), keys: [main.entry], keep_alive_ms: 200 };
    gateway = await startWranglerDev({ GATEWAY_CONFIG: JSON.stringify(document), UP_SECRET: SECRET });
  });
  afterAll(() => gateway?.stop());

  const client = () => openAi({ url: gateway.url, key: main.key });

  it('answers /healthz with its version', async () => {
    const response = await fetch(`${gateway.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', version: expect.any(String) });
  });

  it('streams a chat of the simulator to the openai client', async () => {
    const stream = await client().chat.completions.create({
      model: 'simulator/sim-fast',
      messages: HELLO,
      stream: true,
    });
    const text = (await collect(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toContain('You wrote: "Are you there?"');
  });

  it('streams a chat of an upstream, which gets the secret that the document names', async () => {
    upstream.answer(sse(chatStream(['Hel', 'lo'])));
    const stream = await client().chat.completions.create({ model: 'up/m', messages: HELLO, stream: true });
    const text = (await collect(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe('Hello');
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/chat/completions');
    expect(call.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it("prints the request's log line on standard output, without the key or the secret", async () => {
    upstream.answer(sse(chatStream(['Hello'], { usage: { prompt_tokens: 5, completion_tokens: 1 } })));
    const { data, response } = await client()
      .chat.completions.create({ model: 'up/m', messages: HELLO, stream: true })
      .withResponse();
    await collect(data);
    const requestId = response.headers.get('x-request-id');
    expect(await gateway.lineOf(requestId)).toMatchObject({
      key: 'main',
      project: 'default',
      route: '/v1/chat/completions',
      provider: 'up',
      model: 'm',
      attempts: 1,
      status: 200,
      ending: 'complete',
      usage: { input_tokens: 5, output_tokens: 1, estimated: false },
    });
    expect(gateway.stdout()).toContain(`"request_id":"${requestId}"`);
    for (const secret of [SECRET, main.key]) expect(gateway.output()).not.toContain(secret);
  });

  it.each([
    ['goes on talking', true],
    ['has fallen silent', false],
  ])('closes the upstream when the client leaves in mid-stream and the upstream %s', async (_, goesOn) => {
    upstream.answer(endlessChat(goesOn));
    const controller = new AbortController();
    const { data, response } = await client()
      .chat.completions.create(
        { model: 'up/m', messages: HELLO, stream: true },
        { signal: controller.signal },
      )
      .withResponse();
    for await (const chunk of data) if (chunk.choices[0]?.delta.content) controller.abort();
    await within(5000, 'the upstream connection is closed', (await upstream.call(0)).closed);
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      ending: 'client_abort',
      attempts: 1,
    });
  });
});

/** Routes under `/v1`, each with a request that is right. */
const ROUTES: [method: string, path: string, body?: object | undefined][] = [
  ['GET', '/v1/models'],
  ['GET', '/v1/models/simulator/sim-fast'],
  ['POST', '/v1/chat/completions', { model: 'simulator/sim-fast', messages: HELLO }],
  ['POST', '/v1/completions', { model: 'simulator/sim-fast', prompt: 'Once' }],
  ['POST', '/v1/embeddings', { model: 'simulator/sim-fast', input: 'cat' }],
  ['POST', '/v1/moderations', { input: 'cat' }],
  ['POST', '/v1/images/generations', { prompt: 'a cat' }],
  ['POST', '/v1/images/edits', { prompt: 'a cat' }],
  ['POST', '/v1/images/variations', {}],
  ['POST', '/v1/audio/speech', { model: 'simulator/sim-fast', input: 'Hello', voice: 'alloy' }],
  ['POST', '/v1/audio/transcriptions', {}],
  ['POST', '/v1/audio/translations', {}],
];

/** Calls a route of the table; an empty key sends none. */
function call(gateway: WranglerDev, [method, path, body]: (typeof ROUTES)[number], key: string) {
  const headers = {
    'content-type': 'application/json',
    ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
  };
  return fetch(gateway.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('under wrangler dev, started with one thing changed', () => {
  let gateway: WranglerDev | undefined;
  afterEach(() => gateway?.stop());

  it('joins a document that is split over several variables, in order', async () => {
    const aliases = Array.from({ length: 60 }, (_, index) => [
      `team/alias-${index}`,
      { targets: [{ provider: 'simulator', model: 'sim-fast' }] },
    ]);
    const document = JSON.stringify({
      providers: providers(),
      models: Object.fromEntries(aliases),
      keys: [main.entry],
    });
    const third = Math.ceil(document.length / 3);
    gateway = await startWranglerDev({
      GATEWAY_CONFIG: document.slice(0, third),
      GATEWAY_CONFIG_2: document.slice(third, 2 * third),
      GATEWAY_CONFIG_3: document.slice(2 * third),
      UP_SECRET: SECRET,
    });
    const client = openAi({ url: gateway.url, key: main.key });
    const ids = (await collect(await client.models.list())).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['team/alias-0', 'team/alias-59']));
    const answer = await client.chat.completions.create({ model: 'team/alias-59', messages: HELLO });
    expect(answer.choices[0]?.message.content).toContain('simulator');
  });

  it.each([
    ['an empty environment', {}],
    ['a document without keys', { GATEWAY_CONFIG: '{"providers":{"simulator":{}},"keys":[]}' }],
  ])('answers everything with 401 when there are no keys: %s', async (_, variables) => {
    gateway = await startWranglerDev(variables);
    const bodies = new Set<string>();
    for (const [method, path, body] of ROUTES) {
      for (const place of [path, path.replace('/v1', '')]) {
        for (const key of ['', main.key]) {
          const response = await call(gateway, [method, place, body], key);
          expect([place, response.status]).toEqual([place, 401]);
          bodies.add(await response.text());
        }
      }
    }
    expect([...bodies].map((body) => JSON.parse(body).error.code)).toEqual(['invalid_api_key']);
  });

  it('answers every route with 500 naming each mistake when the document is refused, and tells no secret', async () => {
    const literal = 'sk-literal-secret-in-the-document';
    const document = {
      providers: {
        up: { base_url: 'no address', api_keys: ['$UP_SECRET', literal], allow_insecure: true },
        azure: { colour: 'blue', api_keys: [literal] },
      },
      models: {
        fast: { targets: [{ provider: 'up', model: 'm' }], retries: -1, timeouts: { idle_ms: 'long' } },
        empty: { targets: [] },
      },
      keys: [{ ...main.entry, sha256: main.key }],
      max_body_bytes: '32 MB',
    };
    gateway = await startWranglerDev({ GATEWAY_CONFIG: JSON.stringify(document), UP_SECRET: SECRET });
    for (const route of ROUTES) {
      const response = await call(gateway, route, main.key);
      const text = await response.text();
      expect([route[1], response.status]).toEqual([route[1], 500]);
      const { error } = JSON.parse(text);
      expect(error.code).toBe('invalid_config');
      for (const path of [
        'providers.up.base_url',
        'providers.azure',
        'models.fast.retries',
        'models.fast.timeouts.idle_ms',
        'models.empty.targets',
        'keys[0].sha256',
        'max_body_bytes',
      ])
        expect(error.message).toContain(path);
      for (const secret of [SECRET, literal, main.key, main.entry.sha256]) expect(text).not.toContain(secret);
      expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({ status: 500 });
    }
    for (const secret of [SECRET, literal, main.key]) expect(gateway.output()).not.toContain(secret);
  });

  it('names the secret that is missing and the targets that lead nowhere', async () => {
    const literal = 'sk-literal-secret-in-the-document';
    const document = {
      providers: { up: { base_url: upstream.url, api_keys: ['$NOT_SET', literal], allow_insecure: true } },
      models: {
        lost: { targets: [{ provider: 'nobody', model: 'm' }] },
        loop: { targets: [{ alias: 'loop' }] },
      },
      keys: [main.entry],
    };
    gateway = await startWranglerDev({ GATEWAY_CONFIG: JSON.stringify(document) });
    const response = await call(gateway, ['GET', '/v1/models'], main.key);
    const text = await response.text();
    expect(response.status).toBe(500);
    const { message, code } = JSON.parse(text).error;
    expect(code).toBe('invalid_config');
    for (const path of ['models.lost.targets[0].provider', 'models.loop.targets[0].alias'])
      expect(message).toContain(path);
    expect(message).toContain('providers.up.api_keys[0]');
    expect(message).toContain('NOT_SET');
    expect(text).not.toContain(literal);
  });

  it('says of a document that is cut off that it is no JSON, and quotes nothing of it', async () => {
    const literal = 'sk-literal-secret-in-the-document';
    gateway = await startWranglerDev({ GATEWAY_CONFIG: `{"providers":{"up":{"api_keys":["${literal}"]` });
    const response = await call(gateway, ['GET', '/v1/models'], main.key);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text).error).toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('JSON'),
    });
    expect(text).not.toContain('literal');
    expect(gateway.output()).not.toContain(literal);
  });
});

/** Says something, and then either more of it for ever, or nothing any more. */
const endlessChat =
  (goesOn: boolean): Handler =>
  (_, response) => {
    const [role, word] = chatStream(['more '], { done: false }).split('\n\n');
    const say = () => response.write(`${role}\n\n${word}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    say();
    if (!goesOn) return;
    const ticking = setInterval(say, 20);
    response.on('close', () => clearInterval(ticking));
  };
