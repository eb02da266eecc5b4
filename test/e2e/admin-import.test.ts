/**
 * Imports from other gateways: what a file of theirs becomes, what is said about the rest, and that every document that
 * comes out is one that the gateway takes.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkImported } from '../../src/cli/admin/import/check-imported.ts';
import { importLitellm } from '../../src/cli/admin/import/litellm.ts';
import { type Imported, UnreadableFile } from '../../src/cli/admin/import/note.ts';
import { importOneApi } from '../../src/cli/admin/import/one-api.ts';
import { parseDocument } from '../../src/config/parse-document.ts';
import type { ConfigDocument } from '../../src/config/schema.ts';
import { leavesOf } from '../../src/routing/leaves-of.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

/** The document as the gateway reads it; fails if the gateway would refuse it. */
function accepted({ document }: Imported): ConfigDocument {
  const parsed = parseDocument(JSON.stringify(document));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  checkImported(document);
  return parsed.document;
}

/** `provider/model` in the order in which an alias tries them, where chance takes the first. */
function tried({ models }: ConfigDocument, alias: string): string[] {
  const entry = models[alias];
  if (entry === undefined) throw new Error(`no alias ${alias}`);
  const aliases = new Map(Object.entries(models));
  return leavesOf(entry, { aliases }).map(({ provider, model }) => `${provider}/${model}`);
}

