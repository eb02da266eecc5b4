/**
 * Budgets: windows over what a Ledger spent. A budget keeps no count of its own but which thresholds it told of, so its
 * amount, its zone or its window may change without anything being lost.
 */
import type { Crossing } from '../alerts/alert.ts';
import type { BudgetUsage } from '../ledger-protocol.ts';
import type { Budget, BudgetWindow } from '../scope-limits.ts';
import { calendarWindow, type Interval } from './calendar.ts';
import { SLICE_MS, type Spending, type Spent, sliceOf } from './spending.ts';

const DAY_MS = 86_400_000;
const ROLLING_MS: Readonly<Record<BudgetWindow, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  total: Number.POSITIVE_INFINITY,
};
/** A moving window that fell below this part of a threshold crosses it anew. */
const REARMED_BELOW = 0.9;

/** Thresholds that were told of, by budget id: the window, and the amount that was crossed. */
export type ToldState = Readonly<Record<string, Readonly<ToldLevels>>>;

type ToldLevels = Record<Level, Told | null>;

type Level = 'soft' | 'hard';

interface Told {
  /** `startsAt` of a calendar window; 0 for others. */
  readonly window: number;
  readonly nanoUsd: number;
}

/** Why money cannot be drawn. */
export interface BudgetShortage {
  readonly budget: Budget;
  /** Nano-dollars; not below zero. */
  readonly remaining: number;
  readonly retryAfterMs: number | null;
}

/** Best guess until requests in flight give back what they do not use. */
const SETTLING_MS = 1000;

export class Budgets {
  readonly #spending: Spending;
  #windows: readonly BudgetState[] = [];
  readonly #told: Record<string, ToldLevels>;

  constructor(spending: Spending, told: ToldState) {
    this.#spending = spending;
    this.#told = copyOf(told);
  }

  toState(): ToldState {
    return copyOf(this.#told);
  }

  set(budgets: readonly Budget[]): void {
    this.#windows = budgets.map((budget) => new BudgetState(budget));
  }

  /** The first that does not allow to draw `nanoUsd` more while `held` are held, of those that wait the longest. */
  shortage(nanoUsd: number, held: number, now: number): BudgetShortage | null {
    let worst: BudgetShortage | null = null;
    if (nanoUsd <= 0) return null;
    for (const window of this.#windows) {
      const shortage = this.#shortageOf(window, nanoUsd, held, now);
      if (shortage === null) continue;
      if (worst === null || waitOf(shortage) > waitOf(worst)) worst = shortage;
    }
    return worst;
  }

  /** What each leaves, with `held` taken off. */
  supplies(held: number, now: number): readonly { readonly capacity: number; readonly left: number }[] {
    return this.#windows.map((window) => ({
      capacity: window.budget.nanoUsd,
      left: window.budget.nanoUsd - sumOf(window.spent(this.#spending, now)) - held,
    }));
  }

