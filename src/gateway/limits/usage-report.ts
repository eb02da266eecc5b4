/**
 * What Ledgers recorded, for those who may read it: a credential its own use (`GET /v1/usage`), and people theirs over the
 * admin API. Numbers are the Ledgers' own; before they are read, this isolate tells them all that it knows. What other
 * isolates know reaches them within a second.
 */
import type { LimitEntry } from '../../config/schema-limits.ts';
import type { RequestContext } from '../../context.ts';
import { GatewayUnavailable, LimitExceeded } from '../../errors.ts';
import type { Principal } from '../../keys/principal.ts';
import type {
  BudgetUsage,
  LedgerUsage,
  LimitStore,
  UsageDay,
  UsageQuestion,
  UsageSum,
} from '../../limits/ledger-protocol.ts';
import type { Scope, ScopeKind } from '../../limits/scope.ts';
import { toScopeLimits } from '../../limits/scope-limits.ts';
import { toUsd } from '../../limits/units.ts';
import { withTimeout } from '../../with-timeout.ts';
import { keyLedger, projectLedger, type ScopeSources, scopesOf } from './scopes-of.ts';

/** Where use is read; `Services` are such. */
export interface UsageSources extends ScopeSources {
  readonly limitStore: Pick<LimitStore, 'usage'>;
  readonly limitDesk: {
    flush(ledgers: readonly string[], work: Pick<RequestContext, 'waitUntil'>): Promise<void>;
  };
}

/** The body of `GET /v1/usage`. */
export interface UsageReport {
  readonly object: 'usage';
  /** Name of the key. */
  readonly key: string;
  readonly scopes: readonly ScopeReport[];
}

export interface ScopeReport extends Standing {
  readonly kind: ScopeKind;
  readonly name: string;
  /** Since the first request; `null` for what others use too. */
  readonly total: SumReport | null;
  readonly days: readonly DayReport[] | null;
}

/** How much of its limits a scope has left. */
export interface Standing {
  readonly limits: readonly {
    readonly field: string;
    readonly limit: number;
    readonly burst: number;
    readonly remaining: number;
    readonly reset_ms: number;
  }[];
  readonly concurrency: { readonly limit: number; readonly in_flight: number } | null;
  readonly budgets: readonly BudgetReport[];
}

/** Amounts are US dollars with up to nine decimals. */
export interface BudgetReport {
  readonly window: string;
  readonly rolling: boolean;
  readonly time_zone: string;
  readonly usd: number;
  readonly soft_usd: number | null;
  readonly spent_usd: number;
  readonly reserved_usd: number;
  readonly estimated_usd: number;
  readonly remaining_usd: number;
  /** ISO 8601. */
  readonly starts_at: string;
  readonly ends_at: string | null;
  readonly forecast_usd: number | null;
}

export interface SumReport {
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_usd: number;
  readonly estimated_requests: number;
  readonly unpriced_requests: number;
}

export type DayReport = SumReport & { readonly day: string; readonly model: string };

/** The UTC days that are asked for, the first and the last: `2026-11-21`. */
export type DayRange = NonNullable<UsageQuestion['days']>;

const READ_TIMEOUT_MS = 5000;
const DAY_MS = 86_400_000;

/**
 * What a credential may know: of itself everything, of what it shares with others (its project, the key of a token, …)
 * only how much is left. `days` counts back from today. Rejects with `GatewayUnavailable`.
 */
export async function reportUsage(
  principal: Principal,
  days: number,
  sources: UsageSources,
  context: Pick<RequestContext, 'now' | 'waitUntil'>,
): Promise<UsageReport> {
  const scopes = scopesOf(principal, null, sources);
  const range = { from: toDay(context.now() - (days - 1) * DAY_MS), to: toDay(context.now()) };
  const own = principal.token === null ? 'key' : 'token';
  const report = async (scope: Scope): Promise<ScopeReport> => {
    const isOwn = scope.kind === own;
    const question = { limits: scope.limits, days: isOwn ? range : null };
    const usage = await answered(sources.limitStore.usage(scope.ledger, question));
    return {
      kind: scope.kind,
      name: scope.name,
      ...toStanding(usage),
      total: isOwn ? toSumReport(usage.total) : null,
      days: isOwn ? usage.days.map(toDayReport) : null,
    };
  };
  const ledgers = scopes.map(({ ledger }) => ledger);
  await answered(sources.limitDesk.flush(ledgers, context));
  return { object: 'usage', key: principal.keyName, scopes: await Promise.all(scopes.map(report)) };
}

