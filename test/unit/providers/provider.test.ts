import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { ConfigMistake } from '../../../src/errors.ts';
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
        transport: 'network',
        baseUrl: 'https://api.acme.example/v1',
        auth: ROW.auth,
        credentials: [{ id: 'acme#1', value: 'sk-acme' }],
        headers: {},
        apiVersion: null,
        serves: ['acme-*'],
        models: ['acme-1'],
        quirks: ROW.quirks,
      },
    });
  });

  it.each([{}, { ACME_API_KEY: '' }, { ACME_API_KEY: ' \n' }])(
    'is off, and no mistake, without its secret (%j)',
    (secrets) => {
      expect(resolve({}, ROW, secrets)).toEqual({ provider: undefined, mistakes: [] });
    },
  );

  it('calls a row that needs no credential without one', () => {
    const { provider } = resolve({}, { ...ROW, secretName: null });
    expect(provider?.credentials).toEqual([{ id: 'acme#0', value: null }]);
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
      credentials: [{ id: 'acme#1', value: 'plain-key' }],
      quirks: [],
    });
  });

  it('keeps the order of credentials, and names them without their values', () => {
    const { provider } = resolve({ api_keys: ['$ONE', 'two-plain', '$ONE'] }, ROW, { ONE: 'one-secret' });
    expect(provider?.credentials).toEqual([
      { id: 'acme#1', value: 'one-secret' },
      { id: 'acme#2', value: 'two-plain' },
      { id: 'acme#3', value: 'one-secret' },
    ]);
  });

  it('takes an empty list for the wish to send no credential', () => {
    const { provider } = resolve({ api_keys: [] }, ROW, { ACME_API_KEY: 'sk-acme' });
    expect(provider?.credentials).toEqual([{ id: 'acme#0', value: null }]);
  });

  it('traps H3: sends no credential to a custom address that was given none', () => {
    const { provider } = resolve({ base_url: 'https://llm.example/v1' }, undefined, {
      ACME_API_KEY: 'sk-acme',
    });
    expect(provider?.credentials).toEqual([{ id: 'acme#0', value: null }]);
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
    [{ base_url: 'https://a.example', dialect: 'ollama-chat' }, 'providers.acme.dialect'],
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
    const entry = { base_url: 'http://a.example', dialect: 'gemini', api_keys: ['$GONE'] };
    expect(resolve(entry, ROW).mistakes).toHaveLength(3);
  });
});
