/**
 * What one request takes of its limits, and what it cost: from the reservation over each attempt to the end. The policy
 * of every ending is `usage/charges.ts`; `docs/billing.md` tells it to users.
 */

import type { Grant, SettledPart } from '../../limits/leases/limit-desk.ts';
import { NO_CONSUMPTION } from '../../limits/leases/settlement.ts';
import type { Room } from '../../limits/ledger-protocol.ts';
import { addUnits, isNothing, NO_UNITS, subtractUnits, type Units } from '../../limits/units.ts';
import type { ChargedEnding } from '../../usage/charges.ts';
import type { Price, Quantities } from '../../usage/prices.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Target } from '../exchange.ts';
import { AttemptBill, countedOnce } from './attempt-bill.ts';

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
  /** Of the attempt whose answer went down, or that was made last. */
  readonly usage: Usage | null;
  /** Of all attempts; `null` where nobody knows a price. */
  readonly costNanoUsd: number | null;
}

const NOTHING_BILLED: Billed = { usage: null, costNanoUsd: 0 };

export class Bill {
  #reserved: Reserved | null = null;
  #grant: Grant | null = null;
  #room: Room | null = null;
  /** Attempts that are not charged yet: one, or two while a hedged request waits for either. */
  #running: readonly AttemptBill[] = [];
  /** Whose answer goes down, or who was asked last. */
  #shown: AttemptBill | null = null;
  #isClosed = false;
  readonly #parts: SettledPart[] = [];
  /** Charged for attempts that failed, and not reserved anew yet; below zero: reserved, and not needed yet. */
  #lost: Units = NO_UNITS;

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
    const isHeld = this.#grant !== null && this.#grant.held.slots > 0;
    return isHeld || this.#running.some((attempt) => attempt.holdsPlace);
  }

  /** A stream of this request is to be ended when its budget is spent. */
  get stopsMidStream(): boolean {
    return this.#reserved?.stopsMidStream === true && this.#reserved.isBudgeted;
  }

  /** An upstream call is about to be made. It is charged when it fails, or when the request is closed. */
  startAttempt(target: Target, credentialGrant: Grant | null): AttemptBill {
    const attempt = new AttemptBill({
      target,
      credentialGrant,
      reserved: this.#reserved,
      grant: this.#grant,
      onCharged: (charged, part) => this.#note(charged, part),
    });
    this.#running = [...this.#running, attempt];
    this.#shown = attempt;
    return attempt;
  }

  /** Its answer goes down: what the request ends with is its ending. */
  deliver(attempt: AttemptBill): void {
    this.#shown = attempt;
  }

  /**
   * Whether the limits have enough for another attempt: what failed ones cost is taken out of the reservation, and has to be
   * there again (traps G1). Where they have not, the request ends with the failure that it met.
   */
  paysForAnother(): boolean | Promise<boolean> {
    const missing = atLeastNothing(this.#lost);
    this.#lost = subtractUnits(this.#lost, missing);
    return isNothing(missing) || this.#grant === null || this.#grant.extend(missing);
  }

  /** As `paysForAnother`, for an attempt beside the running one. What it does not use, the next one may. */
  paysForOneMore(units: Units): boolean | Promise<boolean> {
    const reserved = this.#grant?.extend(units) ?? true;
    const note = (isReserved: boolean): boolean => {
      if (isReserved) this.#lost = subtractUnits(this.#lost, units);
      return isReserved;
    };
    return typeof reserved === 'boolean' ? note(reserved) : reserved.then(note);
  }

  /** Output is running; `true`: the budget is spent, and the stream is to end here. */
  isSpentAfter(outputCharacters: number): boolean {
    return this.#shown?.isSpentAfter(outputCharacters) ?? false;
  }

  /** While the answer runs on, at least every ten seconds. */
  touch(): void {
    this.#grant?.touch();
    for (const attempt of this.#running) attempt.touch();
  }

  /** The request ended; counts once. */
  close(ending: ChargedEnding): Billed {
    if (this.#isClosed) return NOTHING_BILLED;
    this.#isClosed = true;
    const shown = this.#shown;
    for (const attempt of this.#running)
      if (attempt !== shown) attempt.charge({ ...ending, phase: 'called', told: null, outputCharacters: 0 });
    shown?.charge(ending);
    const parts = this.#parts.length === 0 ? [NOTHING_USED] : this.#parts;
    this.#grant?.settle(parts.map((part, index) => (index === parts.length - 1 ? countedOnce(part) : part)));
    const isUnknown = parts.some(({ consumption }) => consumption.isUnpriced);
    const sum = parts.reduce((total, { used }) => total + used.nanoUsd, 0);
    return { usage: shown?.usage ?? null, costNanoUsd: isUnknown ? null : sum };
  }

  #note(charged: AttemptBill, part: SettledPart | null): void {
    this.#running = this.#running.filter((attempt) => attempt !== charged);
    if (part === null) return;
    this.#parts.push(part);
    this.#lost = addUnits(this.#lost, part.used);
  }
}

const atLeastNothing = ({ requests, tokens, nanoUsd, slots }: Units): Units => ({
  requests: Math.max(0, requests),
  tokens: Math.max(0, tokens),
  nanoUsd: Math.max(0, nanoUsd),
  slots: Math.max(0, slots),
});

const NOTHING_USED: SettledPart = { used: NO_UNITS, consumption: NO_CONSUMPTION };
