/**
 * The limits of one isolate's requests: takes units of all scopes of a request, or of none. While leases suffice that is
 * a few subtractions in memory; else the Ledgers are asked, all at a time.
 *
 * No request waits for a promise or a timer of another one, and whatever one request leaves undone because it was killed,
 * another one does: see `crowd.ts` and `keeper.ts`.
 */
import { GatewayUnavailable, LimitExceeded } from '../../errors.ts';
import type { LimitStore, Room } from '../ledger-protocol.ts';
import { toLimitExceeded } from '../limit-exceeded.ts';
import type { Scope } from '../scope.ts';
import { isLimited } from '../scope-limits.ts';
import { isNothing, NO_UNITS, type Units } from '../units.ts';
import type { TurnDesk } from '../waiting/wait-for-turn.ts';
import type { WaitAnswer, Waiter, WaitingStore } from '../waiting/waiter.ts';
import { acquire } from './acquire.ts';
import type { Ask, DeskWork, Grant } from './ask.ts';
import { Hold } from './hold.ts';
import { Keepers } from './keeper.ts';
import { LedgerTalk } from './ledger-talk.ts';
import { type GrantDesk, OpenGrant, roomOf } from './open-grant.ts';
import type { ScopeLease } from './scope-lease.ts';
import { ScopeLeases } from './scope-leases.ts';
import { PLATFORM_TIMERS, type Timers } from './timers.ts';

export type { Ask, DeskWork, Grant, SettledPart } from './ask.ts';

export interface LimitDeskOptions {
  /** Those that cannot keep calls until there is enough for them are asked again and again. */
  readonly store: Pick<LimitStore, 'call'> & Partial<WaitingStore>;
  readonly now: () => number;
  readonly newId: () => string;
  readonly timers?: Timers;
  /** Scopes that are remembered at once. */
  readonly maxScopes?: number;
}

/** How often grants are looked through for those whose request was killed. */
const SWEEP_MS = 5000;
const MAX_SCOPES = 20_000;

/** One for an isolate; outlives changes of the configuration. */
export class LimitDesk implements GrantDesk, TurnDesk {
  readonly #now: () => number;
  readonly #talk: LedgerTalk;
  readonly #waiting: WaitingStore | null;
  readonly #keepers: Keepers;
  readonly #leases: ScopeLeases;
  readonly #grants = new Set<OpenGrant>();
  #sweptAt: number;

  constructor(options: LimitDeskOptions) {
    const { store, now, newId, timers = PLATFORM_TIMERS, maxScopes = MAX_SCOPES } = options;
    this.#waiting = isWaitingStore(store) ? store : null;
    this.#now = now;
    this.#talk = new LedgerTalk(store, now, timers);
    this.#keepers = new Keepers(this.#talk, (at) => this.#sweep(at));
    this.#leases = new ScopeLeases({ newId, maxScopes });
    this.#sweptAt = now();
  }

