/** The scopes that an isolate knows, in bounded memory: those that nobody used for a while go. */
import type { Scope } from '../scope.ts';
import { ScopeLease } from './scope-lease.ts';

const IDLE_MS = 60_000;
/** So many are looked at when one more needs a place, or at each sweep. */
const LOOKED_AT = 200;

export class ScopeLeases {
  readonly #newId: () => string;
  readonly #maxScopes: number;
  /** Those that were looked at least lately come first. */
  readonly #leases = new Map<string, ScopeLease>();

  constructor({ newId, maxScopes }: { newId: () => string; maxScopes: number }) {
    this.#newId = newId;
    this.#maxScopes = maxScopes;
  }

  get size(): number {
    return this.#leases.size;
  }

  get(ledger: string): ScopeLease | undefined {
    return this.#leases.get(ledger);
  }

  /**
   * One that is not known yet. Where there is no place, the one that was looked at least lately goes, though it has
   * something to tell or to give back; whoever holds something of it settles with it all the same.
   */
  open(scope: Scope, now: number, onEvicted: (lease: ScopeLease) => void): ScopeLease {
    if (this.#leases.size >= this.#maxScopes) this.sweep(now, 0);
    const [oldest] = this.#leases.values();
    if (this.#leases.size >= this.#maxScopes && oldest !== undefined) {
      this.#leases.delete(oldest.ledger);
      onEvicted(oldest);
    }
    const lease = new ScopeLease(scope, this.#newId, now);
    this.#leases.set(scope.ledger, lease);
    return lease;
  }

  /** Looks at some, and forgets those that nobody used for `idleMs` and that have nothing to tell. */
  sweep(now: number, idleMs = IDLE_MS): void {
    let looks = Math.min(LOOKED_AT, this.#leases.size);
    for (const [ledger, lease] of this.#leases) {
      if (looks === 0) return;
      looks -= 1;
      this.#leases.delete(ledger);
      lease.pass(now);
      if (!lease.isEmpty || now - lease.usedAt < idleMs) this.#leases.set(ledger, lease);
    }
  }
}
