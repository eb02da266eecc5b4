/** What one request holds of one scope. */
import { addUnits, isNothing, NO_UNITS, type Units } from '../units.ts';
import type { SettledPart } from './ask.ts';
import type { ScopeLease } from './scope-lease.ts';
import { asReserved, type Held, sumOf, toSettled } from './settlement.ts';

export class Hold {
  readonly lease: ScopeLease;
  /** Of the lease that was used last. */
  #id: string;
  #units: Units;
  /** Of leases that ended while the request ran; there are seldom any. */
  #former: Held[] | null = null;
  /** The Ledger could not be reached: nothing was taken, and rates are not charged later. */
  readonly isUnchecked: boolean;

  /** `units` were taken of lease `id` of this scope. */
  constructor(lease: ScopeLease, id: string, units: Units, isUnchecked: boolean) {
    this.lease = lease;
    this.#id = id;
    this.#units = units;
    this.isUnchecked = isUnchecked;
  }

  get units(): Units {
    const former = this.#former ?? [];
    return former.reduce((sum, { units }) => addUnits(sum, units), this.#units);
  }

  /** The request may go on: its request units are spent for good. */
  begin(now: number): void {
    const { lease } = this;
    if (this.isUnchecked) return;
    lease.demand.note(this.#units, 1, now);
    if (this.#id !== lease.id) return;
    lease.reports.begun += this.#units.requests;
    if (!isNothing(this.#units)) lease.openGrants += 1;
  }

  /** More units, taken of lease `id` of the same scope. */
  add(id: string, units: Units, now: number): void {
    const { lease } = this;
    lease.demand.note(units, 0, now);
    if (id === this.#id) {
      this.#units = addUnits(this.#units, units);
    } else if (id === lease.id) {
      this.#former = [...(this.#former ?? []), { lease: this.#id, units: this.#units }];
      this.#id = id;
      this.#units = units;
      lease.openGrants += 1;
    } else {
      this.#former = [...(this.#former ?? []), { lease: id, units }];
    }
  }

  /** The request did not begin. */
  undo(): void {
    this.lease.giveBack(this.#id, this.#units);
    this.#units = NO_UNITS;
  }

  /** The request ended after `begin`. What it did not use can be spent at once, without the Ledger. */
  settle(requestId: string, parts: readonly SettledPart[]): void {
    const { lease } = this;
    // Spent when the request began.
    let held: Units = { ...this.#units, requests: 0 };
    if (this.#id === lease.id && !this.isUnchecked) {
      if (!isNothing(this.#units)) lease.openGrants -= 1;
      held = this.#evenOut(held, parts);
    }
    if (parts.length === 0 && this.#former === null && isNothing(held)) return;
    const all = [...(this.#former ?? []), { lease: this.#id, units: held }];
    const told = this.isUnchecked ? parts.map(withoutRates) : parts;
    for (const settled of toSettled(requestId, all, told.length === 0 ? NOTHING_USED : told))
      lease.reports.settle(settled);
  }

  /** Nobody told how the request ended. */
  settleAsReserved(requestId: string): void {
    this.settle(requestId, [asReserved(this.units)]);
  }

  /** Takes what was used beyond what is held out of the lease, as far as it goes, and lays the rest back there. */
  #evenOut(held: Units, parts: readonly SettledPart[]): Units {
    const { lease } = this;
    const used = sumOf(parts);
    for (const { units } of this.#former ?? []) {
      used.tokens = Math.max(0, used.tokens - units.tokens);
      used.nanoUsd = Math.max(0, used.nanoUsd - units.nanoUsd);
    }
    const limited = lease.needOf({ ...NO_UNITS, ...used }, true);
    const more = lease.takeUpTo({
      ...NO_UNITS,
      tokens: Math.max(0, limited.tokens - held.tokens),
      nanoUsd: Math.max(0, limited.nanoUsd - held.nanoUsd),
    });
    const spare = {
      requests: 0,
      tokens: Math.max(0, held.tokens - used.tokens),
      nanoUsd: Math.max(0, held.nanoUsd - used.nanoUsd),
      slots: held.slots,
    };
    lease.giveBack(this.#id, spare);
    return {
      requests: 0,
      tokens: held.tokens + more.tokens - spare.tokens,
      nanoUsd: held.nanoUsd + more.nanoUsd - spare.nanoUsd,
      slots: 0,
    };
  }
}

const NOTHING_USED: readonly SettledPart[] = [
  { used: NO_UNITS, consumption: asReserved(NO_UNITS).consumption },
];

/** What was let through unchecked has passed its rates already: to charge it later would lock others out. */
const withoutRates = ({ used, consumption }: SettledPart): SettledPart => ({
  used: { ...used, tokens: 0 },
  consumption,
});
