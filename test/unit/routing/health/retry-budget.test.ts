import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../../src/routing/health/retry-budget.ts';
import { seeded } from '../../../support/seeded.ts';
import { testClock } from './health-support.ts';

const ALIAS = 'general-purpose';

function budgetAt() {
  const clock = testClock();
  const budget = new RetryBudget({ now: clock.now });
  const request = (count: number, alias = ALIAS) => {
    for (let made = 0; made < count; made += 1) budget.request(alias);
  };
  /** Takes as many as there are, of at most 1000. */
  const drain = (alias = ALIAS) => {
    let taken = 0;
    while (taken < 1000 && budget.mayGoFurther(alias)) taken += 1;
    return taken;
  };
  return { clock, budget, request, drain };
}

describe('RetryBudget', () => {
  it.each([
    [0, 10],
    [49, 10],
    [50, 10],
    [54, 10],
    [55, 11],
    [200, 40],
  ])('allows, of %i requests in a minute, %i further calls', (requests, allowed) => {
    const { request, drain } = budgetAt();
    request(requests);
    expect(drain()).toBe(allowed);
  });

  it('keeps aliases apart', () => {
    const { request, drain } = budgetAt();
    request(100, 'busy');
    expect(drain('busy')).toBe(20);
    expect(drain('quiet')).toBe(10);
  });

  it('has all of it again after a minute, and not before', () => {
    const { clock, drain } = budgetAt();
    expect(drain()).toBe(10);
    clock.pass(60_000);
    expect(drain()).toBe(0);
    clock.pass(1000);
    expect(drain()).toBe(10);
  });

  it('gives back what was not used', () => {
    const { budget, drain } = budgetAt();
    drain();
    budget.giveBack(ALIAS);
    expect(drain()).toBe(1);
  });

  it('gives back no more than was taken', () => {
    const { budget, drain } = budgetAt();
    budget.giveBack(ALIAS);
    expect(drain()).toBe(10);
  });

  it.each([1, 2, 3, 4, 5])('never allows more in any minute than it may (seed %i)', (seed) => {
    const random = seeded(seed);
    const { clock, budget } = budgetAt();
    const requests: number[] = [];
    const further: number[] = [];
    const within = (times: readonly number[], ms: number) => times.filter((at) => at > clock.at - ms).length;
    for (let step = 0; step < 1500; step += 1) {
      clock.pass(random.between(0, random.chance(0.02) ? 30_000 : 400));
      if (random.chance(0.7)) {
        budget.request(ALIAS);
        requests.push(clock.at);
        continue;
      }
      if (!budget.mayGoFurther(ALIAS)) continue;
      further.push(clock.at);
      // Requests of up to a second more may count, in favour of the client.
      expect(within(further, 60_000)).toBeLessThanOrEqual(Math.max(10, within(requests, 61_000) * 0.2));
    }
    expect(further.length).toBeGreaterThan(50);
  });

  it('tells the region what was counted since the last report', () => {
    const { budget, request } = budgetAt();
    expect(budget.takeReport()).toEqual([]);
    request(3);
    budget.mayGoFurther(ALIAS);
    request(1, 'other');
    expect(budget.takeReport()).toEqual([
      { alias: ALIAS, requests: 3, further: 1 },
      { alias: 'other', requests: 1, further: 0 },
    ]);
    expect(budget.takeReport()).toEqual([]);
  });

  it('tells it with the next report when it could not be delivered', () => {
    const { budget, request } = budgetAt();
    request(3);
    const lost = budget.takeReport();
    request(2);
    budget.putBack(lost);
    expect(budget.takeReport()).toEqual([{ alias: ALIAS, requests: 5, further: 0 }]);
  });

  it('does not tell as of now what was counted long ago', () => {
    const { budget, request, clock } = budgetAt();
    request(3);
    clock.pass(120_000);
    expect(budget.takeReport()).toEqual([]);
  });

  it('counts what others asked and took, without what came from here', () => {
    const { budget, request, drain } = budgetAt();
    request(50);
    budget.mayGoFurther(ALIAS);
    budget.takeReport();
    request(5);
    budget.absorb([{ alias: ALIAS, requests: 150, further: 21 }]);
    expect(drain()).toBe(10); // (150 + 5) / 5 = 31, of which 21 are taken
  });

  it('forgets what others took when nothing more is heard for a minute', () => {
    const { budget, drain, clock } = budgetAt();
    budget.absorb([{ alias: ALIAS, requests: 0, further: 10 }]);
    expect(drain()).toBe(0);
    clock.pass(60_000);
    expect(drain()).toBe(10);
  });

  it('forgets the alias that was not used for longest, of more than 500', () => {
    const { budget, drain } = budgetAt();
    drain();
    budget.mayGoFurther('first');
    for (let other = 0; other < 499; other += 1) budget.request(`alias-${other}`);
    expect(drain('first')).toBe(9);
    expect(drain(ALIAS)).toBe(10);
  });
});
