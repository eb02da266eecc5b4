/** Prices of the operator's own: slips that would leave a model without the price that was meant. */
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../../src/config/parse-document.ts';

function mistakesOf(prices: object): string[] {
  const parsed = parseDocument(JSON.stringify({ prices }));
  return parsed.ok ? [] : parsed.mistakes.map(({ path, message }) => `${path} ${message}`);
}

describe('prices', () => {
  it('are taken by provider and model, with wildcards, and from one moment after the other', () => {
    expect(mistakesOf({ 'up/m': { input: 1 }, '*': { input: 0 }, 'gpt-*': { request: 1 } })).toEqual([]);
    expect(mistakesOf({ 'up/m': [{ input: 1 }, { input: 2, valid_from: '2027-01-01T00:00:00Z' }] })).toEqual(
      [],
    );
  });

  it('name the provider: a bare model has no effect', () => {
    expect(mistakesOf({ 'gpt-5': { input: 1 } })).toEqual([
      expect.stringMatching(/^prices\.gpt-5 .*provider\/model/),
    ]);
  });

  it.each([
    ['no moment', [{ input: 1 }, { input: 2 }]],
    [
      'the same moment in two zones',
      [
        { input: 1, valid_from: '2027-01-01T00:00:00Z' },
        { input: 2, valid_from: '2027-01-01T01:00:00+01:00' },
      ],
    ],
  ])('do not count from the same moment: %s', (_, prices) => {
    expect(mistakesOf({ 'up/m': prices })).toEqual([
      'prices.up/m holds two prices that count from the same moment',
    ]);
  });

  it.each(['input', 'output', 'cache_write_1h', 'image', 'request'])(
    'are no larger than sums can hold (%s)',
    (field) => {
      expect(mistakesOf({ 'up/m': { [field]: 1_000_000 } })).toEqual([]);
      expect(mistakesOf({ 'up/m': { [field]: 1e300 } })).toEqual([
        expect.stringContaining(`prices.up/m.${field} `),
      ]);
    },
  );
});
