import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../../src/dialects/pieces.ts';

const LENGTHS = [0, 1, 19, 20, 21, 39, 40, 41, 79, 80, 81, 1000];

describe('piecesOf', () => {
  it.each([
    ['one word', 'a'],
    ['words', 'two words '],
    ['line ends', 'line\r\n'],
    ['pairs of surrogates', '😀'],
    ['pairs at odd places', 'x😀'],
    ['lone surrogates', '\ud83d'],
    ['white space', '   '],
  ])('loses nothing of %s', (_, unit) => {
    for (const length of LENGTHS) {
      const text = unit.repeat(length);
      const pieces = piecesOf(text);
      expect(pieces.join('')).toBe(text);
      expect(pieces.every((piece) => piece !== '' && [...piece].length <= 40)).toBe(true);
      expect(pieces.slice(0, -1).every((piece) => [...piece].length >= 20)).toBe(true);
    }
  });

  it('cuts no surrogate pair', () => {
    for (const piece of piecesOf(`x${'😀'.repeat(200)}`)) expect(piece.isWellFormed()).toBe(true);
  });

  it('cuts before white space where it can', () => {
    expect(piecesOf('The quick brown fox jumps over the lazy dog, and then it sleeps.')).toEqual([
      'The quick brown fox jumps over the lazy',
      ' dog, and then it sleeps.',
    ]);
  });

  it('cuts long texts into a thousand pieces, and no pair', () => {
    expect(piecesOf('字'.repeat(40_000))).toHaveLength(1000);
    for (const text of ['字'.repeat(400_000), `x${'😀'.repeat(300_000)}`]) {
      const pieces = piecesOf(text);
      expect(pieces.length).toBeLessThanOrEqual(1000);
      expect(pieces.length).toBeGreaterThan(990);
      expect(pieces.join('')).toBe(text);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }
  });
});
