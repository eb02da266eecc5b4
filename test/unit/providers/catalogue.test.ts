/// <reference types="vite/client" />
import { describe, expect, it } from 'vitest';
import page from '../../../docs/providers.md?raw';
import { matchesAnyGlob } from '../../../src/glob.ts';
import { CATALOGUE, findProviderRow } from '../../../src/providers/catalogue.ts';
import { DEFAULT_SECRETS } from '../../../src/providers/credentials/parts-fields.ts';
import type { ProviderRow } from '../../../src/providers/provider-row.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** Secrets that switch on more than one row on purpose. */
const SHARED_SECRETS: readonly string[] = [
  'GEMINI_API_KEY',
  'AWS_BEARER_TOKEN_BEDROCK',
  'GOOGLE_SERVICE_ACCOUNT',
  'AZURE_AI_API_KEY',
];

const rows = CATALOGUE.map((row) => [row.id, row] as const);

const placeholdersOf = (row: ProviderRow): string[] => [
  ...new Set([...(row.baseUrl ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)),
];

const filledUrlOf = (row: ProviderRow): URL => new URL((row.baseUrl ?? '').replace(/\{\w+\}/g, 'x'));

/** As the router does it: a row claims what its globs match and what it lists. */
const claimantsOf = (name: string): string[] =>
  CATALOGUE.filter((row) => matchesAnyGlob(row.serves, name) || row.models.includes(name)).map(
    ({ id }) => id,
  );

function duplicatesOf(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe('CATALOGUE', () => {
  it('knows at least 50 rows by unique ids', () => {
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(50);
    expect(duplicatesOf(CATALOGUE.map(({ id }) => id))).toEqual([]);
  });

  it('gives each vendor a secret of its own', () => {
    const secrets = CATALOGUE.flatMap(({ secretName }) => secretName ?? []);
    expect(duplicatesOf(secrets).filter((name) => !SHARED_SECRETS.includes(name))).toEqual([]);
  });

  it.each(rows)('%s has an id and a secret name in their usual form', (id, { secretName }) => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    if (secretName !== null) expect(secretName).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
  });

  it.each(rows)('%s names the settings that its address needs', (_, row) => {
    expect(placeholdersOf(row).sort()).toEqual([...(row.settings ?? [])].sort());
  });

  it.each(rows.filter(([, { baseUrl }]) => baseUrl !== null))(
    '%s answers on https, or on loopback',
    (_, row) => {
      const url = filledUrlOf(row);
      expect(row.baseUrl).not.toMatch(/\/$/);
      expect(url.search + url.hash + url.username + url.password).toBe('');
      if (url.protocol !== 'https:') {
        expect(url.protocol).toBe('http:');
        expect(LOOPBACK).toContain(url.hostname);
      }
    },
  );

  it.each(rows.filter(([, { regionBaseUrls }]) => regionBaseUrls !== undefined))(
    '%s answers on https in every region, at its own vendor',
    (_, { baseUrl, regionBaseUrls }) => {
      for (const address of Object.values(regionBaseUrls ?? {})) {
        const [url, usual] = [address, baseUrl ?? ''].map((text) => new URL(text.replace(/\{\w+\}/g, 'x')));
        expect(url?.protocol).toBe('https:');
        expect(url?.hostname.split('.').slice(-2)).toEqual(usual?.hostname.split('.').slice(-2));
      }
    },
  );

  it.each(rows)('%s speaks each form once', (_, { dialect, alsoSpeaks = [] }) => {
    expect(duplicatesOf([dialect, ...alsoSpeaks])).toEqual([]);
  });

  it.each(rows)(
    '%s names a source for settings that it has only',
    (_, { settings = [], settingSources = {} }) => {
      for (const name of Object.keys(settingSources)) expect(settings).toContain(name);
    },
  );

  it.each(rows)('%s tells where its facts are from', (_, { docs, quirks, continuing }) => {
    expect(docs).toMatch(/^https:\/\//);
    if (continuing?.kind === 'marked') expect(continuing.source).toMatch(/^https:\/\//);
    for (const { source } of quirks) expect(source).toMatch(/^(https:\/\/\S+|recording [\w-]+(\/[\w-]+)+)$/);
  });

  it.each(rows)('%s never lets a client header carry a credential or a cookie', (_, { auth, quirks }) => {
    const forwarded = quirks.flatMap((quirk) =>
      quirk.kind === 'forwards-request-header' ? [quirk.header] : [],
    );
    for (const header of forwarded) {
      expect(header).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(header).not.toMatch(/auth|cookie|api-?key|token|secret/);
      if (auth.kind === 'header') expect(header).not.toBe(auth.name);
    }
  });

  it.each(rows)('%s lists few models, and claims them alone', (id, { models }) => {
    expect(models.length).toBeLessThanOrEqual(8);
    expect(duplicatesOf(models)).toEqual([]);
    for (const model of models) expect(claimantsOf(model)).toEqual([id]);
  });

  it.each(rows.filter(([, { serves }]) => serves.length > 0))(
    '%s serves what it lists',
    (_, { serves, models }) => {
      for (const model of models) expect(matchesAnyGlob(serves, model)).toBe(true);
    },
  );

  it.each([
    ['gpt-4o-mini', 'openai'],
    ['gpt-image-1', 'openai'],
    ['chatgpt-4o-latest', 'openai'],
    ['o1', 'openai'],
    ['o3-mini', 'openai'],
    ['o4-mini', 'openai'],
    ['text-embedding-3-small', 'openai'],
    ['whisper-1', 'openai'],
    ['tts-1-hd', 'openai'],
    ['omni-moderation-latest', 'openai'],
    ['davinci-002', 'openai'],
    ['codex-mini-latest', 'openai'],
    ['sora-2', 'openai'],
    ['ft:gpt-4o-mini:acme::abc', 'openai'],
    ['mistral-large-2512', 'mistral'],
    ['open-mixtral-8x22b', 'mistral'],
    ['codestral-embed', 'mistral'],
    ['voxtral-mini-latest', 'mistral'],
    ['deepseek-chat', 'deepseek'],
    ['deepseek-v4-flash', 'deepseek'],
    ['grok-4', 'xai'],
    ['claude-sonnet-5-5', 'anthropic'],
    ['claude-sonnet-4@20250514', 'anthropic'],
    ['gemini-2.5-pro', 'gemini'],
    ['command-a-03-2025', 'cohere'],
    ['embed-multilingual-v3.0', 'cohere'],
    ['rerank-v3.5', 'cohere'],
    ['rerank-english-v3.0', 'cohere'],
    ['rerank-2.5-lite', 'voyage'],
    ['rerank-lite-1', 'voyage'],
    ['jina-reranker-v3', 'jina'],
    ['us.amazon.nova-pro-v1:0', 'bedrock'],
    ['sonar', 'perplexity'],
    ['sonar-pro', 'perplexity'],
    ['kimi-k2-thinking', 'moonshot'],
    ['moonshot-v1-8k', 'moonshot'],
    ['qwen-max', 'dashscope'],
    ['qwen2.5-72b-instruct', 'dashscope'],
    ['qwen3-32b', 'dashscope'],
    ['glm-4.6', 'zai'],
    ['MiniMax-M2.1', 'minimax'],
    ['Baichuan-M2', 'baichuan'],
    ['step-2-16k', 'stepfun'],
    ['doubao-1-5-pro-32k-250115', 'volcengine-ark'],
    ['palmyra-fin', 'writer'],
    ['voyage-3.5-lite', 'voyage'],
  ])('sends the bare name %s to %s alone', (name, id) => {
    expect(claimantsOf(name)).toEqual([id]);
  });

  it.each([
    'qwen/qwen3-32b',
    'moonshotai/kimi-k2-instruct',
    'deepseek/deepseek-chat',
    'mistralai/mistral-small',
    'x-ai/grok-4',
    'google/gemini-2.5-flash',
    'minimax/minimax-m2',
    'anthropic/claude-sonnet-4-5',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'llama-3.3-70b-versatile',
    'cohere/command-a-03-2025',
  ])('leaves %s to whoever hosts it', (name) => {
    expect(CATALOGUE.filter(({ serves }) => matchesAnyGlob(serves, name))).toEqual([]);
  });
});

describe('findProviderRow', () => {
  it('finds a row by its id, and nothing by another name', () => {
    expect(findProviderRow('openai')?.baseUrl).toBe('https://api.openai.com/v1');
    expect(findProviderRow('OpenAI')).toBeUndefined();
    expect(findProviderRow('constructor')).toBeUndefined();
  });
});

describe('docs/providers.md', () => {
  it.each(Object.values(DEFAULT_SECRETS))('names the secret %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });

  it.each(rows)('has a line for %s, as the catalogue has it', (id, row) => {
    const { name, baseUrl, secretName, quirks, dialect, alsoSpeaks = [] } = row;
    const line = page.split('\n').find((text) => text.startsWith(`| \`${id}\` |`)) ?? '';
    expect(line).toContain(name);
    expect(line).toContain(baseUrl ?? 'set `base_url`');
    if (secretName !== null) expect(line).toContain(secretName);
    for (const form of [dialect, ...alsoSpeaks]) expect(line).toContain(`\`${form}\``);
    for (const quirk of quirks) {
      if (quirk.kind === 'credential-refusal') expect(line).toContain(String(quirk.status));
      if (quirk.kind === 'forwards-request-header') expect(line).toContain(quirk.header);
    }
  });
});
