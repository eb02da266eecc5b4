/** The units of one request, from the moment it asks until it ended. */
import type { BucketRoom, Room } from '../ledger-protocol.ts';
import { NO_UNITS, type Units } from '../units.ts';
import type { Ask, DeskWork, Grant, SettledPart } from './ask.ts';
import type { Hold } from './hold.ts';
import type { ScopeLease } from './scope-lease.ts';

/** What a grant needs of the desk that gave it. */
export interface GrantDesk {
  now(): number;
  /** Takes more of all scopes or of none. */
  extend(grant: OpenGrant, units: Units): boolean | Promise<boolean>;
  /** There is something to tell. */
  tell(grant: OpenGrant): void;
  /** The leases should live on. */
  renew(grant: OpenGrant): void;
  forget(grant: OpenGrant): void;
}

/** Longer than any request is let run, unless the ask says otherwise. */
const DEFAULT_MAX_MS = 900_000;
/** A request that was cut off is told of by the gateway before its grant is taken for dead. */
const GRACE_MS = 60_000;
/** Who touches its grant is alive, and touches it again before this is over. */
const TOUCHED_MS = 60_000;

export class OpenGrant implements Grant {
  readonly ask: Ask;
  readonly work: DeskWork;
  readonly holds: Hold[] = [];
  readonly #desk: GrantDesk;
  #deadline: number;
  #state: 'taking' | 'running' | 'ended' = 'taking';

  constructor(ask: Ask, work: DeskWork, desk: GrantDesk, now: number) {
    this.ask = ask;
    this.work = work;
    this.#desk = desk;
    this.#deadline = now + (ask.maxMs ?? DEFAULT_MAX_MS) + GRACE_MS;
  }

  /** All scopes have given. */
  begin(now: number): void {
    this.#state = 'running';
    for (const hold of this.holds) hold.begin(now);
  }

  /** Some scope has not. */
  undo(): void {
    if (this.#state !== 'taking') return;
    this.#state = 'ended';
    for (const hold of this.holds) hold.undo();
    this.#desk.forget(this);
  }

  get leases(): readonly ScopeLease[] {
    return this.holds.map(({ lease }) => lease);
  }

  get isTaking(): boolean {
    return this.#state === 'taking';
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get isUnchecked(): boolean {
    return this.holds.some(({ isUnchecked }) => isUnchecked);
  }

  get held(): Units {
    let most = NO_UNITS;
    for (const { units } of this.holds)
      most = {
        requests: Math.max(most.requests, units.requests),
        tokens: Math.max(most.tokens, units.tokens),
        nanoUsd: Math.max(most.nanoUsd, units.nanoUsd),
        slots: Math.max(most.slots, units.slots),
      };
    return most;
  }

  get room(): Room {
    return roomOf(this.leases, this.#desk.now());
  }

  extend(units: Units): boolean | Promise<boolean> {
    return this.#state === 'running' ? this.#desk.extend(this, units) : false;
  }

  settle(parts: readonly SettledPart[]): void {
    if (this.#state !== 'running') return;
    this.#state = 'ended';
    const { requestId } = this.ask;
    for (const hold of this.holds) hold.settle(requestId, parts);
    this.#desk.forget(this);
    this.#desk.tell(this);
  }

  touch(): void {
    if (this.#state !== 'running') return;
    this.#deadline = Math.max(this.#deadline, this.#desk.now() + TOUCHED_MS);
    this.#desk.renew(this);
  }

  /** Ends what nobody will end any more, because its request was killed. Whether it is so. */
  expire(now: number): boolean {
    if (now < this.#deadline || this.#state === 'ended') return false;
    if (this.#state === 'taking') {
      this.undo();
      return true;
    }
    this.#state = 'ended';
    for (const hold of this.holds) hold.settleAsReserved(this.ask.requestId);
    this.#desk.forget(this);
    return true;
  }
}

function tighter(a: BucketRoom | null, b: BucketRoom | null): BucketRoom | null {
  if (a === null || b === null) return a ?? b;
  return b.remaining < a.remaining ? b : a;
}

/** The tightest of all. */
export function roomOf(leases: readonly ScopeLease[], now: number): Room {
  let requests: BucketRoom | null = null;
  let tokens: BucketRoom | null = null;
  for (const lease of leases) {
    const room = lease.roomAt(now);
    requests = tighter(requests, room.requests);
    tokens = tighter(tokens, room.tokens);
  }
  return { requests, tokens };
}
