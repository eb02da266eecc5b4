import { describe, expect, it } from 'vitest';
import { seeded } from '../../../support/seeded.ts';
import { choose, firstOf, fits, newHealth, order, routingIndexOf, target, underWay } from '../choosing.ts';

describe('least_busy', () => {
  it('asks where the fewest calls are under way for the weight', () => {
    const health = newHealth();
    const index = routingIndexOf({
      a: { strategy: 'least_busy', targets: [target('x'), target('y', { weight: 4 }), target('z')] },
    });
    underWay(health.of('p/x'), 2);
    underWay(health.of('p/y'), 6);
    const calls = underWay(health.of('p/z'), 3);
    const { all } = choose(index, { health });
    expect(all.map(({ model, reason }) => [model, reason])).toEqual([
      ['y', 'least_busy: 6 under way'],
      ['x', 'least_busy: 2 under way'],
      ['z', 'least_busy: 3 under way'],
    ]);
    for (const call of calls) call.end('neutral', 0);
    expect(order(index, { health })[0]).toBe('z');
  });

  it('leaves equals to chance, by weight, and what has no weight behind', () => {
    const { next } = seeded(3);
    const health = newHealth();
    const index = routingIndexOf({
      a: {
        strategy: 'least_busy',
        targets: [target('none', { weight: 0 }), target('x', { weight: 1 }), target('y', { weight: 3 })],
      },
    });
    expect(
      fits(
        firstOf(8000, () => order(index, { health, random: next })),
        { x: 1, y: 3 },
      ),
    ).toBe(true);
    underWay(health.of('p/x'), 50);
    underWay(health.of('p/y'), 50);
    expect(order(index, { health, random: next }).at(-1)).toBe('none');
  });

  it('counts all that an alias-target leads to, each once', () => {
    const health = newHealth();
    const index = routingIndexOf({
      a: { strategy: 'least_busy', targets: [{ alias: 'b' }, target('3')] },
      b: { targets: [target('1'), target('2'), target('1')] },
    });
    underWay(health.of('p/1'), 2);
    underWay(health.of('p/2'), 1);
    underWay(health.of('p/3'), 4);
    expect(order(index, { health })).toEqual(['1', '2', '3']);
    underWay(health.of('p/2'), 2);
    expect(order(index, { health })).toEqual(['3', '1', '2']);
  });
});
