/**
 * How each vendor gets the gateway's credential: plain in its own header, signed, or traded for a token. Never in a
 * URL, and never shown to anybody.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, DOORS, pathOf, textIn } from '../support/doors/calls.ts';
import {
  ENTRA,
  PRIVATE_KEY,
  startTokenEndpoint,
  type TokenEndpoint,
} from '../support/doors/token-endpoint.ts';
import { type DoorId, readError } from '../support/doors/told-error.ts';
import { type Form, VENDORS } from '../support/doors/vendor-forms.ts';
import { honest } from '../support/doors/vendors.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import {
  AWS_ACCESS_KEY_ID,
  AWS_REGION,
  AWS_SECRET_ACCESS_KEY,
  checkSignature,
} from '../support/stand-ins/sigv4.ts';
import { type Handler, json, type ReceivedCall, startUpstream, type Upstream } from '../support/upstream.ts';

const PLAIN_KEY = 'sk-plain-key-0123456789';
const AWS_SESSION_TOKEN = 'session/token+0123456789==';

let tokens: TokenEndpoint;
let upstream: Upstream;
let gateway: Gateway;

/** Provider ids, what each speaks, and below which path it is served. */
const BASES: Readonly<Record<string, { form: Form; base: string }>> = {
  vertex: { form: 'gemini', base: '/vertex/v1/projects/p/locations/global/publishers/google' },
  'vertex-anthropic': {
    form: 'anthropic-messages',
    base: '/claude/v1/projects/p/locations/global/publishers/anthropic',
  },
  'vertex-openai': { form: 'openai-chat', base: '/open/v1/endpoints/openapi' },
  bedrock: { form: 'bedrock-converse', base: '' },
  'bedrock-openai': { form: 'openai-chat', base: '/openai/v1' },
  'bedrock-session': { form: 'bedrock-converse', base: '' },
  'azure-openai': { form: 'openai-chat', base: '/azure/openai/v1' },
  'azure-foundry-anthropic': { form: 'anthropic-messages', base: '/foundry/anthropic/v1' },
};

beforeAll(async () => {
  tokens = await startTokenEndpoint();
  upstream = await startUpstream();
  const at = (id: string, fields: object) => ({
    base_url: `${upstream.url}${BASES[id]?.base ?? ''}`,
    allow_insecure: true,
    ...fields,
  });
  const google = { service_account: '$SERVICE_ACCOUNT' };
  const aws = { access_key_id: '$AWS_ID', secret_access_key: '$AWS_SECRET', region: AWS_REGION };
  const entra = {
    tenant_id: ENTRA.tenant,
    client_id: ENTRA.clientId,
    client_secret: '$ENTRA_SECRET',
    token_url: tokens.entraUrl,
  };
  const plain = (form: Form, fields: object = {}) => ({
    dialect: form,
    base_url: `${upstream.url}/plain`,
    allow_insecure: true,
    api_keys: [PLAIN_KEY],
    ...fields,
  });
  const providers = {
    vertex: at('vertex', google),
    'vertex-anthropic': at('vertex-anthropic', google),
    'vertex-openai': at('vertex-openai', google),
    bedrock: at('bedrock', aws),
    'bedrock-openai': at('bedrock-openai', aws),
    'bedrock-session': at('bedrock-session', {
      dialect: 'bedrock-converse',
      session_token: '$AWS_SESSION',
      ...aws,
    }),
    'azure-openai': at('azure-openai', entra),
    'azure-foundry-anthropic': at('azure-foundry-anthropic', entra),
    'plain-claude': plain('anthropic-messages'),
    'plain-gemini': plain('gemini'),
    'plain-chat': plain('openai-chat'),
    'plain-responses': plain('openai-responses'),
    'plain-bedrock': plain('bedrock-converse', { region: AWS_REGION }),
  };
  const alone = (provider: string) => ({ retries: 0, targets: [{ provider, model: 'the-model' }] });
  const keyed = { ...plain('openai-chat'), base_url: `${upstream.url}/azure`, api_keys: [PLAIN_KEY] };
  gateway = await startGateway({
    config: {
      providers: {
        ...providers,
        'azure-foundry': { ...keyed, dialect: undefined, base_url: `${upstream.url}/azure` },
      },
      models: {
        ...Object.fromEntries(Object.keys(providers).map((id) => [id, alone(id)])),
        'azure-key': alone('azure-foundry'),
        backed: {
          retries: 0,
          targets: [
            { provider: 'vertex', model: 'the-model' },
            { provider: 'plain-chat', model: 'the-model' },
          ],
        },
      },
    },
    vars: {
      SERVICE_ACCOUNT: tokens.serviceAccount,
      AWS_ID: AWS_ACCESS_KEY_ID,
      AWS_SECRET: AWS_SECRET_ACCESS_KEY,
      AWS_SESSION: AWS_SESSION_TOKEN,
      ENTRA_SECRET: ENTRA.clientSecret,
    },
  });
});
afterAll(async () => {
  for (const one of [gateway, upstream, tokens]) await one.stop();
});
beforeEach(() => {
  tokens.instead(null);
  tokens.calls.length = 0;
  upstream.calls.length = 0;
  upstream.answer(json({ error: { message: 'no handler' } }, 418));
});

