import { describe, expect, it } from 'vitest';
import { ModelNotAllowed, ModelNotFound, ProviderCredentialRejected } from '../../../src/errors.ts';
import { targetName } from '../../../src/gateway/exchange.ts';
import { route } from '../../../src/gateway/route.ts';
import type { Principal } from '../../../src/keys/principal.ts';
import { createTestServices, EVERYTHING, testExchange } from './support.ts';

const services = createTestServices({
  providers: {
    one: {
      base_url: 'https://one.example/v1',
      api_keys: ['one-key-a', 'one-key-b', 'one-key-c'],
      models: ['one-*'],
    },
    two: { base_url: 'https://two.example/v1', api_keys: ['two-key-a'], models: ['two-*'] },
    openai: {},
  },
  models: {
    fast: {
      targets: [
        { provider: 'one', model: 'one-small' },
        { provider: 'two', model: 'two-small' },
      ],
      retries: 3,
      timeouts: { idle_ms: 5 },
    },
    outer: { targets: [{ alias: 'fast' }, { provider: 'two', model: 'two-large' }] },
    silent: { targets: [{ provider: 'openai', model: 'gpt' }] },
    half: {
      targets: [
        { provider: 'openai', model: 'gpt' },
        { provider: 'two', model: 'two-large' },
      ],
    },
    unmetered: { targets: [{ provider: 'one', model: 'one-small' }], metering: false },
  },
});

const plan = (model: string, principal: Partial<Principal> = {}) =>
  route(model, {
    exchange: testExchange(services),
    principal: { ...EVERYTHING, ...principal },
    request: null,
  });
const targets = (model: string, principal: Partial<Principal> = {}) =>
  plan(model, principal).targets.map(targetName);

describe('route', () => {
  it('plans an alias with its own rules', () => {
    expect(plan('fast')).toMatchObject({
      alias: 'fast',
      retries: 3,
      timeouts: { idle_ms: 5, first_token_ms: 120_000, total_ms: 900_000 },
      isMetered: true,
    });
    expect(targets('fast')).toEqual(['one/one-small', 'two/two-small']);
    expect(targets('outer')).toEqual(['one/one-small', 'two/two-small', 'two/two-large']);
  });

  it('plans everything else by the defaults', () => {
    for (const name of ['one/anything', 'one-bare']) {
      expect(plan(name)).toMatchObject({ alias: null, retries: 1, timeouts: { idle_ms: 120_000 } });
    }
    expect(targets('one/one-x')).toEqual(['one/one-x']);
    expect(targets('one-bare')).toEqual(['one/one-bare']);
  });

  it('knows no model that nobody serves', () => {
    expect(() => plan('three-x')).toThrow(ModelNotFound);
    expect(() => plan('three-x', { models: [] })).toThrow(ModelNotFound);
  });

  it('grants an alias with all its targets, and nothing else', () => {
    const principal = { models: ['outer'] };
    expect(targets('outer', principal)).toHaveLength(3);
    for (const name of ['fast', 'one/one-small', 'one-small', 'two/two-large', 'unmetered'])
      expect(() => plan(name, principal), name).toThrow(ModelNotAllowed);
  });

  it('traps H6: grants a bare name by the target that it means', () => {
    expect(targets('one-small', { models: ['one/*'] })).toEqual(['one/one-small']);
    expect(() => plan('one-small', { models: ['one-small'] })).toThrow(ModelNotAllowed);
    expect(() => plan('fast', { models: ['one/*', 'two/*'] })).toThrow(ModelNotAllowed);
    expect(() => plan('fast', { models: [] })).toThrow(ModelNotAllowed);
  });

  it('traps H6: leaves out denied targets, by whatever name they are reached', () => {
    const principal = { deniedModels: ['one/*'] };
    expect(targets('fast', principal)).toEqual(['two/two-small']);
    expect(targets('outer', principal)).toEqual(['two/two-small', 'two/two-large']);
    for (const name of ['one/one-small', 'one-small', 'unmetered'])
      expect(() => plan(name, principal), name).toThrow(ModelNotAllowed);
  });

  it('names the model as the client did when it may not be used', () => {
    expect(() => plan('one-small', { models: [] })).toThrow('"one-small"');
  });

  it('leaves out providers that are off, and tells the operator where none is left', () => {
    expect(targets('half')).toEqual(['two/two-large']);
    expect(() => plan('silent')).toThrow(ProviderCredentialRejected);
  });

  it('meters unless the alias or the key says otherwise', () => {
    expect(plan('unmetered').isMetered).toBe(false);
    expect(plan('fast', { isMetered: false }).isMetered).toBe(false);
  });

  it('asks credentials in order, and those that were refused lately last', () => {
    const ids = () => plan('one/x').targets[0]?.credentials.map(({ id }) => id);
    expect(ids()).toEqual(['one#1', 'one#2', 'one#3']);
    const refuse = (id: string, until: number) => {
      const { credentials = [] } = services.snapshot.providers.get('one') ?? {};
      const stateId = credentials.find((one) => one.id === id)?.stateId ?? '';
      services.credentialBook.invalidate(stateId, until, 0);
    };
    refuse('one#1', 3e12);
    expect(ids()).toEqual(['one#2', 'one#3', 'one#1']);
    refuse('one#2', 4e12);
    refuse('one#3', 5e12);
    expect(ids()).toEqual(['one#1', 'one#2', 'one#3']);
  });
});
