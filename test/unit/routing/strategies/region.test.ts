import { describe, expect, it } from 'vitest';
import { choose, DALLAS, FRANKFURT, order, routingIndexOf, target } from '../choosing.ts';

describe('region', () => {
  const INDEX = routingIndexOf({
    a: {
      strategy: 'region',
      targets: [
        target('us', { regions: ['NA'] }),
        target('any'),
        target('eu', { regions: ['EU'] }),
        target('de', { regions: ['DE', 'AT'] }),
        target('fra', { regions: ['AMS', 'FRA'] }),
      ],
    },
  });

  it('asks who names the data centre, then the country, the continent, nothing, and others', () => {
    const { all } = choose(INDEX, { place: FRANKFURT });
    expect(all.map(({ model, reason }) => [model, reason])).toEqual([
      ['fra', "region: serves the client's data centre"],
      ['de', "region: serves the client's country"],
      ['eu', "region: serves the client's continent"],
      ['any', 'region: serves any place'],
      ['us', 'its regions are elsewhere'],
    ]);
  });

  it('keeps the order of the document among equals', () => {
    expect(order(INDEX, { place: DALLAS })).toEqual(['us', 'any', 'eu', 'de', 'fra']);
    expect(order(INDEX)).toEqual(['us', 'any', 'eu', 'de', 'fra']);
  });

  it('puts a nested alias where the nearest of its targets stands', () => {
    const index = routingIndexOf({
      a: {
        strategy: 'region',
        targets: [target('eu', { regions: ['EU'] }), { alias: 'b' }, { alias: 'c', regions: ['FRA'] }],
      },
      b: { targets: [target('us', { regions: ['US'] }), target('de', { regions: ['DE'] })] },
      c: { targets: [target('fra')] },
    });
    expect(order(index, { place: FRANKFURT })).toEqual(['fra', 'de', 'eu', 'us']);
  });
});
