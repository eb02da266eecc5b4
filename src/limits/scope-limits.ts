/** What a scope may do and spend: the limit fields of the configuration, as a Ledger works with them. */
import { toNanoUsd, type Units } from './units.ts';

/** The limit fields as they stand in a key entry, a project, …; see `config/schema-limits.ts`. */
export interface LimitFields {
  readonly requests_per_minute?: number | null | undefined;
  readonly tokens_per_minute?: number | null | undefined;
  readonly requests_per_day?: number | null | undefined;
  readonly tokens_per_day?: number | null | undefined;
  readonly burst_requests?: number | null | undefined;
  readonly burst_tokens?: number | null | undefined;
  readonly concurrency?: number | null | undefined;
  readonly budgets?: readonly BudgetFields[] | null | undefined;
}

export interface BudgetFields {
  readonly usd: number;
  readonly soft_usd?: number | undefined;
  readonly window: BudgetWindow;
  readonly rolling?: boolean | undefined;
  readonly time_zone?: string | undefined;
}

export type BudgetWindow = 'day' | 'week' | 'month' | 'total';

/** A bucket: it holds `burst`, and `limit` flow into it in each `periodMs`, continuously. */
export interface Rate {
  readonly limit: number;
  readonly periodMs: number;
  readonly burst: number;
}

export interface Budget {
  /** The same for the same window: what was spent stays spent while amounts change. */
  readonly id: string;
  readonly nanoUsd: number;
  readonly softNanoUsd: number | null;
  readonly window: BudgetWindow;
  /** A moving window instead of the calendar. */
  readonly rolling: boolean;
  /** IANA name; of calendar windows. */
  readonly timeZone: string;
}

/** The limit fields that hold buckets. */
export const RATE_FIELDS = [
  'requests_per_minute',
  'tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
] as const;
export type RateField = (typeof RATE_FIELDS)[number];

/** `null` sets no limit. Plain data: it travels with each call of a Ledger. */
export interface ScopeLimits {
  readonly rates: Readonly<Record<RateField, Rate | null>>;
  readonly concurrency: number | null;
  readonly budgets: readonly Budget[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function toScopeLimits(fields: LimitFields): ScopeLimits {
  const rate = (limit: number | null | undefined, periodMs: number, burst: number | null | undefined) =>
    limit === undefined || limit === null ? null : { limit, periodMs, burst: burst ?? limit };
  return {
    rates: {
      requests_per_minute: rate(fields.requests_per_minute, MINUTE_MS, fields.burst_requests),
      tokens_per_minute: rate(fields.tokens_per_minute, MINUTE_MS, fields.burst_tokens),
      requests_per_day: rate(fields.requests_per_day, DAY_MS, null),
      tokens_per_day: rate(fields.tokens_per_day, DAY_MS, null),
    },
    concurrency: fields.concurrency ?? null,
    budgets: (fields.budgets ?? []).map(toBudget),
  };
}

function toBudget({ usd, soft_usd, window, rolling = false, time_zone = 'UTC' }: BudgetFields): Budget {
  return {
    id: rolling ? `rolling ${window}` : window === 'total' ? 'total' : `${window} ${time_zone}`,
    nanoUsd: toNanoUsd(usd),
    softNanoUsd: soft_usd === undefined ? null : toNanoUsd(soft_usd),
    window,
    rolling: rolling && window !== 'total',
    timeZone: time_zone,
  };
}

/** Nothing is limited. */
export const UNLIMITED: ScopeLimits = toScopeLimits({});

export const unitOf = (field: RateField): 'requests' | 'tokens' =>
  field.startsWith('requests') ? 'requests' : 'tokens';

/** Which units are limited at all. */
export function limitedUnits({
  rates,
  concurrency,
  budgets,
}: ScopeLimits): Readonly<Record<keyof Units, boolean>> {
  return {
    requests: rates.requests_per_minute !== null || rates.requests_per_day !== null,
    tokens: rates.tokens_per_minute !== null || rates.tokens_per_day !== null,
    nanoUsd: budgets.length > 0,
    slots: concurrency !== null,
  };
}

export function isLimited(limits: ScopeLimits): boolean {
  return Object.values(limitedUnits(limits)).some(Boolean);
}
