import { describe, expect, it } from 'vitest';
import { InvalidConfig } from '../../../src/errors.ts';
import { buildSnapshot, type Snapshot } from '../../../src/gateway/snapshot.ts';
import { plainCredential } from '../../../src/providers/credentials/credential.ts';

const HASH = 'b'.repeat(64);
const OPENAI = { OPENAI_API_KEY: 'sk-openai-0123' };

const build = (document: object | null, secrets: Record<string, string> = {}): Snapshot => {
  const variables: Record<string, string> =
    document === null ? secrets : { ...secrets, GATEWAY_CONFIG: JSON.stringify(document) };
  return buildSnapshot((name) => variables[name]);
};

function refuse(document: object, secrets: Record<string, string> = {}): InvalidConfig {
  try {
    build(document, secrets);
  } catch (error) {
    if (error instanceof InvalidConfig) return error;
    throw error;
  }
  throw new Error('the document was taken');
}

const pathsOf = (document: object, secrets?: Record<string, string>) =>
  refuse(document, secrets)
    .mistakes.map(({ path }) => path)
    .sort();

describe('providers', () => {
  it('are the simulator alone when nothing at all is configured', () => {
    for (const document of [null, {}]) {
      const { providers, warnings } = build(document);
      expect([...providers.keys()]).toEqual(['simulator']);
      expect(providers.get('simulator')).toMatchObject({ transport: 'simulator', auth: { kind: 'none' } });
      expect(warnings).toEqual([]);
    }
  });

  it('are on by their secrets, and the simulator is not on beside them', () => {
    const { providers } = build({}, { ...OPENAI, MISTRAL_API_KEY: 'sk-mistral-0123' });
    expect([...providers.keys()]).toEqual(['openai', 'mistral']);
    expect(providers.get('openai')?.credentials).toEqual([plainCredential('openai#1', 'sk-openai-0123')]);
  });

  it.each(['', ' ', '\n'])('are not on by a secret that is empty: %j', (value) => {
    expect([...build({}, { OPENAI_API_KEY: value }).providers.keys()]).toEqual(['simulator']);
  });

  it('stay off where the address needs the document, or where no secret is needed', () => {
    const { providers } = build(
      {},
      { ...OPENAI, CLOUDFLARE_API_KEY: 'cf-token-0123', SNOWFLAKE_PAT: 'pat-0123' },
    );
    expect([...providers.keys()]).toEqual(['openai']);
  });

  it('that the document names are off without a secret, with a warning, and no simulator stands in', () => {
    const { providers, warnings } = build({ providers: { openai: {} } });
    expect([...providers.keys()]).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('providers.openai')]);
  });

  it('are as the document says, and only as it says', () => {
    const entry = { base_url: 'https://proxy.example/v1', api_keys: ['$OTHER'] };
    const { providers } = build({ providers: { openai: entry } }, { ...OPENAI, OTHER: 'sk-other-0123' });
    expect(providers.get('openai')).toMatchObject({
      baseUrl: 'https://proxy.example/v1',
      credentials: [{ id: 'openai#1', value: 'sk-other-0123' }],
    });
    expect(providers.size).toBe(1);
  });

  it('include the simulator where it is named, with the models of its simulations', () => {
    const { providers } = build({ providers: { simulator: { simulations: { flaky: {} } } } }, OPENAI);
    expect([...providers.keys()].sort()).toEqual(['openai', 'simulator']);
    expect(providers.get('simulator')?.models).toContain('flaky');
    expect(providers.get('simulator')?.serves).toEqual(expect.arrayContaining(['flaky', 'flaky?*']));
  });
});

