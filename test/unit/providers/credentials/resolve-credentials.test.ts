import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/config/schema.ts';
import type { ConfigMistake } from '../../../../src/errors.ts';
import { CATALOGUE, findProviderRow } from '../../../../src/providers/catalogue.ts';
import { isOnBySecrets } from '../../../../src/providers/credentials/default-secrets.ts';
import { type Provider, resolveProvider } from '../../../../src/providers/provider.ts';

const KEY = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\nBB==\n-----END PRIVATE KEY-----\n`;
const ACCOUNT = {
  type: 'service_account',
  project_id: 'my-project',
  private_key_id: 'key-1',
  private_key: KEY,
  client_email: 'robot@my-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const GOOGLE = { GOOGLE_SERVICE_ACCOUNT: JSON.stringify(ACCOUNT) };
const AWS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'aws-very-secret' };
const ENTRA = {
  AZURE_TENANT_ID: 'my-tenant',
  AZURE_CLIENT_ID: 'app-1',
  AZURE_CLIENT_SECRET: 'entra~very-secret',
};

interface Resolved {
  readonly provider: Provider | undefined;
  readonly mistakes: ConfigMistake[];
}

/** As the gateway does it: by the row of that id, if there is one. */
function resolve(id: string, entry: object, secrets: Record<string, string> = {}): Resolved {
  const mistakes: ConfigMistake[] = [];
  const parsed = configSchema().parse({ providers: { [id]: entry } }).providers[id];
  if (parsed === undefined) throw new Error('no entry');
  const sources = { id, entry: parsed, row: findProviderRow(id), secret: (name: string) => secrets[name] };
  return { provider: resolveProvider(sources, mistakes), mistakes };
}

const pathsOf = ({ mistakes }: Resolved): string[] => mistakes.map(({ path }) => path);

describe('AWS keys', () => {
  const parts = {
    kind: 'aws-keys',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'aws-very-secret',
    sessionToken: null,
    region: 'eu-central-1',
    service: 'bedrock',
  };

  it('come from the entry, as text or as secrets', () => {
    const entry = { region: 'eu-central-1', access_key_id: 'AKIDEXAMPLE', secret_access_key: '$MINE' };
    const { provider, mistakes } = resolve('bedrock', entry, { MINE: 'aws-very-secret\n' });
    expect(mistakes).toEqual([]);
    expect(provider).toMatchObject({
      baseUrl: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
      dialect: 'bedrock-converse',
      credentials: [{ id: 'bedrock#1', value: null, parts, secrets: ['aws-very-secret', 'AKIDEXAMPLE'] }],
    });
  });

  it('come from the secrets that AWS names, session token and region too', () => {
    const secrets = { ...AWS, AWS_SESSION_TOKEN: 'session', AWS_REGION: 'eu-central-1' };
    expect(resolve('bedrock', {}, secrets).provider?.credentials).toMatchObject([
      { id: 'bedrock#1', parts: { ...parts, sessionToken: 'session' } },
    ]);
    expect(resolve('bedrock-mantle', {}, secrets).provider?.credentials[0]?.parts).toMatchObject({
      service: 'bedrock-mantle',
    });
  });

  it('stand behind an API key for Bedrock, which goes first', () => {
    const secrets = { ...AWS, AWS_BEARER_TOKEN_BEDROCK: 'ABSKkey' };
    const { provider } = resolve('bedrock', { region: 'eu-central-1' }, secrets);
    expect(provider?.credentials.map(({ id, value }) => [id, value])).toEqual([
      ['bedrock#1', 'ABSKkey'],
      ['bedrock#2', null],
    ]);
    const entry = {
      region: 'eu-central-1',
      api_keys: ['one', 'two'],
      access_key_id: 'A',
      secret_access_key: 'B',
    };
    expect(resolve('bedrock', entry).provider?.credentials.map(({ id }) => id)).toEqual([
      'bedrock#1',
      'bedrock#2',
      'bedrock#3',
    ]);
  });

  it('are not taken from secrets where the entry has keys of its own, and no session token is mixed in', () => {
    const secrets = { ...AWS, AWS_SESSION_TOKEN: 'session', AWS_REGION: 'eu-central-1' };
    expect(resolve('bedrock', { api_keys: ['ABSKkey'] }, secrets).provider?.credentials).toHaveLength(1);
    const entry = { access_key_id: 'OTHER', secret_access_key: 'other' };
    expect(resolve('bedrock', entry, secrets).provider?.credentials).toMatchObject([
      { parts: { accessKeyId: 'OTHER', secretAccessKey: 'other', sessionToken: null } },
    ]);
  });

  it('can go to a stand-in, with the region that signs', () => {
    const entry = { base_url: 'http://127.0.0.1:9/', allow_insecure: true, region: 'eu-central-1' };
    expect(resolve('bedrock', entry, AWS).provider).toMatchObject({
      baseUrl: 'http://127.0.0.1:9',
      credentials: [{ parts }],
    });
    expect(pathsOf(resolve('bedrock', { ...entry, region: undefined }, AWS))).toEqual([
      'providers.bedrock.region',
    ]);
    const bearer = { base_url: 'https://proxy.example', api_keys: ['ABSKkey'] };
    expect(resolve('bedrock', bearer).provider?.credentials).toMatchObject([{ value: 'ABSKkey' }]);
  });

  it('make a provider of another name sign, and traps H3: it gets none from the vendor’s secrets', () => {
    const entry = { base_url: 'https://a.example', dialect: 'bedrock-converse', region: 'eu-central-1' };
    const own = { access_key_id: 'A', secret_access_key: 'B' };
    expect(resolve('my-aws', { ...entry, ...own }, AWS).provider).toMatchObject({
      auth: { kind: 'sigv4', service: 'bedrock' },
      credentials: [{ parts: { accessKeyId: 'A' } }],
    });
    expect(resolve('my-aws', entry, AWS).provider?.credentials).toMatchObject([
      { id: 'my-aws#0', value: null, secrets: [] },
    ]);
    expect(pathsOf(resolve('my-aws', { ...entry, access_key_id: 'A' }, AWS))).toEqual([
      'providers.my-aws.secret_access_key',
    ]);
  });

  it.each([
    [{ region: 'r', access_key_id: 'A' }, {}, 'secret_access_key'],
    [{ region: 'r', secret_access_key: 'B' }, {}, 'access_key_id'],
    [{ region: 'r', access_key_id: '$GONE', secret_access_key: 'B' }, {}, 'access_key_id'],
    [{ region: 'r', access_key_id: 'A', secret_access_key: 'very secret' }, {}, 'secret_access_key'],
    [
      { region: 'r', access_key_id: 'A', secret_access_key: 'B', session_token: '$GONE' },
      {},
      'session_token',
    ],
    [{ region: 'r', service_account: 'very secret' }, {}, 'service_account'],
    [{ region: 'r', client_secret: 'very secret' }, {}, 'client_secret'],
    [{}, AWS, 'region'],
  ])('refuses %j by its field', (entry, secrets, field) => {
    const resolved = resolve('bedrock', entry, secrets);
    expect(resolved.provider).toBeUndefined();
    expect(pathsOf(resolved)).toEqual([`providers.bedrock.${field}`]);
    expect(JSON.stringify(resolved.mistakes)).not.toContain('very');
  });

  it('are off, and no mistake, where nobody gave any', () => {
    expect(resolve('bedrock', { region: 'eu-central-1' })).toEqual({ provider: undefined, mistakes: [] });
    const half = { AWS_ACCESS_KEY_ID: 'A' };
    expect(resolve('bedrock', { region: 'eu-central-1' }, half)).toEqual({
      provider: undefined,
      mistakes: [],
    });
  });
});

describe('a Google service account', () => {
  const parts = {
    kind: 'service-account',
    clientEmail: 'robot@my-project.iam.gserviceaccount.com',
    privateKeyId: 'key-1',
    privateKey: KEY,
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    projectId: 'my-project',
  };

  it.each([
    ['vertex', 'publishers/google'],
    ['vertex-anthropic', 'publishers/anthropic'],
    ['vertex-openai', 'endpoints/openapi'],
  ])('alone makes %s callable: the project is its own, and the region the global one', (id, path) => {
    const { provider, mistakes } = resolve(id, {}, GOOGLE);
    expect(mistakes).toEqual([]);
    expect(provider).toMatchObject({
      baseUrl: `https://aiplatform.googleapis.com/v1/projects/my-project/locations/global/${path}`,
      credentials: [{ id: `${id}#1`, value: null, parts }],
    });
    expect(provider?.credentials[0]?.secrets).toContain('A'.repeat(64));
  });

  it.each([
    [
      { region: 'europe-west4' },
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west4/',
    ],
    [
      { region: 'eu', project: 'p2' },
      'https://aiplatform.eu.rep.googleapis.com/v1/projects/p2/locations/eu/',
    ],
    [{ region: 'us' }, 'https://aiplatform.us.rep.googleapis.com/v1/projects/my-project/locations/us/'],
  ])('serves where %j says', (entry, start) => {
    expect(resolve('vertex', entry, GOOGLE).provider?.baseUrl).toBe(`${start}publishers/google`);
  });

  it('says by itself what a provider of another name is', () => {
    const entry = { base_url: 'https://a.example/publishers/x', service_account: '$GOOGLE_SERVICE_ACCOUNT' };
    const { provider } = resolve('claude-eu', { ...entry, dialect: 'anthropic-messages' }, GOOGLE);
    expect(provider).toMatchObject({ auth: { kind: 'google-service-account' }, hosting: 'vertex' });
    expect(resolve('gemini-eu', { ...entry, dialect: 'gemini' }, GOOGLE).provider).toMatchObject({
      embeddings: 'vertex',
      hosting: null,
    });
  });

  it('can be traded at a stand-in where the entry allows it', () => {
    const token_uri = 'http://127.0.0.1:9/token';
    const service_account = JSON.stringify({ ...ACCOUNT, token_uri });
    const base_url = 'http://127.0.0.1:9/v1/publishers/google';
    const entry = { base_url, service_account, allow_insecure: true };
    expect(resolve('vertex', entry).provider?.credentials[0]?.parts).toEqual({
      ...parts,
      tokenUrl: token_uri,
    });
    const token_url = 'http://localhost:9/other';
    expect(resolve('vertex', { ...entry, token_url }).provider?.credentials[0]?.parts).toMatchObject({
      tokenUrl: token_url,
    });
  });

  it.each([
    'http://oauth2.googleapis.com/token',
    'https://evil.example/token',
    'https://googleapis.com.evil.example/token',
    'https://evilgoogleapis.com/token',
    'https://127.0.0.1/token',
    'https://user@oauth2.googleapis.com/token',
    'file:///etc/passwd',
  ])('traps H1: is never traded at %s', (token_uri) => {
    const service_account = JSON.stringify({ ...ACCOUNT, token_uri });
    const resolved = resolve('vertex', { service_account });
    expect(resolved.provider).toBeUndefined();
    expect(pathsOf(resolved)).toEqual(['providers.vertex.service_account']);
  });

  it('traps H1: is traded at no metadata service, whatever is allowed', () => {
    const token_uri = 'http://169.254.169.254/token';
    const service_account = JSON.stringify({ ...ACCOUNT, token_uri });
    expect(pathsOf(resolve('vertex', { service_account, allow_insecure: true }))).toEqual([
      'providers.vertex.service_account',
    ]);
  });

  it.each([
    'not json',
    '[]',
    'null',
    '"very secret"',
    JSON.stringify({ ...ACCOUNT, type: 'authorized_user' }),
    JSON.stringify({ ...ACCOUNT, client_email: undefined }),
    JSON.stringify({ ...ACCOUNT, private_key: 7 }),
    JSON.stringify({ ...ACCOUNT, private_key: 'very secret' }),
    JSON.stringify({
      ...ACCOUNT,
      private_key: '-----BEGIN RSA PRIVATE KEY-----\nvery\n-----END RSA PRIVATE KEY-----',
    }),
  ])('refuses the key file %j by its field, and shows nothing of it', (text) => {
    for (const [entry, secrets] of [
      [{ service_account: text, project: 'p' }, {}],
      [{ service_account: '$MINE', project: 'p' }, { MINE: text }],
      [{ project: 'p' }, { GOOGLE_SERVICE_ACCOUNT: text }],
    ] as const) {
      const resolved = resolve('vertex', entry, secrets);
      expect(resolved.provider).toBeUndefined();
      expect(pathsOf(resolved)).toEqual(['providers.vertex.service_account']);
      expect(JSON.stringify(resolved.mistakes)).not.toContain('very');
    }
  });

  it('takes a key whose line breaks were escaped once more', () => {
    const private_key = KEY.replaceAll('\n', '\\n');
    const service_account = JSON.stringify({ ...ACCOUNT, private_key });
    expect(resolve('vertex', { service_account }).provider?.credentials[0]?.parts).toMatchObject({
      privateKey: KEY,
    });
  });

  it('needs a project where it does not say its own, or says one that is no name', () => {
    for (const project_id of [undefined, '../x', 'a/b']) {
      const service_account = JSON.stringify({ ...ACCOUNT, project_id });
      expect(pathsOf(resolve('vertex', { service_account }))).toEqual(['providers.vertex.project']);
      expect(resolve('vertex', { service_account, project: 'p' }).mistakes).toEqual([]);
    }
  });

  it('is off, and no mistake, where nobody gave one', () => {
    expect(resolve('vertex', {})).toEqual({ provider: undefined, mistakes: [] });
  });

  it('can be a plain key or token instead', () => {
    const entry = { project: 'p', api_keys: ['$TOKEN', 'AQ.key'] };
    expect(resolve('vertex', entry, { ...GOOGLE, TOKEN: 'ya29.x' }).provider?.credentials).toMatchObject([
      { id: 'vertex#1', value: 'ya29.x', secrets: ['ya29.x'] },
      { id: 'vertex#2', value: 'AQ.key', secrets: ['AQ.key'] },
    ]);
  });
});

