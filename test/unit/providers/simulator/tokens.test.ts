import { describe, expect, it } from 'vitest';
import { countTokens, splitTokens } from '../../../../src/providers/simulator/tokens.ts';

const TEXTS = [
  '',
  ' ',
  'Hello, world',
  '  two  \n',
  'aaaaaaaaa',
  '😀😀😀😀😀',
  'a\u00a0b\u3000c',
  '\ud800 x',
];

describe('simulator tokens', () => {
  it('are up to four characters with the white space before them', () => {
    expect(splitTokens('Hello, world ')).toEqual(['Hell', 'o,', ' worl', 'd', ' ']);
  });

  it.each(TEXTS)('of %j are the text again, and are counted right', (text) => {
    expect(splitTokens(text).join('')).toBe(text);
    expect(countTokens(text)).toBe(splitTokens(text).length);
  });

  it.each(TEXTS)('of any beginning of %j are the same tokens', (text) => {
    const tokens = splitTokens(text);
    for (const [index] of tokens.entries()) {
      const beginning = tokens.slice(0, index + 1);
      expect(splitTokens(beginning.join(''))).toEqual(beginning);
    }
  });

  it('never cut a character in two', () => {
    expect(splitTokens('😀😀😀😀😀')).toEqual(['😀😀😀😀', '😀']);
  });
});
