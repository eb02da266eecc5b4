/**
 * The doors of Anthropic's, Google's and OpenAI's newer forms as their clients meet them when something is wrong with
 * the request, the key or the configuration: told in the door's own form, and costing nobody anything.
 */
import Anthropic from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAi, refusal } from '../support/clients.ts';
import { DOORS, KEY_HEADERS, pathOf, textIn } from '../support/doors/calls.ts';
import { ENDPOINTS, type Endpoint } from '../support/doors/endpoints.ts';
import { type Lab, startLab, VENDOR_KEY } from '../support/doors/lab.ts';
import { type DoorId, errorAtEnd, readError, wordFor } from '../support/doors/told-error.ts';
import { FORMS, VENDORS } from '../support/doors/vendor-forms.ts';
import { begun, failing } from '../support/doors/vendors.ts';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { openUpload } from '../support/raw-http.ts';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';

const keys = {
  expired: makeKey('expired', { expires_at: '2020-01-01T00:00:00Z' }),
  narrow: makeKey('narrow', { models: ['up/allowed'] }),
  chatOnly: makeKey('chat-only', { routes: ['/v1/chat/completions'] }),
};

let upstream: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startUpstream(json({}));
  gateway = await startGateway({
    config: { providers: { up: standIn(upstream.url) }, max_body_bytes: 100_000 },
    keys: Object.values(keys),
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

interface Expected {
  readonly status: number;
  readonly code: string;
  readonly param?: string | null;
  readonly through?: Gateway;
}

/** Told in the door's own form, with a request id, and logged once. */
async function expectRefusal(
  { door, route }: Pick<Endpoint, 'door' | 'route'>,
  response: Response,
  { status, code, param, through = gateway }: Expected,
) {
  const requestId = response.headers.get('x-request-id');
  expect(requestId).toMatch(/./);
  expect(response.status).toBe(status);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const error = readError(door, status, await response.text(), requestId);
  expect(error.word).toMatch(wordFor(door, status));
  if (door !== 'anthropic-messages') {
    expect(error.code).toBe(code);
    if (param !== undefined) expect(error.param).toBe(param);
  } else if (typeof param === 'string') expect(error.message).toContain(param);
  expect(await through.lineOf(requestId)).toMatchObject({
    ending: 'rejected',
    status,
    error_code: code,
    attempts: 0,
    route,
  });
  return error;
}

/** Without the default key. */
const bare = (path: string, body: unknown, headers: Record<string, string>) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe.each(ENDPOINTS)('$name', (endpoint) => {
  let callsBefore: number;
  beforeEach(() => {
    callsBefore = upstream.calls.length;
  });
  afterEach(() => expect(upstream.calls.length).toBe(callsBefore));
  const { door } = endpoint;
  const path = endpoint.path('up/m');
  const body = endpoint.body('up/m');
  const post = (text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, at = path) =>
    gateway.request(at, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });

  describe('refuses a caller', () => {
    const unauthorized = { status: 401, code: 'invalid_api_key' };
    it.each<[string, (key: string) => Record<string, string>]>([
      ['no key', () => ({})],
      ['a wrong bearer token', () => ({ authorization: 'Bearer sk-0123456789abcdef0123456789abcdef' })],
      ['a wrong key in its own header', () => ({ [KEY_HEADERS[door]]: 'sk-0123456789abcdef0123456789abc' })],
      ['an empty key in its own header', () => ({ [KEY_HEADERS[door]]: '' })],
      ['an expired key', () => ({ authorization: `Bearer ${keys.expired.key}` })],
      ['an expired key in its own header', () => ({ [KEY_HEADERS[door]]: keys.expired.key })],
      [
        'a good key in another door’s header',
        (key) => ({ [door === 'gemini' ? 'x-api-key' : 'x-goog-api-key']: key }),
      ],
      ['a good key as a cookie', (key) => ({ cookie: `key=${key}` })],
      [
        'a wrong bearer token beside a good key',
        (key) => ({ 'x-api-key': key, 'x-goog-api-key': key, authorization: 'Bearer wrong-key-000000000' }),
      ],
    ])('with %s', async (_, headers) => {
      await expectRefusal(endpoint, await bare(path, body, headers(gateway.key)), unauthorized);
    });

    it.each(['key', 'api_key', 'access_token'])(
      'traps H4: with a good key in the query as %s, even beside a header',
      async (name) => {
        const at = `${path}${path.includes('?') ? '&' : '?'}${name}=${gateway.key}`;
        await expectRefusal(endpoint, await bare(at, body, {}), unauthorized);
        await expectRefusal(endpoint, await post(JSON.stringify(body), {}, at), unauthorized);
        expect(gateway.output()).not.toContain(gateway.key);
      },
    );

    it('whose key is not for this route', async () => {
      const headers = { authorization: `Bearer ${keys.chatOnly.key}` };
      await expectRefusal(endpoint, await bare(path, body, headers), {
        status: 403,
        code: 'permission_denied',
      });
    });

    it('whose key is not for this model', async () => {
      const headers = { authorization: `Bearer ${keys.narrow.key}` };
      await expectRefusal(endpoint, await bare(path, body, headers), {
        status: 403,
        code: 'model_not_allowed',
      });
    });
  });

  it.each(['no-such-model', 'no-such-provider/m'])('refuses the unknown model %s', async (model) => {
    const response = await gateway.post(endpoint.path(model), endpoint.body(model));
    await expectRefusal(endpoint, response, { status: 404, code: 'model_not_found', param: 'model' });
  });

  describe('refuses a body', () => {
    it.each([
      ['plain text', 'hello'],
      ['nothing', ''],
      ['an array', '[]'],
      ['null', 'null'],
      ['an object that breaks off', '{"model":"up/m"'],
    ])('that is %s', async (_, text) => {
      await expectRefusal(endpoint, await post(text), { status: 400, code: 'invalid_request' });
    });

    it('that is not UTF-8', async () => {
      const bytes = Uint8Array.from(Buffer.from(JSON.stringify({ ...body, user: 'é' }), 'latin1'));
      await expectRefusal(endpoint, await post(bytes), { status: 400, code: 'invalid_request' });
    });

    it('that is nested too deep', async () => {
      const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
      const text = JSON.stringify({ ...body, deep: 'HERE' }).replace('"HERE"', deep);
      const expected = { status: 400, code: 'invalid_request', param: 'deep' };
      await expectRefusal(endpoint, await post(text), expected);
    });

    it('that is too large, declared or not', async () => {
      const text = JSON.stringify({ ...body, pad: 'x'.repeat(100_001) });
      const expected = { status: 413, code: 'request_too_large' };
      await expectRefusal(endpoint, await post(text), expected);
      const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' };
      const upload = openUpload(gateway.url + path, { headers });
      await upload.write(text);
      upload.end();
      await expectRefusal(endpoint, await upload.response, expected);
    });

    it.each(['gzip', 'br', 'deflate', 'zstd'])('that comes in %s', async (encoding) => {
      const response = await post(JSON.stringify(body), { 'content-encoding': encoding });
      await expectRefusal(endpoint, response, { status: 415, code: 'unsupported_encoding' });
    });

    it.each(endpoint.required)('without `%s`', async (field) => {
      const { [field]: _, ...rest } = body;
      const expected = { status: 400, code: 'invalid_request', param: field };
      await expectRefusal(endpoint, await post(JSON.stringify(rest)), expected);
    });

    it.each(endpoint.wrong)('whose `%s` is %j', async (field, value) => {
      const response = await post(JSON.stringify({ ...body, [field]: value }));
      const error = await expectRefusal(endpoint, response, { status: 400, code: 'invalid_request' });
      expect(error.message).toContain(field);
    });

    it('whose `model` stands there twice', async () => {
      if (door === 'gemini') return;
      const text = JSON.stringify(body).replace('{', '{"model":"up/other",');
      const expected = { status: 400, code: 'invalid_request', param: 'model' };
      await expectRefusal(endpoint, await post(text), expected);
    });
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('refuses %s, and says what is allowed', async (method) => {
    const response = await gateway.request(path, { method });
    expect(response.headers.get('allow')).toBe('POST');
    const requestId = response.headers.get('x-request-id');
    expect(response.status).toBe(405);
    expect(readError(door, 405, await response.text(), requestId).message).toContain('POST');
  });

  it('refuses GET, and says what is allowed', async () => {
    const response = await gateway.request(path);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    readError(door, 405, await response.text(), response.headers.get('x-request-id'));
  });
});

describe.each([
  ['a document that was refused', { providers: { up: { dialect: 'no-such-dialect' } } }, 'invalid_config'],
] as const)('with %s', (_, config, code) => {
  let broken: Gateway;
  beforeAll(async () => {
    broken = await startGateway({ config });
  });
  afterAll(() => broken.stop());

  it.each(ENDPOINTS)('$name is 500', async (endpoint) => {
    const response = await broken.post(endpoint.path('up/m'), endpoint.body('up/m'));
    const requestId = response.headers.get('x-request-id');
    expect(response.status).toBe(500);
    const error = readError(endpoint.door, 500, await response.text(), requestId);
    if (endpoint.door !== 'anthropic-messages') expect(error.code).toBe(code);
    expect(error.message).toContain('providers.up.dialect');
    expect(error.word).toMatch(wordFor(endpoint.door, 500));
  });
});

describe('Gemini’s paths', () => {
  it.each(['noSuchMethod', 'predict', 'batchGenerateContent', 'constructor'])(
    'a method %s is 404 in Google’s form',
    async (method) => {
      const response = await gateway.post(`/v1beta/models/up%2Fm:${method}`, {});
      expect(response.status).toBe(404);
      const requestId = response.headers.get('x-request-id');
      expect(readError('gemini', 404, await response.text(), requestId).word).toBe('NOT_FOUND');
      await gateway.lineOf(requestId);
    },
  );

  it.each(['/v1beta/files', '/v1beta/cachedContents', '/v1beta/models/'])(
    '%s is 404 in Google’s form',
    async (path) => {
      const response = await gateway.post(path, {});
      expect([404, 405]).toContain(response.status);
      readError('gemini', response.status, await response.text(), response.headers.get('x-request-id'));
    },
  );
});

describe('before vendors', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());

  const ASK_DOORS = DOORS.filter((door) => door !== 'openai-chat');

  it.each(
    ASK_DOORS.flatMap((door) =>
      [...new Set(['authorization', KEY_HEADERS[door]])].map((header): [DoorId, string] => [door, header]),
    ),
  )('%s takes its key in %s', async (door, header) => {
    for (const form of FORMS) {
      const request = lab.request(door, form, false);
      const response = await fetch(lab.gateway.url + request.path(`alone-${form}`), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [header]: header === 'authorization' ? `Bearer ${lab.gateway.key}` : lab.gateway.key,
        },
        body: JSON.stringify(request.body(`alone-${form}`)),
      });
      expect(response.status).toBe(200);
      expect(textIn(door, await response.text())).toBe('from the first');
      const [call] = request.calls;
      expect(JSON.stringify(call?.headers)).not.toContain(lab.gateway.key);
      expect(call?.path).not.toContain(VENDOR_KEY);
      expect(JSON.stringify(call?.headers)).toContain(VENDOR_KEY);
    }
  });

  it.each(['/v1beta/models/', '/v1/models/', '/models/'])(
    'Gemini is served at %s, its model plain or encoded',
    async (base) => {
      for (const model of ['up-gemini/org/m', 'up-gemini%2Forg%2Fm']) {
        const body = { contents: [{ role: 'user', parts: [{ text: 'label:paths' }] }] };
        const response = await lab.gateway.post(`${base}${model}:generateContent`, body);
        expect(textIn('gemini', await response.text())).toBe('from the first');
        expect(response.headers.get('x-edgeway-model')).toBe('org/m');
      }
    },
  );

  describe('the vendors’ own clients raise the class for it', () => {
    const anthropic = () =>
      new Anthropic({ baseURL: lab.gateway.url, apiKey: lab.gateway.key, maxRetries: 0 });
    const google = () =>
      new GoogleGenAI({ apiKey: lab.gateway.key, httpOptions: { baseUrl: lab.gateway.url } });
    const CLASSES: readonly [number, number, keyof typeof OpenAI & keyof typeof Anthropic][] = [
      [400, 400, 'BadRequestError'],
      [401, 502, 'InternalServerError'],
      [403, 403, 'PermissionDeniedError'],
      [404, 404, 'NotFoundError'],
      [409, 409, 'ConflictError'],
      [422, 422, 'UnprocessableEntityError'],
      [429, 429, 'RateLimitError'],
      [500, 500, 'InternalServerError'],
      [529, 529, 'InternalServerError'],
    ];

    describe.each(CLASSES)('a vendor’s %i', (status, shown, name) => {
      it.each(FORMS)('Anthropic before %s', async (form) => {
        const request = lab.request('anthropic-messages', form, false);
        request.on(failing(form, status, `words of ${status}`));
        const error = await refusal(
          anthropic().messages.create(
            request.body(`alone-${form}`) as unknown as Anthropic.MessageCreateParamsNonStreaming, // as `calls.ts` writes it
          ),
        );
        expect(error).toBeInstanceOf(Anthropic[name]);
        const api = error as InstanceType<typeof Anthropic.APIError>; // every one of them is
        expect(api.status).toBe(shown);
        expect(api.error).toMatchObject({ request_id: api.headers?.get('x-request-id') });
      });

      it.each(FORMS)('OpenAI’s Responses before %s', async (form) => {
        const request = lab.request('openai-responses', form, false);
        request.on(failing(form, status, `words of ${status}`));
        const body = { ...request.body(`alone-${form}`), stream: false } as const;
        const error = await refusal(
          openAi(lab.gateway).responses.create(
            body as unknown as OpenAI.Responses.ResponseCreateParamsNonStreaming, // as `calls.ts` writes it
          ),
        );
        expect(error).toBeInstanceOf(OpenAI[name]);
        const api = error as InstanceType<typeof OpenAI.APIError>; // every one of them is
        expect(api.status).toBe(shown);
        expect(api.requestID).toMatch(/./);
        expect(api.code).toMatch(/./);
      });

      it.each(FORMS)('Google’s before %s', async (form) => {
        const request = lab.request('gemini', form, false);
        request.on(failing(form, status, `words of ${status}`));
        const contents = `label:${request.label}`;
        const error = await refusal(google().models.generateContent({ model: `alone-${form}`, contents }));
        expect(error).toBeInstanceOf(ApiError);
        expect((error as ApiError).status).toBe(shown);
      });
    });

    it('401 of the gateway', async () => {
      const apiKey = 'wrong-key-0000000000000000';
      const wrong = new Anthropic({ baseURL: lab.gateway.url, apiKey, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'hi' }];
      expect(await refusal(wrong.messages.create({ model: 'm', max_tokens: 1, messages }))).toBeInstanceOf(
        Anthropic.AuthenticationError,
      );
      const responses = openAi({ url: lab.gateway.url, key: apiKey }).responses;
      expect(await refusal(responses.create({ model: 'm', input: 'hi' }))).toBeInstanceOf(
        OpenAI.AuthenticationError,
      );
      const gemini = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: lab.gateway.url } });
      const error = await refusal(gemini.models.generateContent({ model: 'm', contents: 'hi' }));
      expect((error as ApiError).status).toBe(401);
    });
  });

  describe('traps H4, H5: secrets', () => {
    const planted = `key ${VENDOR_KEY} and ${encodeURIComponent(VENDOR_KEY)} and ${Buffer.from(VENDOR_KEY).toString('base64')}`;
    const isClean = (text: string) => {
      expect(text).not.toContain(VENDOR_KEY);
      expect(text).not.toContain(Buffer.from(VENDOR_KEY).toString('base64').slice(0, 20));
      expect(text).not.toContain(lab.gateway.key);
    };
    const CASES = DOORS.flatMap((door) =>
      FORMS.map((form): [DoorId, (typeof FORMS)[number]] => [door, form]),
    );

    it.each(CASES)('in a vendor’s error reach nobody (%s before %s)', async (door, form) => {
      for (const status of [400, 429, 500]) {
        const request = lab.request(door, form, false);
        request.on(failing(form, status, `${planted} client ${lab.gateway.key}`));
        const response = await request.send('alone');
        expect(response.status).toBe(status);
        isClean(await response.text());
        isClean(JSON.stringify([...response.headers]));
      }
    });

    it.each(CASES)('in a stream’s error reach nobody (%s before %s)', async (door, form) => {
      const { preamble, content, error } = VENDORS[form].stream;
      for (const before of [[], [preamble, content('half')]]) {
        const request = lab.request(door, form, true);
        request.on(async (call, response, incoming) => {
          await begun(form, ...before, error(`${planted} client ${lab.gateway.key}`))(
            call,
            response,
            incoming,
          );
          response.end();
        });
        const response = await request.send('alone');
        const text = await response.text();
        isClean(text);
        if (before.length > 0) expect(errorAtEnd(door, text).message).toContain('key');
      }
    });

    it('stand in no log line of all this', () => isClean(lab.gateway.output()));
  });

  it.each(DOORS)('%s answers with its own content type and nothing of the vendor’s headers', async (door) => {
    for (const form of FORMS) {
      for (const stream of [true, false]) {
        const request = lab.request(door, form, stream);
        request.on((call, response, incoming) => {
          response.setHeader('set-cookie', 'a=b').setHeader('x-internal', 'x').setHeader('server', 'vendor');
          response.setHeader('anthropic-ratelimit-requests-limit', '50');
          const parts = VENDORS[form].stream;
          if (!stream) return json(VENDORS[form].whole('text'))(call, response, incoming);
          response.writeHead(200, { 'content-type': VENDORS[form].streamType });
          for (const piece of [parts.preamble, parts.content('text'), parts.end]) response.write(piece);
          response.end();
        });
        const response = await request.send('alone');
        expect(textIn(door, await response.text())).toBe('text');
        const type = stream ? /^text\/event-stream/ : /^application\/json/;
        expect(response.headers.get('content-type')).toMatch(type);
        const leaked = ['set-cookie', 'x-internal', 'server', 'anthropic-ratelimit-requests-limit'];
        expect(leaked.filter((name) => response.headers.has(name))).toEqual([]);
        expect(pathOf(door, 'm', stream)).toMatch(/./);
      }
    }
  });
});
