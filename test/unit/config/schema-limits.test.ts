/** Limit fields: which amounts and zones make sense, and what of two entries counts. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { limitFields, mergeLimits, pickLimits } from '../../../src/config/schema-limits.ts';
import { toNanoUsd } from '../../../src/limits/units.ts';

const check = (fields: object) => z.strictObject(limitFields()).safeParse(fields);
const BUDGET = { usd: 5, window: 'month' };
const mistakesOf = (budget: object) =>
  check({ budgets: [{ ...BUDGET, ...budget }] }).error?.issues.map(({ path, message }) => [
    path.join('.'),
    message,
  ]);

describe('a budget', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/Argentina/Buenos_Aires', 'Etc/GMT+12'])(
    'takes the time zone %s',
    (time_zone) => {
      expect(mistakesOf({ time_zone })).toBeUndefined();
    },
  );

  it.each(['Europe/Atlantis', 'Berlin', 'Mars/Olympus', 'local', ' ', '../UTC', 'constructor'])(
    'takes no time zone %j: it would be counted in another one',
    (time_zone) => {
      expect(mistakesOf({ time_zone })).toEqual([['budgets.0.time_zone', 'is not an IANA time zone']]);
    },
  );

  it('is no larger than can be counted exactly', () => {
    expect(mistakesOf({ usd: 9_000_000 })).toBeUndefined();
    expect(Number.isSafeInteger(toNanoUsd(9_000_000))).toBe(true);
    expect(mistakesOf({ usd: 9_000_000.01 })).toHaveLength(1);
    expect(mistakesOf({ usd: Number.POSITIVE_INFINITY })).toHaveLength(1);
  });

  it('may be nothing: then nothing that costs is allowed', () => {
    expect(mistakesOf({ usd: 0 })).toBeUndefined();
  });
});

describe('limits of two places', () => {
  it('are those of the Registry, and where it says nothing those of the document', () => {
    const budgets = [{ usd: 1, window: 'day' as const, rolling: false, time_zone: 'UTC' }];
    expect(mergeLimits({ concurrency: 1, requests_per_minute: 2 }, { concurrency: 3, budgets })).toEqual({
      concurrency: 3,
      requests_per_minute: 2,
      budgets,
    });
    expect(mergeLimits(undefined, { concurrency: 3 })).toEqual({ concurrency: 3 });
    expect(mergeLimits({ concurrency: 1 }, undefined)).toEqual({ concurrency: 1 });
    expect(mergeLimits(undefined, undefined)).toEqual({});
  });

  it('are picked from entries with other fields: each field that there is', () => {
    const all = check({
      requests_per_minute: 1,
      tokens_per_minute: 2,
      requests_per_day: 3,
      tokens_per_day: 4,
      burst_requests: 5,
      burst_tokens: 6,
      concurrency: 7,
      budgets: [BUDGET],
    }).data;
    expect(Object.keys(limitFields()).toSorted()).toEqual(Object.keys(all ?? {}).toSorted());
    expect(pickLimits({ ...all, name: 'a', issuers: [], on_unavailable: 'open' } as object)).toEqual(all);
  });
});
