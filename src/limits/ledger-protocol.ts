/**
 * What an isolate and the Ledger of a scope tell each other. An isolate holds a *lease*: units that were taken out of the
 * scope's limits for it, which it spends on requests without asking. Every call names the lease, tells what became of its
 * units, and may draw more.
 *
 * What must hold (contract §2): for each bucket `level + units held by leases <= burst`, and the level rises by refill
 * only; so in any t seconds at most burst + t·limit/period are admitted, however late a held unit is spent. For each
 * budget `settled + held by leases + lost with leases <= amount` when units are drawn.
 */
import type { RateField, ScopeLimits } from './scope-limits.ts';
import type { Units } from './units.ts';

/** A lease ends so long after its last call was heard, by the Ledger's clock. */
export const LEASE_MS = 30_000;
/** An isolate spends nothing of a lease any more so long after it sent the last call that was answered, by its own clock. */
export const LEASE_USE_MS = 25_000;

/** One atomic step. The same `id` again is answered as before, and does nothing twice. */
export interface LedgerCall {
  /** Unlike that of any other call. */
  readonly id: string;
  /** Made by an isolate for this scope; another one after the last has ended or was given up. */
  readonly lease: string;
  readonly limits: ScopeLimits;
  /** Calls of this lease that were never answered: what they drew, if they ever arrived, goes back. */
  readonly unanswered: readonly string[];
  /** Requests that began since the last call: their request units are spent for good, whatever becomes of them. */
  readonly begun: number;
  /** Requests that ended. */
  readonly settled: readonly SettledRequest[];
  /** Units that nobody needs any more. */
  readonly returned: Units;
  readonly draw: Draw | null;
  /** `null`: nobody is told of thresholds. */
  readonly alerts: AlertRouting | null;
}

/** Who is told when this scope crosses a threshold; as configured, `$NAME` of secrets unresolved. */
export interface AlertRouting {
  /** What people know the scope by: `key "ci"`. */
  readonly scope: string;
  readonly webhooks: readonly {
    readonly url: string;
    readonly secret?: string | undefined;
    readonly format: 'json' | 'slack';
    readonly events?: readonly string[] | undefined;
    readonly allow_insecure: boolean;
  }[];
}

export interface Draw {
  /** All of it or nothing. Never more of a unit than is limited in this scope. */
  readonly need: Units;
  /** At least `need`; what lies beyond is a slice for requests to come, of which any part may be given. */
  readonly want: Units;
  /** Of the request that needs it; default: `default`. Who waits is overtaken by a higher priority only. */
  readonly priority?: 'priority' | 'default' | 'flex';
}

/** A request that ended, whichever way. */
export interface SettledRequest {
  readonly id: string;
  /** The lease that its units were taken from. */
  readonly lease: string;
  /** What it had taken and not yet told: tokens, money, slots. Request units are told by `begun`. */
  readonly held: Units;
  /** What it used: `slots` is 0; `requests` is 1 for the final word on a request, 0 for a part of it told before. */
  readonly used: Units;
  readonly consumption: Consumption;
}

/** What a request consumed, for those who read the Ledger. */
export interface Consumption {
  /** `provider/model`; empty where no provider was asked. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Nobody told the usage. */
  readonly isEstimated: boolean;
  /** Nobody knows the price; the money in `used` is what was reserved, or nothing. */
  readonly isUnpriced: boolean;
}

export interface LedgerAnswer {
  /** Nothing where the draw was refused. */
  readonly drawn: Units;
  readonly refusal: Refusal | null;
  readonly room: Room;
  /** Others are waiting, or little is left: what is not needed should come back at once. */
  readonly isTight: boolean;
}

export interface Refusal {
  /** Of the tightest limit: the one that will be ready last. */
  readonly field: RateField | 'concurrency' | 'budgets';
  /** As configured: units, slots, or nano-dollars. */
  readonly limit: number;
  /** What was left of it. Nano-dollars for a budget. */
  readonly remaining: number;
  /** What was needed. */
  readonly needed: number;
  /** From now until what is needed may be there, milliseconds; `null`: never, however long one waits. */
  readonly retryAfterMs: number | null;
  /** Of a budget: its window. */
  readonly window?: string;
}

/** What is left in the buckets of a minute, for `x-ratelimit-*`; leases of others are taken off. `null`: no limit. */
export interface Room {
  readonly requests: BucketRoom | null;
  readonly tokens: BucketRoom | null;
}

export interface BucketRoom {
  readonly limit: number;
  readonly remaining: number;
  /** Until it is full. */
  readonly resetMs: number;
}

/** Where limits are kept: a Ledger for each scope. */
export interface LimitStore {
  /** Rejects if it cannot be reached, in time or at all; then nobody knows whether the call arrived. */
  call(ledger: string, call: LedgerCall): Promise<LedgerAnswer>;
  /** Rejects if it cannot be reached. */
  usage(ledger: string, question: UsageQuestion): Promise<LedgerUsage>;
}

export interface UsageQuestion {
  /** As they are configured now; `null`: as they were when last heard of. */
  readonly limits: ScopeLimits | null;
  /** First and last UTC day (`2026-11-21`) of `days`, both inclusive; `null`: no days are asked for. */
  readonly days: { readonly from: string; readonly to: string } | null;
}

export interface LedgerUsage {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly buckets: readonly BucketUsage[];
  /** `null`: no limit. */
  readonly concurrency: { readonly limit: number; readonly inFlight: number } | null;
  readonly budgets: readonly BudgetUsage[];
  /** Held by leases at this moment. */
  readonly held: Units;
  /** Since the Ledger began. */
  readonly total: UsageSum;
  readonly days: readonly UsageDay[];
}

export interface BucketUsage {
  readonly field: RateField;
  readonly limit: number;
  readonly burst: number;
  /** Whole units; below zero after requests that used more than they had reserved. */
  readonly remaining: number;
  readonly resetMs: number;
}

export interface BudgetUsage {
  readonly id: string;
  readonly nanoUsd: number;
  readonly softNanoUsd: number | null;
  readonly window: string;
  readonly rolling: boolean;
  readonly timeZone: string;
  /** Settled in this window. */
  readonly spentNanoUsd: number;
  /** Reserved by requests in flight, and by leases. */
  readonly heldNanoUsd: number;
  /** Part of `spentNanoUsd`: lost with leases that were never returned. */
  readonly estimatedNanoUsd: number;
  /** Milliseconds since the Unix epoch. */
  readonly startsAt: number;
  /** `null` for `total` and rolling windows. */
  readonly endsAt: number | null;
}

export interface UsageSum {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  readonly nanoUsd: number;
  /** Of `requests`: those whose usage nobody told. */
  readonly estimatedRequests: number;
  /** Of `requests`: those whose price nobody knew. */
  readonly unpricedRequests: number;
}

export interface UsageDay extends UsageSum {
  /** UTC. */
  readonly day: string;
  readonly model: string;
}
