/** What puts a target behind the others, whatever the strategy: its health, and where it serves. */
import { type ModelTarget, TIERS, type Tier } from './arm.ts';
import type { TargetHealth } from './health/region-health.ts';
import { NEARNESS, type Nearness } from './places.ts';
import type { RoutingQuestion } from './routing-question.ts';

export interface Setback {
  readonly tier: Tier;
  /** `null`: nothing does. */
  readonly reason: string | null;
  /** Of the last tier: when that is over, by the clock. */
  readonly until: number;
  readonly isHalfOpen: boolean;
}

const NONE: Setback = { tier: TIERS.ready, reason: null, until: 0, isHalfOpen: false };
const HALF_OPEN: Setback = { ...NONE, isHalfOpen: true };
const ELSEWHERE: Setback = { ...NONE, tier: TIERS.elsewhere, reason: 'its regions are elsewhere' };

/** Of several reasons the one that lasts longest. `hasBreaker`: the alias looks at circuits. */
export function setbackOf(
  target: ModelTarget,
  found: { readonly health: TargetHealth; readonly nearness: Nearness; readonly hasBreaker: boolean },
  question: RoutingQuestion,
): Setback {
  const { health, nearness, hasBreaker } = found;
  const { now } = question;
  const circuit = hasBreaker ? health.circuit(now) : 'closed';
  let until = 0;
  let reason: string | null = null;
  if (circuit === 'open') {
    until = Math.max(now, health.openUntil);
    reason = until > now ? `circuit open for ${toSeconds(until - now)} s` : 'circuit open, being tried';
  }
  if (health.coolingUntil > Math.max(now, until)) {
    until = health.coolingUntil;
    reason = `cools down for ${toSeconds(until - now)} s`;
  }
  const blocked = question.blockedAt(target.provider, target.model);
  if (blocked !== null && blocked.until >= until) ({ until, reason } = blocked);
  if (reason !== null) return { tier: TIERS.last, reason, until, isHalfOpen: false };
  if (nearness === NEARNESS.elsewhere) return ELSEWHERE;
  return circuit === 'half-open' ? HALF_OPEN : NONE;
}

const toSeconds = (ms: number): number => Math.ceil(ms / 1000);
