import { describe, expect, it } from 'vitest';
import { alsoNamedModels } from '../../../src/dialects/also-named.ts';

describe('alsoNamedModels', () => {
  it.each([
    [{}, []],
    [{ models: null, tools: null, providerOptions: null }, []],
    [{ models: ['a/b', 'c'] }, ['a/b', 'c']],
    [{ models: 'a' }, ['a']],
    [{ models: [{ id: 'a' }, 1] }, ['{"id":"a"}', '1']],
    [{ providerOptions: { gateway: { models: ['a'] }, openai: { models: ['b'] } } }, ['a']],
    [
      { tools: [{ type: 'image_generation', model: 'gpt-image-1' }, { type: 'function' }, 'odd'] },
      ['gpt-image-1'],
    ],
    [{ fallbacks: ['a', 1, null] }, ['a', '1', 'null']],
    [
      { fallbacks: 'a', context_window_fallbacks: ['b'], content_policy_fallbacks: [{ model: 'c' }] },
      ['a', 'b', 'c'],
    ],
    [{ fallbacks: [{ model: 'a', messages: [], fallbacks: ['b'], models: ['c'] }] }, ['a', 'c', 'b']],
    [{ fallbacks: [{ model: { id: 'a' } }] }, ['{"id":"a"}']],
    [
      { fallbacks: [{ 'in-place-of': ['a', { id: 'b' }], '*': 'c' }, { model: null }] },
      ['a', '{"id":"b"}', 'c'],
    ],
    [{ tools: { type: 'image_generation', model: 'a' } }, ['a']],
    [{ tools: [{ type: 'function', function: { name: 'model' }, model: null }] }, []],
  ])('finds in %j: %j', (body, names) => {
    expect(alsoNamedModels(body)).toEqual(names);
  });
});