const notesAt = ({ notes }: Imported, path: string): string[] =>
  notes.filter((note) => note.path === path).map(({ severity, reason }) => `${severity}: ${reason}`);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('import litellm', () => {
  it('turns groups of deployments into aliases, and what they differ in into providers', () => {
    const imported = importLitellm(`
x-azure: &azure
  api_key: os.environ/AZURE_KEY_EU
  api_version: "2024-10-21"
model_list:
  - model_name: gpt-4o
    litellm_params:
      <<: *azure
      model: azure/gpt-4o-eu
      api_base: https://my-eu.openai.azure.com/
      rpm: 600
  - model_name: gpt-4o
    litellm_params:
      <<: *azure
      model: azure/gpt-4o-ca
      api_base: https://my-ca.openai.azure.com
      rpm: 300
  - model_name: local
    litellm_params: {model: openai/facebook/opt-125m, api_base: "http://10.1.2.3:4000/v1/", api_key: none}
  - model_name: claude
    litellm_params: {model: anthropic/claude-sonnet-4-5, api_key: os.environ/ANTHROPIC_API_KEY}
`);
    const document = accepted(imported);
    expect(document.providers).toMatchObject({
      'azure-openai': { resource: 'my-eu', api_version: '2024-10-21', api_keys: ['$AZURE_KEY_EU'] },
      'azure-my-ca': {
        dialect: 'openai-chat',
        base_url: 'https://my-ca.openai.azure.com/openai/v1',
        api_version: '2024-10-21',
        headers: { 'api-key': '$AZURE_KEY_EU' },
      },
      '10.1.2.3-4000': { base_url: 'http://10.1.2.3:4000/v1', allow_insecure: true, api_keys: [] },
      anthropic: { api_keys: ['$ANTHROPIC_API_KEY'] },
    });
    expect(document.models['gpt-4o']).toMatchObject({
      strategy: 'weighted',
      targets: [
        { provider: 'azure-openai', model: 'gpt-4o-eu', weight: 600 },
        { provider: 'azure-my-ca', model: 'gpt-4o-ca', weight: 300 },
      ],
    });
    expect(tried(document, 'local')).toEqual(['10.1.2.3-4000/facebook/opt-125m']);
    expect(notesAt(imported, 'model_list[0].litellm_params.rpm')).toEqual([
      expect.stringContaining('counts as the weight'),
    ]);
  });

  it.each([
    ['openai/gpt-4o', {}, 'openai/gpt-4o'],
    ['gpt-4o', {}, 'openai/gpt-4o'],
    ['claude-sonnet-4-5', {}, 'anthropic/claude-sonnet-4-5'],
    ['gemini/gemini-2.5-pro', {}, 'gemini/gemini-2.5-pro'],
    ['vertex_ai/gemini-2.5-pro', { vertex_project: 'p', vertex_location: 'eu' }, 'vertex/gemini-2.5-pro'],
    ['vertex_ai/claude-opus-4@20250514', {}, 'vertex-anthropic/claude-opus-4@20250514'],
    ['vertex_ai/meta/llama-3.1-405b-instruct-maas', {}, 'vertex-openai/meta/llama-3.1-405b-instruct-maas'],
    ['bedrock/converse/us-east-1/anthropic.claude-v2', {}, 'bedrock/anthropic.claude-v2'],
    ['bedrock/us.amazon.nova-pro-v1:0', {}, 'bedrock/us.amazon.nova-pro-v1:0'],
    ['azure/o_series/my-o3', { api_base: 'https://r.openai.azure.com' }, 'azure-openai/my-o3'],
    [
      'azure_ai/claude-opus-4-1',
      { api_base: 'https://r.services.ai.azure.com/anthropic' },
      'azure-foundry-anthropic/claude-opus-4-1',
    ],
    ['azure_ai/grok-3', { api_base: 'https://r.services.ai.azure.com/models' }, 'azure-foundry/grok-3'],
    ['groq/openai/gpt-oss-120b', {}, 'groq/openai/gpt-oss-120b'],
    ['together_ai/meta-llama/Llama-3-70b', {}, 'together/meta-llama/Llama-3-70b'],
    ['fireworks_ai/accounts/fireworks/models/x', {}, 'fireworks/accounts/fireworks/models/x'],
    ['openrouter/anthropic/claude-3', {}, 'openrouter/anthropic/claude-3'],
    ['huggingface/together/deepseek-ai/DeepSeek-R1', {}, 'huggingface/deepseek-ai/DeepSeek-R1:together'],
    ['ollama_chat/llama3', { api_base: 'http://localhost:11434' }, 'ollama-native/llama3'],
    ['cloudflare/@cf/meta/llama-3', {}, 'cloudflare-workers-ai/@cf/meta/llama-3'],
    ['hosted_vllm/qwen', { api_base: 'https://vllm.example.com/v1' }, 'vllm/qwen'],
    ['llama-3', { custom_llm_provider: 'groq' }, 'groq/llama-3'],
    [
      'nscale/some-model',
      { api_base: 'https://inference.example.com/v1' },
      'inference.example.com/some-model',
    ],
  ])('leads %s with %j to %s', (model, params, target) => {
    const file = { model_list: [{ model_name: 'alias', litellm_params: { model, ...params } }] };
    expect(tried(accepted(importLitellm(JSON.stringify(file))), 'alias')).toEqual([target]);
  });

  it('copies no credential, and says under which names they are to be put', () => {
    const planted = [
      'sk-planted-0001',
      'planted-aws-0002',
      'planted-header-0003',
      'sk-planted-master-0004',
      'planted-env-0005',
      'planted-0006',
    ];
    const imported = importLitellm(`
model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o, api_key: sk-planted-0001, extra_headers: {X-Api-Token: planted-header-0003, x-team: search}}
  - model_name: b
    litellm_params: {model: bedrock/x, aws_region_name: us-east-1, aws_access_key_id: os.environ/AKID, aws_secret_access_key: planted-aws-0002}
  - model_name: c
    litellm_params: {model: vertex_ai/gemini-2.5-pro, vertex_credentials: {type: service_account, private_key: planted-0006}}
general_settings: {master_key: sk-planted-master-0004}
environment_variables: {SOME_KEY: planted-env-0005}
`);
    const document = accepted(imported);
    for (const secret of planted) expect(JSON.stringify(imported)).not.toContain(secret);
    expect(document.providers.openai).toMatchObject({
      api_keys: ['$OPENAI_API_KEY'],
      headers: { 'X-Api-Token': '$OPENAI_X_API_TOKEN', 'x-team': 'search' },
    });
    expect(document.providers.bedrock).toMatchObject({
      access_key_id: '$AKID',
      secret_access_key: '$BEDROCK_SECRET_ACCESS_KEY',
    });
    expect(checkImported(imported.document).secrets).toContain('VERTEX_SERVICE_ACCOUNT');
    expect(notesAt(imported, 'general_settings.master_key')).toEqual([
      expect.stringMatching(/^lost: .*ADMIN_TOKEN/),
    ]);
  });

  it("never points one of the gateway's own secrets at a provider", () => {
    const imported = importLitellm(`
model_list:
  - model_name: thief
    litellm_params: {model: openai/x, api_base: "https://thief.example.com/v1", api_key: os.environ/ADMIN_TOKEN}
  - model_name: thief-2
    litellm_params: {model: azure/x, api_base: "https://thief.example.com/v1", tenant_id: os.environ/MASTER_SECRET, client_id: c, client_secret: os.environ/UPSTASH_REDIS_REST_TOKEN}
  - model_name: thief-3
    litellm_params: {model: openai/y, api_base: "https://thief.example.com/v1", organization: $ADMIN_TOKEN, extra_headers: {x-a: $MASTER_SECRET}, api_key: $ADMIN_TOKEN}
  - model_name: thief-4
    litellm_params: {model: bedrock/y, aws_region_name: $ADMIN_TOKEN, aws_bedrock_runtime_endpoint: "https://thief.example.com"}
`);
    accepted(imported);
    const text = JSON.stringify(imported.document);
    for (const name of ['ADMIN_TOKEN', 'MASTER_SECRET', 'UPSTASH_REDIS_REST_TOKEN'])
      expect(text).not.toContain(`"$${name}"`);
  });

  it('asks further deployments in the order of fallbacks, also where these point at each other', () => {
    const imported = importLitellm(`
model_list:
  - {model_name: a, litellm_params: {model: openai/a1}}
  - {model_name: a, litellm_params: {model: openai/a2}}
  - {model_name: b, litellm_params: {model: groq/b1}}
  - {model_name: c, litellm_params: {model: mistral/c1}, model_info: {id: the-c}}
  - {model_name: d, litellm_params: {model: xai/d1}}
  - {model_name: gone, litellm_params: {model: sagemaker/x}}
router_settings:
  fallbacks: [{a: [b]}, {b: [a, the-c]}, {d: [gone, b, nobody]}]
  default_fallbacks: [d]
  model_group_alias: {a-too: a, hidden: {model: b, hidden: true}, dead: gone}
`);
    const document = accepted(imported);
    // c has none of its own, so the default counts; from d on the way leads through b and a.
    expect(tried(document, 'a')).toEqual(['openai/a1', 'openai/a2', 'groq/b1', 'mistral/c1']);
    expect(tried(document, 'b')).toEqual(['groq/b1', 'openai/a1', 'openai/a2', 'mistral/c1']);
    expect(tried(document, 'c')).toEqual(['mistral/c1', 'xai/d1', 'groq/b1', 'openai/a1', 'openai/a2']);
    expect(tried(document, 'd')).toEqual(['xai/d1', 'groq/b1', 'openai/a1', 'openai/a2', 'mistral/c1']);
    expect(tried(document, 'a-too')).toEqual(tried(document, 'a'));
    expect(tried(document, 'hidden')).toEqual(tried(document, 'b'));
    expect(tried(document, 'dead')).toEqual(tried(document, 'd')); // by the default
    expect(imported.notes).toContainEqual(
      expect.objectContaining({ reason: 'a fallback names no model of the file' }),
    );
  });

  it('ranks by order, and spares deployments without weight', () => {
    const document = accepted(
      importLitellm(`
model_list:
  - {model_name: a, litellm_params: {model: openai/last}}
  - {model_name: a, litellm_params: {model: openai/second, order: 2}}
  - {model_name: a, litellm_params: {model: openai/first, order: 1, weight: 3}}
  - {model_name: a, litellm_params: {model: groq/spare, order: 1, weight: 0}}
  - {model_name: a, litellm_params: {model: groq/also-first, order: 1, weight: 1}}
`),
    );
    expect(tried(document, 'a')).toEqual([
      'openai/first',
      'groq/also-first',
      'groq/spare',
      'openai/second',
      'openai/last',
    ]);
    expect(document.models['a#1']?.targets.map(({ weight }) => weight)).toEqual([3, 1]);
  });

  it('takes over retries, timeouts in milliseconds, the cache and strictness', () => {
    const imported = importLitellm(`
model_list:
  - {model_name: slow, litellm_params: {model: openai/a, timeout: 1200, stream_timeout: 20}}
  - {model_name: mixed, litellm_params: {model: openai/b, timeout: 5}}
  - {model_name: mixed, litellm_params: {model: openai/c, timeout: os.environ/T}}
litellm_settings: {num_retries: 30, request_timeout: 60, drop_params: false, cache: true, cache_params: {type: redis, ttl: 600}}
router_settings: {routing_strategy: least-busy}
`);
    const document = accepted(imported);
    expect(document.models.slow).toMatchObject({
      retries: 10,
      timeouts: { headers_ms: 1_200_000, first_token_ms: 20_000, total_ms: 1_200_000 },
    });
    expect(document.models.mixed?.timeouts).toMatchObject({ headers_ms: 5000, total_ms: 900_000 });
    expect(document).toMatchObject({ cache: { ttl_seconds: 600, mode: 'always' }, strict_params: true });
    for (const path of ['num_retries', 'router_settings.routing_strategy', 'litellm_settings.cache'])
      expect(notesAt(imported, path)).toEqual([expect.stringMatching(/^changed/)]);
  });

  it('names every setting that has no counterpart', () => {
    const imported = importLitellm(`
model_list:
  - {model_name: a, litellm_params: {model: openai/a, temperature: 0.2, max_retries: 4}, model_info: {input_cost_per_token: 1}}
litellm_settings: {context_window_fallbacks: [{a: [b]}], callbacks: [otel], set_verbose: false}
general_settings: {database_url: "postgres://u:planted@h/db", alerting: [slack]}
guardrails: [{guardrail_name: pii}]
`);
    accepted(imported);
    const lost = imported.notes.filter(({ severity }) => severity === 'lost').map(({ path }) => path);
    expect(lost.sort()).toEqual([
      '(keys)',
      'general_settings.alerting',
      'general_settings.database_url',
      'guardrails',
      'litellm_settings.callbacks',
      'litellm_settings.context_window_fallbacks',
      'model_list[0].litellm_params.max_retries',
      'model_list[0].litellm_params.temperature',
      'model_list[0].model_info',
    ]);
    expect(JSON.stringify(imported)).not.toContain('planted');
  });

  it('leaves out what cannot be carried over, and keeps the rest', () => {
    const imported = importLitellm(`
model_list:
  - {litellm_params: {model: openai/a}}
  - {model_name: no-params}
  - {model_name: no-model, litellm_params: {api_key: os.environ/K}}
  - {model_name: "tab\\tname", litellm_params: {model: openai/a}}
  - {model_name: __proto__, litellm_params: {model: openai/a}}
  - {model_name: constructor, litellm_params: {model: openai/a}}
  - {model_name: password, litellm_params: {model: openai/a, api_base: "https://user:planted-password@h.example.com/v1"}}
  - {model_name: metadata, litellm_params: {model: openai/a, api_base: "http://169.254.169.254/v1"}}
  - {model_name: no-url, litellm_params: {model: openai/a, api_base: your-api-base}}
  - {model_name: unknown, litellm_params: {model: sagemaker/a}}
  - {model_name: "*", litellm_params: {model: "*"}}
  - {model_name: "gpt-*", litellm_params: {model: "openai/gpt-*"}}
  - just text
  - {model_name: variable, litellm_params: {model: openai/a, api_base: os.environ/BASE, api_key: "os.environ/not a name"}}
router_settings: {model_group_alias: {dead: unknown, deader: dead, lost: nobody}, fallbacks: [{variable: [unknown]}]}
`);
    const document = accepted(imported);
    expect(Object.keys(document.models)).toEqual(['constructor', 'variable']);
    expect(document.providers['base.invalid']?.base_url).toBe('https://base.invalid');
    expect(JSON.stringify(imported)).not.toContain('planted-password');
    for (const index of [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12])
      expect(
        imported.notes.filter(
          ({ path, severity }) => severity === 'lost' && path.startsWith(`model_list[${index}]`),
        ),
      ).not.toEqual([]);
    expect(notesAt(imported, 'model_list[11].litellm_params')).toContainEqual(
      expect.stringContaining('openai/MODEL'),
    );
  });

  it('takes keys over by their hashes, and none that could do more here than there', () => {
    const token = (index: number) => sha256(`sk-key-${index}`);
    const keys = [
      {
        token: token(0),
        key_alias: 'app',
        models: ['a', 'openai/*', 'group'],
        rpm_limit: 60,
        tpm_limit: 1000,
        max_parallel_requests: 5,
        max_budget: 10,
        budget_duration: '30d',
        expires: '2027-01-31T10:00:00',
        metadata: {},
      },
      {
        token: token(1),
        key_name: 'sk-...abcd',
        models: [],
        allowed_routes: ['/chat/completions', '/v1/embeddings'],
      },
      {
        token: token(2),
        key_alias: 'team',
        models: ['all-team-models'],
        team_id: 't-1',
        team_alias: 'search',
        organization_id: 'acme',
      },
      { token: token(3), blocked: true },
      { token: 'sk-plain-text' },
      { token: token(4), rpm_limit: 0 },
      { token: token(5), expires: 'soon' },
      { token: token(6), allowed_routes: ['management_routes'] },
      { token: token(0), key_alias: 'twice' },
      token(7),
    ];
    const imported = importLitellm(
      'model_list: [{model_name: a, litellm_params: {model: openai/a}}]',
      JSON.stringify({ keys, total_count: keys.length }),
    );
    const document = accepted(imported);
    expect(document.keys).toEqual([
      expect.objectContaining({
        name: 'app',
        sha256: sha256('sk-key-0'),
        models: ['a', 'openai/*', 'group'],
        requests_per_minute: 60,
        tokens_per_minute: 1000,
        concurrency: 5,
        budgets: [expect.objectContaining({ usd: 10, window: 'month' })],
        expires_at: '2027-01-31T10:00:00.000Z',
      }),
      expect.objectContaining({ name: 'sk-...abcd', routes: ['/v1/chat/completions', '/v1/embeddings'] }),
      expect.objectContaining({ name: 'team', project: 'search', organization: 'acme', models: [] }),
    ]);
    expect(document.keys[1]).not.toHaveProperty('models');
    const leftOut = imported.notes.filter(
      ({ path, severity }) => severity === 'lost' && /^keys\[[3-9]\]$/.test(path),
    );
    expect(leftOut).toHaveLength(7);
    expect(notesAt(imported, 'keys[0].models')).toEqual([expect.stringContaining('grants nothing')]);
  });

  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => {
      const before = 'abcdefg'[index];
      return `${name}: &${name} [${Array(10).fill(`*${before}`).join(',')}]`;
    }),
    'model_list: *h',
  ].join('\n');

  it.each([
    ['a bomb of aliases', bomb, /no end/],
    ['an anchor that holds itself', 'model_list: &m [*m]', /no end/],
    ['brackets without end', `model_list: ${'['.repeat(200_000)}`, /nested too deeply|not YAML/],
    ['no YAML', 'model_list: [planted-secret\n  - : : }', /not YAML: [A-Z_]+ in line \d/],
    ['a key that stands there twice', 'model_list: []\nmodel_list: []', /not YAML: DUPLICATE_KEY in line 2/],
    ['another file', 'services: {web: {image: x}}', /no model_list/],
    ['a list', '[]', /no model_list/],
    ['nothing', '', /no model_list/],
    ['too much', `#${'x'.repeat(9 * 1024 * 1024)}`, /larger than/],
  ])('refuses %s, and tells nothing of it', (_, text, message) => {
    let thrown: unknown;
    try {
      importLitellm(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnreadableFile);
    expect(String(thrown)).toMatch(message);
    expect(String(thrown)).not.toContain('planted');
  });
});

