/** Calls of a Ledger, as tests say them. No imports of Cloudflare's: they run in Node, too. */
import type { Consumption, LedgerCall, SettledRequest } from '../../../src/limits/ledger-protocol.ts';
import { type LimitFields, toScopeLimits } from '../../../src/limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../../src/limits/units.ts';

export const units = (some: Partial<Units>): Units => ({ ...NO_UNITS, ...some });

export type CallFields = Partial<Omit<LedgerCall, 'limits' | 'draw' | 'returned'>> & {
  readonly limits?: LimitFields;
  readonly need?: Partial<Units>;
  /** Beyond the need. */
  readonly beyond?: Partial<Units>;
  readonly returned?: Partial<Units>;
};

/** Says nothing but what it is given. */
export function aCall({ limits = {}, need, beyond = {}, returned = {}, ...fields }: CallFields): LedgerCall {
  const needed = units(need ?? {});
  const want = {
    requests: needed.requests + (beyond.requests ?? 0),
    tokens: needed.tokens + (beyond.tokens ?? 0),
    nanoUsd: needed.nanoUsd + (beyond.nanoUsd ?? 0),
    slots: needed.slots + (beyond.slots ?? 0),
  };
  return {
    id: crypto.randomUUID(),
    lease: 'lease',
    limits: toScopeLimits(limits),
    unanswered: [],
    begun: 0,
    settled: [],
    returned: units(returned),
    draw: need === undefined ? null : { need: needed, want },
    alerts: null,
    ...fields,
  };
}

export const NOTHING_CONSUMED: Consumption = {
  model: 'openai/gpt-5.2',
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
  isUnpriced: false,
};

/** The final word on a request. */
export function aSettlement(
  held: Partial<Units>,
  used: Partial<Units>,
  { lease = 'lease', ...consumption }: Partial<Consumption> & { readonly lease?: string } = {},
): SettledRequest {
  return {
    id: crypto.randomUUID(),
    lease,
    held: units(held),
    used: units({ requests: 1, ...used }),
    consumption: { ...NOTHING_CONSUMED, ...consumption },
  };
}
