import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { ConfigMistake } from '../../../src/errors.ts';
import { plainCredential } from '../../../src/providers/credentials/credential.ts';
import { type Provider, resolveProvider } from '../../../src/providers/provider.ts';
import type { ProviderRow } from '../../../src/providers/provider-row.ts';

const ROW: ProviderRow = {
  id: 'acme',
  name: 'Acme',
  dialect: 'openai-chat',
  baseUrl: 'https://api.acme.example/v1',
  auth: { kind: 'header', name: 'x-acme-key' },
  secretName: 'ACME_API_KEY',
  serves: ['acme-*'],
  models: ['acme-1'],
  quirks: [{ kind: 'credential-refusal', status: 402, source: 'https://acme.example/docs' }],
  docs: 'https://acme.example/docs',
};

interface Resolved {
  readonly provider: Provider | undefined;
  readonly mistakes: ConfigMistake[];
}

function resolve(
  entry: object,
  row: ProviderRow | undefined,
  secrets: Record<string, string> = {},
): Resolved {
  const mistakes: ConfigMistake[] = [];
  const document = configSchema().parse({ providers: { acme: entry } });
  const parsed = document.providers.acme;
  if (parsed === undefined) throw new Error('no entry');
  const provider = resolveProvider(
    { id: 'acme', entry: parsed, row, secret: (name) => secrets[name] },
    mistakes,
  );
  return { provider, mistakes };
}

