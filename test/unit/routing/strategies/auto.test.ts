import { describe, expect, it } from 'vitest';
import { difficultyOf } from '../../../../src/routing/difficulty.ts';
import { EMPTY_SHAPE, type RequestShape } from '../../../../src/routing/request-shape.ts';
import { choose, NOW, newHealth, order, reasonOf, routingIndexOf, target } from '../choosing.ts';

const EASY: Partial<RequestShape> = { characters: 2, messages: 1, lastUserText: 'hi', language: 'en' };
const HARD: Partial<RequestShape> = {
  characters: 200_000,
  messages: 40,
  tools: 30,
  images: 4,
  wantsJson: true,
  maxOutputTokens: 60_000,
  reasoningEffort: 'high',
  lastUserText: 'Prove step by step that the algorithm below is correct, and analyse its complexity.',
  language: 'en',
};
const scoreOf = (shape: Partial<RequestShape>) => difficultyOf({ ...EMPTY_SHAPE, ...shape }).score;

const auto = (thresholds?: number[]) =>
  routingIndexOf({
    a: {
      strategy: 'auto',
      targets: [target('small'), target('medium'), target('large')],
      ...(thresholds === undefined ? {} : { auto: { thresholds } }),
    },
  });

describe('auto', () => {
  it('asks the small model for what is easy, and the large one for what is hard', () => {
    expect(order(auto(), { shape: EASY })).toEqual(['small', 'medium', 'large']);
    expect(order(auto(), { shape: HARD })).toEqual(['large', 'medium', 'small']);
  });

  it('goes to larger ones first when the one that was meant fails', () => {
    const score = scoreOf(EASY);
    const index = auto([score, Math.min(0.999, score + 0.001)]);
    expect(order(index, { shape: EASY })).toEqual(['medium', 'large', 'small']);
    const health = newHealth();
    health.of('p/medium').cool(NOW + 1000);
    expect(order(index, { shape: EASY, health })).toEqual(['large', 'small', 'medium']);
  });

  it('goes by the thresholds of the document', () => {
    const score = scoreOf(HARD);
    expect(order(auto([score + 0.0001, 0.9999]), { shape: HARD })[0]).toBe('small');
    expect(order(auto([score / 2, score]), { shape: HARD })[0]).toBe('large');
  });

  it('keeps the bands where a rule takes a target out', () => {
    const index = routingIndexOf({
      a: {
        strategy: 'auto',
        residency: ['EU'],
        targets: [
          target('small', { regions: ['EU'] }),
          target('medium', { regions: ['NA'] }),
          target('large', { regions: ['EU'] }),
        ],
      },
    });
    expect(order(index, { shape: HARD })).toEqual(['large', 'small']);
    expect(order(index, { shape: EASY })).toEqual(['small', 'large']);
  });

  it('tells the difficulty, and what it is made of', () => {
    const candidates = choose(auto(), { shape: EASY });
    const { score, because } = difficultyOf({ ...EMPTY_SHAPE, ...EASY });
    expect(reasonOf(candidates, 'small')).toBe(`auto: difficulty ${score.toFixed(2)}, ${because}`);
    expect(reasonOf(candidates, 'large')).toBe('auto: larger');
    expect(reasonOf(choose(auto(), { shape: HARD }), 'small')).toBe('auto: smaller');
  });
});
