/** What a document makes of the gateway; and a refused one, which is told on every route, with no secret in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, type GatewayOptions, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { expectRefusal } from '../support/refusal.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const CHAT = '/v1/chat/completions';
const chat = (model: string) => ({ model, messages: [{ role: 'user', content: 'hi' }] });
const key = makeKey('own');
const bearer = { authorization: `Bearer ${key.key}` };

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('Hello')));
});
afterAll(() => upstream.stop());

async function withGateway(options: GatewayOptions, use: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway(options);
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

/** Stand in the documents below, as values that must not be told. */
const SECRETS = ['sk-literal-secret-4711', 'env-secret-0815', 'pass-word-1234'];
const provider = (fields: object) => ({ providers: { mine: { api_keys: [SECRETS[0]], ...fields } } });
const target = { provider: 'mine', model: 'm' };
const mine = { mine: { base_url: 'https://api.example/v1', api_keys: [SECRETS[0]] } };

describe('a refused document', () => {
  it.each<[string, Record<string, unknown> | string, string[]]>([
    ['that is no JSON', `{"providers":{"mine":{"api_keys":["${SECRETS[0]}"]}},}`, ['(document)']],
    ['that breaks off', `{"providers":{"mine":{"api_keys":["${SECRETS[0]}`, ['(document)']],
    ['that is a list', '[]', ['(document)']],
    ['that is empty', '', ['(document)']],
    ['with an unknown field at the top', { max_body_byte: 5 }, ['max_body_byte']],
    ['with an unknown field in a provider', provider({ apikey: SECRETS[0] }), ['providers.mine', 'apikey']],
    ['with an unknown field in a key', { keys: [{ ...key.entry, modles: [] }] }, ['keys[0]', 'modles']],
    [
      'with an unknown field in a target',
      { providers: mine, models: { a: { targets: [{ ...target, wieght: 1 }] } } },
      ['models.a.targets[0]'],
    ],
    ['with a wrong type', provider({ api_keys: SECRETS[0] }), ['providers.mine.api_keys']],
    ['with no targets', { models: { a: { targets: [] } } }, ['models.a.targets']],
    [
      'with a target at an unknown provider',
      { models: { a: { targets: [{ provider: 'nobody', model: 'm' }] } } },
      ['models.a.targets[0].provider'],
    ],
    [
      'with a target at an unknown alias',
      { models: { a: { targets: [{ alias: 'b' }] } } },
      ['models.a.targets[0].alias'],
    ],
    [
      'with an alias that leads to itself',
      { models: { a: { targets: [{ alias: 'a' }] } } },
      ['models.a.targets[0].alias'],
    ],
    [
      'with a cycle of three aliases',
      {
        providers: mine,
        models: {
          a: { targets: [target, { alias: 'b' }] },
          b: { targets: [{ alias: 'c' }] },
          c: { targets: [{ alias: 'a' }] },
        },
      },
      ['models.a.targets[1].alias', 'models.b.targets[0].alias', 'models.c.targets[0].alias'],
    ],
    ['with http', provider({ base_url: 'http://api.example/v1' }), ['providers.mine.base_url']],
    ['with another protocol', provider({ base_url: 'ftp://api.example/v1' }), ['providers.mine.base_url']],
    ['with no address', provider({}), ['providers.mine.base_url']],
    [
      'with a user and password in base_url',
      provider({ base_url: `https://user:${SECRETS[2]}@api.example/v1` }),
      ['providers.mine.base_url'],
    ],
    [
      'with a key in the query of base_url',
      provider({ base_url: `https://api.example/v1?key=${SECRETS[2]}` }),
      ['providers.mine.base_url'],
    ],
    [
      'with a missing secret',
      { providers: { mine: { base_url: 'https://api.example/v1', api_keys: ['$NOT_SET'] } } },
      ['providers.mine.api_keys[0]', 'NOT_SET'],
    ],
    [
      'with a missing secret in a header',
      provider({ base_url: 'https://api.example/v1', headers: { 'x-a': '$NOT_SET' } }),
      ['providers.mine.headers.x-a', 'NOT_SET'],
    ],
    [
      'with a line break in a header',
      provider({ base_url: 'https://api.example/v1', headers: { 'x-a': `a\r\nx: ${SECRETS[0]}` } }),
      ['providers.mine.headers.x-a'],
    ],
    [
      'with a key that no header can carry',
      { providers: { mine: { base_url: 'https://api.example/v1', api_keys: [`${SECRETS[0]} \n`] } } },
      ['providers.mine.api_keys[0]'],
    ],
    [
      'with the same key twice',
      { keys: [key.entry, { ...makeKey('second').entry }, { ...key.entry, name: 'third' }] },
      ['keys[2].sha256'],
    ],
    ['with a hash in capitals', { keys: [{ ...key.entry, sha256: 'A'.repeat(64) }] }, ['keys[0].sha256']],
    ['with a key instead of its hash', { keys: [{ name: 'x', sha256: SECRETS[0] }] }, ['keys[0].sha256']],
    [
      'with an expiry that is no date',
      { keys: [{ ...key.entry, expires_at: 'tomorrow' }] },
      ['keys[0].expires_at'],
    ],
    [
      'with an expiry without a time zone',
      { keys: [{ ...key.entry, expires_at: '2027-01-01T00:00:00' }] },
      ['keys[0].expires_at'],
    ],
    [
      'with a bad range',
      { keys: [{ ...key.entry, ip_ranges: ['10.0.0.0/8', '10.0.0.0/33'] }] },
      ['keys[0].ip_ranges[1]'],
    ],
    [
      'with a residency that no target keeps to',
      { providers: mine, models: { a: { targets: [target], residency: ['EU'] } } },
      ['models.a.residency'],
    ],
    ['with max_body_bytes of nothing', { max_body_bytes: 0 }, ['max_body_bytes']],
    [
      'with several mistakes at once',
      {
        providers: { Mine: { api_keys: [SECRETS[0]] }, mine: { api_keys: SECRETS[0], dialect: 'smtp' } },
        models: { a: { targets: [] }, b: { targets: [target], retries: -1, strategy: 'luck' } },
        keys: [{ name: '', sha256: SECRETS[0] }],
        max_body_bytes: 'many',
        nonsense: SECRETS[0],
      },
      [
        'providers.Mine',
        'providers.mine.api_keys',
        'providers.mine.dialect',
        'models.a.targets',
        'models.b.retries',
        'models.b.strategy',
        'keys[0].name',
        'keys[0].sha256',
        'max_body_bytes',
        'nonsense',
      ],
    ],
    [
      'with several mistakes that the whole shows',
      {
        providers: {
          one: { base_url: 'http://10.0.0.1/v1', api_keys: ['$NOT_SET', SECRETS[0]] },
          two: { base_url: 'https://localhost/v1' },
        },
        models: {
          a: { targets: [{ alias: 'a' }, { provider: 'nobody', model: 'm' }], residency: ['EU', 'UK'] },
        },
        keys: [key.entry, key.entry],
      },
      [
        'providers.one.base_url',
        'providers.one.api_keys[0]',
        'providers.two.base_url',
        'models.a.targets[0].alias',
        'models.a.targets[1].provider',
        'models.a.residency[1]',
        'keys[1].sha256',
      ],
    ],
  ])('%s is told, with each path and no secret', async (_, document, paths) => {
    const text = typeof document === 'string' ? document : JSON.stringify({ keys: [key.entry], ...document });
    const vars = { GATEWAY_CONFIG: text, ENV_SECRET: SECRETS[1] ?? '' };
    await withGateway({ vars }, async (gateway) => {
      const response = await gateway.post(CHAT, chat('mine/m'), bearer);
      const { message } = await expectRefusal(gateway, response, { status: 500, code: 'invalid_config' });
      for (const path of paths) expect(message).toContain(path);
      for (const secret of SECRETS) expect(message + gateway.output()).not.toContain(secret);
      expect(response.headers.get('x-should-retry')).toBe('false');
    });
  });

  it('is told on every route, with and without a key, while health answers', async () => {
    await withGateway({ config: { nonsense: 1, cors: { origins: ['*'] } } }, async (gateway) => {
      const refused = { status: 500, code: 'invalid_config' };
      for (const path of [
        '/v1/chat/completions',
        '/chat/completions',
        '/v1/completions',
        '/v1/embeddings',
        '/v1/moderations',
        '/v1/images/generations',
        '/v1/images/edits',
        '/v1/images/variations',
        '/v1/audio/speech',
        '/v1/audio/transcriptions',
        '/v1/audio/translations',
      ])
        await expectRefusal(gateway, await gateway.post(path, {}), refused);
      for (const path of ['/v1/models', '/models', '/v1/models/x']) {
        await expectRefusal(gateway, await gateway.request(path), refused);
        await expectRefusal(gateway, await fetch(gateway.url + path), refused);
      }
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    });
  });
});

