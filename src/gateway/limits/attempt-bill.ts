/** The part of a bill that is one upstream call's: charged once, whichever way it ends. */
import type { Grant, SettledPart } from '../../limits/leases/limit-desk.ts';
import { NO_UNITS, type Units } from '../../limits/units.ts';
import { type ChargedEnding, chargeFor } from '../../usage/charges.ts';
import { costOf } from '../../usage/prices.ts';
import type { Usage } from '../../usage/usage.ts';
import { type Target, targetName } from '../exchange.ts';
import type { Reserved } from './bill.ts';
import { OutputWatch } from './output-watch.ts';

export interface AttemptBillOptions {
  readonly target: Target;
  /** Of the credential that it is made with; `null`: nothing limits that. */
  readonly credentialGrant: Grant | null;
  /** Of the request; `null`: it was not let in, and nothing is charged but what was told. */
  readonly reserved: Reserved | null;
  /** Of the request. */
  readonly grant: Grant | null;
  /** `part`: `null` where nothing is charged. */
  readonly onCharged: (attempt: AttemptBill, part: SettledPart | null) => void;
}

export class AttemptBill {
  readonly #options: AttemptBillOptions;
  readonly #watch: OutputWatch | null;
  #isCharged = false;
  #usage: Usage | null = null;
  #part: SettledPart | null = null;

  constructor(options: AttemptBillOptions) {
    this.#options = options;
    this.#watch = this.#watchOutput();
  }

  /** What it used, once it is charged. */
  get usage(): Usage | null {
    return this.#usage;
  }

  /** What it cost, once it is charged; `null`: nothing. */
  get part(): SettledPart | null {
    return this.#part;
  }

  get holdsPlace(): boolean {
    const { credentialGrant } = this.#options;
    return !this.#isCharged && credentialGrant !== null && credentialGrant.held.slots > 0;
  }

  /** As `Bill.isSpentAfter`. */
  isSpentAfter(outputCharacters: number): boolean {
    return this.#watch?.isSpentAfter(outputCharacters) ?? false;
  }

  touch(): void {
    if (!this.#isCharged) this.#options.credentialGrant?.touch();
  }

  /** It ended. Later calls change nothing. */
  charge(ended: ChargedEnding): void {
    if (this.#isCharged) return;
    this.#isCharged = true;
    const { credentialGrant, onCharged } = this.#options;
    this.#part = this.#reckon(ended);
    credentialGrant?.settle(this.#part === null ? [] : [countedOnce(this.#part)]);
    onCharged(this, this.#part);
  }

  #reckon(ended: ChargedEnding): SettledPart | null {
    const { reserved, target } = this.#options;
    if (reserved?.isFree === true) return null;
    const { usage, isQuantified } = chargeFor(ended, {
      inputTokens: reserved?.inputTokens ?? 0,
      outputTokens: reserved?.outputTokens ?? null,
      goesOnUnseen: reserved?.goesOnUnseen ?? false,
    });
    this.#usage = usage;
    if (usage === null && !isQuantified) return null;
    const quantities = isQuantified ? (reserved?.quantities() ?? {}) : {};
    const cost = costOf(reserved?.priceOf(target) ?? null, usage, quantities);
    if (usage !== null && ended.ending === 'complete') reserved?.learn?.(target, usage);
    return toPart(target, usage, cost);
  }

  #watchOutput(): OutputWatch | null {
    const { reserved, target } = this.#options;
    if (reserved === null || reserved.outputTokens === null || reserved.isBounded) return null;
    const { outputTokens, waitUntil } = reserved;
    return new OutputWatch({
      extend: (units) => this.#extend(units),
      outputTokens,
      price: reserved.priceOf(target),
      stops: reserved.stopsMidStream && reserved.isBudgeted,
      waitUntil,
    });
  }

  /** More of every limit that counts for it; what one has given while another refuses comes back at the end. */
  #extend(units: Units): boolean | Promise<boolean> {
    const { grant, credentialGrant } = this.#options;
    const asked = [grant, credentialGrant].map((one) => one?.extend(units) ?? true);
    if (asked.every((one) => typeof one === 'boolean')) return asked.every(Boolean);
    return Promise.all(asked).then((granted) => granted.every(Boolean));
  }
}

/** A request counts in exactly one of its parts. */
export const countedOnce = (part: SettledPart): SettledPart => ({
  ...part,
  used: { ...part.used, requests: 1 },
});

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
