/**
 * What operators are told of: each event that can be an alert, with what it tells, and when it may be told again. The
 * members are all there is, so that no key, hash or credential can slip into what is sent.
 */
import type { AlertRouting } from '../ledger-protocol.ts';
import type { Budget, BudgetWindow } from '../scope-limits.ts';
import { toUsd } from '../units.ts';

/** A budget's spending went over a threshold of it with this settlement. */
export interface Crossing {
  readonly type: 'budget.soft' | 'budget.hard';
  readonly budget: Budget;
  /** In the window, all that is settled. */
  readonly spentNanoUsd: number;
  /** Of the window; milliseconds since the Unix epoch. */
  readonly startsAt: number;
  /** `null` for `total` and rolling windows. */
  readonly endsAt: number | null;
}

export interface BudgetData {
  readonly window: BudgetWindow;
  readonly rolling: boolean;
  readonly time_zone: string;
  readonly usd: number;
  readonly soft_usd: number | null;
  readonly spent_usd: number;
  /** ISO 8601. */
  readonly window_starts_at: string;
  readonly window_ends_at: string | null;
}

export interface ExpiryData {
  /** The key's id, or `null` for a key of the document. */
  readonly key_id: string | null;
  /** What people know it by. */
  readonly key: string;
  readonly project: string | null;
  /** ISO 8601. */
  readonly expires_at: string;
}

export interface ExhaustionData {
  readonly provider: string;
  /** Its place in the configuration, as `openai#0`: never the credential itself. */
  readonly credential: string;
  /** The provider refused it, or says that nothing is left of its quota. */
  readonly reason: 'rejected' | 'quota';
  /** The provider's own status. */
  readonly status: number | null;
}

export type AlertBody =
  | { readonly type: 'budget.soft' | 'budget.hard'; readonly data: BudgetData }
  | { readonly type: 'key.expiring'; readonly data: ExpiryData }
  | { readonly type: 'credential.exhausted'; readonly data: ExhaustionData };

export type Alert = AlertBody & {
  /** What happened, once: what is told again under the same id is not sent again. Seen by nobody outside. */
  readonly id: string;
  /** From when on the same id is news again, milliseconds since the Unix epoch; `null`: never. */
  readonly silentUntil: number | null;
};

/** An alert and who is told. Plain data: it travels to a Ledger. */
export type AlertNote = Alert & { readonly routing: AlertRouting };

const DAY_MS = 86_400_000;
const ROLLING_MS: Readonly<Record<BudgetWindow, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  total: Number.POSITIVE_INFINITY,
};

/**
 * Once for each amount and window. Spending in a rolling window may fall below a threshold and rise again with every
 * request, so there it is told once in the length of the window.
 */
export function budgetCrossed(crossing: Crossing, now: number): Alert {
  const { type, budget, spentNanoUsd, startsAt, endsAt } = crossing;
  const amount = type === 'budget.soft' ? budget.softNanoUsd : budget.nanoUsd;
  const name = `${type}/${budget.id}/${amount}`;
  const isRolling = budget.rolling && budget.window !== 'total';
  return {
    type,
    id: isRolling ? name : `${name}/${startsAt}`,
    silentUntil: isRolling ? now + ROLLING_MS[budget.window] : endsAt === null ? null : endsAt + DAY_MS,
    data: {
      window: budget.window,
      rolling: isRolling,
      time_zone: budget.timeZone,
      usd: toUsd(budget.nanoUsd),
      soft_usd: budget.softNanoUsd === null ? null : toUsd(budget.softNanoUsd),
      spent_usd: toUsd(spentNanoUsd),
      window_starts_at: toIso(startsAt),
      window_ends_at: endsAt === null ? null : toIso(endsAt),
    },
  };
}

export interface ExpiringKey {
  /** Unlike any other key's, and no secret: its id, or the name of its Ledger. */
  readonly identity: string;
  readonly keyId: string | null;
  readonly name: string;
  readonly project: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** Once for a key and its expiry: a key whose life is prolonged is told of again. */
export function keyExpiring({ identity, keyId, name, project, expiresAt }: ExpiringKey): Alert {
  return {
    type: 'key.expiring',
    id: `key.expiring/${identity}/${expiresAt}`,
    silentUntil: expiresAt + DAY_MS,
    data: { key_id: keyId, key: name, project, expires_at: toIso(expiresAt) },
  };
}

/** Once a day, unless it worked again in between. */
export function credentialExhausted(data: ExhaustionData, now: number): Alert {
  return { type: 'credential.exhausted', id: exhaustionId(data.credential), silentUntil: now + DAY_MS, data };
}

export const exhaustionId = (credential: string): string => `credential.exhausted/${credential}`;

const toIso = (time: number): string => new Date(time).toISOString();