describe('mistakes', () => {
  it('are told all at once: of the shape, of providers, of aliases and of keys', () => {
    const document = {
      bogus: 1,
      providers: { openai: { base_url: 'http://10.0.0.1/v1' }, mine: {}, shape: { api_keys: 'x' } },
      models: {
        a: { targets: [{ provider: 'nobody', model: 'm' }, { alias: 'nothing' }] },
        b: { targets: [{ alias: 'a' }], residency: ['EU', 'UK'] },
        c: { targets: [] },
        d: { targets: [{ alias: 'c' }, { provider: 'shape', model: 'm' }] },
      },
      keys: [
        { name: 'one', sha256: HASH },
        { name: 'two', sha256: HASH },
      ],
    };
    expect(pathsOf(document)).toEqual([
      'bogus',
      'keys[1].sha256',
      'models.a.targets[0].provider',
      'models.a.targets[1].alias',
      'models.b.residency[1]',
      'models.c.targets',
      'providers.mine.base_url',
      'providers.openai.base_url',
      'providers.shape.api_keys',
    ]);
  });

  it.each([
    [{ a: { targets: [{ alias: 'a' }] } }, ['models.a.targets[0].alias']],
    [
      { a: { targets: [{ alias: 'b' }] }, b: { targets: [{ alias: 'a' }] } },
      ['models.a.targets[0].alias', 'models.b.targets[0].alias'],
    ],
    [
      {
        a: { targets: [{ provider: 'simulator', model: 'm' }, { alias: 'b' }] },
        b: { targets: [{ alias: 'c' }] },
        c: { targets: [{ alias: 'b' }] },
      },
      ['models.b.targets[0].alias', 'models.c.targets[0].alias'],
    ],
  ])('are aliases that lead back to themselves: %j', (models, paths) => {
    expect(pathsOf({ models })).toEqual(paths);
  });

  it('are not aliases that only meet again', () => {
    const target = { provider: 'simulator', model: 'm' };
    const models = {
      a: { targets: [{ alias: 'b' }, { alias: 'c' }] },
      b: { targets: [{ alias: 'd' }] },
      c: { targets: [{ alias: 'd' }] },
      d: { targets: [target] },
    };
    expect(build({ models }).aliases.size).toBe(4);
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'are references to %s, which every object has',
    (name) => {
      expect(pathsOf({ models: { a: { targets: [{ provider: name, model: 'm' }] } } })).toEqual([
        'models.a.targets[0].provider',
      ]);
      expect(pathsOf({ models: { a: { targets: [{ alias: name }] } } })).toEqual([
        'models.a.targets[0].alias',
      ]);
    },
  );

  it('are not vendors that are only off: their secret may come later', () => {
    expect(() => build({ models: { a: { targets: [{ provider: 'openai', model: 'm' }] } } })).not.toThrow();
  });

  it('are control characters in an alias', () => {
    const models = { 'a\nb': { targets: [{ provider: 'simulator', model: 'm' }] } };
    expect(pathsOf({ models })).toEqual(['models']);
  });

  it('are credentials of a vendor that no header can carry', () => {
    const mistakes = refuse({}, { OPENAI_API_KEY: 'sk-very secret' });
    expect(mistakes.mistakes).toHaveLength(1);
    expect(mistakes.message).toContain('OPENAI_API_KEY');
  });

  it('traps H5: show no secret', () => {
    const secrets = {
      OPENAI_API_KEY: 'sk-very\nsecret-1',
      LINES: 'sk-very\nsecret-2',
      GOOD: 'sk-very-secret-3',
    };
    const document = {
      providers: {
        mine: { base_url: 'https://user:sk-very-secret-4@a.example', api_keys: ['$GOOD', '$LINES', '$GONE'] },
        other: { base_url: 'https://a.example?key=sk-very-secret-5', api_keys: ['sk-very-secret-6 x'] },
        third: { api_keys: ['sk-very-secret-7'], headers: { 'x-a': '$LINES' }, key: 'sk-very-secret-8' },
      },
    };
    const error = refuse(document, secrets);
    expect(error.message).not.toContain('sk-very');
    expect(error.message).not.toContain('secret-');
    expect(error.mistakes.length).toBeGreaterThanOrEqual(7);
  });
});

describe('the rest of a snapshot', () => {
  it('takes every secret of the configuration out of text', () => {
    const { redact } = build(
      {
        providers: {
          mine: {
            base_url: 'https://a.example/v1',
            api_keys: ['plain-key-0123', '$ONE'],
            headers: { 'x-token': '$TWO' },
          },
        },
      },
      { ...OPENAI, ONE: 'secret-one-0123', TWO: 'secret-two-0123' },
    );
    expect(redact('plain-key-0123 secret-one-0123 secret-two-0123 sk-openai-0123 x')).toBe(
      '[redacted] [redacted] [redacted] [redacted] x',
    );
  });

  it('warns of fields that have no effect', () => {
    const targets = [{ provider: 'simulator', model: 'm' }];
    const models = { alone: { targets, mid_stream_failover: true } };
    const { warnings } = build({ cache: { ttl_seconds: 5 }, testing: { region_header: true }, models });
    expect(warnings).toEqual([expect.stringContaining('models.alone.mid_stream_failover')]);
  });

  it('warns of prices whose provider is not there', () => {
    const prices = { 'openai/m': {}, '*/m': {}, 'op*/m': {}, 'opnai/m': {} };
    expect(build({ prices }, OPENAI).warnings).toEqual([expect.stringContaining('prices.opnai/m')]);
  });

  it('warns of webhooks whose secrets are not set', () => {
    const webhooks = [{ url: '$HOOK', secret: '$SIGNING' }, { url: 'https://example.com' }];
    const { warnings } = build({ alerts: { webhooks } }, { ...OPENAI, HOOK: 'https://example.com/hook' });
    expect(warnings).toEqual([expect.stringMatching(/alerts\.webhooks\[0\]\.secret .*SIGNING.*not set/)]);
  });

  it('reads a document from several variables', () => {
    const variables: Record<string, string> = {
      GATEWAY_CONFIG: '{"keep_alive',
      GATEWAY_CONFIG_2: '_ms":77}',
    };
    expect(buildSnapshot((name) => variables[name]).document.keep_alive_ms).toBe(77);
  });
});