describe('a base_url', () => {
  const PRIVATE = [
    'https://127.0.0.1/v1',
    'https://127.1/v1',
    'https://2130706433/v1',
    'https://0x7f000001/v1',
    'https://0/v1',
    'https://10.1.2.3/v1',
    'https://172.16.0.1/v1',
    'https://192.168.1.1/v1',
    'https://100.64.0.1/v1',
    'https://[::1]/v1',
    'https://[::]/v1',
    'https://[fd12::1]/v1',
    'https://[fe80::1]/v1',
    'https://[::ffff:127.0.0.1]/v1',
    'https://[::ffff:10.0.0.1]/v1',
    'https://[64:ff9b::10.0.0.1]/v1',
    'https://localhost/v1',
    'https://localhost./v1',
    'https://api.localhost/v1',
    'https://LOCALHOST/v1',
    'https://printer/v1',
    'https://vllm.internal/v1',
    'https://vllm.team.svc.cluster.local/v1',
  ];
  const METADATA = [
    'http://169.254.169.254/v1',
    'https://169.254.169.254/v1',
    'http://169.254.170.2/v1',
    'http://2852039166/v1',
    'http://0xa9fea9fe/v1',
    'http://0251.0376.0251.0376/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'http://[::ffff:a9fe:a9fe]/v1',
    'http://[fd00:ec2::254]/v1',
    'http://100.100.100.200/v1',
    'http://metadata.google.internal/v1',
    'http://METADATA.google.internal./v1',
    'http://metadata.goog/v1',
  ];

  /** Paths of the providers that were refused, all of them in one document. */
  async function refused(urls: readonly string[], allowInsecure: boolean): Promise<string[]> {
    const providers = Object.fromEntries(
      urls.map((base_url, index) => [`p${index}`, { base_url, api_keys: [], allow_insecure: allowInsecure }]),
    );
    const told: string[] = [];
    await withGateway({ config: { providers } }, async (gateway) => {
      const response = await gateway.post(CHAT, chat('p0/m'));
      const { message } = await expectRefusal(gateway, response, { status: 500, code: 'invalid_config' });
      for (const [index, url] of urls.entries())
        if (message.includes(`providers.p${index}.base_url:`)) told.push(url);
    });
    return told;
  }

  it('to a private host is refused (traps H2)', async () => {
    expect(await refused(PRIVATE, false)).toEqual(PRIVATE);
  });

  it('to a metadata service is refused even with allow_insecure', async () => {
    expect(await refused(METADATA, true)).toEqual(METADATA);
  });

  it('to public hosts, and with allow_insecure to private ones, is accepted', async () => {
    const providers = Object.fromEntries(
      [
        ['https://api.example/v1', false],
        ['https://8.8.8.8/v1', false],
        ['https://[2606:4700::1111]/v1', false],
        ['http://vllm.team.svc.cluster.local:8000/v1', true],
        ['http://127.0.0.1:11434/v1', true],
        ['http://[::1]:8000/v1', true],
      ].map(([base_url, allow_insecure], index) => [`p${index}`, { base_url, allow_insecure, api_keys: [] }]),
    );
    await withGateway({ config: { providers } }, async (gateway) => {
      expect((await gateway.request('/v1/models')).status).toBe(200);
    });
  });
});

