/** How the admin API reads Ledgers: it names whose use it wants, and the gateway knows where that stands. */
import type { LimitEntry } from '../config/schema-limits.ts';
import type { RequestContext } from '../context.ts';

/** `limits` as they are configured now: what is left is told of those. */
export type UsageSubject = { readonly limits: LimitEntry } & (
  | { readonly kind: 'key' /** What its use is counted under. */; readonly id: string }
  | { readonly kind: 'project'; readonly name: string }
);

/** UTC days, the first and the last: `2026-11-21`. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** Both reject with `GatewayUnavailable`. */
export interface UsageDesk {
  /** This isolate tells the Ledgers what it knows of them, before they are read. */
  flush(subjects: readonly UsageSubject[], work: Pick<RequestContext, 'waitUntil'>): Promise<void>;
  read(subject: UsageSubject, days: DayRange): Promise<SubjectUsage>;
}

export interface SubjectUsage {
  readonly standing: Standing;
  /** By day and model. */
  readonly days: readonly UsageDay[];
}

/** How much is left, as `GET /v1/usage` tells it. */
export interface Standing {
  readonly limits: readonly {
    readonly field: string;
    readonly limit: number;
    readonly burst: number;
    readonly remaining: number;
    readonly reset_ms: number;
  }[];
  readonly concurrency: { readonly limit: number; readonly in_flight: number } | null;
  readonly budgets: readonly {
    readonly window: string;
    readonly rolling: boolean;
    readonly time_zone: string;
    readonly usd: number;
    readonly soft_usd: number | null;
    readonly spent_usd: number;
    readonly reserved_usd: number;
    readonly estimated_usd: number;
    readonly remaining_usd: number;
    readonly starts_at: string;
    readonly ends_at: string | null;
    readonly forecast_usd: number | null;
  }[];
}

export interface UsageSum {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
  readonly estimatedRequests: number;
  readonly unpricedRequests: number;
}

export interface UsageDay extends UsageSum {
  /** UTC. */
  readonly day: string;
  /** `provider/model`; empty where no provider was asked. */
  readonly model: string;
}
