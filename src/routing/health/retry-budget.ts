/**
 * How many further calls an alias may make: calls to a target that was already tried, and hedges. At most a fifth of its
 * requests in the last minute, but always ten; what other isolates of the region made counts too. A provider in trouble is
 * not asked many times as often as before.
 */
import { forgetIdlest } from './forget-idlest.ts';
import { SharedCounts } from './shared-counts.ts';
import { UntoldCounts } from './untold-counts.ts';
import type { AliasReport } from './vantage-protocol.ts';

/** One more than a minute has: no minute ever sees more than is allowed. */
const WINDOW = { kinds: 2, buckets: 61, bucketMs: 1000 };
const REQUESTS = 0;
const FURTHER = 1;
const SHARE = 0.2;
const ALWAYS = 10;
const MAX_ALIASES = 500;

interface Account {
  readonly counts: SharedCounts;
  readonly untold: UntoldCounts;
  usedAt: number;
}

export class RetryBudget {
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  #uses = 0;

  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  request(alias: string): void {
    this.#count(this.#account(alias), REQUESTS);
  }

  /** Takes one, if there is one. */
  mayGoFurther(alias: string): boolean {
    const account = this.#account(alias);
    const requests = account.counts.sum(REQUESTS, this.#now());
    const further = account.counts.sum(FURTHER, this.#now());
    if (further + 1 > Math.max(requests * SHARE, ALWAYS)) return false;
    this.#count(account, FURTHER);
    return true;
  }

  /** The call that one was taken for was not made. */
  giveBack(alias: string): void {
    const { counts, untold } = this.#account(alias);
    if (counts.takeBack(FURTHER, this.#now())) untold.add(FURTHER, -1);
  }

  /** What was counted since the last one. */
  takeReport(): AliasReport[] {
    return [...this.#accounts].flatMap(([alias, { counts, untold }]) => {
      const [requests = 0, further = 0] = untold
        .take()
        .map((count, kind) => Math.min(count, counts.own(kind, this.#now())));
      return requests + further === 0 ? [] : [{ alias, requests, further }];
    });
  }

  /** It could not be delivered: it is told with the next one. */
  putBack(reports: readonly AliasReport[]): void {
    for (const { alias, requests, further } of reports) {
      const untold = this.#accounts.get(alias)?.untold;
      untold?.add(REQUESTS, requests);
      untold?.add(FURTHER, further);
    }
  }

  /** `region`: what all isolates counted in the last minute, this one included. */
  absorb(region: readonly AliasReport[]): void {
    for (const { alias, requests, further } of region) {
      if (!this.#accounts.has(alias) && this.#accounts.size >= MAX_ALIASES) continue;
      const { counts, untold } = this.#account(alias);
      counts.hear([requests, further], [untold.of(REQUESTS), untold.of(FURTHER)], this.#now());
    }
  }

  #count({ counts, untold }: Account, kind: number): void {
    counts.add(kind, this.#now());
    untold.add(kind, 1);
  }

  #account(alias: string): Account {
    const account = this.#accounts.get(alias) ?? this.#open(alias);
    this.#uses += 1;
    account.usedAt = this.#uses;
    return account;
  }

  #open(alias: string): Account {
    if (this.#accounts.size >= MAX_ALIASES) forgetIdlest(this.#accounts);
    const account = { counts: new SharedCounts(WINDOW), untold: new UntoldCounts(2), usedAt: 0 };
    this.#accounts.set(alias, account);
    return account;
  }
}
