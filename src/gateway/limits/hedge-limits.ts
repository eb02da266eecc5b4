/** What the second calls of hedged requests may cost a project a day: a scope of their own, beside the project's limits. */
import type { ConfigDocument } from '../../config/schema.ts';
import type { Scope } from '../../limits/scope.ts';
import { toScopeLimits } from '../../limits/scope-limits.ts';
import { hedgeLedger } from './scopes-of.ts';

/** A day, where the operator names no amount. */
const DEFAULT_USD = 5;

/** Whose amount it is. */
export interface HedgeCap {
  /** `null`: nothing may be spent. */
  readonly scope: Scope | null;
  /** The operator named it: what nobody can reckon must not be spent. */
  readonly isNamed: boolean;
}

/** The day is UTC's. */
export function hedgeCap(
  project: string,
  { projects = {}, routing }: Pick<ConfigDocument, 'projects' | 'routing'>,
): HedgeCap {
  const own = Object.hasOwn(projects, project) ? projects[project] : undefined;
  const named = own?.hedge_usd_per_day ?? routing.hedge_usd_per_day;
  const usd = named ?? DEFAULT_USD;
  return { scope: usd === 0 ? null : scopeOf(project, usd), isNamed: named !== undefined };
}

function scopeOf(project: string, usd: number): Scope {
  return {
    kind: 'hedge',
    ledger: hedgeLedger(project),
    name: project,
    limits: toScopeLimits({ budgets: [{ usd, window: 'day' }] }),
    onUnavailable: 'closed',
    isRecorded: false,
  };
}
