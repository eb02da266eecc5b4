import { describe, expect, it } from 'vitest';
import { ModelNotFound } from '../../../../src/errors.ts';
import { PolicyVersions } from '../../../../src/gateway/cache/policy-version.ts';
import { buildSnapshot } from '../../../../src/gateway/snapshot.ts';
import { IsolateCache } from '../../../../src/isolate-cache.ts';

const CONFIG = {
  providers: {
    one: { base_url: 'https://one.example/v1', api_keys: ['sk-one-0001'], models: ['one-*'] },
    two: { base_url: 'https://two.example/v1', api_keys: ['sk-two-0001'] },
    simulator: { simulations: { slow: { answer_tokens: 10 } } },
  },
  models: {
    fast: {
      strategy: 'fallback',
      targets: [
        { provider: 'one', model: 'one-small' },
        { provider: 'two', model: 'small', weight: 2 },
      ],
      timeouts: { idle_ms: 100 },
      retries: 1,
      cache: { ttl_seconds: 60 },
    },
    outer: { targets: [{ alias: 'fast' }, { provider: 'two', model: 'large' }] },
    other: { targets: [{ provider: 'two', model: 'large' }] },
  },
};

type Config = { [Key in 'providers' | 'models']: Record<string, Record<string, unknown>> };

function versionsOf(config: object) {
  const cache = new IsolateCache<string>({ maxEntries: 10, ttlMs: 1000, now: () => 0 });
  const text = JSON.stringify(config);
  return new PolicyVersions(
    buildSnapshot((name) => (name === 'GATEWAY_CONFIG' ? text : undefined)),
    cache,
  );
}

const versionOf = (model: string, change: (config: Config) => void = () => undefined): string => {
  const config = structuredClone(CONFIG) as unknown as Config;
  change(config);
  return versionsOf(config).of(model);
};

const change = (part: keyof Config, name: string, fields: object) => (config: Config) => {
  config[part][name] = { ...config[part][name], ...fields };
};
const [FIRST, SECOND] = CONFIG.models.fast.targets;

/** `fast`, as it may have a residency. */
const LOCAL = { targets: [FIRST, SECOND].map((target) => ({ ...target, regions: ['EU'] })) };

describe('PolicyVersions', () => {
  it('is one word for one way, made once', () => {
    const versions = versionsOf(CONFIG);
    expect(versions.of('fast')).toMatch(/^[0-9a-f]{32}$/);
    expect(versions.of('fast')).toBe(versions.of('fast'));
    expect(versions.of('fast')).toBe(versionOf('fast'));
    expect(versions.of('one/one-bare')).toBe(versions.of('one-bare'));
  });

  it('is another for each name that leads elsewhere', () => {
    const names = ['fast', 'outer', 'other', 'two/large', 'one/large', 'two/small', 'simulator/slow'];
    expect(new Set(names.map((name) => versionOf(name))).size).toBe(names.length);
  });

  it.each<[string, (config: Config) => void]>([
    ['its strategy', change('models', 'fast', { strategy: 'weighted' })],
    ['the order of its targets', change('models', 'fast', { targets: [SECOND, FIRST] })],
    ['a target more', change('models', 'fast', { targets: [FIRST, SECOND, { alias: 'other' }] })],
    ['a target less', change('models', 'fast', { targets: [FIRST] })],
    ["a target's model", change('models', 'fast', { targets: [FIRST, { ...SECOND, model: 'tiny' }] })],
    ["a target's weight", change('models', 'fast', { targets: [FIRST, { ...SECOND, weight: 3 }] })],
    ["a target's regions", change('models', 'fast', { targets: [FIRST, { ...SECOND, regions: ['EU'] }] })],
    ["a target's name", change('models', 'fast', { targets: [FIRST, { ...SECOND, name: 'canary' }] })],
    ["a provider's address", change('providers', 'two', { base_url: 'https://three.example/v1' })],
    ["a provider's form", change('providers', 'two', { dialect: 'anthropic-messages' })],
    ["a provider's headers", change('providers', 'two', { headers: { 'x-release': 'next' } })],
    ["a provider's version", change('providers', 'two', { api_version: '2024-10-21' })],
  ])('changes with %s, for who leads there by another alias too', (_, changed) => {
    expect(versionOf('fast', changed)).not.toBe(versionOf('fast'));
    expect(versionOf('outer', changed)).not.toBe(versionOf('outer'));
    expect(versionOf('one-bare', changed)).toBe(versionOf('one-bare'));
  });

  it.each<[string, object, object]>([
    ['what a weighted one keeps together', { strategy: 'weighted' }, { sticky_by: 'key' }],
    ['the thresholds of an auto one', { strategy: 'auto' }, { auto: { thresholds: [0.3] } }],
    ['its residency alone', LOCAL, { residency: ['EU'] }],
    [
      'the tags that a cost one asks for',
      { strategy: 'cost', targets: [{ ...FIRST, quality: ['large'] }, SECOND] },
      { quality: ['large'] },
    ],
    [
      "a target's tags",
      { strategy: 'cost', targets: [{ ...FIRST, quality: ['large'] }, SECOND] },
      { targets: [{ ...FIRST, quality: ['small'] }, SECOND] },
    ],
    [
      "a target's condition",
      { strategy: 'conditional', targets: [{ ...FIRST, when: 'request.tools > 0' }, SECOND] },
      { targets: [{ ...FIRST, when: 'request.tools > 1' }, SECOND] },
    ],
  ])('changes with %s', (_, before, after) => {
    const changed = change('models', 'fast', { ...before, ...after });
    expect(versionOf('fast', changed)).not.toBe(versionOf('fast', change('models', 'fast', before)));
  });

  it.each<[string, (config: Config) => void]>([
    ['how long it may take', change('models', 'fast', { timeouts: { idle_ms: 200 }, retries: 3 })],
    ['how it is cached', change('models', 'fast', { cache: { ttl_seconds: 5, mode: 'always' } })],
    ['its waiting room', change('models', 'fast', { waiting_room: { max_waiters: 3, max_wait_seconds: 1 } })],
    ['other names', change('models', 'other', { strategy: 'single' })],
    ["a provider's credentials", change('providers', 'two', { api_keys: ['sk-two-0002', 'sk-two-0003'] })],
    ["a provider's limits", change('providers', 'two', { limits: { requests_per_minute: 5 } })],
  ])('does not change with %s', (_, changed) => {
    expect(versionOf('fast', changed)).toBe(versionOf('fast'));
  });

  it('of a bare name changes with the provider that serves it', () => {
    const moved = (config: Config) => {
      change('providers', 'one', { models: [] })(config);
      change('providers', 'two', { models: ['one-*'] })(config);
    };
    expect(versionOf('one-bare', moved)).not.toBe(versionOf('one-bare'));
    expect(versionOf('one-bare', moved)).toBe(versionOf('two/one-bare'));
  });

  it('of a simulated model changes with its simulation', () => {
    const changed = change('providers', 'simulator', { simulations: { slow: { answer_tokens: 20 } } });
    expect(versionOf('simulator/slow', changed)).not.toBe(versionOf('simulator/slow'));
  });

  it('is none for a name that leads nowhere', () => {
    expect(() => versionOf('nowhere')).toThrow(ModelNotFound);
  });
});
