/**
 * What one request takes of its limits, and what it cost: from the reservation over each attempt to the end. The policy
 * of every ending is `usage/charges.ts`; `docs/billing.md` tells it to users.
 */

import type { Grant, SettledPart } from '../../limits/leases/limit-desk.ts';
import { NO_CONSUMPTION } from '../../limits/leases/settlement.ts';
import type { Room } from '../../limits/ledger-protocol.ts';
import { addUnits, isNothing, NO_UNITS, type Units } from '../../limits/units.ts';
import type { Ending } from '../../telemetry/request-log.ts';
import { type ChargedEnding, chargeFor } from '../../usage/charges.ts';
import { costOf, type Price, type Quantities } from '../../usage/prices.ts';
import type { Usage } from '../../usage/usage.ts';
import { type Target, targetName } from '../exchange.ts';
import { OutputWatch } from './output-watch.ts';

/** What the request was expected to use when it was let in. */
export interface Reserved {
  /** Tokens of the input, as well as they are known. */
  readonly inputTokens: number;
  /** Of output; `null` where nobody asked, because neither tokens nor money are limited. */
  readonly outputTokens: number | null;
  /** The request says itself how much it may become. */
  readonly isBounded: boolean;
  /** As they are known when it is called: a body that streams through tells its size at its end. */
  readonly quantities: () => Quantities;
  /** As `ChargeEstimate` has it. */
  readonly goesOnUnseen: boolean;
  readonly priceOf: (target: Target) => Price | null;
  /** What a target really used is remembered for the estimates of requests to come; `null` where none are made. */
  readonly learn: ((target: Target, usage: Usage) => void) | null;
  readonly stopsMidStream: boolean;
  /** Money is limited. */
  readonly isBudgeted: boolean;
  /** It counts tokens, or reads again what was paid for: it is a request, and nothing else is charged. */
  readonly isFree: boolean;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What the log tells of a request that ended. */
export interface Billed {
  /** Of the last attempt. */
  readonly usage: Usage | null;
  /** Of all attempts; `null` where nobody knows a price. */
  readonly costNanoUsd: number | null;
}

const NOTHING_BILLED: Billed = { usage: null, costNanoUsd: 0 };

export class Bill {
  #reserved: Reserved | null = null;
  #grant: Grant | null = null;
  /** Of the credential that the running attempt uses. */
  #credentialGrant: Grant | null = null;
  #room: Room | null = null;
  #target: Target | null = null;
  #watch: OutputWatch | null = null;
  /** Of the last attempt that ended. */
  #usage: Usage | null = null;
  readonly #parts: SettledPart[] = [];
  /** Charged for attempts that failed, and not reserved anew yet. */
  #lost: Units = NO_UNITS;
  #isClosed = false;

  /** The request may go on. One that has ended meanwhile gives back what it was granted. */
  open(grant: Grant, reserved: Reserved): void {
    if (this.#isClosed) {
      grant.settle([]);
      return;
    }
    this.#grant = grant;
    this.#reserved = reserved;
    this.#room = grant.room;
  }

  /** What is left, for the headers of an answer. */
  get room(): Room | null {
    return this.#room;
  }

  /** What the attempts that ended cost, in nano-dollars; `null` where nobody knows a price. */
  get spent(): number | null {
    return this.#parts.some(({ consumption }) => consumption.isUnpriced)
      ? null
      : this.#parts.reduce((sum, { used }) => sum + used.nanoUsd, 0);
  }

  /** From a refusal. */
  set room(room: Room | null) {
    this.#room = room;
  }

  /** A Ledger could not be reached, and the operator lets requests go on then. */
  get isUnchecked(): boolean {
    return this.#grant?.isUnchecked ?? false;
  }

  /** Places are limited, and this request has one until it is closed. */
  get holdsPlace(): boolean {
    return [this.#grant, this.#credentialGrant].some((grant) => grant !== null && grant.held.slots > 0);
  }

  /** A stream of this request is to be ended when its budget is spent. */
  get stopsMidStream(): boolean {
    return this.#reserved?.stopsMidStream === true && this.#reserved.isBudgeted;
  }

  /** An upstream call is about to be made. */
  startAttempt(target: Target, credentialGrant: Grant | null): void {
    this.#target = target;
    this.#usage = null;
    this.#credentialGrant = credentialGrant;
    const reserved = this.#reserved;
    if (reserved === null || reserved.outputTokens === null || reserved.isBounded) return;
    const { outputTokens, waitUntil } = reserved;
    this.#watch = new OutputWatch({
      extend: (units) => this.#extend(units),
      outputTokens,
      price: reserved.priceOf(target),
      stops: this.stopsMidStream,
      waitUntil,
    });
  }