describe('a document in several variables', () => {
  const text = JSON.stringify({ keys: [key.entry], providers: { up: { ...standIn('http://x') } } });
  const inParts = (at: readonly number[]) => {
    const document = text.replace('http://x', upstream.url);
    const parts = [0, ...at].map((start, index) => document.slice(start, at[index] ?? document.length));
    return Object.fromEntries(
      parts.map((part, index) => [`GATEWAY_CONFIG${index === 0 ? '' : `_${index + 1}`}`, part]),
    );
  };

  it.each([[[40]], [[1, 2]], [[10, 30, 60, 90, 91, 92, 93, 94, 95, 96, 97]]])(
    'is joined in order, cut at %j',
    async (at) => {
      await withGateway({ vars: inParts(at) }, async (gateway) => {
        expect((await gateway.post(CHAT, chat('up/m'), bearer)).status).toBe(200);
      });
    },
  );

  it('is refused when a part is missing', async () => {
    const { GATEWAY_CONFIG_2, ...vars } = inParts([20, 40]);
    expect(GATEWAY_CONFIG_2).toHaveLength(20);
    await withGateway({ vars }, async (gateway) => {
      const response = await gateway.post(CHAT, chat('up/m'), bearer);
      await expectRefusal(gateway, response, { status: 500, code: 'invalid_config' });
    });
  });
});