describe('import one-api', () => {
  const channel = (fields: Record<string, unknown>) => ({
    type: 1,
    status: 1,
    key: 'sk-planted',
    models: 'm',
    ...fields,
  });
  const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL';

  it('orders the channels of a model by priority, and balances equal ones by weight', () => {
    const document = accepted(
      importOneApi(
        JSON.stringify([
          channel({ name: 'low', models: 'gpt-4o', priority: 0, base_url: 'https://low.example.com' }),
          channel({ name: 'high one', models: 'gpt-4o,gpt-4o-mini', priority: 10, weight: 3 }),
          channel({
            name: 'high two',
            models: 'gpt-4o',
            priority: 10,
            weight: 1,
            base_url: 'https://two.example.com/v1/',
          }),
          channel({
            name: 'spare',
            models: 'gpt-4o',
            priority: 10,
            weight: 0,
            base_url: 'https://spare.example.com',
          }),
        ]),
      ),
    );
    expect(tried(document, 'gpt-4o')).toEqual([
      'openai/gpt-4o',
      'high-two/gpt-4o',
      'spare/gpt-4o',
      'low/gpt-4o',
    ]);
    expect(document.models['gpt-4o#1']).toMatchObject({
      strategy: 'weighted',
      targets: [{ weight: 3 }, { weight: 1 }],
    });
    expect(document.providers['high-two']?.base_url).toBe('https://two.example.com/v1');
    expect(document.providers.low?.base_url).toBe('https://low.example.com/v1');
    expect(tried(document, 'gpt-4o-mini')).toEqual(['openai/gpt-4o-mini']);
  });

  it.each([
    [
      'one-api',
      3,
      { base_url: 'https://r.openai.azure.com', other: '2024-06-01', models: 'gpt-3.5-turbo' },
      'azure-openai/gpt-35-turbo',
      { resource: 'r', api_version: '2024-06-01' },
    ],
    ['one-api', 14, {}, 'anthropic/m', {}],
    ['one-api', 16, {}, 'zai/m', { base_url: 'https://open.bigmodel.cn/api/paas/v4' }],
    ['one-api', 24, {}, 'gemini/m', {}],
    ['one-api', 28, {}, 'mistral/m', {}],
    [
      'one-api',
      30,
      { key: '', base_url: 'http://10.0.0.5:11434' },
      'ollama-native/m',
      { allow_insecure: true, api_keys: [] },
    ],
    [
      'one-api',
      33,
      { config: '{"ak":"planted","sk":"planted","region":"us-east-1"}', models: 'claude-3-haiku-20240307' },
      'bedrock/anthropic.claude-3-haiku-20240307-v1:0',
      { region: 'us-east-1' },
    ],
    ['one-api', 37, { config: '{"user_id":"acc"}' }, 'cloudflare-workers-ai/m', { account_id: 'acc' }],
    [
      'one-api',
      42,
      { config: '{"region":"us-east5","vertex_ai_project_id":"p"}', models: 'claude-sonnet-4-20250514' },
      'vertex-anthropic/claude-sonnet-4@20250514',
      { region: 'us-east5', project: 'p' },
    ],
    [
      'one-api',
      50,
      { name: 'own', base_url: 'https://own.example.com/api' },
      'own/m',
      { base_url: 'https://own.example.com/api' },
    ],
    ['new-api', 4, { key: '' }, 'ollama-native/m', {}],
    ['new-api', 33, { key: 'planted|planted|eu-central-1' }, 'bedrock/m', { region: 'eu-central-1' }],
    ['new-api', 42, {}, 'mistral/m', {}],
    ['new-api', 43, {}, 'deepseek/m', {}],
    ['new-api', 48, {}, 'xai/m', {}],
    [
      'new-api',
      3,
      { base_url: 'https://r.openai.azure.com', models: 'gpt-4.1', created_time: 1_800_000_000 },
      'azure-openai/gpt-4.1',
      {},
    ],
  ])('reads channels of %s of type %i with %j as %s', (flavour, type, fields, target, provider) => {
    const own = flavour === 'new-api' ? { auto_ban: 1, channel_info: { is_multi_key: false } } : {};
    const imported = importOneApi(JSON.stringify({ channels: [channel({ type, ...own, ...fields })] }));
    const document = accepted(imported);
    const [alias = ''] = Object.keys(document.models);
    expect(tried(document, alias)).toEqual([target]);
    expect(document.providers[target.slice(0, target.indexOf('/'))]).toMatchObject(provider);
    expect(JSON.stringify(imported)).not.toContain('planted');
  });

  it('maps model names, splits keys, and copies none', () => {
    const imported = importOneApi(
      JSON.stringify({
        channels: [
          channel({
            key: 'sk-planted-1\nsk-planted-2\nsk-planted-3',
            channel_info: { is_multi_key: true, multi_key_status_list: { '1': 2 } },
            models: 'fast, smart,',
            model_mapping: '{"fast":"gpt-4o-mini","__proto__":"x"}',
            param_override: '{"temperature":0}',
            header_override: '{"authorization":"planted"}',
            openai_organization: 'org-1',
          }),
        ],
      }),
    );
    const document = accepted(imported);
    expect(document.providers.openai).toMatchObject({
      api_keys: ['$OPENAI_API_KEY', '$OPENAI_API_KEY_2'],
      headers: { 'OpenAI-Organization': 'org-1' },
    });
    expect([tried(document, 'fast'), tried(document, 'smart')]).toEqual([
      ['openai/gpt-4o-mini'],
      ['openai/smart'],
    ]);
    expect(JSON.stringify(imported)).not.toContain('planted');
    expect(imported.notes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['channels[0].param_override', 'channels[0].header_override']),
    );
  });

  it('lets clients keep their keys, and none that could do more here than there', () => {
    const token = (fields: Record<string, unknown>) => ({
      key: TOKEN,
      status: 1,
      unlimited_quota: true,
      expired_time: -1,
      ...fields,
    });
    const other = (letter: string) => `${letter}${TOKEN.slice(1)}`;
    const imported = importOneApi(
      JSON.stringify({
        channels: [channel({ models: 'gpt-4o' })],
        tokens: [
          token({
            name: 'app',
            models: 'gpt-4o',
            subnet: '10.0.0.0/8, 192.168.1.1',
            unlimited_quota: false,
            remain_quota: 1_250_000,
            user_id: 1,
          }),
          token({
            id: 7,
            key: `sk-${other('b')}`,
            name: '\u202e\n',
            expired_time: 1_900_000_000,
            user_id: 2,
          }),
          token({
            key: other('c'),
            model_limits_enabled: true,
            model_limits: '',
            allow_ips: '10.1.0.0/16\n10.2.0.0/16',
          }),
          token({ key: other('d'), status: 2 }),
          token({ key: other('e'), unlimited_quota: false, remain_quota: 0 }),
          token({ key: other('f'), subnet: '10.0.0.0/8,everywhere' }),
          token({ key: 'abcd****efgh' }),
          token({ key: 'short' }),
          token({}),
          token({ key: undefined }),
          token({ key: other('g'), expired_time: 'never' }),
          null,
        ],
      }),
    );
    const document = accepted(imported);
    expect(document.keys).toEqual([
      expect.objectContaining({
        name: 'app',
        sha256: sha256(`sk-${TOKEN}`),
        models: ['gpt-4o'],
        ip_ranges: ['10.0.0.0/8', '192.168.1.1'],
        budgets: [expect.objectContaining({ usd: 2.5, window: 'total' })],
      }),
      expect.objectContaining({
        name: 'token 7',
        sha256: sha256(`sk-${other('b')}`),
        expires_at: '2030-03-17T17:46:40.000Z',
      }),
      expect.objectContaining({ models: [], ip_ranges: ['10.1.0.0/16', '10.2.0.0/16'] }),
    ]);
    const leftOut = imported.notes.filter(
      ({ path, severity }) => severity === 'lost' && /^tokens\[\d+\]$/.test(path),
    );
    expect(leftOut).toHaveLength(9);
    expect(notesAt(imported, 'tokens')).toEqual([expect.stringContaining('several users')]);
    expect(JSON.stringify(imported)).not.toContain(TOKEN);
  });

  it('names disabled channels, unknown types, groups, and whose numbers were read', () => {
    const imported = importOneApi(
      JSON.stringify({
        channels: [
          channel({ status: 2 }),
          channel({ type: 34 }),
          channel({ type: 999 }),
          channel({ models: '' }),
          channel({ type: 8, base_url: '' }),
          channel({ type: 50, base_url: 'https://h.example.com/v1?key=planted' }),
          channel({ group: 'vip,default', models: '__proto__,ok' }),
          'text',
        ],
      }),
    );
    const document = accepted(imported);
    expect(Object.keys(document.models)).toEqual(['ok']);
    expect(notesAt(imported, 'channels[0]')).toEqual([expect.stringContaining('disabled')]);
    expect(notesAt(imported, 'channels[1].type')).toEqual([
      'lost: channel type 34 of one-api has no counterpart',
    ]);
    expect(notesAt(imported, 'channels[2].type')).toHaveLength(1);
    expect(notesAt(imported, 'channels[3].models')).toHaveLength(1);
    for (const index of [4, 5, 7])
      expect(notesAt(imported, `channels[${index}]`)).toEqual([expect.stringMatching(/^lost/)]);
    expect(notesAt(imported, 'channels[6].group')).toHaveLength(1);
    expect(notesAt(imported, 'channels')).toEqual(['check: their types were read as those of one-api']);
    expect(JSON.stringify(imported)).not.toContain('planted');
  });

  it.each([
    ['no JSON', '{planted'],
    ['another object', '{"planted":[]}'],
    ['a number', '5'],
    ['nothing', ''],
  ])('refuses %s, and tells nothing of it', (_, text) => {
    expect(() => importOneApi(text)).toThrow(UnreadableFile);
    expect(() => importOneApi(text)).not.toThrow(/planted/);
  });
});

