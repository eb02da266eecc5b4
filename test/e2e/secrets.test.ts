/**
 * No secret comes out, whatever fails: provider keys, headers of the operator and client keys are planted, sent
 * back by the provider in every way it has, and then looked for in all that leaves the gateway (traps H4, H5, H14).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { encodeForm, field, file, formType } from '../support/multipart-body.ts';
import { openUpload } from '../support/raw-http.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';
import { freePort } from '../support/workerd.ts';

const CHAT = '/v1/chat/completions';
/** With characters that JSON, URLs and regular expressions mind. */
const PROVIDER_KEY = 'sk-planted/provider+key="0001"\\z$&*.';
const SECOND_KEY = 'sk-planted-second-provider-key-0002';
const PARTNER_HEADER = 'planted-partner-token-0003';
const PROMPT = 'planted prompt text 0004';
const client = makeKey('planted-client-0005');
const SECRETS = { PROVIDER_KEY, SECOND_KEY, PARTNER_HEADER, CLIENT_KEY: client.key };

/** Spellings under which a secret would still be one. */
const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

/** Names of the planted values that stand in the text; a long piece of one counts too. */
function planted(text: string, values: Readonly<Record<string, string>> = SECRETS): string[] {
  return Object.entries(values)
    .filter(([, value]) =>
      formsOf(value).some((form) => text.includes(form) || text.includes(form.slice(0, 20))),
    )
    .map(([name]) => name);
}

/** Everything that the provider knows, as it would stand in a message. */
const ECHO = [
  `Incorrect API key provided: ${PROVIDER_KEY}.`,
  `authorization: Bearer ${PROVIDER_KEY}`,
  `x-partner-token: ${PARTNER_HEADER}`,
  `other account: ${SECOND_KEY}`,
  `client: ${client.key}`,
  `as URL: https://x/?key=${encodeURIComponent(PROVIDER_KEY)}&k=${SECOND_KEY}`,
  `as JSON: ${JSON.stringify({ key: PROVIDER_KEY })}`,
  `as base64: ${Buffer.from(PROVIDER_KEY).toString('base64')}`,
  `prompt: ${PROMPT}`,
].join(' | ');

const echoed = (fields: object = {}) => ({
  error: { message: ECHO, type: ECHO, param: ECHO, code: ECHO, ...fields },
});
const ECHO_HEADERS: Record<string, string> = {
  'www-authenticate': `Bearer realm="${PARTNER_HEADER}"`,
  location: `https://evil.example/?key=${SECOND_KEY}`,
  'set-cookie': `session=${SECOND_KEY}`,
  server: `backend/${PARTNER_HEADER}`,
  'x-internal-authorization': `Bearer ${SECOND_KEY}`,
  'x-ratelimit-limit-requests': '60',
  'openai-organization': 'planted-org-0006',
  'x-echo': PROMPT,
};
const raw =
  (status: number, type: string, body: string): Handler =>
  (_, response) => {
    response.writeHead(status, { ...ECHO_HEADERS, 'content-type': type }).end(body);
  };
const event = (value: unknown, name = '') =>
  `${name === '' ? '' : `event: ${name}\n`}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const hang: Handler = () => undefined;
const reset: Handler = (_, response) => void response.destroy();

let upstream: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startUpstream();
  const keys = ['$UP_KEY', SECOND_KEY];
  gateway = await startGateway({
    config: {
      providers: {
        up: standIn(upstream.url, { api_keys: keys, headers: { 'x-partner-token': '$PARTNER' } }),
        dead: standIn(`http://127.0.0.1:${await freePort()}`, { api_keys: keys }),
        nowhere: standIn('http://no-such-host.invalid', { api_keys: keys }),
      },
      models: {
        once: { targets: [{ provider: 'up', model: 'm' }], retries: 0 },
        short: {
          targets: [{ provider: 'up', model: 'm' }],
          retries: 0,
          timeouts: { headers_ms: 200, first_token_ms: 200, idle_ms: 200, total_ms: 1000 },
        },
        dead: { targets: [{ provider: 'dead', model: 'm' }], retries: 0 },
        nowhere: { targets: [{ provider: 'nowhere', model: 'm' }], retries: 0 },
        native: { targets: [{ provider: 'up', model: 'm' }], retries: 0, metering: false },
        granted: { targets: [{ provider: 'up', model: 'm' }], retries: 0 },
      },
      cors: { origins: ['*'] },
    },
    keys: [client, makeKey('narrow', { models: ['granted'] })],
    vars: { UP_KEY: PROVIDER_KEY, PARTNER: PARTNER_HEADER },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const bearer = { authorization: `Bearer ${client.key}` };
