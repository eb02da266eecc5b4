/**
 * Takes what a request may need from the limits of everybody it belongs to: all of it, or nothing. Tokens and money are
 * estimated only where they are limited.
 */
import { DEFAULT_TIMEOUTS } from '../../config/schema.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { LimitExceeded } from '../../errors.ts';
import type { Principal } from '../../keys/principal.ts';
import type { Ask, Grant } from '../../limits/leases/limit-desk.ts';
import type { Scope } from '../../limits/scope.ts';
import type { Units } from '../../limits/units.ts';
import { waitForTurn } from '../../limits/waiting/wait-for-turn.ts';
import { tokensOfCharacters } from '../../usage/usage.ts';
import { type Exchange, type Plan, type Target, targetName } from '../exchange.ts';
import type { Asking } from '../start-run.ts';
import type { Reserved } from './bill.ts';
import { ONE_REQUEST, pricesFor, priceUnknown, reckon, whatIsLimited } from './reckon.ts';
import { scopesOf } from './scopes-of.ts';

/** What has to be known to let a request in. */
export interface Admitting {
  /** Targets whose price nobody knows are gone where money is limited. */
  readonly plan: Plan;
  readonly reserved: Reserved;
  readonly ask: Ask;
  /** Where the request may wait for its turn; `null`: nowhere. */
  readonly waiting: Waiting | null;
}

interface Waiting {
  readonly room: { readonly max_wait_seconds: number; readonly max_waiters: number };
  readonly priority: 'priority' | 'default' | 'flex';
  /** Waiters of one key take turns with those of others. */
  readonly key: string;
}

/** Throws `LimitExceeded` where money is limited and the price of no target is known. */
export function prepareAdmission(
  exchange: Exchange,
  request: ClientRequest,
  plan: Plan,
  principal: Principal,
): Admitting {
  const scopes = scopesOf(principal, request.endUser, exchange.services);
  return admissionUnder(scopes, { exchange, request, plan, principal });
}

/** Under other limits than the caller's own. Throws as `prepareAdmission`. */
export function admissionUnder(
  scopes: readonly Scope[],
  asked: Pick<Asking, 'exchange' | 'request' | 'plan' | 'principal'>,
): Admitting {
  const { exchange, request, plan, principal } = asked;
  const { services, context, settlement } = exchange;
  const limited = whatIsLimited(scopes, plan.targets, services);
  const { document } = services.snapshot;
  const room = plan.waitingRoom ?? principal.waitingRoom;
  const waiting =
    room === null ? null : { room, priority: priorityOf(request.serviceTier), key: keyOf(principal) };
  const askFor = (units: Units, isBounded: boolean): Ask => ({
    requestId: context.requestId,
    scopes,
    units,
    isBounded,
    alerts: document.alerts?.webhooks ?? null,
    maxMs: plan.timeouts.total_ms,
  });
  const shared = {
    priceOf: pricesFor(limited, exchange),
    stopsMidStream: document.limits.stop_mid_stream,
    isBudgeted: limited.money,
    isFree: settlement.isFree,
    quantities: request.quantities,
    goesOnUnseen: request.isBackground,
    waitUntil: context.waitUntil,
  };
  if (settlement.isFree || !(limited.tokens || limited.money)) {
    const inputTokens = tokensOfCharacters(request.inputCharacters);
    return {
      plan,
      reserved: {
        ...shared,
        learn: null,
        inputTokens,
        outputTokens: request.quantities().unseenOutputTokens ?? null,
        isBounded: true,
      },
      ask: askFor(ONE_REQUEST, true),
      waiting,
    };
  }
  const estimate = request.estimate();
  const pricing = { priceOf: shared.priceOf, isBudgetedAt: limited.isBudgetedAt };
  const reckoned = reckon(estimate, plan.targets, keyOf(principal), pricing, services);
  const { targets, units, outputTokens } = reckoned;
  if (targets.length === 0) throw priceUnknown(plan.targets[0] as Target, scopes); // a plan has at least one target
  const isBounded = estimate.outputLimit !== null;
  const { inputTokens } = estimate;
  const learn: Reserved['learn'] = (target, usage) =>
    services.learnt.note(keyOf(principal), targetName(target), usage, estimate);
  return {
    plan: targets.length === plan.targets.length ? plan : { ...plan, targets },
    reserved: { ...shared, learn, inputTokens, outputTokens, isBounded },
    ask: askFor(units, isBounded),
    waiting,
  };
}

/** Lets in a request that is answered without asking a provider: it counts as one, and costs nothing. */
export function letOneIn(
  principal: Principal,
  endUser: string | null,
  exchange: Exchange,
  signal: AbortSignal,
): undefined | Promise<void> {
  const { services, context } = exchange;
  const ask: Ask = {
    requestId: context.requestId,
    scopes: scopesOf(principal, endUser, services),
    units: ONE_REQUEST,
    isBounded: true,
    alerts: services.snapshot.document.alerts?.webhooks ?? null,
    maxMs: DEFAULT_TIMEOUTS.total_ms,
  };
  return letIn(
    { ask, reserved: { ...NOTHING_RESERVED, waitUntil: context.waitUntil }, waiting: null },
    exchange,
    signal,
  );
}

const NOTHING_RESERVED: Omit<Reserved, 'waitUntil'> = {
  inputTokens: 0,
  outputTokens: null,
  isBounded: true,
  quantities: () => ({}),
  goesOnUnseen: false,
  priceOf: () => null,
  learn: null,
  stopsMidStream: false,
  isBudgeted: false,
  isFree: true,
};

/** Tokens of a key learn together, and wait as one. */
export const keyOf = ({ within, ledgerId }: Principal): string => within?.ledgerId ?? ledgerId;

/**
 * Lets a request in: what it needs is taken, and its bill opened. Returns at once where leases suffice. Rejects with
 * `LimitExceeded` and `GatewayUnavailable`, or when `signal` ends a wait for its turn.
 */
export function letIn(
  admitting: Omit<Admitting, 'plan'>,
  exchange: Exchange,
  signal: AbortSignal,
): undefined | Promise<void> {
  const { bill } = exchange.settlement;
  const taken = takeUnits(admitting, exchange, signal);
  if (!(taken instanceof Promise)) {
    bill.open(taken, admitting.reserved);
    return undefined;
  }
  return taken.then(
    (grant) => bill.open(grant, admitting.reserved),
    (error: unknown) => {
      if (error instanceof LimitExceeded) bill.room = error.room;
      throw error;
    },
  );
}

function takeUnits(
  { ask, waiting }: Omit<Admitting, 'plan'>,
  { services, context }: Exchange,
  signal: AbortSignal,
): Grant | Promise<Grant> {
  const { limitDesk } = services;
  const work = { waitUntil: context.waitUntil };
  if (waiting === null) return limitDesk.reserve(ask, work);
  const { room, priority, key } = waiting;
  return waitForTurn({
    desk: limitDesk,
    ask,
    work,
    room: { maxWaitSeconds: room.max_wait_seconds, maxWaiters: room.max_waiters },
    priority,
    key,
    signal,
    random: context.random,
  });
}

/** `service_tier` of the request, as OpenAI names them. */
function priorityOf(serviceTier: string | null): 'priority' | 'default' | 'flex' {
  return serviceTier === 'priority' || serviceTier === 'flex' ? serviceTier : 'default';
}
