/** Where a day, a week or a month begins and ends in a time zone. */

export interface Interval {
  /** Milliseconds since the Unix epoch, inclusive. */
  readonly startsAt: number;
  /** Exclusive. */
  readonly endsAt: number;
}

/** The date on a wall calendar. `month` counts from 0. */
interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_MS = 86_400_000;
/** Nobody's clock differs more from UTC. */
const MAX_OFFSET_MS = 15 * 3_600_000;

/** The window of the calendar that `now` is in. Weeks begin on Monday. An unknown zone counts as UTC. */
export function calendarWindow(window: 'day' | 'week' | 'month', timeZone: string, now: number): Interval {
  const dateAt = localDates(timeZone);
  const { year, month, day } = dateAt(now);
  // 0 for Monday
  const weekday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;
  const startOf = (date: LocalDate) => startOfDay(date, dateAt);
  switch (window) {
    case 'day':
      return { startsAt: startOf({ year, month, day }), endsAt: startOf({ year, month, day: day + 1 }) };
    case 'week': {
      const monday = day - weekday;
      return {
        startsAt: startOf({ year, month, day: monday }),
        endsAt: startOf({ year, month, day: monday + 7 }),
      };
    }
    case 'month':
      return {
        startsAt: startOf({ year, month, day: 1 }),
        endsAt: startOf({ year, month: month + 1, day: 1 }),
      };
    default:
      return window satisfies never;
  }
}

/**
 * The first moment whose date is this one or a later one. Some days have no midnight, some have two, and one was left
 * out altogether: so it is looked for instead of computed.
 */
function startOfDay({ year, month, day }: LocalDate, dateAt: (at: number) => LocalDate): number {
  const midnight = Date.UTC(year, month, day);
  let before = midnight - MAX_OFFSET_MS;
  let after = midnight + MAX_OFFSET_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (toDays(dateAt(middle)) * DAY_MS >= midnight) after = middle;
    else before = middle;
  }
  return after;
}

const toDays = ({ year, month, day }: LocalDate): number => Date.UTC(year, month, day) / DAY_MS;

function localDates(timeZone: string): (at: number) => LocalDate {
  if (timeZone === 'UTC') return utcDate;
  const format = dateFormat(timeZone);
  if (format === null) return utcDate;
  return (at) => {
    const parts = { year: 0, month: 0, day: 0 };
    for (const { type, value } of format.formatToParts(at))
      if (type === 'year' || type === 'month' || type === 'day') parts[type] = Number(value);
    return { ...parts, month: parts.month - 1 };
  };
}

const utcDate = (at: number): LocalDate => {
  const date = new Date(at);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
};

/** `null` if there is no such zone. */
function dateFormat(timeZone: string): Intl.DateTimeFormat | null {
  const numeric = 'numeric' as const;
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone,
      year: numeric,
      month: numeric,
      day: numeric,
    });
  } catch {
    return null;
  }
}
