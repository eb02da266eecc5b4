/** A part of `npm run simulate`, which runs a thousand seeds. */
import { describe, expect, it } from 'vitest';
import { scenarioOf } from '../../simulation/scenario.ts';
import { simulate } from '../../simulation/simulate.ts';

describe('300 isolates in 12 regions, latency, loss, crashes', () => {
  // Rejects where a limit is passed, a request hangs, a unit leaks, or a record is wrong.
  for (const seed of Array.from({ length: 18 }, (_, index) => index + 10)) {
    it(`seed ${seed}`, async () => {
      const { asked, admitted, refused, unavailable } = await simulate(scenarioOf(seed));
      expect(admitted + refused + unavailable).toBeLessThanOrEqual(asked);
      expect(admitted).toBeGreaterThan(0);
    });
  }

  it('a busy key needs less than a call for ten requests, and waits for few', async () => {
    const { asked, admitted, immediate, calls } = await simulate({
      ...scenarioOf(1),
      isolates: 60,
      rate: 1000,
    });
    expect(admitted).toBeGreaterThan(0.99 * asked);
    expect(calls / asked).toBeLessThan(0.1);
    expect(immediate / admitted).toBeGreaterThan(0.9);
  });

  for (const [seed, least] of [
    [3, 0.95],
    [4, 0.85],
    [5, 0.85],
  ] as const) {
    it(`${scenarioOf(seed).name}: at least ${least * 100} % of what there is can be used`, async () => {
      const { utilisation } = await simulate(scenarioOf(seed));
      expect(utilisation).toBeGreaterThanOrEqual(least);
    });
  }
});
