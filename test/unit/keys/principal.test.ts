import { describe, expect, it } from 'vitest';
import { mayReach, mayUseModel, mayUseRoute, type Principal } from '../../../src/keys/principal.ts';

const EVERYTHING: Principal = {
  keyName: 'a',
  keyId: null,
  token: null,
  project: 'default',
  organization: null,
  endUser: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  expiresAt: null,
  limits: {},
  waitingRoom: null,
  ledgerId: 'a',
  isMetered: true,
  logsContent: false,
  within: null,
};

describe('mayUseModel', () => {
  it.each([
    [null, 'openai/gpt-4', true],
    [[], 'openai/gpt-4', false],
    [['openai/*'], 'openai/gpt-4', true],
    [['openai/*'], 'azure/gpt-4', false],
    [['fast'], 'fast', true],
    [['fast'], 'Fast', false],
    [['fast'], 'faster', false],
    [['*/gpt-4'], 'openrouter/openai/gpt-4', true],
  ])('with the grant %j, %s: %s', (models, name, expected) => {
    expect(mayUseModel({ ...EVERYTHING, models }, name)).toBe(expected);
  });
});

describe('mayReach', () => {
  it.each([
    [[], 'openai/gpt-4', true],
    [['openai/gpt-4'], 'openai/gpt-4', false],
    [['openai/*'], 'openai/o3', false],
    [['*'], 'openai/o3', false],
    [['openai/gpt-4'], 'azure/gpt-4', true],
  ])('traps H6: with %j denied, %s: %s', (deniedModels, target, expected) => {
    expect(mayReach({ ...EVERYTHING, deniedModels }, target)).toBe(expected);
  });

  it('denies what is granted too', () => {
    const principal = { ...EVERYTHING, models: ['openai/gpt-4'], deniedModels: ['openai/gpt-4'] };
    expect(mayReach(principal, 'openai/gpt-4')).toBe(false);
  });
});

describe('mayUseRoute', () => {
  it.each([
    [null, '/v1/embeddings', true],
    [[], '/v1/embeddings', false],
    [['/v1/embeddings'], '/v1/embeddings', true],
    [['/embeddings'], '/v1/embeddings', true],
    [['/v1/chat/*'], '/v1/chat/completions', true],
    [['/v1/chat/*'], '/v1/completions', false],
    [['/v1/completions'], '/v1/chat/completions', false],
  ])('with the grant %j, %s: %s', (routes, route, expected) => {
    expect(mayUseRoute({ ...EVERYTHING, routes }, route)).toBe(expected);
  });
});
