/**
 * What a request may need of its limits: which units are limited at all, and the most that it is likely to use at any of its
 * targets. Targets that a budget cannot reckon with are left out.
 */
import { LimitExceeded } from '../../errors.ts';
import { scopeTold } from '../../limits/limit-exceeded.ts';
import type { Scope } from '../../limits/scope.ts';
import { limitedUnits } from '../../limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../limits/units.ts';
import type { Price } from '../../usage/price.ts';
import { reservationFor, type Reservation as TargetReservation } from '../../usage/reservation.ts';
import type { RequestEstimate } from '../../usage/usage.ts';
import { type Exchange, type Target, targetName } from '../exchange.ts';
import type { Services } from '../services.ts';
import type { Reserved } from './bill.ts';
import { credentialScopesOf } from './credential-limits.ts';

export interface Limited {
  readonly tokens: boolean;
  readonly money: boolean;
  /** Whether a budget counts there: the caller's counts everywhere, a credential's for its own target. */
  readonly isBudgetedAt: (target: Target) => boolean;
}

/** `scopes`: of the caller. */
export function whatIsLimited(
  scopes: readonly Scope[],
  targets: readonly Target[],
  services: Services,
): Limited {
  const ofCaller = unitsOf(scopes);
  const ofCredentials = unitsOf(credentialScopesOf(targets, services));
  return {
    tokens: ofCaller.tokens || ofCredentials.tokens,
    money: ofCaller.money || ofCredentials.money,
    isBudgetedAt: (target) =>
      ofCaller.money || (ofCredentials.money && unitsOf(credentialScopesOf([target], services)).money),
  };
}

function unitsOf(scopes: readonly Scope[]): { tokens: boolean; money: boolean } {
  let tokens = false;
  let money = false;
  for (const { limits } of scopes) {
    const limited = limitedUnits(limits);
    tokens ||= limited.tokens;
    money ||= limited.nanoUsd;
  }
  return { tokens, money };
}

export const ONE_REQUEST: Units = { ...NO_UNITS, requests: 1, slots: 1 };

/** Under a budget, what nobody knows the price of costs the operator's ceiling. */
export function pricesFor({ isBudgetedAt }: Limited, { services, context }: Exchange): Reserved['priceOf'] {
  const { prices } = services;
  return (target) =>
    prices.priceOf(target.provider, target.model, context.now()) ??
    (isBudgetedAt(target) ? prices.ceiling : null);
}

/** The most that any of the targets is likely to need; those that a budget cannot reckon with are left out. */
export function reckon(
  estimate: RequestEstimate,
  candidates: readonly Target[],
  keyLedger: string,
  { priceOf, isBudgetedAt }: Pick<Reserved, 'priceOf'> & Pick<Limited, 'isBudgetedAt'>,
  services: Services,
): { targets: Target[]; units: Units; outputTokens: number } {
  const targets: Target[] = [];
  let units = ONE_REQUEST;
  let outputTokens = 0;
  for (const target of candidates) {
    const { expected, reservation } = expectAt(
      targetName(target),
      estimate,
      keyLedger,
      priceOf(target),
      services,
    );
    if (reservation.isUnpriced && isBudgetedAt(target)) continue;
    targets.push(target);
    outputTokens = Math.max(outputTokens, expected);
    units = {
      ...units,
      tokens: Math.max(units.tokens, reservation.tokens),
      nanoUsd: Math.max(units.nanoUsd, reservation.nanoUsd),
    };
  }
  return { targets, units, outputTokens };
}

/** What a target (`provider/model`) is expected to use of a request: `expected` tokens of output, over all choices. */
export function expectAt(
  target: string,
  estimate: RequestEstimate,
  keyLedger: string,
  price: Price | null,
  { learnt, snapshot }: Pick<Services, 'learnt' | 'snapshot'>,
): { readonly expected: number; readonly reservation: TargetReservation } {
  const usual = estimate.usualOutput ?? snapshot.document.limits.default_output_tokens;
  const expected = estimate.outputLimit ?? learnt.expectedOutput(keyLedger, target, usual, estimate.choices);
  const inputFactor = learnt.inputFactor(keyLedger, target);
  return { expected, reservation: reservationFor(estimate, expected, price, inputFactor) };
}

export function priceUnknown(target: Target, scopes: readonly Scope[]): LimitExceeded {
  const scope = scopes.find(({ limits }) => limits.budgets.length > 0);
  return new LimitExceeded({
    code: 'budget_exceeded',
    message: `The price of "${targetName(target)}" is not known, and a budget applies to this request. The operator has to set \`prices\` or \`limits.price_ceiling\`.`,
    scope: scope === undefined ? 'gateway' : scopeTold(scope),
    param: 'budgets',
    retryAfterMs: null,
  });
}