/** Whose use the admin API asks for; `limits` as they are configured now. */
export type UsageSubject = { readonly limits: LimitEntry } & (
  | { readonly kind: 'key' /** Its `ledgerId`. */; readonly id: string }
  | { readonly kind: 'project'; readonly name: string }
);

/** What the admin API reads. Both reject with `GatewayUnavailable`. */
export interface UsageDesk {
  /** This isolate tells what it knows of them. */
  flush(subjects: readonly UsageSubject[], work: Pick<RequestContext, 'waitUntil'>): Promise<void>;
  read(subject: UsageSubject, days: DayRange): Promise<SubjectUsage>;
}

export interface SubjectUsage {
  readonly standing: Standing;
  /** By day and model, money in nano-dollars. */
  readonly days: readonly UsageDay[];
}

/** `sources`: of the configuration that counts; what it throws is thrown. */
export const createUsageDesk = (sources: () => UsageSources): UsageDesk => ({
  flush: async (subjects, work) => answered(sources().limitDesk.flush(subjects.map(ledgerOf), work)),
  read: async (subject, days) => {
    const question = { limits: toScopeLimits(subject.limits), days };
    const usage = await answered(sources().limitStore.usage(ledgerOf(subject), question));
    return { standing: toStanding(usage), days: usage.days };
  },
});

const ledgerOf = (subject: UsageSubject): string =>
  subject.kind === 'key' ? keyLedger(subject.id) : projectLedger(subject.name);

async function answered<Value>(asking: Promise<Value>): Promise<Value> {
  try {
    return await withTimeout(asking, READ_TIMEOUT_MS);
  } catch (error) {
    if (error instanceof LimitExceeded) throw error; // who reads too often hears that
    throw new GatewayUnavailable('The usage cannot be read right now.');
  }
}

function toStanding({ now, buckets, concurrency, budgets }: LedgerUsage): Standing {
  return {
    limits: buckets.map(({ field, limit, burst, remaining, resetMs }) => ({
      field,
      limit,
      burst,
      remaining,
      reset_ms: Math.ceil(resetMs),
    })),
    concurrency: concurrency === null ? null : { limit: concurrency.limit, in_flight: concurrency.inFlight },
    budgets: budgets.map((budget) => toBudgetReport(budget, now)),
  };
}

function toBudgetReport(budget: BudgetUsage, now: number): BudgetReport {
  const { nanoUsd, softNanoUsd, spentNanoUsd, heldNanoUsd } = budget;
  const forecast = forecastNanoUsd(budget, now);
  return {
    window: budget.window,
    rolling: budget.rolling,
    time_zone: budget.timeZone,
    usd: toUsd(nanoUsd),
    soft_usd: softNanoUsd === null ? null : toUsd(softNanoUsd),
    spent_usd: toUsd(spentNanoUsd),
    reserved_usd: toUsd(heldNanoUsd),
    estimated_usd: toUsd(budget.estimatedNanoUsd),
    remaining_usd: toUsd(Math.max(0, nanoUsd - spentNanoUsd - heldNanoUsd)),
    starts_at: new Date(budget.startsAt).toISOString(),
    ends_at: budget.endsAt === null ? null : new Date(budget.endsAt).toISOString(),
    forecast_usd: forecast === null ? null : toUsd(forecast),
  };
}

/**
 * What will be spent when the window ends, if it goes on as it went so far, rounded up. A moving window always holds what
 * a whole one costs; a total has no end, and so no forecast.
 */
export function forecastNanoUsd(
  {
    spentNanoUsd,
    rolling,
    startsAt,
    endsAt,
  }: Pick<BudgetUsage, 'spentNanoUsd' | 'rolling' | 'startsAt' | 'endsAt'>,
  now: number,
): number | null {
  if (rolling) return spentNanoUsd;
  if (endsAt === null) return null;
  const lengthMs = BigInt(endsAt - startsAt);
  const elapsedMs = BigInt(Math.min(Math.max(1, Math.floor(now) - startsAt), endsAt - startsAt));
  return Number((BigInt(spentNanoUsd) * lengthMs + elapsedMs - 1n) / elapsedMs);
}

const toSumReport = (sum: UsageSum): SumReport => ({
  requests: sum.requests,
  input_tokens: sum.inputTokens,
  output_tokens: sum.outputTokens,
  cache_read_tokens: sum.cacheReadTokens,
  cache_write_tokens: sum.cacheWriteTokens,
  reasoning_tokens: sum.reasoningTokens,
  cost_usd: toUsd(sum.nanoUsd),
  estimated_requests: sum.estimatedRequests,
  unpriced_requests: sum.unpricedRequests,
});

const toDayReport = ({ day, model, ...sum }: UsageDay): DayReport => ({ day, model, ...toSumReport(sum) });

const toDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
