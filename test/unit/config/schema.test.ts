import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configSchema, keyGrantFields, limitFields } from '../../../src/config/schema.ts';

const HASH = '0123456789abcdef'.repeat(4);
const TARGET = { provider: 'simulator', model: 'chat' };

const takes = (document: unknown): boolean => configSchema().safeParse(document).success;
const model = (fields: object) => ({ models: { m: { targets: [TARGET], ...fields } } });
const key = (fields: object) => ({ keys: [{ name: 'a', sha256: HASH, ...fields }] });
const provider = (fields: object) => ({ providers: { mine: fields } });

describe('configSchema', () => {
  it('fills in what the contract promises for a model', () => {
    const document = configSchema().parse(model({ timeouts: { idle_ms: 5 } }));
    expect(document.models.m).toEqual({
      strategy: 'fallback',
      targets: [{ ...TARGET, weight: 1 }],
      timeouts: { first_token_ms: 120_000, idle_ms: 5, total_ms: 900_000 },
      retries: 1,
      metering: true,
      mid_stream_failover: false,
      fallback_on: { statuses: [], context_window: true, content_policy: false },
    });
  });

  it('fills in what the contract promises for a key and a provider', () => {
    const document = configSchema().parse({ ...key({}), ...provider({}) });
    expect(document.keys).toEqual([
      { name: 'a', sha256: HASH, project: 'default', metering: true, log_content: false },
    ]);
    expect(document.providers.mine).toEqual({ allow_insecure: false });
  });

  it.each([
    { simulator: {} },
    { openai: { dialect: 'anthropic-messages', base_url: 'https://a.example', api_keys: ['$A', 'b'] } },
    { mine: { base_url: 'http://127.0.0.1:8080/v1', allow_insecure: true, api_keys: [] } },
    { mine: { api_keys: ['a', { key: '$B', weight: 0, disabled: true, name: 'eu-account' }] } },
    { mine: { api_keys: [{ key: 'a' }], key_selection: 'sticky' } },
    { mine: { headers: { 'x-team': 'a b', Authorization: '$SECRET' }, models: ['a-*'] } },
    { azure: { resource: 'my-resource', api_version: '2024-10-21' } },
    { vertex: { region: 'europe-west4', project: '$PROJECT', service_account: '$JSON' } },
    { vertex: { service_account: '{"type":"service_account"}', token_url: 'https://a.example/token' } },
    { bedrock: { region: '$AWS_REGION', access_key_id: '$A', secret_access_key: '$B', session_token: '$C' } },
    { azure: { resource: 'r', tenant_id: 'contoso.onmicrosoft.com', client_id: '$C', client_secret: '$D' } },
  ])('takes the providers %j', (providers) => {
    expect(takes({ providers })).toBe(true);
  });

  it.each([
    { OpenAI: {} },
    { 'a/b': {} },
    { '': {} },
    { mine: { dialect: 'openai' } },
    { mine: { base_url: 'file:///etc/passwd' } },
    { mine: { base_url: 'javascript:alert(1)' } },
    { mine: { base_url: '/v1' } },
    { mine: { api_keys: [''] } },
    { mine: { api_keys: [{ key: '' }] } },
    { mine: { api_keys: [{}] } },
    { mine: { api_keys: [{ key: 'a', weight: -1 }] } },
    { mine: { api_keys: [{ key: 'a', name: '1' }] } },
    { mine: { api_keys: [{ key: 'a', name: 'a b' }] } },
    { mine: { api_keys: [{ key: 'a', more: 1 }] } },
    { mine: { key_selection: 'random' } },
    { mine: { headers: { 'x y': 'a' } } },
    { mine: { headers: { 'x:y': 'a' } } },
    { mine: { headers: { 'x-a': 'a\r\nhost: b' } } },
    { mine: { headers: { 'x-a': 'é' } } },
    { mine: { token_url: 'file:///etc/passwd' } },
    { mine: { token_url: '$TOKEN_URL' } },
    { mine: { service_account: { type: 'service_account' } } },
    { mine: { secret_access_key: '' } },
  ])('traps H1: refuses the providers %j', (providers) => {
    expect(takes({ providers })).toBe(false);
  });

  it.each([
    '../x',
    'a/b',
    'a@b',
    'a?b',
    'a#b',
    'evil.com/',
    '',
    '.a',
    'a b',
    'a%2f',
    '$',
    '$A.b',
    'a$B',
    '$A\n',
  ])('traps H1: refuses the setting %j, which could lead to another host or path', (value) => {
    for (const name of ['resource', 'account_id', 'account', 'region', 'project', 'tenant_id', 'client_id'])
      expect(takes(provider({ [name]: value })), name).toBe(false);
  });

  it.each(['2024-10-21&x=y', 'a/b', 'a b', ''])('refuses the api_version %j', (api_version) => {
    expect(takes(provider({ api_version }))).toBe(false);
  });

  it.each([
    model({
      strategy: 'weighted',
      targets: [
        { ...TARGET, weight: 0.5 },
        { alias: 'x', weight: 3 },
        { ...TARGET, weight: 0 },
      ],
    }),
    model({ strategy: 'single', retries: 0, metering: false }),
    model({ cache: { ttl_seconds: 60, mode: 'always', coalesce: true, write: 'second-hit', store: 'kv' } }),
    model({ breaker: { failure_rate: 0.5, min_requests: 5, open_seconds: 30 }, hedge: { enabled: true } }),
    model({ timeouts: { headers_ms: 1, first_token_ms: 1, idle_ms: 1, total_ms: 86_400_000 } }),
    model({ targets: [{ ...TARGET, regions: ['EU', 'DE', 'FRA'] }], mid_stream_failover: true }),
  ])('takes the model %j', (document) => {
    expect(takes(document)).toBe(true);
  });

  it.each([
    model({ targets: [] }),
    model({ targets: [{ provider: 'simulator' }] }),
    model({ targets: [{ ...TARGET, alias: 'x' }] }),
    model({ targets: [{ ...TARGET, weight: -1 }] }),
    model({ targets: [{ ...TARGET, wieght: 1 }] }),
    model({ strategy: 'random' }),
    model({ strategy: 'latency', exploration: 0.3 }),
    model({ strategy: 'auto', auto: { thresholds: [1] } }),
    model({ targets: [{ ...TARGET, regions: ['eu'] }] }),
    model({ targets: [{ ...TARGET, name: 'a b' }] }),
    model({ residency: [] }),
    model({ retries: 1.5 }),
    model({ retries: 11 }),
    model({ timeouts: { total_ms: 0 } }),
    model({ timeouts: { total_ms: 86_400_001 } }),
    model({ breaker: { failure_rate: 0 } }),
    model({ cache: { ttl_seconds: 0 } }),
    { models: { '': { targets: [TARGET] } } },
  ])('refuses the model %j', (document) => {
    expect(takes(document)).toBe(false);
  });

  it.each([
    key({ models: [], denied_models: ['*'], routes: ['/v1/*'], organization: 'o', project: 'p' }),
    key({ ip_ranges: ['10.0.0.0/8', '2001:db8::/32', '::1'] }),
    key({ tags: [], log_content: true }),
    key({ tags: ['team:search', 'größe 2', '東京', '😀', 'x'.repeat(64)] }),
    key({ tags: Array.from({ length: 20 }, (_, at) => `tag-${at}`) }),
    key({ expires_at: '2027-01-01T00:00:00Z' }),
    key({ expires_at: '2027-01-01T00:00:00+02:00' }),
    key({ requests_per_minute: 1, tokens_per_day: 1, burst_tokens: 1, concurrency: 1 }),
    key({ budgets: [{ usd: 5, soft_usd: 4, window: 'month', rolling: true, time_zone: 'Europe/Berlin' }] }),
  ])('takes the key %j', (document) => {
    expect(takes(document)).toBe(true);
  });

  it.each([
    { keys: [{ sha256: HASH }] },
    key({ name: '' }),
    key({ sha256: HASH.toUpperCase() }),
    key({ sha256: HASH.slice(1) }),
    key({ ip_ranges: ['10.0.0.0/40'] }),
    key({ ip_ranges: ['everywhere'] }),
    key({ expires_at: '2027-01-01' }),
    key({ expires_at: '2027-01-01T00:00:00' }),
    key({ expires_at: 1_800_000_000 }),
    key({ requests_per_minute: 0 }),
    key({ budgets: [{ usd: -1, window: 'day' }] }),
    key({ budgets: [{ usd: 1, window: 'year' }] }),
    key({ key: 'sk-plain' }),
    key({ tags: 'a' }),
    key({ tags: [''] }),
    key({ tags: ['a\nb'] }),
    key({ tags: ['\u202eb'] }),
    key({ tags: ['x'.repeat(65)] }),
    key({ tags: Array.from({ length: 21 }, (_, at) => `tag-${at}`) }),
    key({ log_content: 'yes' }),
  ])('refuses the key %j', (document) => {
    expect(takes(document)).toBe(false);
  });

  it.each([
    { max_body_bytes: 1024 },
    { max_body_bytes: 64 * 1024 * 1024 },
    { keep_alive_ms: 10, strict_params: true, cors: { origins: ['*'] }, $schema: 'x.json' },
    { testing: { region_header: true }, limits: { store: 'upstash', on_unavailable: 'open' } },
    { projects: { p: { concurrency: 2 } }, organizations: { o: {} }, end_users: { tokens_per_minute: 9 } },
  ])('takes the top level %j', (document) => {
    expect(takes(document)).toBe(true);
  });

  it.each([
    { max_body_bytes: 64 * 1024 * 1024 + 1 },
    { max_body_bytes: 0 },
    { keep_alive_ms: 0 },
    { cors: { origins: '*' } },
    { strict_params: 'yes' },
    { projects: { p: { name: 'x' } } },
  ])('refuses the top level %j', (document) => {
    expect(takes(document)).toBe(false);
  });
});

describe('keyGrantFields', () => {
  it('are the fields of a key entry but its hash, with the limit fields', () => {
    const entry = configSchema().shape.keys.unwrap().element.shape;
    const { sha256, ...others } = entry;
    expect(sha256).toBeDefined();
    expect(Object.keys({ ...keyGrantFields(), ...limitFields() }).sort()).toEqual(Object.keys(others).sort());
  });

  it('leave absent what an update does not name', () => {
    const update = z.strictObject({ ...keyGrantFields(), ...limitFields() }).partial();
    expect(update.parse({})).toEqual({});
    expect(update.parse({ metering: false, concurrency: 2 })).toEqual({ metering: false, concurrency: 2 });
  });
});