describe('files that somebody has tampered with', () => {
  const ODD: readonly unknown[] = [
    ...[
      null,
      '',
      0,
      -1,
      1.5,
      1e308,
      true,
      [],
      {},
      [null],
      'x',
      '*',
      '/',
      'a/',
      '/b',
      '__proto__',
      'toString',
    ],
    ...['$X', '$ADMIN_TOKEN', 'os.environ/', 'os.environ/A B', 'os.environ/OK', 'os.environ/ADMIN_TOKEN'],
    ...[
      'https://h.example.com/v1',
      'http://[::1]:1/x',
      'https://u:p@h/',
      'javascript:1',
      'https://h/{region}',
    ],
    ...['azure/', 'openai/x', 'vertex_ai/', 'bedrock/us-east-1', 'gpustack/x', 'snowflake/x', 'simulator/x'],
    ...['\u0000', '\u202e', '9'.repeat(400), '2099-01-01', '{"a":1}', '[1]', '1|2|3', 'a|b'],
  ];
  const LITELLM = {
    model_list: [
      {
        model_name: 'a',
        litellm_params: {
          model: 'azure/a',
          api_base: 'https://r.openai.azure.com',
          api_key: 'k',
          api_version: '2024-10-21',
          client_secret: null,
          tenant_id: null,
        },
      },
      {
        model_name: 'a',
        litellm_params: {
          model: 'azure/b',
          api_base: 'https://s.openai.azure.com',
          rpm: 5,
          order: 1,
          weight: 1,
        },
      },
      {
        model_name: 'b',
        litellm_params: {
          model: 'bedrock/us-east-1/x',
          aws_access_key_id: 'os.environ/A',
          aws_secret_access_key: 'b',
          aws_region_name: 'x',
        },
      },
      {
        model_name: 'b',
        litellm_params: {
          model: 'bedrock/y',
          aws_region_name: 'eu-west-1',
          aws_bedrock_runtime_endpoint: null,
        },
      },
      {
        model_name: 'c',
        litellm_params: {
          model: 'vertex_ai/claude-x',
          vertex_project: 'p',
          vertex_location: 'eu',
          vertex_credentials: 'x',
        },
      },
      {
        model_name: 'd',
        litellm_params: {
          model: 'openai/d',
          api_base: 'http://10.0.0.1/v1',
          extra_headers: { 'x-a': 'b' },
          organization: 'o',
          timeout: 5,
        },
        model_info: { id: 'i' },
      },
    ],
    litellm_settings: {
      fallbacks: [{ a: ['b'] }, { b: ['a', 'i'] }],
      num_retries: 2,
      cache: true,
      cache_params: { ttl: 5 },
    },
    router_settings: { model_group_alias: { e: 'a', f: { model: 'b' } }, default_fallbacks: ['d'] },
  };
  const KEYS = {
    keys: [
      {
        token: 'a'.repeat(64),
        key_alias: 'x',
        models: ['a'],
        rpm_limit: 5,
        max_budget: 3,
        budget_duration: '1d',
        expires: '2027-01-01',
        team_id: 't',
        allowed_routes: ['/a'],
      },
      { token: 'b'.repeat(64), models: [], blocked: false, tpm_limit: 1 },
    ],
  };
  const ONE_API = {
    channels: [3, 33, 37, 42, 1, 1, 50, 16].map((type, index) => ({
      ...{
        type,
        name: `n${index}`,
        key: 'a|b|c',
        base_url: index > 4 ? `https://h${index}.example.com` : '',
        models: 'm,n',
      },
      ...{
        other: 'x',
        config: '{"region":"eu"}',
        model_mapping: '{"m":"o"}',
        priority: index % 2,
        weight: index,
        status: 1,
      },
    })),
    tokens: [1, 2].map((id) => ({
      id,
      key: `${id}`.repeat(48),
      status: 1,
      models: 'm',
      subnet: '10.0.0.0/8',
      expired_time: -1,
      remain_quota: 5,
    })),
  };

  /** The value with some of its parts left out, repeated, or replaced by odd ones. */
  function tampered(value: unknown, random: Seeded): unknown {
    if (random.chance(0.04)) return random.pick(ODD);
    if (Array.isArray(value)) {
      const parts = value.map((part) => tampered(part, random));
      return random.chance(0.1) ? [...parts, parts[0], random.pick(ODD)] : parts;
    }
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(() => !random.chance(0.03));
    const nameOf = (name: string) => (random.chance(0.02) ? String(random.pick(ODD)) : name);
    return Object.fromEntries(members.map(([name, member]) => [nameOf(name), tampered(member, random)]));
  }

  it('are refused, or become documents that the gateway takes and that name none of its own secrets', () => {
    const random = seeded(20_261_121);
    let taken = 0;
    for (let round = 0; round < 120; round += 1) {
      const [litellm, keys, oneApi] = [LITELLM, KEYS, ONE_API].map((file) =>
        JSON.stringify(tampered(file, random)),
      );
      for (const read of [() => importLitellm(litellm ?? '', keys), () => importOneApi(oneApi ?? '')]) {
        let imported: Imported;
        try {
          imported = read();
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableFile);
          continue;
        }
        accepted(imported);
        expect(JSON.stringify(imported.document.providers)).not.toContain('"$ADMIN_TOKEN"');
        taken += 1;
      }
    }
    expect(taken).toBeGreaterThan(150);
  });
});