describe('resolveProvider', () => {
  it('makes a known vendor from its row and its secret alone', () => {
    expect(resolve({}, ROW, { ACME_API_KEY: ' sk-acme\n' })).toEqual({
      mistakes: [],
      provider: {
        id: 'acme',
        dialect: 'openai-chat',
        alsoSpeaks: [],
        carries: [],
        embeddings: 'openai',
        rerank: null,
        hosting: null,
        transport: 'network',
        baseUrl: 'https://api.acme.example/v1',
        auth: ROW.auth,
        credentials: [plainCredential('acme#1', 'sk-acme')],
        keySelection: 'in_order',
        headers: {},
        apiVersion: null,
        serves: ['acme-*'],
        models: ['acme-1'],
        quirks: ROW.quirks,
        continuing: { kind: 'never' },
        prices: { as: 'acme' },
      },
    });
  });

  it('has the prices that its row names, and none as a provider of its own kind', () => {
    const secrets = { ACME_API_KEY: 'sk-acme' };
    const prices = { as: 'acme-list', withoutPrefix: 'models/' };
    expect(resolve({}, { ...ROW, prices }, secrets).provider?.prices).toEqual(prices);
    expect(resolve({ base_url: 'https://proxy.example/v1' }, ROW, secrets).provider?.prices).toEqual({
      as: 'acme',
    });
    expect(resolve({ dialect: 'gemini', api_keys: ['sk-a'] }, ROW, secrets).provider?.prices).toBeUndefined();
    expect(resolve({ base_url: 'https://house.example/v1' }, undefined).provider?.prices).toBeUndefined();
  });

  it.each([{}, { ACME_API_KEY: '' }, { ACME_API_KEY: ' \n' }])(
    'is off, and no mistake, without its secret (%j)',
    (secrets) => {
      expect(resolve({}, ROW, secrets)).toEqual({ provider: undefined, mistakes: [] });
    },
  );

  it('calls a row that needs no credential without one', () => {
    const { provider } = resolve({}, { ...ROW, secretName: null });
    expect(provider?.credentials).toMatchObject([{ id: 'acme#0', value: null, secrets: [] }]);
  });

  it('makes a custom provider in the OpenAI form with a bearer token', () => {
    const { provider, mistakes } = resolve(
      { base_url: 'https://llm.example/v1/', api_keys: ['plain-key'] },
      undefined,
    );
    expect(mistakes).toEqual([]);
    expect(provider).toMatchObject({
      dialect: 'openai-chat',
      baseUrl: 'https://llm.example/v1',
      auth: { kind: 'bearer' },
      credentials: [{ id: 'acme#1', value: 'plain-key', secrets: ['plain-key'] }],
      embeddings: 'openai',
      rerank: 'generic',
      quirks: [],
    });
  });

  it('keeps the order of credentials, and names them without their values', () => {
    const { provider } = resolve({ api_keys: ['$ONE', 'two-plain', '$ONE'] }, ROW, { ONE: 'one-secret' });
    expect(provider?.credentials).toMatchObject([
      { id: 'acme#1', value: 'one-secret', secrets: ['one-secret'] },
      { id: 'acme#2', value: 'two-plain', secrets: ['two-plain'] },
      { id: 'acme#3', value: 'one-secret', secrets: ['one-secret'] },
    ]);
  });

  it('takes an empty list for the wish to send no credential', () => {
    const { provider } = resolve({ api_keys: [] }, ROW, { ACME_API_KEY: 'sk-acme' });
    expect(provider?.credentials).toMatchObject([{ id: 'acme#0', value: null, secrets: [] }]);
  });

  it('traps H3: sends no credential to a custom address that was given none', () => {
    const { provider } = resolve({ base_url: 'https://llm.example/v1' }, undefined, {
      ACME_API_KEY: 'sk-acme',
    });
    expect(provider?.credentials).toMatchObject([{ id: 'acme#0', value: null, secrets: [] }]);
  });

  it('resolves secrets in headers, and keeps other values', () => {
    const { provider } = resolve({ headers: { 'x-team': 'blue $1', 'x-token': '$TOKEN' } }, ROW, {
      ACME_API_KEY: 'sk-acme',
      TOKEN: 'tok-123',
    });
    expect(provider?.headers).toEqual({ 'x-team': 'blue $1', 'x-token': 'tok-123' });
  });

  it('fills the settings into the address', () => {
    const row = { ...ROW, baseUrl: 'https://{resource}.acme.example/{project}/v1' };
    const secrets = { ACME_API_KEY: 'sk-acme' };
    expect(resolve({ resource: 'r', project: 'p' }, row, secrets).provider?.baseUrl).toBe(
      'https://r.acme.example/p/v1',
    );
    expect(resolve({}, row, secrets).mistakes.map(({ path }) => path)).toEqual([
      'providers.acme.resource',
      'providers.acme.project',
    ]);
  });

  it('sends bare names where the entry says, and lists those of them that are names', () => {
    const { provider } = resolve({ models: ['my-*', 'special'] }, ROW, { ACME_API_KEY: 'sk-acme' });
    expect(provider).toMatchObject({ serves: ['my-*', 'special'], models: ['special'] });
  });

  it.each([
    [{}, 'providers.acme.base_url'],
    [{ base_url: 'http://llm.example/v1' }, 'providers.acme.base_url'],
    [{ base_url: 'https://127.0.0.1/v1' }, 'providers.acme.base_url'],
    [{ base_url: 'https://a.example', session_token: 'x' }, 'providers.acme.session_token'],
    [{ base_url: 'https://a.example', token_url: 'https://a.example' }, 'providers.acme.token_url'],
    [{ base_url: 'https://a.example', region: '$GONE' }, 'providers.acme.region'],
    [{ base_url: 'https://a.example', project: '$LINES' }, 'providers.acme.project'],
    [{ base_url: 'https://a.example', api_keys: ['ok-key', '$GONE'] }, 'providers.acme.api_keys[1]'],
    [{ base_url: 'https://a.example', api_keys: ['$EMPTY'] }, 'providers.acme.api_keys[0]'],
    [{ base_url: 'https://a.example', api_keys: ['a b'] }, 'providers.acme.api_keys[0]'],
    [{ base_url: 'https://a.example', api_keys: ['$LINES'] }, 'providers.acme.api_keys[0]'],
    [{ base_url: 'https://a.example', headers: { 'x-a': '$GONE' } }, 'providers.acme.headers.x-a'],
    [{ base_url: 'https://a.example', headers: { 'x-a': '$LINES' } }, 'providers.acme.headers.x-a'],
  ])('refuses %j at its path, without a value', (entry, path) => {
    const { provider, mistakes } = resolve(entry, undefined, { EMPTY: ' ', LINES: 'sk-very-secret\nx' });
    expect(provider).toBeUndefined();
    expect(mistakes.map((mistake) => mistake.path)).toEqual([path]);
    expect(JSON.stringify(mistakes)).not.toContain('sk-very');
  });

  it.each(['sk-very secret', 'sk-very\nsecret', 'sk-very-schlüssel-日本'])(
    'refuses a vendor secret that no header can carry, without showing it: %j',
    (value) => {
      const { provider, mistakes } = resolve({}, ROW, { ACME_API_KEY: value });
      expect(provider).toBeUndefined();
      expect(mistakes).toHaveLength(1);
      expect(JSON.stringify(mistakes)).not.toContain('sk-very');
    },
  );

  it('tells all mistakes of one provider', () => {
    const entry = { base_url: 'http://a.example', region: '$GONE', api_keys: ['$GONE'] };
    expect(resolve(entry, ROW).mistakes).toHaveLength(3);
  });

  it.each([
    ['openai-chat', { kind: 'bearer' }, 'openai', 'generic'],
    ['openai-responses', { kind: 'bearer' }, 'openai', 'generic'],
    ['anthropic-messages', { kind: 'header', name: 'x-api-key' }, null, null],
    ['gemini', { kind: 'header', name: 'x-goog-api-key' }, 'gemini', null],
    ['bedrock-converse', { kind: 'sigv4', service: 'bedrock' }, 'bedrock', 'bedrock'],
    ['cohere-chat', { kind: 'bearer' }, 'cohere', 'cohere'],
    ['ollama-chat', { kind: 'bearer' }, 'ollama', null],
  ])('takes a custom provider that speaks %s for an ordinary one', (dialect, auth, embeddings, rerank) => {
    const entry = { base_url: 'https://a.example', dialect, api_keys: ['a-key'] };
    const { provider, mistakes } = resolve(entry, undefined);
    expect(mistakes).toEqual([]);
    expect(provider).toMatchObject({
      dialect,
      auth,
      embeddings,
      rerank,
      hosting: null,
      alsoSpeaks: [],
      carries: [],
    });
  });

  it('has what the row knows of the vendor', () => {
    const row: ProviderRow = {
      ...ROW,
      alsoSpeaks: ['openai-responses', 'anthropic-messages'],
      carries: ['cache_control'],
      embeddings: null,
      rerank: 'jina',
    };
    const secrets = { ACME_API_KEY: 'sk-acme' };
    const known = { carries: ['cache_control'], embeddings: null, rerank: 'jina', auth: ROW.auth };
    expect(resolve({}, row, secrets).provider).toMatchObject({
      ...known,
      dialect: 'openai-chat',
      alsoSpeaks: ['openai-responses', 'anthropic-messages'],
    });
    expect(resolve({ dialect: 'anthropic-messages' }, row, secrets).provider).toMatchObject({
      ...known,
      dialect: 'anthropic-messages',
      alsoSpeaks: [],
    });
  });

  it.each([
    ['gemini', 400, 'API key not'],
    ['bedrock-converse', 403, 'security token'],
    ['anthropic-messages', 402, undefined],
  ] as const)(
    'wire 69: knows how the vendor of %s refuses a credential, without a row too',
    (dialect, status, text) => {
      const entry = {
        dialect,
        base_url: 'https://proxy.example/v1',
        api_keys: ['sk-acme'],
        region: 'eu-central-1',
      };
      const { provider } = resolve(entry, undefined);
      const expected = { kind: 'credential-refusal', status, ...(text === undefined ? {} : { text }) };
      expect(provider?.quirks).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
      expect(resolve({ base_url: 'https://proxy.example/v1' }, undefined).provider?.quirks).toEqual([]);
    },
  );

  it('speaks nothing else behind deployment URLs, or where the entry names a form', () => {
    const row: ProviderRow = {
      ...ROW,
      alsoSpeaks: ['openai-responses'],
      carries: ['cache_control'],
      rerank: 'jina',
    };
    const secrets = { ACME_API_KEY: 'sk-acme' };
    expect(resolve({ api_version: '2024-10-21' }, row, secrets).provider?.alsoSpeaks).toEqual([]);
    expect(resolve({ dialect: 'gemini' }, row, secrets).provider).toMatchObject({
      auth: { kind: 'header', name: 'x-goog-api-key' },
      alsoSpeaks: [],
      carries: [],
      embeddings: 'gemini',
      rerank: null,
      credentials: [{ value: 'sk-acme' }],
    });
  });

  it('takes settings from secrets and variables, in the order that the row tells', () => {
    const row: ProviderRow = {
      ...ROW,
      baseUrl: 'https://{region}.acme.example/v1',
      regionBaseUrls: { world: 'https://acme.example/v1' },
      settingSources: { region: { variables: ['ACME_REGION', 'REGION'], otherwise: 'world' } },
    };
    const baseUrlWith = (entry: object, secrets: Record<string, string>) =>
      resolve(entry, row, { ACME_API_KEY: 'sk-acme', ...secrets }).provider?.baseUrl;
    expect(baseUrlWith({ region: 'north' }, { ACME_REGION: 'south' })).toBe('https://north.acme.example/v1');
    expect(baseUrlWith({ region: '$MINE' }, { MINE: 'east' })).toBe('https://east.acme.example/v1');
    expect(baseUrlWith({}, { ACME_REGION: 'south', REGION: 'west' })).toBe('https://south.acme.example/v1');
    expect(baseUrlWith({}, { ACME_REGION: ' ', REGION: 'west' })).toBe('https://west.acme.example/v1');
    expect(baseUrlWith({}, {})).toBe('https://acme.example/v1');
    expect(baseUrlWith({ base_url: 'https://proxy.example/v1' }, {})).toBe('https://proxy.example/v1');
  });

  it.each(['evil.example/', '../x', 'a@b', 'a b'])(
    'traps H1: takes no setting %j from a variable or a secret',
    (value) => {
      const row: ProviderRow = {
        ...ROW,
        baseUrl: 'https://{region}.acme.example/v1',
        settingSources: { region: { variables: ['ACME_REGION'] } },
      };
      const secrets = { ACME_API_KEY: 'sk-acme', ACME_REGION: value };
      for (const entry of [{}, { region: '$ACME_REGION' }]) {
        const { provider, mistakes } = resolve(entry, row, secrets);
        expect(provider).toBeUndefined();
        expect(mistakes.map(({ path }) => path)).toEqual(['providers.acme.region']);
        expect(JSON.stringify(mistakes)).not.toContain(value);
      }
    },
  );
});
