/**
 * Calendar windows for scripts: Redis knows the time, but no time zones. Each budget's window comes with the one before
 * and the one after, so that the clock of an isolate need not be right; if even that is not enough, the script says what
 * time it is, and is asked again.
 */
import { IsolateCache } from '../../isolate-cache.ts';
import { calendarWindow, type Interval } from '../ledger/calendar.ts';
import type { Budget } from '../scope-limits.ts';

/** By budget id: where windows begin, in milliseconds since the Unix epoch, and where the last of them ends. */
export type CalendarBounds = Readonly<Record<string, readonly number[]>>;

interface Known {
  readonly current: Interval;
  readonly bounds: readonly number[];
}

/** A zone takes some hundred times as long to look up as the rest of a call. */
const REMEMBERED = { maxEntries: 500, ttlMs: 31 * 86_400_000 };

export class Calendars {
  readonly #known: IsolateCache<Known>;

  constructor(now: () => number) {
    this.#known = new IsolateCache({ ...REMEMBERED, now });
  }

  boundsOf(budgets: readonly Budget[], now: number): CalendarBounds {
    const bounds: Record<string, readonly number[]> = {};
    for (const budget of budgets)
      if (budget.window !== 'total' && !budget.rolling)
        bounds[budget.id] = this.#around(budget.window, budget.timeZone, now);
    return bounds;
  }

  #around(window: 'day' | 'week' | 'month', timeZone: string, now: number): readonly number[] {
    const name = `${window} ${timeZone}`;
    const known = this.#known.get(name);
    if (known !== undefined && known.current.startsAt <= now && now < known.current.endsAt)
      return known.bounds;
    const current = calendarWindow(window, timeZone, now);
    const before = calendarWindow(window, timeZone, current.startsAt - 1);
    const after = calendarWindow(window, timeZone, current.endsAt);
    const bounds = [before.startsAt, current.startsAt, current.endsAt, after.endsAt];
    this.#known.set(name, { current, bounds });
    return bounds;
  }
}
