import { estimateTokenCount } from 'tokenx';
import { describe, expect, it } from 'vitest';
import { estimateTextTokens } from '../../../../src/dialects/estimates/text-tokens.ts';
import { TEXTS } from './texts.ts';

/** Latin scripts without English's short words, and what is no text at all, may come out a little low. */
const LOW: Readonly<Record<string, number>> = { finnish: 0.8, swahili: 0.8, punct: 0.85 };

describe('estimateTextTokens', () => {
  it.each(Object.entries(TEXTS))(
    'is not far below the truth, and not twice as much: %s',
    (name, { text, tokens }) => {
      const estimate = estimateTextTokens(text);
      expect(estimate / tokens).toBeGreaterThanOrEqual(LOW[name] ?? 0.93);
      expect(estimate / tokens).toBeLessThanOrEqual(1.75);
    },
  );

  it('is generous over all of them', () => {
    const all = Object.values(TEXTS);
    const estimated = all.reduce((sum, { text }) => sum + estimateTextTokens(text), 0);
    const real = all.reduce((sum, { tokens }) => sum + tokens, 0);
    expect(estimated / real).toBeGreaterThan(1.1);
    expect(estimated / real).toBeLessThan(1.3);
  });

  it.each(['english', 'german', 'french', 'code', 'python', 'json'])(
    'is at least what tokenx says of %s',
    (name) => {
      const text = TEXTS[name]?.text ?? '';
      expect(estimateTextTokens(text)).toBeGreaterThanOrEqual(estimateTokenCount(text));
      expect(estimateTextTokens(text)).toBeLessThanOrEqual(estimateTokenCount(text) * 1.35);
    },
  );

  it('takes a long text for as much as its parts, from samples', () => {
    for (const { text } of Object.values(TEXTS)) {
      const piece = `${text}\n`;
      const times = Math.ceil(200_000 / piece.length);
      const ratio = estimateTextTokens(piece.repeat(times)) / (estimateTextTokens(piece) * times);
      expect(ratio).toBeGreaterThan(0.97);
      expect(ratio).toBeLessThan(1.12);
    }
  });

  it('does not take a long text for cheap because it begins and ends cheaply', () => {
    const chinese = (TEXTS.chinese?.text ?? '').repeat(2000);
    const english = (TEXTS.english?.text ?? '').repeat(200);
    const estimate = estimateTextTokens(english + chinese + english);
    expect(estimate).toBeGreaterThan(estimateTextTokens(chinese));
  });

  it('is 0 of nothing, and at least 1 of anything that is read', () => {
    expect(estimateTextTokens('')).toBe(0);
    for (const text of ['a', 'A', '1', '.', 'é', '字', '👍', '\n', '\ud800'])
      expect(estimateTextTokens(text)).toBeGreaterThanOrEqual(1);
  });
});