describe('a client of Microsoft Entra', () => {
  it.each(['azure-openai', 'azure-foundry', 'azure-foundry-anthropic'])('makes %s callable', (id) => {
    const entry = { resource: 'r', tenant_id: 'my-tenant', client_id: 'app-1', client_secret: '$MINE' };
    const { provider, mistakes } = resolve(id, entry, { MINE: 'entra~very-secret' });
    expect(mistakes).toEqual([]);
    expect(provider?.credentials).toMatchObject([
      {
        id: `${id}#1`,
        value: null,
        parts: {
          kind: 'entra-client',
          clientId: 'app-1',
          clientSecret: 'entra~very-secret',
          tokenUrl: 'https://login.microsoftonline.com/my-tenant/oauth2/v2.0/token',
          scope: 'https://cognitiveservices.azure.com/.default',
        },
        secrets: ['entra~very-secret'],
      },
    ]);
  });

  it('comes from secrets, whole or for what the entry does not say, behind a plain key', () => {
    const secrets = { ...ENTRA, AZURE_OPENAI_API_KEY: 'azure-key' };
    expect(resolve('azure-openai', { resource: 'r' }, secrets).provider?.credentials).toMatchObject([
      { id: 'azure-openai#1', value: 'azure-key' },
      { id: 'azure-openai#2', parts: { clientId: 'app-1' } },
    ]);
    const entry = { resource: 'r', tenant_id: 't2', client_id: 'app-2' };
    expect(resolve('azure-openai', entry, secrets).provider?.credentials).toMatchObject([
      {
        parts: {
          clientId: 'app-2',
          clientSecret: 'entra~very-secret',
          tokenUrl: 'https://login.microsoftonline.com/t2/oauth2/v2.0/token',
        },
      },
    ]);
  });

  it('is traded elsewhere only where the entry allows it', () => {
    const token_url = 'http://127.0.0.1:9/token';
    const entry = { resource: 'r', token_url };
    expect(pathsOf(resolve('azure-openai', entry, ENTRA))).toEqual(['providers.azure-openai.token_url']);
    const allowed = resolve('azure-openai', { ...entry, allow_insecure: true }, ENTRA);
    expect(allowed.provider?.credentials[0]?.parts).toMatchObject({ tokenUrl: token_url });
    const government = { resource: 'r', token_url: 'https://login.microsoftonline.us/t/oauth2/v2.0/token' };
    expect(resolve('azure-openai', government, ENTRA).mistakes).toEqual([]);
  });

  it('traps H1: cannot be sent to another path by its tenant', () => {
    const entry = { resource: 'r', tenant_id: '$T', client_id: 'a', client_secret: 'b' };
    expect(
      resolve('azure-openai', entry, { T: '../../evil?x=' }).provider?.credentials[0]?.parts,
    ).toMatchObject({
      tokenUrl: 'https://login.microsoftonline.com/..%2F..%2Fevil%3Fx%3D/oauth2/v2.0/token',
    });
  });
});

