/** Targets and failures as the attempt stage meets them. */
import { DEFAULT_TIMEOUTS } from '../../../../src/config/schema.ts';
import { ProviderRejectedRequest } from '../../../../src/errors.ts';
import { DEFAULT_RULES, type Plan, type Target } from '../../../../src/gateway/exchange.ts';
import type { AttemptFailure } from '../../../../src/gateway/provider-failure.ts';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import { providerWith } from '../../../support/provider.ts';

export const targetOf = (id: string, fields: Partial<Target> = {}): Target => ({
  provider: providerWith({ id }),
  model: 'm',
  credentials: [],
  reason: 'named by the request',
  standing: 'yes',
  arm: `${id}/m`,
  contextTokens: null,
  continues: null,
  ...fields,
});

export const planOf = (targets: readonly Target[], fields: Partial<Plan> = {}): Plan => ({
  alias: 'a',
  targets,
  timeouts: DEFAULT_TIMEOUTS,
  retries: 1,
  isMetered: true,
  waitingRoom: null,
  rules: DEFAULT_RULES,
  considered: [],
  reach: null,
  health: new HealthBook({ now: () => 0 }).in('weur'),
  ...fields,
});

/** A refusal of the request itself. */
export const refusal = (
  status: number,
  {
    message = 'no',
    type = null,
    code = null,
  }: { message?: string; type?: string | null; code?: string | null },
): AttemptFailure => ({
  error: new ProviderRejectedRequest(status, { message, type, code, param: null }),
  remedy: 'nothing',
  isCredentialRefused: false,
  isRateLimited: false,
  retryAfterMs: null,
});
