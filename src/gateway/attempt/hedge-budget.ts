/**
 * What the second call of a hedged request needs: a part of what the project may spend a day on such calls (and a known price,
 * where the operator named that amount), room in the caller's own limits, and one of the alias's further calls. Whatever is missing or cannot be reached, the
 * request goes on as if it were not hedged.
 */
import type { SettledPart } from '../../limits/leases/limit-desk.ts';
import { NO_UNITS } from '../../limits/units.ts';
import { type Target, targetName } from '../exchange.ts';
import { hedgeCap } from '../limits/hedge-limits.ts';
import { expectAt } from '../limits/reckon.ts';
import { keyOf } from '../limits/reserve.ts';
import { retryAccount, type Scene } from './scene.ts';

/** What was taken of the project's budget. */
export interface HedgeGrant {
  /** What the call that was not delivered cost; `null`: nothing. Counts once. */
  settle(loss: SettledPart | null): void;
}

/** `null`: no second call. Never rejects. */
export async function takeForHedge(target: Target, scene: Scene): Promise<HedgeGrant | null> {
  try {
    return await take(target, scene);
  } catch {
    return null;
  }
}

/** Rejects with `LimitExceeded`, and `GatewayUnavailable`. */
async function take(
  target: Target,
  { exchange, request, admitting, plan }: Scene,
): Promise<HedgeGrant | null> {
  const { services, settlement, context } = exchange;
  const { principal, bill } = settlement;
  if (principal === null) return null;
  const { scope, isNamed } = hedgeCap(principal.project, services.snapshot.document);
  if (scope === null) return null;
  const price =
    services.prices.priceOf(target.provider, target.model, context.now()) ?? services.prices.ceiling;
  const { reservation } = expectAt(targetName(target), request.estimate(), keyOf(principal), price, services);
  if (reservation.isUnpriced && isNamed) return null;
  const { tokens, nanoUsd } = reservation;
  const ask = { ...admitting.ask, scopes: [scope], units: { ...NO_UNITS, nanoUsd }, isBounded: true };
  const grant = await services.limitDesk.reserve(ask, { waitUntil: context.waitUntil });
  const isPaid = await bill.paysForOneMore({ ...NO_UNITS, tokens, nanoUsd });
  if (isPaid && services.retryBudget.mayGoFurther(retryAccount(plan)))
    return { settle: (loss) => grant.settle(loss === null ? [] : [loss]) };
  grant.settle([]);
  return null;
}
