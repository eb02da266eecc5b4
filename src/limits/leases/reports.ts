/**
 * What an isolate has to tell a Ledger, until it was told: requests that began and ended, calls whose answer never came.
 * A report keeps the id of the call that it was first sent with, so it counts once however often it is sent.
 */
import type { Consumption, LedgerCall, SettledRequest } from '../ledger-protocol.ts';
import { addUnits, isNothing, NO_UNITS, type Units } from '../units.ts';
import { CALL_MS } from './timers.ts';

/** So many settlements go with one call. */
const MAX_BATCH = 500;
/** Batches of more tell sums: a Ledger keeps a day of them, and has room for so much only. */
const MOST_SINGLE = 50;
/** Beyond, settlements that differ in the request only are added up: sums stay exact, single requests are forgotten. */
const MAX_SETTLED = 1000;
/** Beyond, what was lost first is given up, and the Ledger's own estimate stands. */
const MAX_LOST = 200;
/** A Ledger remembers a call for ten minutes; sent again later, it might count twice. */
const RESEND_FOR_MS = 540_000;
/** A call that was sent again is on its way for so long, unless it is heard of. */
const RETRY_MS = CALL_MS + 200;
/** Draws of one lease that were never answered. */
const MAX_UNANSWERED = 200;

/** Of a lease that this isolate no longer uses. */
interface Leftover {
  readonly lease: string;
  readonly begun: number;
  readonly returned: Units;
  readonly unanswered: readonly string[];
}

/** Draws nothing any more. */
interface LostCall extends SentCall {
  /** When it was sent last. */
  triedAt: number;
}

/** A call, and when it was sent first: the Ledger may have heard it then, and not since. */
export interface SentCall {
  readonly call: LedgerCall;
  readonly sentAt: number;
}

/** What goes with one call. */
export type Report = Pick<LedgerCall, 'begun' | 'settled' | 'unanswered'>;

export class Reports {
  /** Requests of the present lease. */
  begun = 0;
  #settled: SettledRequest[] = [];
  #unanswered = new Set<string>();
  #leftovers: Leftover[] = [];
  readonly #lost = new Map<string, LostCall>();
  /** Requests whose settlement was given up: there were too many, for too long. */
  givenUp = 0;

  get isEmpty(): boolean {
    return (
      this.begun === 0 &&
      this.#settled.length === 0 &&
      this.#leftovers.length === 0 &&
      this.#lost.size === 0 &&
      this.#unanswered.size === 0
    );
  }

  get hasSettled(): boolean {
    return this.#settled.length > 0;
  }

  get hasUnanswered(): boolean {
    return this.#unanswered.size > 0;
  }

  /** Something that goes with no call of the present lease. */
  get hasOld(): boolean {
    return this.#leftovers.length > 0 || this.#lost.size > 0;
  }

  /** A lease with so many unanswered calls is better left to its end. */
  get isOverfull(): boolean {
    return this.#unanswered.size >= MAX_UNANSWERED;
  }

  settle(request: SettledRequest): void {
    this.#settled.push(request);
    if (this.#settled.length <= MAX_SETTLED) return;
    this.#settled = addedUp(this.#settled);
    while (this.#settled.length > MAX_SETTLED) this.givenUp += this.#settled.shift()?.used.requests ?? 0;
  }

  /** Everything there is for the next call, which is responsible for it from now on. */
  take(): Report {
    const taken = this.#settled.splice(0, MAX_BATCH);
    const settled = taken.length > MOST_SINGLE ? addedUp(taken) : taken;
    const { begun } = this;
    this.begun = 0;
    return { begun, settled, unanswered: [...this.#unanswered] };
  }

  /** Only which draws are not wanted any more. */
  takeUnanswered(): Report {
    return { begun: 0, settled: [], unanswered: [...this.#unanswered] };
  }

  /** The lease is given up: what is known of it goes with a call of its own. */
  leave(lease: string, returned: Units): void {
    const { begun } = this;
    const unanswered = [...this.#unanswered];
    this.begun = 0;
    this.#unanswered = new Set();
    if (begun === 0 && unanswered.length === 0 && isNothing(returned)) return;
    this.#leftovers.push({ lease, begun, returned, unanswered });
    if (this.#leftovers.length > MAX_LOST) this.#leftovers.shift();
  }

  /** Units of a lease that was given up before they came. */
  returnLate(lease: string, returned: Units): void {
    if (!isNothing(returned)) this.#leftovers.push({ lease, begun: 0, returned, unanswered: [] });
  }

  /** What is left of former leases; each goes with a call of its own. */
  takeLeftovers(): readonly Leftover[] {
    return this.#leftovers.splice(0, MAX_LOST);
  }

  /** Nobody knows whether the call arrived. `isPresent`: it belongs to the present lease. */
  lose(call: LedgerCall, sentAt: number, isPresent: boolean): void {
    if (this.#lost.has(call.id)) return;
    if (call.draw !== null) {
      if (isPresent) this.#unanswered.add(call.id);
      else this.#leftovers.push({ lease: call.lease, begun: 0, returned: NO_UNITS, unanswered: [call.id] });
    }
    if (!tells(call, isPresent)) return;
    this.#lost.set(call.id, { call: { ...call, draw: null }, sentAt, triedAt: sentAt });
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > MAX_LOST && oldest !== undefined) this.#giveUp(oldest);
  }

  /** The call arrived after all. */
  arrive(call: LedgerCall): void {
    this.#lost.delete(call.id);
    for (const id of call.unanswered) this.#unanswered.delete(id);
  }

  /** The oldest calls to be sent again; they are on their way from now on. */
  takeLost(most: number, now: number): readonly SentCall[] {
    const calls: SentCall[] = [];
    for (const [id, lost] of this.#lost) {
      if (calls.length >= most) break;
      if (now - lost.triedAt < RETRY_MS) continue;
      if (now - lost.sentAt >= RESEND_FOR_MS) {
        this.#giveUp(id);
        continue;
      }
      lost.triedAt = now;
      calls.push({ call: lost.call, sentAt: lost.sentAt });
    }
    return calls;
  }

  #giveUp(id: string): void {
    const settled = this.#lost.get(id)?.call.settled ?? [];
    for (const { used } of settled) this.givenUp += used.requests;
    this.#lost.delete(id);
  }
}

/** Whether something would be missing if the call were forgotten. The next call of its lease names the unanswered anyway. */
const tells = ({ begun, settled, returned, unanswered }: LedgerCall, isPresent: boolean): boolean =>
  begun > 0 || settled.length > 0 || !isNothing(returned) || (!isPresent && unanswered.length > 0);

/** One settlement for all of a lease and a model. */
function addedUp(settled: readonly SettledRequest[]): SettledRequest[] {
  const sums = new Map<string, SettledRequest>();
  for (const request of settled) {
    const { lease, consumption } = request;
    const { model, isEstimated, isUnpriced } = consumption;
    const kind = JSON.stringify([lease, model, isEstimated, isUnpriced]);
    const sum = sums.get(kind);
    sums.set(kind, sum === undefined ? request : addSettled(sum, request));
  }
  return [...sums.values()];
}

function addSettled(a: SettledRequest, b: SettledRequest): SettledRequest {
  return {
    id: a.id,
    lease: a.lease,
    held: addUnits(a.held, b.held),
    used: addUnits(a.used, b.used),
    consumption: addConsumption(a.consumption, b.consumption),
  };
}

function addConsumption(a: Consumption, b: Consumption): Consumption {
  return {
    ...a,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