const chat = (model: string, stream = false) => ({
  model,
  stream,
  messages: [{ role: 'user', content: PROMPT }],
});

/** All that a client gets. */
async function received(response: Response): Promise<{ head: string; body: string }> {
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return { head, body: await response.text().catch((error) => `broken off: ${error}`) };
}

/** How much of the log was looked at. */
let seen = 0;

/** Nothing planted in the headers, no secret in the body, nothing planted in what came to the log since. */
async function expectClean(response: Response): Promise<string> {
  const { head, body } = await received(response);
  const everything = { ...SECRETS, PROMPT };
  expect({ head: planted(head, everything), body: planted(body) }).toEqual({ head: [], body: [] });
  await gateway.lineOf(response.headers.get('x-request-id'));
  const written = gateway.output().slice(seen);
  seen += written.length;
  expect(planted(written, everything)).toEqual([]);
  return body;
}

describe('no secret and no prompt comes out', () => {
  const failures: [string, Handler][] = [
    ...[400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 529].map((status): [string, Handler] => [
      `a ${status} that echoes everything in each field`,
      json(echoed(), status),
    ]),
    ['a 400 with a flat error', json({ message: ECHO, type: ECHO, code: ECHO, param: ECHO }, 400)],
    ['a 400 whose error is a string', json({ error: ECHO }, 400)],
    ['a 422 with a list of details', json({ detail: [{ msg: ECHO, loc: [ECHO] }, ECHO] }, 422)],
    ['a 500 with a list of errors', json([echoed()], 500)],
    ['a 400 whose message is an object', json(echoed({ message: { text: ECHO } }), 400)],
    ['a 400 with more in it', json({ ...echoed(), request: ECHO, headers: { authorization: ECHO } }, 400)],
    ['a 429 of an account without money', json(echoed({ code: 'insufficient_quota' }), 429)],
    ['a 500 in HTML', raw(500, 'text/html', `<pre>${ECHO}</pre>`)],
    ['a 401 in plain text', raw(401, 'text/plain', ECHO)],
    ['a 400 in text that calls itself JSON', raw(400, 'application/json', ECHO)],
    ['a 503 that is cut', raw(503, 'application/json', JSON.stringify(echoed()).slice(0, -5))],
    ['a 500 of 1 MiB', raw(500, 'application/json', JSON.stringify(echoed({ pad: 'x'.repeat(1_000_000) })))],
    ['a 301', raw(301, 'text/html', ECHO)],
    ['a 307 without a body', raw(307, 'text/plain', '')],
    ['a 200 that is an error', json(echoed())],
    ['a 200 that is an error as a string', json({ error: ECHO })],
    ['a 200 in HTML', raw(200, 'text/html', `<pre>${ECHO}</pre>`)],
    ['a 200 that is a JSON string', json(JSON.stringify(ECHO))],
    ['a 200 that is cut', raw(200, 'application/json', `{"choices":[{"message":"${'x'.repeat(10)}`)],
    ['a 400 with everything in its headers', raw(400, 'application/json', '{"error":{"message":"no"}}')],
    ['a 500 with everything in its headers', raw(500, 'application/json', '{"error":{"message":"no"}}')],
    ['a connection that is reset', reset],
    ['events that are an error', sse(event(echoed()))],
    ['a named error event', sse(event(echoed(), 'error'))],
    ['a named error event that is text', sse(event(ECHO, 'error'))],
    ['events that are no JSON', sse(event(ECHO) + event('[DONE]'))],
    ['comments only', sse(`: ${ECHO}\n\n`)],
  ];

  it.each(failures)('for %s', async (_, handler) => {
    upstream.answer(handler);
    const body = await expectClean(await gateway.post(CHAT, chat('once'), bearer));
    expect(body).toContain('"error"');
  });

  it.each(failures)('in a stream, for %s', async (_, handler) => {
    upstream.answer(handler);
    const body = await expectClean(await gateway.post(CHAT, chat('once', true), bearer));
    expect(body).toContain('"error"');
  });

  it.each([
    ['an error event', event(echoed())],
    ['a named error event', event(echoed(), 'error')],
    ['a named error event that is text', event(ECHO, 'error')],
    ['an error that is a string', event({ error: ECHO })],
    ['an early end', ''],
  ])('in a stream that has begun, for %s', async (_, failure) => {
    const [begin] = chatStream(['Hello']).split(
      'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},',
    );
    upstream.answer(sse(begin + failure));
    const body = await expectClean(await gateway.post(CHAT, chat('once', true), bearer));
    expect(body).toContain('Hello');
    expect(body).toContain('"error"');
    expect(body).not.toContain('[DONE]');
  });

  it.each([
    ['an answer that never comes', 'short', hang],
    ['a refused connection', 'dead', hang],
    ['a host that does not exist', 'nowhere', hang],
  ])('for %s', async (_, model, handler) => {
    upstream.answer(handler);
    for (const stream of [false, true])
      await expectClean(await gateway.post(CHAT, chat(model, stream), bearer));
  });

  it('for a stream that falls silent', async () => {
    upstream.answer((_, response) => {
      response.writeHead(200, { ...ECHO_HEADERS, 'content-type': 'text/event-stream' });
      response.write(chatStream(['Hello']).split('\n\n').slice(0, 2).join('\n\n').concat('\n\n'));
    });
    const body = await expectClean(await gateway.post(CHAT, chat('short', true), bearer));
    expect(body).toContain('provider_timeout');
  });

  it.each<[string, (key: string) => Promise<Response>]>([
    [
      'JSON that is broken behind the key',
      (key) => gateway.post(CHAT, `{"model":"once","key":"${key}",}`, bearer),
    ],
    ['a body that is the key', (key) => gateway.post(CHAT, key, bearer)],
    ['a field that is wrong', (key) => gateway.post(CHAT, { ...chat('once'), temperature: key }, bearer)],
    [
      'a message that is wrong',
      (key) => gateway.post(CHAT, { model: 'once', messages: [key, PROMPT] }, bearer),
    ],
    [
      'metadata that is wrong',
      (key) => gateway.post(CHAT, chat('once'), { ...bearer, 'x-edgeway-metadata': key }),
    ],
    [
      'a timeout that is wrong',
      (key) => gateway.post(CHAT, chat('once'), { ...bearer, 'x-edgeway-timeout-ms': key }),
    ],
    [
      'an encoding that is wrong',
      (key) => gateway.post(CHAT, chat('once'), { ...bearer, 'content-encoding': key }),
    ],
    [
      'a key in the query',
      (key) => gateway.request(`/v1/models?key=${encodeURIComponent(key)}`, { headers: bearer }),
    ],
    [
      'a key in the query of an unknown route',
      (key) => gateway.request(`/v1/x?api_key=${encodeURIComponent(key)}`),
    ],
    [
      'a key that expired or is unknown',
      (key) => gateway.post(CHAT, chat('once'), { authorization: `Bearer ${key}x` }),
    ],
    [
      'a key under another scheme',
      (key) => gateway.post(CHAT, chat('once'), { authorization: `Basic ${key}` }),
    ],
    ['a key as the name of the model', (key) => gateway.post(CHAT, chat(key), bearer)],
    [
      'a key in an unknown path',
      (key) => gateway.request(`/v1/${encodeURIComponent(key)}`, { headers: bearer }),
    ],
    [
      'a key as the id of a model',
      (key) => gateway.request(`/v1/models/${encodeURIComponent(key)}`, { headers: bearer }),
    ],
    ['a wrong method', (key) => gateway.request(`${CHAT}?x=${encodeURIComponent(key)}`, { headers: bearer })],
    [
      'a content type that is wrong',
      (key) => gateway.post('/v1/audio/transcriptions', key, { ...bearer, 'content-type': key }),
    ],
    [
      'a multipart field that is wrong',
      (key) =>
        gateway.request('/v1/audio/transcriptions', {
          method: 'POST',
          headers: { ...bearer, 'content-type': formType() },
          body: new Uint8Array(encodeForm([field('key', key), field('prompt', PROMPT), file(key)])),
        }),
    ],
  ])('for a client’s own mistake: %s', async (_, ask) => {
    const response = await ask(client.key);
    expect(response.status).toBeGreaterThanOrEqual(400);
    await expectClean(response);
  });

  it('for a client that leaves', async () => {
    upstream.calls.length = 0;
    upstream.answer(hang);
    const before = gateway.lines.length;
    const body = JSON.stringify(chat('once'));
    const upload = openUpload(gateway.url + CHAT, {
      headers: { ...bearer, 'content-length': String(Buffer.byteLength(body)) },
    });
    await upload.write(body);
    const call = await upstream.call(0);
    upload.abort();
    await call.closed;
    upstream.answer(json(chatCompletion('Hello')));
    await expectClean(await gateway.post(CHAT, chat('once'), bearer));
    expect(gateway.lines.length).toBeGreaterThan(before);
  });

  it('for requests that go well', async () => {
    for (const stream of [false, true]) {
      upstream.answer(stream ? sse(chatStream(['Hello'])) : json(chatCompletion('Hello'), 200, ECHO_HEADERS));
      const response = await gateway.post(CHAT, { ...chat('once', stream), user: PROMPT }, bearer);
      expect(response.status).toBe(200);
      await expectClean(response);
    }
  });

  it('in the log: every line knows the key by its name only', async () => {
    const lines = gateway.lines.filter((line) => line.type === 'request');
    expect(lines.length).toBeGreaterThan(100);
    expect(new Set(lines.map((line) => line.key))).toEqual(new Set(['planted-client-0005', null]));
    expect(
      planted(gateway.output(), { ...SECRETS, PROMPT, HASH: client.entry.sha256, ORG: 'planted-org-0006' }),
    ).toEqual([]);
  });
});