  /** The attempt brought no answer that could be delivered. */
  failAttempt(ending: Ending): void {
    if (this.#isClosed || this.#target === null) return;
    const charged = this.#parts.length;
    this.#usage = this.#charge({ ending, phase: 'called', told: null, outputCharacters: 0 });
    for (const { used } of this.#parts.slice(charged)) this.#lost = addUnits(this.#lost, used);
  }

  /**
   * Whether the limits have enough for another attempt: what a failed one cost is taken out of the reservation, and has to be
   * there again (traps G1). Where they have not, the request ends with the failure that it met.
   */
  paysForAnother(): boolean | Promise<boolean> {
    const lost = this.#lost;
    this.#lost = NO_UNITS;
    return isNothing(lost) || this.#grant === null || this.#grant.extend(lost);
  }

  /** Output is running; `true`: the budget is spent, and the stream is to end here. */
  isSpentAfter(outputCharacters: number): boolean {
    return this.#watch?.isSpentAfter(outputCharacters) ?? false;
  }

  /** While the answer runs on, at least every ten seconds. */
  touch(): void {
    this.#grant?.touch();
    this.#credentialGrant?.touch();
  }

  /** The request ended; counts once. */
  close(ending: ChargedEnding): Billed {
    if (this.#isClosed) return NOTHING_BILLED;
    this.#isClosed = true;
    const usage = this.#target === null ? this.#usage : this.#charge(ending);
    const parts = this.#parts.length === 0 ? [NOTHING_USED] : this.#parts;
    const counted = parts.map((part, index) =>
      index === parts.length - 1 ? { ...part, used: { ...part.used, requests: 1 } } : part,
    );
    this.#grant?.settle(counted);
    const isUnknown = parts.some(({ consumption }) => consumption.isUnpriced);
    const sum = parts.reduce((total, { used }) => total + used.nanoUsd, 0);
    return { usage, costNanoUsd: isUnknown ? null : sum };
  }

  /** More of every limit that counts for the running attempt; what one has given while another refuses comes back at the end. */
  #extend(units: Units): boolean | Promise<boolean> {
    const asked = [this.#grant, this.#credentialGrant].map((grant) => grant?.extend(units) ?? true);
    if (asked.every((one) => typeof one === 'boolean')) return asked.every(Boolean);
    return Promise.all(asked).then((granted) => granted.every(Boolean));
  }

  /** Ends the running attempt, at what it cost. */
  #charge(ending: ChargedEnding): Usage | null {
    const target = this.#target as Target; // callers have looked
    const credentialGrant = this.#credentialGrant;
    this.#target = null;
    this.#credentialGrant = null;
    const reserved = this.#reserved;
    if (reserved?.isFree === true) {
      credentialGrant?.settle([]);
      return null;
    }
    const { usage, isQuantified } = chargeFor(ending, {
      inputTokens: reserved?.inputTokens ?? 0,
      outputTokens: reserved?.outputTokens ?? null,
      goesOnUnseen: reserved?.goesOnUnseen ?? false,
    });
    if (usage === null && !isQuantified) {
      credentialGrant?.settle([]);
      return null;
    }
    const price = reserved?.priceOf(target) ?? null;
    const quantities = isQuantified ? (reserved?.quantities() ?? {}) : {};
    const cost = costOf(price, usage, quantities);
    if (usage !== null && ending.ending === 'complete') reserved?.learn?.(target, usage);
    const part = toPart(target, usage, cost);
    this.#parts.push(part);
    credentialGrant?.settle([{ ...part, used: { ...part.used, requests: 1 } }]);
    return usage;
  }
}

function toPart(
  target: Target,
  usage: Usage | null,
  cost: { nanoUsd: number; isUnpriced: boolean },
): SettledPart {
  return {
    used: {
      ...NO_UNITS,
      tokens: (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0),
      nanoUsd: cost.nanoUsd,
    },
    consumption: {
      model: targetName(target),
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      cacheReadTokens: usage?.cacheReadTokens ?? 0,
      cacheWriteTokens: usage?.cacheWriteTokens ?? 0,
      reasoningTokens: usage?.reasoningTokens ?? 0,
      isEstimated: usage?.estimated ?? false,
      isUnpriced: cost.isUnpriced,
    },
  };
}

const NOTHING_USED: SettledPart = { used: NO_UNITS, consumption: NO_CONSUMPTION };
