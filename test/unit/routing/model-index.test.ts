import { describe, expect, it } from 'vitest';
import { ModelNotFound } from '../../../src/errors.ts';
import { listModels, resolveModel } from '../../../src/routing/model-index.ts';
import { indexOf } from './support.ts';

const INDEX = indexOf(
  {
    fast: { targets: [{ provider: 'acme', model: 'acme-1' }] },
    'acme/acme-1': { targets: [{ provider: 'beta', model: 'b' }] },
    'acme-2': { targets: [{ provider: 'beta', model: 'b' }] },
    private: {
      targets: [
        { provider: 'hosted', model: 'our-own' },
        { provider: 'off', model: 'unlisted' },
      ],
    },
  },
  [
    { id: 'acme', serves: ['acme-*', 'shared-*'], models: ['acme-9'] },
    { id: 'beta', serves: ['beta-*', 'shared-*'], models: ['listed-only', 'org/beta-model'] },
    { id: 'hosted' },
  ],
);

const resolve = (name: string, mayName: (target: string) => boolean = () => true) =>
  resolveModel(name, INDEX, mayName);

describe('resolveModel', () => {
  it.each(['fast', 'acme/acme-1', 'acme-2'])('lets the alias %s beat everything else', (name) => {
    expect(resolve(name)).toMatchObject({ kind: 'alias', name });
  });

  it.each([
    ['acme/anything at all', 'acme', 'anything at all'],
    ['acme/beta-1', 'acme', 'beta-1'],
    ['acme/org/model', 'acme', 'org/model'],
    ['acme//x', 'acme', '/x'],
    ['hosted/our-own', 'hosted', 'our-own'],
  ])('splits %s at the first slash, for a configured provider', (name, provider, model) => {
    expect(resolve(name)).toEqual({ kind: 'target', provider, model });
  });

  it.each([
    ['acme-3', 'acme'],
    ['beta-1', 'beta'],
    ['listed-only', 'beta'],
    ['org/beta-model', 'beta'],
    ['our-own', 'hosted'],
  ])('sends the bare name %s to %s, which alone serves it', (name, provider) => {
    expect(resolve(name)).toEqual({ kind: 'target', provider, model: name });
  });

  it.each([
    'unknown',
    '',
    '/',
    'acme/',
    '/acme-1',
    'off/x',
    'unlisted',
    'Fast',
    'ACME/acme-1',
    '__proto__',
    '*',
  ])('knows no model %j', (name) => {
    expect(() => resolve(name)).toThrow(ModelNotFound);
  });

  it('names the choices where several providers serve a bare name', () => {
    expect(() => resolve('shared-1')).toThrow(ModelNotFound);
    expect(() => resolve('shared-1')).toThrow(/acme\/shared-1 or beta\/shared-1/);
    expect(() => resolve('unknown')).toThrow(/^(?!.*Several)/);
  });

  it('traps H5: names none of the choices that the key may not know of', () => {
    const onlyBeta = (target: string) => target.startsWith('beta/');
    expect(() => resolve('shared-1', onlyBeta)).toThrow(/^(?!.*acme).*beta\/shared-1/);
    expect(() => resolve('shared-1', () => false)).toThrow(/^(?!.*(acme|beta)).*Several providers/);
  });
});

describe('listModels', () => {
  it('lists aliases first, then targets of configured providers, then what providers name', () => {
    expect(listModels(INDEX)).toEqual([
      { id: 'fast', ownedBy: 'acme' },
      { id: 'acme/acme-1', ownedBy: 'beta' },
      { id: 'acme-2', ownedBy: 'beta' },
      { id: 'private', ownedBy: 'hosted' },
      { id: 'beta/b', ownedBy: 'beta' },
      { id: 'hosted/our-own', ownedBy: 'hosted' },
      { id: 'acme/acme-9', ownedBy: 'acme' },
      { id: 'beta/listed-only', ownedBy: 'beta' },
      { id: 'beta/org/beta-model', ownedBy: 'beta' },
    ]);
  });

  it('finds the owner of an alias through nested ones', () => {
    const index = indexOf({
      outer: { targets: [{ alias: 'middle' }] },
      middle: { targets: [{ alias: 'inner' }] },
      inner: { targets: [{ provider: 'acme', model: 'm' }] },
    });
    expect(listModels(index).map(({ ownedBy }) => ownedBy)).toEqual(['acme', 'acme', 'acme']);
  });

  it('lists what it lists so that each can be asked for', () => {
    for (const { id } of listModels(INDEX)) expect(() => resolve(id)).not.toThrow();
  });
});
