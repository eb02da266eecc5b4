import { describe, expect, it } from 'vitest';
import { leavesOf } from '../../../src/routing/leaves-of.ts';
import { target } from './choosing.ts';
import { entryOf, indexOf } from './support.ts';

describe('leavesOf', () => {
  it('follows nested aliases, takes the first only of a single, and tells each target once', () => {
    const index = indexOf({
      a: { targets: [target('1'), { alias: 'b' }, target('2'), { provider: 'q', model: '1' }] },
      b: { strategy: 'single', targets: [{ alias: 'c' }, target('9')] },
      c: { strategy: 'weighted', targets: [target('2'), target('3'), target('1')] },
    });
    expect(leavesOf(entryOf(index, 'a'), index)).toEqual([
      { provider: 'p', model: '1' },
      { provider: 'p', model: '2' },
      { provider: 'p', model: '3' },
      { provider: 'q', model: '1' },
    ]);
  });
});
