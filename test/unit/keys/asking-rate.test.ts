import { describe, expect, it } from 'vitest';
import { AskingRate } from '../../../src/keys/asking-rate.ts';
import { seeded } from '../../support/seeded.ts';
import { createClock } from './edge-support.ts';

const LIMITS = { perSecond: 20, burst: 100 };

function setUp() {
  const clock = createClock();
  const rate = new AskingRate(LIMITS, clock.read);
  /** How many of `count` are let through now. */
  const take = (count: number) => Array.from({ length: count }, () => rate.take()).filter(Boolean).length;
  return { clock, take };
}

describe('AskingRate', () => {
  it('lets a burst through, then what flows back, and never more than a burst at once', () => {
    const { clock, take } = setUp();
    expect(take(150)).toBe(100);
    clock.now += 49;
    expect(take(1)).toBe(0);
    clock.now += 1;
    expect(take(2)).toBe(1);
    clock.now += 1000;
    expect(take(50)).toBe(20);
    clock.now += 3_600_000;
    expect(take(150)).toBe(100);
  });

  it('loses nothing by being asked often', () => {
    const { clock, take } = setUp();
    take(100);
    let taken = 0;
    for (let step = 0; step < 10_000; step += 1) {
      clock.now += 1;
      taken += take(1);
    }
    expect(taken).toBeGreaterThanOrEqual(199);
    expect(taken).toBeLessThanOrEqual(200);
  });

  it('gives nothing for a clock that goes back', () => {
    const { clock, take } = setUp();
    take(100);
    clock.now -= 60_000;
    expect(take(1)).toBe(0);
    clock.now += 50;
    expect(take(2)).toBe(1);
  });

  it.each([1, 2, 3])(
    'never lets through more than burst + t · rate in any stretch of time (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const { clock, take } = setUp();
      const taken: { at: number; count: number }[] = [];
      for (let step = 0; step < 300; step += 1) {
        clock.now += random.between(0, 400);
        taken.push({ at: clock.now, count: take(random.between(0, 60)) });
      }
      for (const [index, from] of taken.entries()) {
        let sum = 0;
        for (const { at, count } of taken.slice(index)) {
          sum += count;
          expect(sum).toBeLessThanOrEqual(LIMITS.burst + ((at - from.at) / 1000) * LIMITS.perSecond + 1e-6);
        }
      }
    },
  );
});
