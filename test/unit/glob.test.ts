import { describe, expect, it } from 'vitest';
import { matchesAnyGlob, matchesGlob } from '../../src/glob.ts';
import { seeded } from '../support/seeded.ts';

/** Slow and plain: tries every length for each star. */
function matchesSlowly(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return text[0] === pattern[0] && matchesSlowly(pattern.slice(1), text.slice(1));
  for (let taken = 0; taken <= text.length; taken += 1)
    if (matchesSlowly(pattern.slice(1), text.slice(taken))) return true;
  return false;
}

describe('matchesGlob', () => {
  it.each([1, 2, 3, 4])('agrees with a matcher that tries everything (seed %i)', (seed) => {
    const random = seeded(seed);
    const word = (letters: string[], longest: number) =>
      random.list(random.between(0, longest), () => random.pick(letters)).join('');
    for (let round = 0; round < 1500; round += 1) {
      const pattern = word(['a', 'b', '*', '*', '/'], 6);
      const text = word(['a', 'b', '/'], 7);
      expect(matchesGlob(pattern, text), `${pattern} ${text}`).toBe(matchesSlowly(pattern, text));
    }
  });

  it.each([
    ['*', 'anything/at all', true],
    ['*', '', true],
    ['openai/*', 'openai/ft:gpt/x', true],
    ['openai/*', 'openai/', true],
    ['openai/*', 'openai', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*-mini', 'gpt-4o-mini', true],
    ['gpt-*-mini', 'gpt-mini', false],
    ['', '', true],
    ['', 'x', false],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it.each([
    ['gpt-4.1', 'gpt-4x1'],
    ['gpt-?', 'gpt-4'],
    ['[ab]', 'a'],
    ['a|b', 'a'],
    ['^a$', 'a'],
    ['GPT-*', 'gpt-4'],
    ['\\*', 'x'],
  ])('traps H7: treats nothing but the star as special (%j)', (pattern, text) => {
    expect(matchesGlob(pattern, text)).toBe(false);
    expect(matchesGlob(pattern, pattern)).toBe(true);
  });

  it('traps H7: answers a pattern of many stars on a long text', () => {
    expect(matchesGlob(`${'*a'.repeat(500)}*b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('matchesAnyGlob', () => {
  it('matches nothing for an empty list, and otherwise whatever one pattern matches', () => {
    expect(matchesAnyGlob([], 'a')).toBe(false);
    expect(matchesAnyGlob(['b', 'a*'], 'abc')).toBe(true);
    expect(matchesAnyGlob(['b', 'c'], 'abc')).toBe(false);
  });
});
