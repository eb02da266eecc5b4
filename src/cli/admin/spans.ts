/** Times as people write them: `90`, `10m`, `30d`, or a moment in ISO 8601. */
import { UsageError } from './failures.ts';

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of `90`, `45s`, `10m`, `2h`, `30d`, `1w`. Throws `UsageError`; `name` is the option that said it. */
export function parseSpan(text: string, name: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhdw]?)$/.exec(text) ?? [];
  const factor = SECONDS[unit];
  if (digits === '' || factor === undefined)
    throw new UsageError(
      `${name} is a number of seconds, or one with s, m, h, d or w behind it, such as 10m`,
    );
  return Number(digits) * factor;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * ISO 8601 in UTC, of a moment with a time zone, a date (its beginning in UTC), or a span from `now` on. Throws
 * `UsageError`.
 */
export function parseMoment(text: string, name: string, now: number): string {
  const isMoment = DATE.test(text) || MOMENT.test(text);
  const at = isMoment ? Date.parse(text) : now + parseMomentSpan(text, name) * 1000;
  if (Number.isNaN(at) || (isMoment && !isInCalendar(text.slice(0, 10))))
    throw new UsageError(`${name} names no moment of the calendar`);
  return new Date(at).toISOString();
}

/** The 31st of February is read as a day of March. */
const isInCalendar = (date: string): boolean => new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);

function parseMomentSpan(text: string, name: string): number {
  if (/^\d+[smhdw]$/.test(text)) return parseSpan(text, name);
  throw new UsageError(
    `${name} is a date and time with a time zone (2027-01-31T12:00:00Z), a date, or a span (30d)`,
  );
}
