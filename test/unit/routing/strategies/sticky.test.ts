import { describe, expect, it } from 'vitest';
import { choose, firstOf, fits, NOW, newHealth, order, routingIndexOf, target } from '../choosing.ts';

const ROUNDS = 10_000;
const health = newHealth();

const sticky = (weights: Readonly<Record<string, number>>, more: object = {}) =>
  routingIndexOf({
    a: {
      strategy: 'sticky',
      targets: Object.entries(weights).map(([model, weight]) => target(model, { weight })),
      ...more,
    },
  });

const talk = (at: number) => ({ shape: { conversation: `talk-${at}` } });
const THREE = { x: 1, y: 1, z: 2 };
const INDEX = sticky(THREE);

describe('sticky', () => {
  it('keeps a conversation with one target, and spreads conversations by weight', () => {
    const counts = firstOf(ROUNDS, (at) => order(INDEX, { ...talk(at), health }));
    expect(fits(counts, THREE)).toBe(true);
    for (let at = 0; at < 100; at += 1) {
      const orders = [1, 2, 3].map(() => order(INDEX, { ...talk(at), health }).join());
      expect(new Set(orders).size).toBe(1);
    }
  });

  it('tells the same words of two keys apart', () => {
    const firsts = Array.from(
      { length: 40 },
      (_, at) => order(INDEX, { ...talk(1), keyId: `key-${at}`, health })[0],
    );
    expect(new Set(firsts).size).toBe(3);
  });

  it('leaves a target only when it fails, for the next by the hash, and comes back', () => {
    const unwell = newHealth();
    unwell.of('p/z').cool(NOW + 1000);
    for (let at = 0; at < 500; at += 1) {
      const well = order(INDEX, { ...talk(at), health });
      const now = order(INDEX, { ...talk(at), health: unwell });
      expect(now).toEqual([...well.filter((model) => model !== 'z'), 'z']);
      expect(order(INDEX, { ...talk(at), health: unwell, now: NOW + 1001 })).toEqual(well);
    }
  });

  it('moves only what has to move when a target comes', () => {
    const larger = sticky({ ...THREE, w: 1 });
    let moved = 0;
    for (let at = 0; at < ROUNDS; at += 1) {
      const [before] = order(INDEX, { ...talk(at), health });
      const [after] = order(larger, { ...talk(at), health });
      if (after === before) continue;
      expect(after).toBe('w');
      moved += 1;
    }
    expect(moved / ROUNDS).toBeCloseTo(0.2, 1);
  });

  it.each<[string, object, object, string]>([
    ['the conversation', {}, talk(1), 'hash of the conversation'],
    ['the key, where no conversation is told', {}, {}, 'hash of the key'],
    ['the end user', { sticky_by: 'end_user' }, { endUser: 'u', ...talk(1) }, 'hash of the end user'],
    [
      'the conversation, where no end user is',
      { sticky_by: 'end_user' },
      talk(1),
      'hash of the conversation',
    ],
    ['the key', { sticky_by: 'key' }, { endUser: 'u', ...talk(1) }, 'hash of the key'],
  ])('goes by %s', (_, more, asked, reason) => {
    const { all } = choose(sticky(THREE, more), { ...asked, health });
    expect(all.map((candidate) => candidate.reason)).toEqual([
      `sticky: ${reason}`,
      'sticky: number 2 by the hash',
      'sticky: number 3 by the hash',
    ]);
  });
});