  /** Windows that begin, and moving ones that emptied, can be crossed again. Before anything is booked. */
  rearm(now: number): void {
    for (const window of this.#windows) {
      const told = this.#told[window.budget.id];
      if (told === undefined) continue;
      const spent = sumOf(window.spent(this.#spending, now));
      for (const level of LEVELS) {
        const before = told[level];
        if (before === null) continue;
        const isOver = window.budget.rolling
          ? spent < before.nanoUsd * REARMED_BELOW
          : before.window !== window.keyAt(now);
        if (isOver) told[level] = null;
      }
    }
  }

  /** Thresholds crossed by what was booked since the last time. */
  crossings(now: number): Crossing[] {
    const crossings: Crossing[] = [];
    for (const window of this.#windows) {
      const { budget } = window;
      const spent = sumOf(window.spent(this.#spending, now));
      if (spent === 0) continue;
      for (const level of LEVELS) {
        const nanoUsd = level === 'soft' ? budget.softNanoUsd : budget.nanoUsd;
        const before = this.#told[budget.id]?.[level] ?? null;
        if (nanoUsd === null || spent < nanoUsd || (before !== null && nanoUsd <= before.nanoUsd)) continue;
        const told = this.#told[budget.id] ?? { soft: null, hard: null };
        told[level] = { window: window.keyAt(now), nanoUsd };
        this.#told[budget.id] = told;
        const { startsAt, endsAt } = window.interval(now);
        crossings.push({ type: `budget.${level}`, budget, spentNanoUsd: spent, startsAt, endsAt });
      }
    }
    return crossings;
  }

  usage(budgets: readonly Budget[], held: number, now: number): BudgetUsage[] {
    return budgets.map((budget) => {
      const window = new BudgetState(budget);
      const { settled, lost } = window.spent(this.#spending, now);
      return {
        ...budget,
        spentNanoUsd: settled + lost,
        heldNanoUsd: held,
        estimatedNanoUsd: lost,
        ...window.interval(now),
      };
    });
  }

  #shortageOf(window: BudgetState, nanoUsd: number, held: number, now: number): BudgetShortage | null {
    const { budget } = window;
    const spent = sumOf(window.spent(this.#spending, now));
    if (spent < budget.nanoUsd && spent + held + nanoUsd <= budget.nanoUsd) return null;
    const remaining = Math.max(0, budget.nanoUsd - spent - held);
    const retryAfterMs =
      nanoUsd > budget.nanoUsd
        ? null
        : spent + nanoUsd <= budget.nanoUsd
          ? SETTLING_MS // only what others hold is in the way
          : window.msUntilFree(this.#spending, spent + nanoUsd - budget.nanoUsd, now);
    return { budget, remaining, retryAfterMs };
  }
}

const copyOf = (told: ToldState): Record<string, ToldLevels> =>
  Object.fromEntries(Object.entries(told).map(([id, levels]) => [id, { ...levels }]));

const LEVELS = ['soft', 'hard'] as const;

const sumOf = ({ settled, lost }: Spent): number => settled + lost;

/** For comparisons: never is the longest. */
export const waitOf = ({ retryAfterMs }: { readonly retryAfterMs: number | null }): number =>
  retryAfterMs ?? Number.POSITIVE_INFINITY;

/** A budget, with what was computed of its window last. */
class BudgetState {
  readonly budget: Budget;
  #calendar: Interval | null = null;
  #sum: { readonly first: number; readonly version: number; readonly spent: Spent } | null = null;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Of the calendar window; others are always the same one. */
  keyAt(now: number): number {
    return this.budget.rolling || this.budget.window === 'total' ? 0 : this.#calendarAt(now).startsAt;
  }

  interval(now: number): { readonly startsAt: number; readonly endsAt: number | null } {
    const { window, rolling } = this.budget;
    if (window === 'total') return { startsAt: 0, endsAt: null };
    return rolling ? { startsAt: now - ROLLING_MS[window], endsAt: null } : this.#calendarAt(now);
  }

  spent(spending: Spending, now: number): Spent {
    if (this.budget.window === 'total') return spending.total;
    const first = sliceOf(this.interval(now).startsAt);
    if (this.#sum === null || this.#sum.first !== first || this.#sum.version !== spending.version)
      this.#sum = { first, version: spending.version, spent: spending.since(first) };
    return this.#sum.spent;
  }

  /** Until `nanoUsd` of what was spent count no more; `null`: never. */
  msUntilFree(spending: Spending, nanoUsd: number, now: number): number | null {
    const { window, rolling } = this.budget;
    if (window === 'total') return null;
    if (!rolling) return this.#calendarAt(now).endsAt - now;
    const index = spending.sliceThatFrees(sliceOf(now - ROLLING_MS[window]), nanoUsd);
    return index === null ? null : (index + 1) * SLICE_MS + ROLLING_MS[window] - now;
  }

  #calendarAt(now: number): Interval {
    const { window, timeZone } = this.budget;
    const known = this.#calendar;
    if (known !== null && known.startsAt <= now && now < known.endsAt) return known;
    // `total` has no calendar, and never asks.
    this.#calendar = calendarWindow(window === 'total' ? 'month' : window, timeZone, now);
    return this.#calendar;
  }
}
