import { describe, expect, it } from 'vitest';
import type { ModelIndex } from '../../../src/routing/model-index.ts';
import { orderTargets } from '../../../src/routing/order-targets.ts';
import { seeded } from '../../support/seeded.ts';
import { entryOf, indexOf } from './support.ts';

const target = (model: string, more: object = {}) => ({ provider: 'p', model, ...more });

function order(index: ModelIndex, name = 'a', random: () => number = () => 0): string[] {
  return orderTargets(entryOf(index, name), index, random).map(({ model }) => model);
}

describe('orderTargets', () => {
  it('keeps the order of a fallback, without asking for randomness', () => {
    const index = indexOf({ a: { targets: [target('1'), target('2'), target('3')] } });
    const never = () => {
      throw new Error('asked');
    };
    expect(order(index, 'a', never)).toEqual(['1', '2', '3']);
  });

  it('takes the first only of a single', () => {
    const index = indexOf({ a: { strategy: 'single', targets: [target('1'), target('2')] } });
    expect(order(index)).toEqual(['1']);
  });

  it('puts the targets of a nested alias where it is named, however deep', () => {
    const index = indexOf({
      a: { targets: [target('1'), { alias: 'b' }, target('5')] },
      b: { targets: [target('2'), { alias: 'c' }, target('4')] },
      c: { targets: [target('3')] },
    });
    expect(order(index)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('keeps a nested alias’s own strategy', () => {
    const index = indexOf({
      a: { strategy: 'single', targets: [{ alias: 'b' }, target('9')] },
      b: { targets: [target('1'), target('2')] },
      c: { targets: [{ alias: 'd' }, target('9')] },
      d: { strategy: 'single', targets: [target('1'), target('2')] },
    });
    expect(order(index, 'a')).toEqual(['1', '2']);
    expect(order(index, 'c')).toEqual(['1', '9']);
  });

  it('tries no target twice, and keeps its first place', () => {
    const index = indexOf({
      a: { targets: [target('1'), { alias: 'b' }, target('1'), { provider: 'q', model: '1' }] },
      b: { targets: [target('2'), target('1')] },
    });
    expect(orderTargets(entryOf(index, 'a'), index, () => 0)).toMatchObject([
      { provider: 'p', model: '1' },
      { provider: 'p', model: '2' },
      { provider: 'q', model: '1' },
    ]);
  });

  it('gives each target a reason for its place', () => {
    const index = indexOf({ a: { strategy: 'weighted', targets: [target('1'), target('2')] } });
    const planned = orderTargets(entryOf(index, 'a'), index, () => 0);
    expect(planned.map(({ reason }) => reason)).toEqual(['weighted: first choice', 'weighted: number 2']);
  });

  const WEIGHTED = indexOf({
    a: {
      strategy: 'weighted',
      targets: [target('1', { weight: 1 }), target('2', { weight: 3 }), target('3', { weight: 6 })],
    },
  });

  it.each([
    [0, '1'],
    [0.0999, '1'],
    [0.1, '2'],
    [0.3999, '2'],
    [0.4, '3'],
    [0.999999, '3'],
  ])('draws by weight: %d of the way leads to %s', (point, first) => {
    expect(order(WEIGHTED, 'a', () => point)[0]).toBe(first);
  });

  it('follows the weights over many draws, for the places after the first too', () => {
    const random = seeded(7);
    const rounds = 20_000;
    const counts = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const drawn = order(WEIGHTED, 'a', random.next);
      const [first, second] = drawn;
      counts.set(`first ${first}`, (counts.get(`first ${first}`) ?? 0) + 1);
      counts.set(`${first} then ${second}`, (counts.get(`${first} then ${second}`) ?? 0) + 1);
    }
    const share = (of: string) => (counts.get(of) ?? 0) / rounds;
    expect(share('first 1')).toBeCloseTo(0.1, 1.7);
    expect(share('first 2')).toBeCloseTo(0.3, 1.7);
    expect(share('first 3')).toBeCloseTo(0.6, 1.7);
    expect(share('3 then 2')).toBeCloseTo(0.45, 1.7);
    expect(share('2 then 3')).toBeCloseTo((0.3 * 6) / 7, 1.7);
  });

  it.each([1, 2, 3])('falls over to every other target of a weighted alias, each once (seed %i)', (seed) => {
    const random = seeded(seed);
    for (let round = 0; round < 200; round += 1) {
      const models = Array.from({ length: random.between(1, 8) }, (_, at) => String(at));
      const targets = models.map((model) => target(model, { weight: random.next() * 5 + 0.01 }));
      const index = indexOf({ a: { strategy: 'weighted', targets } });
      expect(order(index, 'a', random.next).sort()).toEqual(models);
    }
  });

  it('survives a random number of one, and weights that rounding eats', () => {
    const index = indexOf({
      a: { strategy: 'weighted', targets: [target('1', { weight: 1e-20 }), target('2', { weight: 1e20 })] },
    });
    expect(order(index, 'a', () => 1).sort()).toEqual(['1', '2']);
    expect(order(index, 'a', () => 1 - Number.EPSILON).sort()).toEqual(['1', '2']);
  });
});