  /** For tests and for those who watch memory. */
  get size(): { readonly scopes: number; readonly grants: number } {
    return { scopes: this.#leases.size, grants: this.#grants.size };
  }

  /**
   * All scopes or nothing; at once where leases suffice. Rejects with `LimitExceeded`, with `GatewayUnavailable` where a
   * Ledger cannot be reached and its scope is `closed`, and with the reason of `ask.signal`.
   */
  reserve(ask: Ask, work: DeskWork): Grant | Promise<Grant> {
    const now = this.#now();
    const grant = new OpenGrant(ask, work, this, now);
    let missing: ScopeLease[] | null = null;
    for (const scope of ask.scopes) {
      const lease = this.#leaseOf(scope, ask, work, now);
      if (lease === null) continue;
      const need = lease.needOf(ask.units, ask.isBounded);
      if (lease.take(need)) grant.holds.push(new Hold(lease, lease.id, need, false));
      else missing = [...(missing ?? []), lease];
    }
    this.#grants.add(grant);
    if (missing !== null) return this.#reserveSlowly(grant, missing);
    return this.#begin(grant, now);
  }

  /** Tells the Ledgers all that is known here, before somebody reads them. Never rejects. */
  async flush(ledgers: readonly string[], work: DeskWork): Promise<void> {
    const leases = ledgers.map((ledger) => this.#leases.get(ledger)).filter((lease) => lease !== undefined);
    const told = Promise.all(leases.map((lease) => this.#talk.tellAll(lease)));
    work.waitUntil(told);
    await told;
  }

  now(): number {
    return this.#now();
  }

  sleep(ms: number): Promise<void> {
    return this.#talk.sleep(ms);
  }

  /** As `TurnDesk.waitAt`. */
  waitAt(scope: Scope, ask: Ask, waiter: Waiter, work: DeskWork): Promise<WaitAnswer> | null {
    const store = this.#waiting;
    const lease = store === null ? null : this.#leaseOf(scope, ask, work, this.#now());
    if (store === null || lease === null) return null;
    const need = lease.needOf(ask.units, ask.isBounded);
    return this.#talk.wait(store, lease, need, waiter).finally(() => this.#keepers.keep([lease], work));
  }

  /** As `TurnDesk.leave`. Where it does not arrive, the place in the line is soon given up. */
  leave(scope: Scope, waiterId: string, work: DeskWork): void {
    work.waitUntil(this.#waiting?.leave(scope.ledger, waiterId).catch(() => undefined) ?? Promise.resolve());
  }

  extend(grant: OpenGrant, units: Units): boolean | Promise<boolean> {
    const now = this.#now();
    const pieces: Piece[] = [];
    const missing: Piece[] = [];
    for (const hold of grant.holds) {
      const { lease } = hold;
      // Requests and places were taken when it began.
      const more = lease.needOf({ ...units, requests: 0, slots: 0 }, true);
      if (hold.isUnchecked || isNothing(more)) continue;
      lease.pass(now);
      const list = lease.take(more) ? pieces : missing;
      list.push({ hold, lease: lease.id, units: more });
    }
    if (missing.length > 0) return this.#extendSlowly(grant, pieces, missing);
    return this.#add(grant, pieces, now);
  }

  tell(grant: OpenGrant): void {
    const { leases } = grant;
    this.#keepers.keep(leases, grant.work);
    for (const lease of leases) {
      // What others wait for is not kept for a second.
      const isWanted = lease.isTight && !isNothing(lease.free) && lease.crowd.isEmpty && !lease.line.isBusy;
      if (isWanted) grant.work.waitUntil(this.#talk.tick(lease));
    }
  }

  renew(grant: OpenGrant): void {
    const now = this.#now();
    const { leases } = grant;
    for (const lease of leases) lease.pass(now);
    for (const lease of leases)
      if (lease.isAging(now) && !lease.line.isBusy) grant.work.waitUntil(this.#talk.tick(lease));
    this.#keepers.keep(leases, grant.work);
  }

  forget(grant: OpenGrant): void {
    this.#grants.delete(grant);
  }

  /** The stream may have ended while more was fetched for it: then nobody needs it. */
  #add(grant: OpenGrant, pieces: readonly Piece[], now: number): boolean {
    if (!grant.isRunning) {
      putBack(pieces);
      return false;
    }
    for (const { hold, lease, units } of pieces) hold.add(lease, units, now);
    this.#refill(grant);
    return true;
  }

  async #extendSlowly(
    grant: OpenGrant,
    pieces: readonly Piece[],
    missing: readonly Piece[],
  ): Promise<boolean> {
    const got = [...pieces];
    let isRefused = false;
    await Promise.all(
      missing.map(async ({ hold, units }) => {
        const { lease } = hold;
        const verdict = await acquire(lease, units, this.#talk, undefined);
        if (verdict.kind === 'held') got.push({ hold, lease: verdict.id, units });
        else if (verdict.kind === 'refused' || lease.scope.onUnavailable === 'closed') isRefused = true;
      }),
    );
    if (!isRefused) return this.#add(grant, got, this.#now());
    putBack(got);
    this.#keepers.keep(grant.leases, grant.work);
    return false;
  }

  /** `null`: nothing of this scope is limited or recorded. */
  #leaseOf(scope: Scope, { alerts }: Ask, work: DeskWork, now: number): ScopeLease | null {
    if (!scope.isRecorded && !isLimited(scope.limits)) return null;
    const onEvicted = (lease: ScopeLease) => this.#keepers.keep([lease], work);
    const lease = this.#leases.get(scope.ledger) ?? this.#leases.open(scope, now, onEvicted);
    lease.meet(scope, alerts);
    lease.usedAt = now;
    lease.pass(now);
    return lease;
  }

  #begin(grant: OpenGrant, now: number): Grant {
    grant.begin(now);
    this.#refill(grant);
    for (const { lease } of grant.holds)
      if (lease.keptUntil < now && lease.openGrants > 0) this.#keepers.keep([lease], grant.work);
    return grant;
  }

  #refill(grant: OpenGrant): void {
    const now = this.#now();
    for (const { lease } of grant.holds) if (lease.isLow(now)) grant.work.waitUntil(this.#talk.tick(lease));
  }

  async #reserveSlowly(grant: OpenGrant, missing: readonly ScopeLease[]): Promise<Grant> {
    const { ask, work } = grant;
    const outcomes = await Promise.allSettled(missing.map((lease) => this.#takeSlowly(grant, lease)));
    this.#keepers.keep([...grant.leases, ...missing], work);
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const isAborted = ask.signal?.aborted === true;
    if (errors.length === 0 && !isAborted && grant.isTaking) return this.#begin(grant, this.#now());
    const room = roomOf([...grant.leases, ...missing], this.#now());
    await this.#undo(grant);
    throw isAborted ? ask.signal.reason : withRoom(worstOf(errors), room);
  }

  /** Rejects where the scope does not let the request go on. */
  async #takeSlowly(grant: OpenGrant, lease: ScopeLease): Promise<void> {
    const { scope } = lease;
    const { units, isBounded, signal } = grant.ask;
    const need = lease.needOf(units, isBounded);
    const verdict = await acquire(lease, need, this.#talk, signal);
    switch (verdict.kind) {
      case 'held':
        if (grant.isTaking) grant.holds.push(new Hold(lease, verdict.id, need, false));
        else lease.giveBack(verdict.id, need); // it waited longer than a request may run
        return;
      case 'refused':
        throw toLimitExceeded(scope, verdict.refusal, isBounded);
      case 'unavailable':
        if (scope.onUnavailable === 'closed') throw new GatewayUnavailable(UNCHECKED);
        grant.holds.push(new Hold(lease, lease.id, NO_UNITS, true));
        return;
      default:
        verdict satisfies never;
    }
  }

  /** A refused request leaves nothing taken: what no other request here will use, the Ledgers have back before it ends. */
  async #undo(grant: OpenGrant): Promise<void> {
    const { leases } = grant;
    grant.undo();
    const now = this.#now();
    const quiet = leases.filter((lease) => !isNothing(lease.free) && lease.isQuiet(now));
    const back = Promise.all(quiet.map((lease) => this.#talk.giveAllBack(lease)));
    grant.work.waitUntil(back);
    await back;
  }

  /** Leases of requests that were killed, which have something to tell now. */
  #sweep(now: number): readonly ScopeLease[] {
    if (now - this.#sweptAt < SWEEP_MS) return [];
    this.#sweptAt = now;
    const ended = [...this.#grants].filter((grant) => grant.expire(now));
    this.#leases.sweep(now);
    return ended.flatMap(({ leases }) => leases);
  }
}

/** Units taken for a stream that runs. */
interface Piece {
  readonly hold: Hold;
  readonly lease: string;
  readonly units: Units;
}

const UNCHECKED = 'The limits of this request cannot be checked right now.';

function putBack(pieces: readonly Piece[]): void {
  for (const { hold, lease, units } of pieces) hold.lease.giveBack(lease, units);
}

/** What the client is told: of the limit that will be met last, rather than of a Ledger that cannot be reached. */
function worstOf(errors: readonly unknown[]): unknown {
  let worst: unknown = errors[0] ?? new GatewayUnavailable(UNCHECKED);
  for (const error of errors) if (waitOf(error) > waitOf(worst)) worst = error;
  return worst;
}

/** What is left is told with a refusal too. */
function withRoom(error: unknown, room: Room): unknown {
  if (error instanceof LimitExceeded) error.room = room;
  return error;
}

const waitOf = (error: unknown): number =>
  error instanceof LimitExceeded ? (error.retryAfterMs ?? Number.POSITIVE_INFINITY) : -1;

const isWaitingStore = (store: Partial<WaitingStore>): store is WaitingStore =>
  store.wait !== undefined && store.leave !== undefined;