describe('isOnBySecrets', () => {
  const onBy = (secrets: Record<string, string>): string[] =>
    CATALOGUE.filter((row) => isOnBySecrets(row, (name) => secrets[name])).map(({ id }) => id);

  it.each([
    [{}, []],
    [{ OPENAI_API_KEY: ' ' }, []],
    [{ OPENAI_API_KEY: 'k' }, ['openai']],
    [{ GEMINI_API_KEY: 'k' }, ['gemini', 'gemini-openai']],
    [AWS, []], // no region
    [{ AWS_ACCESS_KEY_ID: 'A', AWS_REGION: 'r' }, []],
    [
      { ...AWS, AWS_REGION: 'r' },
      ['bedrock', 'bedrock-openai', 'bedrock-mantle', 'bedrock-mantle-anthropic'],
    ],
    [
      { AWS_BEARER_TOKEN_BEDROCK: 'k', AWS_DEFAULT_REGION: 'r' },
      ['bedrock', 'bedrock-openai', 'bedrock-mantle', 'bedrock-mantle-anthropic'],
    ],
    [GOOGLE, ['vertex', 'vertex-anthropic', 'vertex-openai']],
    [{ GOOGLE_VERTEX_API_KEY: 'k' }, ['vertex-express']],
    [{ ...ENTRA, AZURE_OPENAI_API_KEY: 'k' }, []], // no resource
    [{ GPUSTACK_API_KEY: 'k', SNOWFLAKE_PAT: 'k' }, []], // no address
  ])('with %j', (secrets, ids) => {
    expect(onBy(secrets)).toEqual(ids);
  });

  it('is true of no row that the same secrets then leave off or mistaken', () => {
    const secrets: Record<string, string> = { ...AWS, ...GOOGLE, ...ENTRA, AWS_REGION: 'eu-central-1' };
    for (const { secretName } of CATALOGUE) if (secretName !== null) secrets[secretName] ??= 'some-key';
    const ids = onBy(secrets);
    expect(ids.length).toBeGreaterThan(35);
    for (const id of ids) {
      const { provider, mistakes } = resolve(id, {}, secrets);
      expect(mistakes, id).toEqual([]);
      expect(provider?.credentials.length, id).toBeGreaterThan(0);
    }
  });
});

