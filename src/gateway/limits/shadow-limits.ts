/** What the copies of an alias's requests may cost a day: a scope of their own, so that no client pays for them. */
import { ledgerName, type Scope } from '../../limits/scope.ts';
import { toScopeLimits } from '../../limits/scope-limits.ts';

/** Of every client of the alias together; the day is UTC's. */
export const shadowScope = (alias: string, usdPerDay: number): Scope => ({
  kind: 'shadow',
  ledger: ledgerName('shadow', alias),
  name: alias,
  limits: toScopeLimits({ budgets: [{ usd: usdPerDay, window: 'day' }] }),
  onUnavailable: 'closed',
  isRecorded: false,
});
