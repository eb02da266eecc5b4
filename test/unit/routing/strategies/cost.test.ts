import { describe, expect, it } from 'vitest';
import { choose, order, routingIndexOf, target } from '../choosing.ts';

const priced =
  (prices: Readonly<Record<string, number>>) =>
  (_: string, model: string): number | null =>
    prices[model] ?? null;

describe('cost', () => {
  const INDEX = routingIndexOf({
    a: { strategy: 'cost', targets: [target('1'), target('2'), target('3'), target('4')] },
  });

  it('asks the cheapest first, and what has no known price last', () => {
    const costAt = priced({ 2: 500_000, 3: 1200, 4: 0 });
    const { all } = choose(INDEX, { costAt });
    expect(all.map(({ model, reason }) => [model, reason])).toEqual([
      ['4', 'cost: expected $0'],
      ['3', 'cost: expected $0.0000012'],
      ['2', 'cost: expected $0.00050'],
      ['1', 'cost: price not known'],
    ]);
  });

  it('keeps the order of the document among equals', () => {
    expect(order(INDEX, { costAt: () => 5 })).toEqual(['1', '2', '3', '4']);
    expect(order(INDEX, { costAt: () => null })).toEqual(['1', '2', '3', '4']);
  });

  it.each([
    [2e9, '$2.00'],
    [12_345_678, '$0.012'],
    [1, '$0.000000001'],
  ])('tells %d nano-dollars as %s', (nanoUsd, text) => {
    expect(choose(INDEX, { costAt: () => nanoUsd }).all[0]?.reason).toBe(`cost: expected ${text}`);
  });

  it('never asks what lacks a tag, however cheap, and whoever failed', () => {
    const index = routingIndexOf({
      a: {
        strategy: 'cost',
        quality: ['vision', 'large'],
        targets: [
          target('1', { quality: ['large'] }),
          target('2', { quality: ['large', 'vision'] }),
          target('3'),
          { alias: 'b', quality: ['vision', 'large', 'new'] },
        ],
      },
      b: { targets: [target('4'), target('5', { quality: ['new'] })] },
    });
    const { all } = choose(index, { costAt: priced({ 1: 1, 2: 9, 3: 1, 4: 8, 5: 1 }) });
    expect(all.map(({ model, standing, reason }) => [model, standing, reason])).toEqual([
      ['4', 'yes', 'cost: expected $0.000000008; fallback: first choice'],
      ['2', 'yes', 'cost: expected $0.000000009'],
      ['1', 'no', 'without the quality vision'],
      ['3', 'no', 'without the quality vision'],
      ['5', 'no', 'without the quality vision'],
    ]);
  });
});
