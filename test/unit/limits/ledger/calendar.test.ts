import { describe, expect, it } from 'vitest';
import { calendarWindow } from '../../../../src/limits/ledger/calendar.ts';
import { seeded } from '../../../support/seeded.ts';

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const told = (window: 'day' | 'week' | 'month', timeZone: string, now: string) => {
  const { startsAt, endsAt } = calendarWindow(window, timeZone, at(now));
  return [new Date(startsAt).toISOString(), new Date(endsAt).toISOString()];
};

describe('a window of the calendar', () => {
  it.each([
    [
      'a day of UTC',
      'day',
      'UTC',
      '2026-11-21T13:00:00Z',
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ],
    [
      'its first millisecond',
      'day',
      'UTC',
      '2026-11-21T00:00:00Z',
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ],
    [
      'its last millisecond',
      'day',
      'UTC',
      '2026-11-21T23:59:59.999Z',
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ],
    [
      'a day east of UTC',
      'day',
      'Asia/Tokyo',
      '2026-11-21T16:00:00Z',
      '2026-11-21T15:00:00.000Z',
      '2026-11-22T15:00:00.000Z',
    ],
    [
      'a day three quarters off',
      'day',
      'Asia/Kathmandu',
      '2026-11-21T18:14:59Z',
      '2026-11-20T18:15:00.000Z',
      '2026-11-21T18:15:00.000Z',
    ],
    [
      'a day of 23 hours',
      'day',
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
    [
      'a day of 25 hours',
      'day',
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    [
      'the second of two hours 2 to 3',
      'day',
      'America/New_York',
      '2026-11-01T06:30:00Z',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ],
    [
      'a day without a midnight',
      'day',
      'America/Santiago',
      '2026-09-06T12:00:00Z',
      '2026-09-06T04:00:00.000Z',
      '2026-09-07T03:00:00.000Z',
    ],
    [
      'a day with two midnights',
      'day',
      'America/Havana',
      '2026-11-01T12:00:00Z',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ],
    [
      'the day after one that was left out',
      'day',
      'Pacific/Apia',
      '2011-12-31T00:00:00Z',
      '2011-12-30T10:00:00.000Z',
      '2011-12-31T10:00:00.000Z',
    ],
    [
      'a week from its Monday',
      'week',
      'UTC',
      '2026-11-23T00:00:00Z',
      '2026-11-23T00:00:00.000Z',
      '2026-11-30T00:00:00.000Z',
    ],
    [
      'a week to its Sunday',
      'week',
      'UTC',
      '2026-11-22T23:59:59Z',
      '2026-11-16T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
    ],
    [
      'a week across a year',
      'week',
      'UTC',
      '2027-01-01T12:00:00Z',
      '2026-12-28T00:00:00.000Z',
      '2027-01-04T00:00:00.000Z',
    ],
    [
      'a week in which the clock changes',
      'week',
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-18T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    [
      'a month',
      'month',
      'UTC',
      '2026-11-21T12:00:00Z',
      '2026-11-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
    ],
    [
      'a December',
      'month',
      'UTC',
      '2026-12-31T23:00:00Z',
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ],
    [
      'a February of a leap year',
      'month',
      'America/New_York',
      '2028-03-01T04:59:59Z',
      '2028-02-01T05:00:00.000Z',
      '2028-03-01T05:00:00.000Z',
    ],
    [
      'a month in which the clock changes',
      'month',
      'Europe/Berlin',
      '2026-03-15T12:00:00Z',
      '2026-02-28T23:00:00.000Z',
      '2026-03-31T22:00:00.000Z',
    ],
  ] as const)('is %s', (_, window, zone, now, startsAt, endsAt) => {
    expect(told(window, zone, now)).toEqual([startsAt, endsAt]);
  });

  it('counts in UTC where nobody knows the zone', () => {
    expect(told('day', 'Middle/Earth', '2026-11-21T13:00:00Z')).toEqual(
      told('day', 'UTC', '2026-11-21T13:00:00Z'),
    );
  });

  it.each([
    'Europe/Berlin',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Africa/Cairo',
    'Pacific/Chatham',
  ])('follows the one before without a gap, in %s', (zone) => {
    const random = seeded(7);
    for (let tries = 0; tries < 40; tries += 1) {
      const window = random.pick(['day', 'week', 'month'] as const);
      const now = at('2026-01-01T00:00:00Z') + random.between(0, 400 * 24 * HOUR);
      const one = calendarWindow(window, zone, now);
      expect(one.startsAt).toBeLessThanOrEqual(now);
      expect(one.endsAt).toBeGreaterThan(now);
      expect(calendarWindow(window, zone, one.endsAt).startsAt).toBe(one.endsAt);
      expect(calendarWindow(window, zone, one.startsAt - 1).endsAt).toBe(one.startsAt);
      expect(calendarWindow(window, zone, one.endsAt - 1)).toEqual(one);
      // On the quarter of an hour, so that slices of spending never lie across.
      expect(one.startsAt % 900_000).toBe(0);
    }
  });
});