async function ask(door: DoorId, model: string, stream = false): Promise<Response> {
  return gateway.post(pathOf(door, model, stream), bodyOf(door, model, stream, 'hi é 🪿'));
}

/** Checks a call before it answers. */
const checking =
  (form: Form, check: (call: ReceivedCall) => string | null): Handler =>
  (call, response, request) => {
    const mistake = check(call);
    const answer = mistake === null ? honest(form, 'hello') : json(VENDORS[form].error(401, mistake), 401);
    return answer(call, response, request);
  };

const incomingOf = ({ method, path, headers, body }: ReceivedCall) => ({
  method,
  url: new URL(path, `http://${headers.host}`),
  headers,
  raw: body,
  body: null,
});

/** Nothing that must stay in the gateway stands in what came out of it. */
function expectClean(text: string) {
  const keyLines = PRIVATE_KEY.split('\n').filter((line) => line.length > 40);
  const secrets = [PLAIN_KEY, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ENTRA.clientSecret, ...keyLines];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).not.toContain('ya29.');
  expect(text).not.toContain('eyJ0eXAi');
}

const CASES = DOORS.flatMap((door) => [false, true].map((stream) => ({ door, stream })));

describe.each([
  ['plain-claude', 'anthropic-messages', 'x-api-key', PLAIN_KEY],
  ['plain-gemini', 'gemini', 'x-goog-api-key', PLAIN_KEY],
  ['plain-chat', 'openai-chat', 'authorization', `Bearer ${PLAIN_KEY}`],
  ['plain-responses', 'openai-responses', 'authorization', `Bearer ${PLAIN_KEY}`],
  ['plain-bedrock', 'bedrock-converse', 'authorization', `Bearer ${PLAIN_KEY}`],
  ['azure-key', 'openai-chat', 'api-key', PLAIN_KEY],
] as const)('a plain key of %s', (model, form, header, value) => {
  it.each(CASES)(
    'goes out in one header and nowhere else ($door, stream: $stream)',
    async ({ door, stream }) => {
      upstream.answer(honest(form, 'hello'));
      const response = await ask(door, model, stream);
      expect(textIn(door, await response.text())).toBe('hello');
      const [call] = upstream.calls;
      expect(call?.headers[header]).toBe(value);
      const keyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'cookie'];
      expect(keyHeaders.filter((name) => call?.headers[name] !== undefined)).toEqual([header]);
      expect(call?.path).not.toMatch(/key|sk-/);
      expect(call?.body.toString()).not.toContain(PLAIN_KEY);
      expect(JSON.stringify(call?.headers)).not.toContain(gateway.key);
    },
  );
});