describe('a provider', () => {
  const listed = async (gateway: Gateway) => {
    const response = await gateway.request('/v1/models');
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: { id: string; owned_by: string }[] }).data;
  };
  const owners = async (gateway: Gateway) => [
    ...new Set((await listed(gateway)).map(({ owned_by }) => owned_by)),
  ];

  it('is on by the presence of its secret, and then the simulator is off', async () => {
    await withGateway({ vars: { OPENAI_API_KEY: 'sk-0123456789' } }, async (gateway) => {
      expect(await owners(gateway)).toEqual(['openai']);
      for (const { id } of await listed(gateway)) expect(id).toMatch(/^openai\//);
      const response = await gateway.post(CHAT, chat('simulator/sim-fast'));
      expect(response.status).toBe(404);
    });
  });

  it('is off without its secret: only the simulator is there', async () => {
    await withGateway({}, async (gateway) => {
      expect(await owners(gateway)).toEqual(['simulator']);
      expect((await gateway.post(CHAT, chat('simulator/sim-fast'))).status).toBe(200);
      const openai = await gateway.post(CHAT, chat('openai/gpt-6-luna'));
      expect(await openai.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
    });
  });

  it('is off with an empty secret', async () => {
    await withGateway({ vars: { OPENAI_API_KEY: '', MISTRAL_API_KEY: '  ' } }, async (gateway) => {
      expect(await owners(gateway)).toEqual(['simulator']);
    });
  });

  it('several by several secrets', async () => {
    const vars = { OPENAI_API_KEY: 'sk-0123456789', MISTRAL_API_KEY: 'mk-0123456789' };
    await withGateway({ vars }, async (gateway) => {
      expect((await owners(gateway)).sort()).toEqual(['mistral', 'openai']);
    });
  });

  it('that the document names beside "simulator": {} leaves the simulator on', async () => {
    const providers = { simulator: {}, up: standIn(upstream.url, { models: ['m'] }) };
    await withGateway({ config: { providers } }, async (gateway) => {
      expect((await owners(gateway)).sort()).toEqual(['simulator', 'up']);
      expect((await gateway.post(CHAT, chat('simulator/sim-fast'))).status).toBe(200);
    });
  });

  it('that the document names switches the simulator off', async () => {
    const providers = { up: standIn(upstream.url, { models: ['m'] }) };
    await withGateway({ config: { providers } }, async (gateway) => {
      expect(await owners(gateway)).toEqual(['up']);
      expect((await gateway.post(CHAT, chat('simulator/sim-fast'))).status).toBe(404);
      expect((await gateway.post(CHAT, chat('sim-fast'))).status).toBe(404);
    });
  });

  it('named without a secret is off, and its models are not found rather than free', async () => {
    await withGateway({ config: { providers: { openai: {} } } }, async (gateway) => {
      expect(await listed(gateway)).toEqual([]);
      expect((await gateway.post(CHAT, chat('openai/gpt-6-luna'))).status).toBe(404);
    });
  });

  it('gets its key from a secret named with $, in keys and in headers', async () => {
    const providers = {
      up: standIn(upstream.url, { api_keys: ['$UP_KEY'], headers: { 'x-extra': '$EXTRA' } }),
    };
    await withGateway(
      { config: { providers }, vars: { UP_KEY: ' sk-env-1 ', EXTRA: 'e-1' } },
      async (gateway) => {
        upstream.calls.length = 0;
        expect((await gateway.post(CHAT, chat('up/m'))).status).toBe(200);
        expect((await upstream.call(0)).headers).toMatchObject({
          authorization: 'Bearer sk-env-1',
          'x-extra': 'e-1',
        });
      },
    );
  });

  it('without keys of its own gets none, whatever other secrets are there (traps H3)', async () => {
    const { api_keys: _, ...withoutKeys } = standIn(upstream.url);
    const providers = { bare: withoutKeys, none: standIn(upstream.url, { api_keys: [] }) };
    await withGateway(
      { config: { providers }, vars: { OPENAI_API_KEY: 'sk-0123456789' } },
      async (gateway) => {
        upstream.calls.length = 0;
        for (const id of ['bare', 'none'])
          expect((await gateway.post(CHAT, chat(`${id}/m`))).status).toBe(200);
        for (const { headers } of upstream.calls) expect(headers.authorization).toBeUndefined();
        expect(upstream.calls).toHaveLength(2);
      },
    );
  });

  it.each<[string, GatewayOptions]>([
    [
      'a header’s secret',
      {
        config: { providers: { up: standIn('http://127.0.0.1:9', { headers: { 'x-a': '$BROKEN' } }) } },
        vars: { BROKEN: 'first-line\nsecond-line' },
      },
    ],
    [
      'a key’s secret',
      {
        config: { providers: { up: standIn('http://127.0.0.1:9', { api_keys: ['$BROKEN'] }) } },
        vars: { BROKEN: 'first-line\nsecond-line' },
      },
    ],
    [
      'a vendor’s own secret',
      {
        config: { providers: { openai: { base_url: 'http://127.0.0.1:9/v1', allow_insecure: true } } },
        vars: { OPENAI_API_KEY: 'first-line\nsecond-line' },
      },
    ],
  ])('is refused when it is loaded, not when it is called, with a line break in %s', async (_, options) => {
    await withGateway(options, async (gateway) => {
      const [id] = Object.keys(options.config?.providers ?? {});
      const response = await gateway.post(CHAT, chat(`${id}/m`));
      const { message } = await expectRefusal(gateway, response, { status: 500, code: 'invalid_config' });
      expect(message).toContain(`providers.${id}`);
      expect(message + gateway.output()).not.toMatch(/first-line|second-line/);
    });
  });
});
