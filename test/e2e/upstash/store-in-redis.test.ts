/** The suite of every store of limits, run against a real redis-server. */
import { afterAll, beforeAll } from 'vitest';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';
import { describeStore, SUITE_STARTS_AT } from '../../unit/limits/store-suite.ts';

let lab: RedisLab;
beforeAll(async () => {
  lab = await startRedisLab();
});
afterAll(() => lab.stop());

describeStore('limits in Redis', async () => {
  let now = SUITE_STARTS_AT;
  const clock = () => now;
  return {
    store: lab.store({ now: clock, redisNow: clock }),
    startsAt: SUITE_STARTS_AT,
    advance: async (ms) => {
      now += ms;
    },
  };
});