describe('a Google service account', () => {
  const checkToken = ({ headers }: ReceivedCall) =>
    tokens.isGood(headers.authorization) && headers['x-goog-api-key'] === undefined
      ? null
      : 'Request had invalid authentication credentials.';

  it.each([
    ['vertex', false, /publishers\/google\/models\/the-model:generateContent$/],
    ['vertex', true, /publishers\/google\/models\/the-model:streamGenerateContent\?alt=sse$/],
    ['vertex-anthropic', false, /publishers\/anthropic\/models\/the-model:rawPredict$/],
    ['vertex-anthropic', true, /publishers\/anthropic\/models\/the-model:streamRawPredict$/],
    ['vertex-openai', false, /endpoints\/openapi\/chat\/completions$/],
    ['vertex-openai', true, /endpoints\/openapi\/chat\/completions$/],
  ] as const)('is traded for a token at %s, at every door (stream: %s)', async (id, stream, path) => {
    const form = BASES[id]?.form ?? 'gemini';
    upstream.answer(checking(form, checkToken));
    for (const door of DOORS) {
      const response = await ask(door, id, stream);
      const text = await response.text();
      expect([response.status, textIn(door, text)]).toEqual([200, 'hello']);
      const [call] = upstream.calls.splice(0);
      expect(call?.path).toMatch(path);
      expect(call?.headers['x-goog-api-key']).toBeUndefined();
    }
    expect(tokens.calls.length).toBeLessThan(2);
  });

  it.each(CASES)(
    'of Claude on Vertex has its model in the path and the version in the body ($door, stream: $stream)',
    async ({ door, stream }) => {
      upstream.answer(checking('anthropic-messages', checkToken));
      const response = await ask(door, 'vertex-anthropic', stream);
      expect(textIn(door, await response.text())).toBe('hello');
      const body = JSON.parse(upstream.calls[0]?.body.toString() ?? '');
      expect(body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', messages: expect.any(Array) });
      expect(body).not.toHaveProperty('model');
      expect(body.stream ?? false).toBe(stream);
    },
  );

  it('of Claude on Vertex passes the rest of the body straight', async () => {
    upstream.answer(checking('anthropic-messages', checkToken));
    const body =
      '{ "max_tokens": 9, "model" : "vertex-anthropic", "odd": 12345678901234567890, "messages":[{"role":"user","content":"é"}] }';
    const response = await gateway.post('/v1/messages', body);
    expect(response.status).toBe(200);
    expect(upstream.calls[0]?.body.toString().replaceAll(' ', '')).toBe(
      body
        .replace('"model" : "vertex-anthropic"', '"anthropic_version":"vertex-2023-10-16"')
        .replaceAll(' ', ''),
    );
  });

  it('counts nothing on Vertex for Claude: the gateway estimates', async () => {
    const body = { model: 'vertex-anthropic', messages: [{ role: 'user', content: 'one two three' }] };
    const response = await gateway.post('/v1/messages/count_tokens', body);
    expect(await response.json()).toEqual({ input_tokens: expect.any(Number) });
    expect(upstream.calls).toHaveLength(0);
  });

  /** The gateway remembers no token behind this. */
  async function forgetToken(): Promise<void> {
    await (await ask('gemini', 'vertex')).text();
    tokens.takeBack();
    await (await ask('gemini', 'vertex')).text();
  }

  it('trades again when its token is refused, and tells nobody why', async () => {
    upstream.answer(checking('gemini', checkToken));
    expect((await ask('gemini', 'vertex')).status).toBe(200);
    tokens.calls.length = 0;
    tokens.takeBack();
    const refused = await ask('gemini', 'vertex');
    const text = await refused.text();
    if (refused.status !== 200) {
      const error = readError('gemini', 502, text, refused.headers.get('x-request-id'));
      expect(error.code).toBe('provider_credential_rejected');
      expect(text).not.toContain('authentication credentials');
    }
    const again = await ask('gemini', 'vertex');
    expect(textIn('gemini', await again.text())).toBe('hello');
    expect(tokens.calls).toHaveLength(1);
  });

  it('trades for each call where tokens are said to live for seconds', async () => {
    upstream.answer(checking('gemini', checkToken));
    await forgetToken();
    tokens.lifetime = 5;
    tokens.calls.length = 0;
    for (const _ of [1, 2]) expect((await ask('gemini', 'vertex')).status).toBe(200);
    tokens.lifetime = 3600;
    expect(tokens.calls).toHaveLength(2);
  });

  it.each<[string, Handler, string]>([
    [
      'refuses',
      json({ error: 'invalid_grant', error_description: 'words of a token endpoint' }, 400),
      'provider_credential_rejected',
    ],
    ['is broken', json({ error: 'words of a token endpoint' }, 503), 'provider_unreachable'],
    ['talks nonsense', json('<html>words of a token endpoint'), 'provider_unreachable'],
    ['gives no token', json({ expires_in: 5 }), 'provider_unreachable'],
    ['leaves', (_, __, request) => void request.socket.destroy(), 'provider_unreachable'],
  ])('whose endpoint %s is a failure of its provider', async (_, handler, code) => {
    upstream.answer(checking('gemini', checkToken));
    await forgetToken();
    upstream.calls.length = 0;
    tokens.instead(handler);
    const response = await ask('gemini', 'vertex');
    expect(response.status).toBe(502);
    const text = await response.text();
    expect(readError('gemini', 502, text, response.headers.get('x-request-id')).code).toBe(code);
    expect(text).not.toContain('words of a token');
    expect(upstream.calls).toHaveLength(0);
    upstream.answer(honest('openai-chat', 'hello'));
    const backed = await ask('gemini', 'backed');
    expect(textIn('gemini', await backed.text())).toBe('hello');
    expect(backed.headers.get('x-edgeway-provider')).toBe('plain-chat');
  });
});

describe('AWS keys', () => {
  const signed =
    (hasSession: boolean) =>
    (call: ReceivedCall): string | null => {
      try {
        checkSignature(incomingOf(call));
      } catch (error) {
        return String(error);
      }
      const age = Date.now() - parseAmzDate(String(call.headers['x-amz-date']));
      if (Math.abs(age) > 300_000) return 'Signature expired';
      const token = call.headers['x-amz-security-token'];
      if (hasSession) {
        const isSigned = /SignedHeaders=[^,]*x-amz-security-token/.test(call.headers.authorization ?? '');
        return token === AWS_SESSION_TOKEN && isSigned ? null : 'the session token is not signed';
      }
      return token === undefined ? null : 'a session token that nobody gave';
    };

  it.each(['bedrock', 'bedrock-openai', 'bedrock-session'] as const)(
    'sign every call at every door (%s)',
    async (id) => {
      const form = BASES[id]?.form ?? 'bedrock-converse';
      upstream.answer(checking(form, signed(id === 'bedrock-session')));
      for (const { door, stream } of CASES) {
        const response = await ask(door, id, stream);
        expect([response.status, textIn(door, await response.text())]).toEqual([200, 'hello']);
      }
      for (const { path, body } of upstream.calls.splice(0)) {
        expect(path).not.toMatch(/X-Amz|AKIA/i);
        expect(body.toString()).not.toContain(AWS_ACCESS_KEY_ID);
      }
    },
  );

  it.each(['us.amazon.nova-pro-v1:0', 'arn:aws:bedrock:eu-central-1:1:inference-profile/x y', "ü(1)*'!"])(
    'sign the path of a model named %s',
    async (model) => {
      upstream.answer(checking('bedrock-converse', signed(false)));
      const response = await ask('anthropic-messages', `bedrock/${model}`);
      expect([response.status, textIn('anthropic-messages', await response.text())]).toEqual([200, 'hello']);
    },
  );

  it.each([
    'The security token included in the request is invalid.',
    'Signature expired: 20261121T000000Z is now earlier than …',
  ])('that are refused are the operator’s to mend: %s', async (message) => {
    upstream.answer(json({ message }, 403, { 'x-amzn-errortype': 'UnrecognizedClientException:http://x/' }));
    for (const door of DOORS) {
      const response = await ask(door, 'bedrock');
      expect(response.status).toBe(502);
      const text = await response.text();
      const error = readError(door, 502, text, response.headers.get('x-request-id'));
      if (door !== 'anthropic-messages') expect(error.code).toBe('provider_credential_rejected');
      expect(text).not.toContain(message.slice(0, 20));
    }
  });
});

describe('a client secret of Microsoft Entra', () => {
  it.each(['azure-openai', 'azure-foundry-anthropic'] as const)(
    'is traded for a token at %s, once',
    async (id) => {
      const form = BASES[id]?.form ?? 'openai-chat';
      upstream.answer(
        checking(form, ({ headers }) =>
          tokens.isGood(headers.authorization) &&
          headers['api-key'] === undefined &&
          headers['x-api-key'] === undefined
            ? null
            : 'Access denied.',
        ),
      );
      for (const { door, stream } of CASES) {
        const response = await ask(door, id, stream);
        expect([response.status, textIn(door, await response.text())]).toEqual([200, 'hello']);
      }
      expect(tokens.calls).toHaveLength(1);
      for (const { path, body } of upstream.calls) {
        expect(path + body.toString()).not.toContain(ENTRA.clientSecret);
      }
    },
  );
});

describe('traps H4, H5: what vendors know of the gateway’s credentials', () => {
  const planted = (call: ReceivedCall): string =>
    [
      `authorization ${call.headers.authorization}`,
      `key ${PLAIN_KEY}`,
      `aws ${AWS_SECRET_ACCESS_KEY} ${encodeURIComponent(AWS_SECRET_ACCESS_KEY)}`,
      `session ${AWS_SESSION_TOKEN}`,
      `entra ${ENTRA.clientSecret}`,
      `line ${PRIVATE_KEY.split('\n')[3]}`,
      `pem ${JSON.stringify(PRIVATE_KEY)}`,
    ].join(' | ');

  it.each(['vertex', 'vertex-anthropic', 'bedrock-session', 'azure-openai', 'plain-claude', 'plain-gemini'])(
    'reaches nobody through its errors (%s)',
    async (id) => {
      const form = BASES[id]?.form ?? (id === 'plain-gemini' ? 'gemini' : 'anthropic-messages');
      for (const status of [400, 403, 429, 500]) {
        for (const door of DOORS) {
          upstream.answer((call, ...rest) =>
            json(VENDORS[form].error(status, planted(call)), status)(call, ...rest),
          );
          const response = await ask(door, id);
          expect(response.status).toBeGreaterThanOrEqual(400);
          const text = await response.text();
          expectClean(text);
          expectClean(JSON.stringify([...response.headers]));
        }
      }
    },
  );

  it.each(['vertex', 'vertex-anthropic', 'bedrock-session', 'azure-openai', 'plain-claude', 'plain-gemini'])(
    'reaches nobody through an error under status 200, or in a stream (%s)',
    async (id) => {
      for (const door of DOORS) {
        for (const pieces of ['whole', 'at once', 'behind content'] as const) {
          upstream.answer(async (call, response, request) => {
            const base = BASES[id]?.form ?? (id === 'plain-gemini' ? 'gemini' : 'anthropic-messages');
            const form = call.path.endsWith('/responses') ? 'openai-responses' : base;
            const { stream, streamType, error } = VENDORS[form];
            if (pieces === 'whole') return json(error(500, planted(call)))(call, response, request);
            response.writeHead(200, { 'content-type': streamType });
            if (pieces === 'behind content') {
              response.write(stream.preamble);
              response.write(stream.content('half'));
            }
            response.end(stream.error(planted(call)));
          });
          const response = await ask(door, id, pieces !== 'whole');
          const text = await response.text();
          expectClean(text);
          expect(text).toMatch(/error/);
        }
      }
    },
  );

  it('stands in no log line of all this', () => expectClean(gateway.output()));
});

/** `20261121T093015Z` in milliseconds. */
const parseAmzDate = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
