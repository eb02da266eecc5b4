import { describe, expect, it } from 'vitest';
import { seeded } from '../../../support/seeded.ts';
import { choose, firstOf, fits, NOW, newHealth, order, routingIndexOf, target } from '../choosing.ts';

const weighted = (weights: Readonly<Record<string, number>>, more: object = {}, alias = 'a') =>
  routingIndexOf({
    [alias]: {
      strategy: 'weighted',
      targets: Object.entries(weights).map(([model, weight]) => target(model, { weight })),
      ...more,
    },
  });

const ROUNDS = 20_000;
const health = newHealth();

describe('weighted', () => {
  const WEIGHTS = { x: 1, y: 3, z: 6 };
  const INDEX = weighted(WEIGHTS);

  it.each([1, 2, 3])('follows the weights over many draws (seed %i)', (seed) => {
    const { next } = seeded(seed);
    expect(
      fits(
        firstOf(ROUNDS, () => order(INDEX, { random: next, health })),
        WEIGHTS,
      ),
    ).toBe(true);
  });

  it('follows them for the places after the first, too', () => {
    const { next } = seeded(4);
    const seconds = firstOf(ROUNDS, () => {
      const drawn = order(INDEX, { random: next, health });
      return drawn[0] === 'z' ? drawn.slice(1) : [];
    });
    seconds.delete('');
    expect(fits(seconds, { x: 1, y: 3 })).toBe(true);
  });

  it('follows them among those that are left when one is not well', () => {
    const { next } = seeded(5);
    const unwell = newHealth();
    unwell.of('p/z').cool(NOW + 1000);
    const counts = firstOf(ROUNDS, () => order(INDEX, { random: next, health: unwell }));
    expect(fits(counts, { x: 1, y: 3 })).toBe(true);
  });

  it('asks what has no weight when all others failed', () => {
    const { next } = seeded(6);
    const index = weighted({ spare: 0, x: 1, other: 0, y: 1e-9 });
    for (let round = 0; round < 500; round += 1) {
      const drawn = order(index, { random: next, health });
      expect(drawn.slice(0, 2).sort()).toEqual(['x', 'y']);
      expect(drawn.slice(2)).toEqual(['spare', 'other']);
    }
  });

  it.each([0, 1 - Number.EPSILON, 1])('asks each target once, also with a random number of %d', (point) => {
    const index = weighted({ x: 1e-20, y: 1e6, z: 0 });
    expect(order(index, { random: () => point, health }).sort()).toEqual(['x', 'y', 'z']);
  });

  it('tells the share, and what decided', () => {
    const index = weighted({ stable: 95, canary: 5, spare: 0 });
    const { all } = choose(index, { random: () => 0.5, health });
    expect(all.map(({ reason }) => reason)).toEqual([
      'weighted: 95 %, drawn',
      'weighted: 5 %',
      'weighted: 0 %',
    ]);
  });
});

describe('weighted with sticky_by', () => {
  const users = Array.from({ length: ROUNDS }, (_, at) => `user-${at}`);
  const armsOf = (weights: Readonly<Record<string, number>>, alias = 'a') => {
    const index = weighted(weights, { sticky_by: 'end_user' }, alias);
    return users.map((endUser) => order(index, { endUser, health }, alias)[0] ?? '');
  };
  const CANARY = { stable: 95, canary: 5 };
  const before = armsOf(CANARY);
  const countOf = (arms: readonly string[]) => firstOf(arms.length, (at) => [arms[at] ?? '']);

  it('gives each user the same arm every time, whatever chance says', () => {
    const index = weighted(CANARY, { sticky_by: 'end_user' });
    const { next } = seeded(1);
    for (const [at, endUser] of users.slice(0, 200).entries())
      expect(order(index, { endUser, random: next, health })[0]).toBe(before[at]);
  });

  it('keeps the shares', () => {
    expect(fits(countOf(before), CANARY)).toBe(true);
    expect(fits(countOf(armsOf({ x: 1, y: 1, z: 1, w: 7 })), { x: 1, y: 1, z: 1, w: 7 })).toBe(true);
  });

  it('moves only the users that a changed weight has to move', () => {
    const after = armsOf({ stable: 90, canary: 10 });
    expect(fits(countOf(after), { stable: 90, canary: 10 })).toBe(true);
    const left = users.filter((_, at) => before[at] === 'canary' && after[at] === 'stable');
    expect(left).toEqual([]);
    const grown = armsOf({ stable: 95, canary: 5, third: 25 });
    const moved = users.filter((_, at) => before[at] !== grown[at] && grown[at] !== 'third');
    expect(moved).toEqual([]);
  });

  it('draws for each alias anew, so that not the same users try everything', () => {
    const others = armsOf(CANARY, 'b');
    const pairs = firstOf(users.length, (at) => [`${before[at]} ${others[at]}`]);
    const shares = { 'stable stable': 9025, 'stable canary': 475, 'canary stable': 475, 'canary canary': 25 };
    expect(fits(pairs, shares)).toBe(true);
  });

  it('tells users of other projects apart, and keys, and conversations', () => {
    const even = { x: 1, y: 1 };
    const seen = (by: string, asked: (at: number) => object) => {
      const index = weighted(even, { sticky_by: by });
      return new Set(Array.from({ length: 40 }, (_, at) => order(index, { health, ...asked(at) })[0])).size;
    };
    expect(seen('end_user', (at) => ({ endUser: 'one', project: `project-${at}` }))).toBe(2);
    expect(seen('end_user', (at) => ({ endUser: 'one', keyId: `key-${at}` }))).toBe(1);
    expect(seen('key', (at) => ({ keyId: `key-${at}` }))).toBe(2);
    expect(seen('conversation', (at) => ({ shape: { conversation: `talk-${at}` } }))).toBe(2);
    expect(seen('conversation', (at) => ({ shape: { conversation: 'talk' }, endUser: `user-${at}` }))).toBe(
      1,
    );
  });

  it('leaves it to chance where the request does not tell whose it is', () => {
    const { next } = seeded(9);
    const index = weighted({ x: 1, y: 3 }, { sticky_by: 'end_user' });
    const counts = firstOf(ROUNDS, () => order(index, { random: next, health }));
    expect(fits(counts, { x: 1, y: 3 })).toBe(true);
    expect(choose(index, { health }).all[0]?.reason).toMatch(/, drawn$/);
    expect(choose(index, { health, endUser: 'u' }).all[0]?.reason).toMatch(/, hash of the end user$/);
  });
});
