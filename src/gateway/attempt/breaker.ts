/** How the circuits of an alias's targets open, and which targets are to be left alone right now. */
import { BREAKER_DEFAULTS, type BreakerSettings } from '../../config/schema-routing.ts';
import { type Plan, type Target, targetName } from '../exchange.ts';

/** `null`: it has none. */
export function breakerOf({ rules: { breaker } }: Pick<Plan, 'rules'>): BreakerSettings | null {
  if (breaker === undefined) return BREAKER_DEFAULTS;
  return breaker.enabled ? breaker : null;
}

/**
 * As it is now: since the plan was made a circuit may have opened, another request may have begun to try a half-open one, and
 * the provider may have asked for a pause.
 */
export const restsAt =
  (plan: Plan, now: () => number) =>
  (target: Target): boolean => {
    const health = plan.health.of(targetName(target));
    if (health.coolingUntil > now()) return true;
    return breakerOf(plan) !== null && health.circuit(now()) === 'open';
  };
