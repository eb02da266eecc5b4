import { describe, expect, it } from 'vitest';
import { shareOut } from '../../../../src/gateway/cache/embeddings-shares.ts';
import { seeded } from '../../../support/seeded.ts';

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe('shares of a number of tokens', () => {
  it.each(SEEDS)('are whole, add up, and are off their proportion by less than one (seed %i)', (seed) => {
    const random = seeded(seed);
    const weights = random.list(random.between(1, 300), () => random.between(1, random.pick([2, 100, 1e6])));
    const total = random.between(0, random.pick([3, 1000, 2e6]));
    const shares = shareOut(total, weights);
    expect(sum(shares)).toBe(total);
    for (const [place, share] of shares.entries()) {
      const weight = weights[place] ?? 0;
      expect(Number.isInteger(share) && share >= 0).toBe(true);
      expect(Math.abs(share - (total * weight) / sum(weights))).toBeLessThan(1);
    }
  });

  it.each([
    [10, [1], [10]],
    [10, [1, 1], [5, 5]],
    [1, [1, 1, 1], [0, 0, 1]],
    [0, [5, 5], [0, 0]],
    [2.5, [1, 1], [1, 1.5]],
    [3, [], []],
  ])('of %d by %j are %j', (total, weights, shares) => {
    expect(shareOut(total, weights)).toEqual(shares);
  });
});
