/**
 * What leases hold, and what those that ended have lost. A report about units is matched with what its lease holds, then
 * with what it lost: an isolate that says more than was given to it, moves nothing of others.
 */
import { LEASE_MS } from '../ledger-protocol.ts';
import { isNothing, NO_UNITS, type Units } from '../units.ts';

/**
 * A call that changes nothing else is not written down so soon after another one of its lease. Leases live so much longer,
 * so that after an eviction none is over too early.
 */
export const TOUCH_MS = 5000;
/** From the last entry of a lease in the record. */
const LIFE_MS = LEASE_MS + TOUCH_MS;

type Held = { -readonly [Unit in keyof Units]: Units[Unit] };

interface Lease {
  readonly held: Held;
  heardAt: number;
}

interface EndedLease {
  readonly endedAt: number;
  /** Not told of yet. Slots are never lost. */
  readonly lost: Held;
}

export interface LeaseTableState {
  readonly live: readonly (readonly [id: string, heardAt: number, held: Units])[];
  readonly ended: readonly (readonly [id: string, endedAt: number, lost: Units])[];
}

export const NO_LEASES: LeaseTableState = { live: [], ended: [] };

/** A part of what was claimed. */
export interface Matched {
  /** Was held by the lease until now. */
  readonly live: number;
  /** Was lost when the lease ended. */
  readonly late: number;
  /** When the lease ended; counts for `late`. */
  readonly endedAt: number;
}

/** What ended leases lost stays lost after so long, or when so many others ended since. */
const LOST_FOR_GOOD_MS = 7 * 86_400_000;
const MAX_ENDED = 2000;

export class LeaseTable {
  /** In the order in which they were heard. */
  readonly #live = new Map<string, Lease>();
  /** In the order in which they ended. */
  readonly #ended = new Map<string, EndedLease>();
  readonly #held: Held = { ...NO_UNITS };

  constructor({ live, ended }: LeaseTableState) {
    for (const [id, heardAt, held] of live) {
      this.#live.set(id, { heardAt, held: { ...held } });
      this.#addToTotal(held);
    }
    for (const [id, endedAt, lost] of ended) this.#ended.set(id, { endedAt, lost: { ...lost } });
  }

  toState(): LeaseTableState {
    return {
      live: [...this.#live].map(([id, { heardAt, held }]) => [id, heardAt, { ...held }] as const),
      ended: [...this.#ended].map(([id, { endedAt, lost }]) => [id, endedAt, { ...lost }] as const),
    };
  }

  /** By all leases. */
  get held(): Units {
    return this.#held;
  }

  /** When the next lease ends, unless it is heard of before; `null`: there is none. */
  get nextEnd(): number | null {
    const [first] = this.#live.values();
    return first === undefined ? null : first.heardAt + LIFE_MS;
  }

  /** Whether it is time to write down that a lease lives. */
  isQuiet(id: string, now: number): boolean {
    const lease = this.#live.get(id);
    return lease !== undefined && now - lease.heardAt >= TOUCH_MS;
  }

  add(id: string, units: Units, now: number): void {
    if (isNothing(units)) return;
    const lease = this.#live.get(id) ?? { held: { ...NO_UNITS }, heardAt: now };
    this.#live.set(id, lease);
    for (const unit of UNITS) lease.held[unit] += units[unit];
    this.#addToTotal(units);
  }

  /** Heard of, and written down. A lease that holds nothing is none. */
  touch(id: string, now: number): void {
    const lease = this.#live.get(id);
    if (lease === undefined) return;
    this.#live.delete(id);
    if (isNothing(lease.held)) return;
    lease.heardAt = now;
    this.#live.set(id, lease);
  }

  /** Takes at most `claimed` from what the lease holds, or has lost. */
  take(id: string, unit: keyof Units, claimed: number): Matched {
    const lease = this.#live.get(id);
    const live = Math.min(claimed, lease?.held[unit] ?? 0);
    if (lease !== undefined && live > 0) {
      lease.held[unit] -= live;
      this.#held[unit] -= live;
    }
    const ended = this.#ended.get(id);
    const late = Math.min(claimed - live, ended?.lost[unit] ?? 0);
    if (ended !== undefined && late > 0) {
      ended.lost[unit] -= late;
      if (isNothing(ended.lost)) this.#ended.delete(id);
    }
    return { live, late, endedAt: ended?.endedAt ?? 0 };
  }

  /** Ends the lease that is the next to end. What it held is lost, but for slots. */
  endNext(): { readonly endedAt: number; readonly lost: Units } | null {
    const [first] = this.#live;
    if (first === undefined) return null;
    const [id, { held, heardAt }] = first;
    const endedAt = heardAt + LIFE_MS;
    this.#live.delete(id);
    for (const unit of UNITS) this.#held[unit] -= held[unit];
    const lost = { ...held, slots: 0 };
    if (!isNothing(lost)) {
      // What the same lease lost earlier stays where it was booked, for good.
      this.#ended.delete(id);
      this.#ended.set(id, { endedAt, lost: { ...lost } });
    }
    this.#forget(endedAt);
    return { endedAt, lost };
  }

  #addToTotal(units: Units): void {
    for (const unit of UNITS) this.#held[unit] += units[unit];
  }

  #forget(now: number): void {
    for (const [id, { endedAt }] of this.#ended) {
      if (this.#ended.size <= MAX_ENDED && endedAt > now - LOST_FOR_GOOD_MS) return;
      this.#ended.delete(id);
    }
  }
}

const UNITS = ['requests', 'tokens', 'nanoUsd', 'slots'] as const;