describe('a pool of keys', () => {
  const acme = (fields: object, secrets?: Record<string, string>) =>
    resolve('acme', { base_url: 'https://acme.example/v1', ...fields }, secrets);

  it('takes texts, and texts with what is said of them', () => {
    const api_keys = [
      'one',
      { key: '$TWO', weight: 3 },
      { key: 'three', name: 'eu-account', disabled: true },
    ];
    expect(acme({ api_keys }, { TWO: 'two' }).provider?.credentials).toMatchObject([
      { id: 'acme#1', value: 'one', weight: 1, isDisabled: false, secrets: ['one'] },
      { id: 'acme#2', value: 'two', weight: 3, isDisabled: false, secrets: ['two'] },
      { id: 'acme#eu-account', value: 'three', weight: 1, isDisabled: true, secrets: ['three'] },
    ]);
  });

  it('is asked in order, by weight where one has a weight, and as the entry says in any case', () => {
    const selection = (fields: object) => acme(fields).provider?.keySelection;
    expect(selection({ api_keys: ['a', { key: 'b' }] })).toBe('in_order');
    expect(selection({ api_keys: ['a', { key: 'b', weight: 1 }] })).toBe('weighted');
    expect(selection({ api_keys: [{ key: 'b', weight: 2 }], key_selection: 'sticky' })).toBe('sticky');
    expect(selection({})).toBe('in_order');
  });

  it('knows how a secret is doing by the secret: one that was rotated starts afresh', () => {
    const stateId = (secret: string) =>
      acme({ api_keys: ['$KEY'] }, { KEY: secret }).provider?.credentials[0]?.stateId;
    expect(stateId('before')).toMatch(/^acme#1-[0-9a-f]{8}$/);
    expect(stateId('before')).toBe(stateId('before'));
    expect(stateId('after')).not.toBe(stateId('before'));
    expect(stateId('before')).not.toContain('before');
  });

  it('tells AWS keys apart by their secret too', () => {
    const stateId = (secret_access_key: string) =>
      resolve('bedrock', { region: 'r', access_key_id: 'AKID', secret_access_key }).provider?.credentials[0]
        ?.stateId;
    expect(stateId('one')).toMatch(/^bedrock#1-[0-9a-f]{8}$/);
    expect(stateId('one')).not.toBe(stateId('two'));
  });

  it('does without the secret of a disabled one, and of no other', () => {
    const keys = (disabled: boolean) => ({ api_keys: ['one', { key: '$GONE', disabled }] });
    expect(acme(keys(true)).provider?.credentials.map(({ id }) => id)).toEqual(['acme#1']);
    expect(pathsOf(acme(keys(false)))).toEqual(['providers.acme.api_keys[1].key']);
  });

  it('is off where every one is disabled and lost its secret', () => {
    expect(acme({ api_keys: [{ key: '$GONE', disabled: true }] })).toEqual({
      provider: undefined,
      mistakes: [],
    });
  });

  it('refuses what cannot be sent, disabled or not, and a name that stands twice', () => {
    expect(pathsOf(acme({ api_keys: [{ key: 'a b', disabled: true }] }))).toEqual([
      'providers.acme.api_keys[0].key',
    ]);
    const twice = acme({
      api_keys: [
        { key: 'a', name: 'x' },
        { key: 'b', name: 'x' },
      ],
    });
    expect(twice.provider).toBeUndefined();
    expect(pathsOf(twice)).toEqual(['providers.acme.api_keys[1].name']);
  });
});