describe('a provider that puts a secret into its request id', () => {
  it.each(['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid', 'cf-ray'])(
    'as %s does not bring it into the log',
    async (name) => {
      upstream.answer(json({ error: { message: 'no' } }, 400, { [name]: `Bearer ${SECOND_KEY}` }));
      await expectClean(await gateway.post(CHAT, chat('once'), bearer));
    },
  );
});

describe('what a provider says', () => {
  type ErrorFields = { message: string; type: string; param: string | null; code: string };
  const errorOf = async (value: unknown, status: number) => {
    upstream.answer(json(value, status));
    const response = await gateway.post(CHAT, chat('once'), bearer);
    return ((await response.json()) as { error: ErrorFields }).error;
  };
  const bytes = (text: string | null) => Buffer.byteLength(text ?? '');

  it('reaches the client where it is no secret, the client’s own prompt included', async () => {
    const error = await errorOf(
      { error: { message: `Bad input: ${PROMPT} (${PROVIDER_KEY})`, type: 't', param: 'p', code: 'c' } },
      400,
    );
    expect(error).toEqual({ message: `Bad input: ${PROMPT} ([redacted])`, type: 't', param: 'p', code: 'c' });
  });

  it.each([
    ['one byte a letter', 'x'],
    ['two bytes a letter', 'é'],
    ['four bytes a letter', '😀'],
    ['an odd byte first', 'é'],
  ])('is cut at 2 KiB, with %s', async (what, letter) => {
    const long = (what === 'an odd byte first' ? 'x' : '') + letter.repeat(3000);
    for (const status of [400, 500]) {
      const error = await errorOf({ error: { message: long, type: long, param: long, code: long } }, status);
      for (const text of [error.message, error.type, error.param]) {
        expect(bytes(text)).toBeLessThanOrEqual(2048);
        expect(bytes(text)).toBeGreaterThan(2000);
        expect(text).not.toContain('\ufffd');
      }
      expect(bytes(error.code)).toBeLessThanOrEqual(2048);
    }
  });

  it('is redacted before it is cut: no piece of a secret is left at the edge', async () => {
    for (let place = 2048 - PROVIDER_KEY.length - 4; place <= 2052; place += 3) {
      const { message } = await errorOf({ error: { message: 'x'.repeat(place) + PROVIDER_KEY } }, 400);
      expect(message).not.toContain(PROVIDER_KEY.slice(0, 4));
    }
  });

  it('is redacted however often a secret stands in it', async () => {
    const { message } = await errorOf(
      { error: { message: `${SECOND_KEY}${SECOND_KEY} ${SECOND_KEY}` } },
      400,
    );
    expect(message).toBe('[redacted][redacted] [redacted]');
  });

  it('is cut and redacted inside a stream too', async () => {
    const [begin = ''] = chatStream(['Hello']).split(/(?<=Hello"}[^\n]*\n\n)/);
    upstream.answer(
      sse(begin + event({ error: { message: `${PROVIDER_KEY} ${'x'.repeat(5000)}`, code: SECOND_KEY } })),
    );
    const response = await gateway.post(CHAT, chat('once', true), bearer);
    const last = (await response.text()).trimEnd().split('\n\n').at(-1) ?? '';
    const { error } = JSON.parse(last.replace(/^data: /, '')) as { error: ErrorFields };
    expect(error.message).toMatch(/^\[redacted\] x+…$/);
    expect(bytes(error.message)).toBeLessThanOrEqual(2048);
    expect(last).not.toContain(SECOND_KEY);
  });
});

describe('headers travel by allowlist (traps H11)', () => {
  /** Everything that a call may have on its way up. */
  const UP = [
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'content-length',
    'content-type',
    'host',
    'transfer-encoding',
    'user-agent',
    'x-partner-token',
  ];
  const CLIENT_HEADERS = {
    cookie: 'session=planted-cookie',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    forwarded: 'for=203.0.113.9',
    'x-real-ip': '203.0.113.9',
    'cf-connecting-ip': '203.0.113.9',
    'true-client-ip': '203.0.113.9',
    'openai-organization': 'org-client',
    'openai-project': 'proj-client',
    'openai-beta': 'assistants=v2',
    'anthropic-beta': 'x',
    'x-api-key': 'client-x-api-key',
    'x-goog-api-key': 'client-goog-key',
    'api-key': 'client-azure-key',
    'proxy-authorization': 'Basic abc',
    'x-stainless-lang': 'js',
    'x-custom': 'custom',
    origin: 'https://app.example',
    referer: 'https://app.example/secret-page',
    'user-agent': 'client-agent/1.0',
    'accept-language': 'de',
    'x-portkey-custom-host': 'http://127.0.0.1:9',
    'x-edgeway-metadata': '{"team":"planted-team"}',
    'x-edgeway-base-url': 'http://127.0.0.1:9',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'x-partner-token': 'the-client-may-not-set-it',
    accept: 'application/x-client',
    /** Another one for each call: it counts. */
    get 'idempotency-key'() {
      return `client-idempotency-${crypto.randomUUID()}`;
    },
  };
  const CALLS: [string, () => Promise<Response>][] = [
    ['a chat', () => gateway.post(CHAT, chat('once'), { ...CLIENT_HEADERS, ...bearer })],
    ['a stream', () => gateway.post(CHAT, chat('once', true), { ...CLIENT_HEADERS, ...bearer })],
    ['an unmetered chat', () => gateway.post(CHAT, chat('native'), { ...CLIENT_HEADERS, ...bearer })],
    [
      'an embedding',
      () => gateway.post('/v1/embeddings', { model: 'once', input: 'a' }, { ...CLIENT_HEADERS, ...bearer }),
    ],
    [
      'speech',
      () => gateway.post('/v1/audio/speech', { model: 'once', input: 'a' }, { ...CLIENT_HEADERS, ...bearer }),
    ],
    [
      'a multipart form',
      () =>
        gateway.request('/v1/audio/transcriptions', {
          method: 'POST',
          headers: { ...CLIENT_HEADERS, ...bearer, 'content-type': formType() },
          body: new Uint8Array(encodeForm([field('model', 'once'), file('sound')])),
        }),
    ],
  ];

  it.each(CALLS)('on the way up of %s', async (_, call) => {
    upstream.calls.length = 0;
    upstream.answer(json(chatCompletion('Hello')));
    expect((await call()).status).toBe(200);
    const { headers, path } = await upstream.call(0);
    expect(Object.keys(headers).filter((name) => !UP.includes(name))).toEqual([]);
    expect([`Bearer ${PROVIDER_KEY}`, `Bearer ${SECOND_KEY}`]).toContain(headers.authorization);
    expect(headers['x-partner-token']).toBe(PARTNER_HEADER);
    expect(headers['user-agent']).not.toContain('client');
    expect(headers.host).toBe(new URL(upstream.url).host);
    const sent = JSON.stringify(headers) + path;
    for (const value of [
      client.key,
      'planted-cookie',
      '203.0.113.9',
      'org-client',
      'planted-team',
      'x-client',
    ])
      expect(sent).not.toContain(value);
  });

  /** Everything that an answer may have on its way down. */
  const DOWN = [
    'cache-control',
    'connection',
    'content-disposition',
    'content-length',
    'content-type',
    'openai-processing-ms',
    'openai-version',
    'retry-after',
    'retry-after-ms',
    'transfer-encoding',
    'x-accel-buffering',
    'x-request-id',
    'x-should-retry',
  ];
  const ANSWER_HEADERS: Record<string, string> = {
    'set-cookie': 'session=upstream',
    location: 'https://evil.example/',
    server: 'upstream-server/1.0',
    via: '1.1 upstream',
    'x-powered-by': 'upstream',
    'x-internal-host': 'node-17.internal',
    'x-internal-debug': 'on',
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-remaining-tokens': '1',
    'openai-organization': 'org-of-the-operator',
    'x-request-id': 'upstream-request-id',
    'x-edgeway-provider': 'forged',
    'x-edgeway-cost-usd': '0',
    'access-control-allow-origin': 'https://evil.example',
    'strict-transport-security': 'max-age=1',
    'alt-svc': 'h3=":443"',
    'cf-ray': 'upstream-ray',
    etag: '"upstream"',
    link: '<https://evil.example>; rel=preload',
    'openai-version': '2020-10-01',
    'cache-control': 'public, max-age=99999',
  };
  const answers: [string, Handler][] = [
    ['an answer', json(chatCompletion('Hello'), 200, ANSWER_HEADERS)],
    ['a 400', json({ error: { message: 'no' } }, 400, ANSWER_HEADERS)],
    ['a 429', json({ error: { message: 'no' } }, 429, ANSWER_HEADERS)],
    ['a 500', json({ error: { message: 'no' } }, 500, ANSWER_HEADERS)],
    ['a redirect', json({}, 302, ANSWER_HEADERS)],
    [
      'events',
      (_, response) => {
        const headers = { ...ANSWER_HEADERS, 'content-type': 'text/event-stream' };
        response.writeHead(200, headers).end(chatStream(['Hello']));
      },
    ],
    [
      'sound',
      (_, response) => {
        response.writeHead(200, { ...ANSWER_HEADERS, 'content-type': 'audio/mpeg' }).end('sound');
      },
    ],
  ];
  it.each(
    answers.flatMap(([what, handler]) => CALLS.map(([how, call]) => [what, how, handler, call] as const)),
  )('on the way down, for %s to %s', async (_, __, handler, call) => {
    upstream.answer(handler);
    const response = await call();
    const { head, body } = await received(response);
    const names = [...response.headers.keys()];
    const unexpected = names.filter(
      (name) =>
        !DOWN.includes(name) &&
        !/^x-edgeway-(attempts|provider|model|cache|cost-usd)$/.test(name) &&
        !isCors(name),
    );
    expect(unexpected).toEqual([]);
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get('x-edgeway-provider')).toBe('up');
    expect(response.headers.get('cache-control')).not.toContain('public');
    for (const value of ['evil.example', 'internal', 'upstream', 'org-of-the-operator']) {
      expect(head).not.toContain(value);
      expect(body).not.toContain(value);
    }
  });

  /** Ours: the document allows every origin, and the calls have one. */
  const isCors = (name: string) => name === 'vary' || name.startsWith('access-control-');
});
