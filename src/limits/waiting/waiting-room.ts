/**
 * Where requests beyond a limit wait for their turn, beside the Ledger that refused them. It holds their calls open, and
 * tries the first of the line again whenever something came back or should have flowed in. While somebody waits, nobody
 * of the same or a lower standing takes what the first one waits for.
 *
 * Nothing of it is durable: after an eviction the calls reject, and who still has time asks again.
 */
import type { Draw, LedgerAnswer, LedgerCall, Refusal, Room } from '../ledger-protocol.ts';
import type { ScopeLimits } from '../scope-limits.ts';
import { unitOf } from '../scope-limits.ts';
import { NO_UNITS, type Units } from '../units.ts';
import {
  HOLD_MS,
  KEPT_MS,
  mayPass,
  type Priority,
  type WaitAnswer,
  type Waiter,
  type WaitingCall,
} from './waiter.ts';
import { type Place, WaitingLine } from './waiting-line.ts';

/** The Ledger, as far as waiting goes. */
export interface TriedLedger {
  /** `heldBack`: the draw is not tried, and refused with this. */
  call(call: LedgerCall, now: number, heldBack: Refusal | null): LedgerAnswer;
  /** What a draw would be refused for now; `null`: it would be made. Takes nothing, and remembers nothing. */
  refusalOf(draw: Draw, now: number): Refusal | null;
}

export interface WaitingRoomParts {
  readonly ledger: TriedLedger;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Rings once after `delayMs`, unless it is stopped by what is returned. */
  readonly startTimer: (delayMs: number, ring: () => void) => () => void;
}

/** An object has 128 MB, and a call that is held open takes some kilobytes. */
const MAX_WAITERS = 10_000;
/** Where units flow in faster, several are served at a time. */
const LEAST_RETRY_MS = 20;
interface HeldPlace extends Place {
  call: WaitingCall;
  /** Answers the call that waits; `null` while none of it is there. */
  hold: Hold | null;
  /** Of the hold, or of the place that is kept. */
  stopTimer: () => void;
  refusal: Refusal;
}

interface Hold {
  readonly resolve: (answer: WaitAnswer) => void;
  readonly reject: (reason: unknown) => void;
  /** After it the waiter's time is over. */
  readonly isLast: boolean;
}

export class WaitingRoom {
  readonly #ledger: TriedLedger;
  readonly #now: () => number;
  readonly #startTimer: WaitingRoomParts['startTimer'];
  readonly #line = new WaitingLine<HeldPlace>();
  /** What the first in line waits for, or the last one who did. */
  #blocking: Refusal | null = null;
  #stopRetry: () => void = () => undefined;
  /** As they were last heard: a call that waited for a minute may know older ones. */
  #limits: ScopeLimits | null = null;
  #roomLeft: Room = { requests: null, tokens: null };

  constructor({ ledger, now, startTimer }: WaitingRoomParts) {
    this.#ledger = ledger;
    this.#now = now;
    this.#startTimer = startTimer;
  }

  get waiters(): number {
    return this.#line.size;
  }

  /** A call that does not wait. What it tells always counts; what it would draw may be held back for who came first. */
  call(call: LedgerCall): LedgerAnswer {
    if (this.#line.size === 0) return this.#tell(call);
    const { draw } = call;
    const heldBack = draw === null ? null : this.#heldBack(draw, draw.priority ?? 'default');
    const answer = this.#tell(
      { ...call, draw: draw === null ? null : { ...draw, want: draw.need } },
      heldBack,
    );
    this.serve();
    return { ...answer, isTight: true };
  }

  /** A call that draws, and waits where that is refused for the time being. */
  wait(call: WaitingCall, waiter: Waiter): Promise<WaitAnswer> {
    const known = this.#line.find(waiter.id);
    if (known !== undefined) {
      this.#endHold(known);
      known.call = call;
      this.#limits = call.limits;
      return this.#hold(known, waiter.waitMs, () => this.serve());
    }
    const heldBack = this.#heldBack(call.draw, waiter.priority);
    const refusal = heldBack ?? this.#ledger.refusalOf(call.draw, this.#now());
    const isFull = this.#line.countOf(waiter.key) >= waiter.maxWaiters || this.#line.size >= MAX_WAITERS;
    if (refusal === null || !mayPass(refusal) || isFull)
      return Promise.resolve({ ...this.#tell(call, refusal), isKept: false });
    const { id, priority, key } = waiter;
    const place: HeldPlace = { id, priority, key, call, hold: null, stopTimer: doNothing, refusal };
    this.#line.add(place);
    return this.#hold(place, waiter.waitMs, () => {
      if (this.#line.next(isHeld) === place) this.#waitFor(refusal);
    });
  }

  /** Its client left, or it does not want to wait any more. */
  leave(waiterId: string): void {
    const place = this.#line.remove(waiterId);
    if (place === undefined) return;
    this.#endHold(place);
    this.serve();
  }

  /** Tries the line in its order, as far as there is enough: after whatever may have given something back. */
  serve(): void {
    this.#stopRetry();
    for (;;) {
      const place = this.#line.next(isHeld);
      if (place === undefined) break;
      const refusal = this.#ledger.refusalOf(place.call.draw, this.#now());
      if (refusal !== null && mayPass(refusal)) {
        place.refusal = refusal;
        this.#waitFor(refusal);
        return;
      }
      this.#answer(place, refusal);
    }
  }

  /** Its waiting is over: it draws, or is refused for good. If the Ledger fails now, that is its answer. */
  #answer(place: HeldPlace, refusal: Refusal | null): void {
    const { hold, call } = place;
    this.#forget(place, refusal === null);
    try {
      const answer = this.#tell({ ...call, limits: this.#limits ?? call.limits }, refusal);
      hold?.resolve({ ...answer, isTight: answer.isTight || this.#line.size > 0, isKept: false });
    } catch (error) {
      hold?.reject(error);
    }
  }

  #forget(place: HeldPlace, isServed: boolean): void {
    place.stopTimer();
    place.hold = null;
    if (isServed) this.#line.serve(place.id);
    else this.#line.remove(place.id);
  }

  #waitFor(refusal: Refusal): void {
    this.#blocking = refusal;
    this.#stopRetry();
    this.#stopRetry = this.#startTimer(Math.max(LEAST_RETRY_MS, refusal.retryAfterMs ?? 0), () =>
      this.serve(),
    );
  }

  /** `then` runs while the call is held already, and may answer it. */
  #hold(place: HeldPlace, waitMs: number, then: () => void): Promise<WaitAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WaitAnswer>();
    const holdMs = Math.min(Math.max(0, waitMs), HOLD_MS);
    place.hold = { resolve, reject, isLast: waitMs <= HOLD_MS };
    place.stopTimer = this.#startTimer(holdMs, () => this.#holdOver(place));
    then();
    return promise;
  }

  #holdOver(place: HeldPlace): void {
    this.serve(); // what it waits for may have come just now
    if (place.hold === null) return;
    if (place.hold.isLast) {
      this.#line.remove(place.id);
      this.#endHold(place);
      this.serve();
      return;
    }
    this.#endHold(place);
    place.stopTimer = this.#startTimer(KEPT_MS, () => this.leave(place.id));
  }

  /** Whoever waits by this call is told that it was not its turn, and what the first in line waits for. */
  #endHold(place: HeldPlace): void {
    place.stopTimer();
    const { hold } = place;
    place.hold = null;
    const isKept = this.#line.find(place.id) === place;
    const { need } = place.call.draw;
    const first = this.#blocking;
    const isForFirst = first !== null && need[unitAt(first)] > 0;
    const refusal = isForFirst ? { ...first, needed: need[unitAt(first)] } : place.refusal;
    hold?.resolve({ drawn: NO_UNITS, refusal, room: this.#roomLeft, isTight: true, isKept });
  }

  /** Why a draw has to stand back: it would take what somebody waits for who stands before it; `null`: it need not. */
  #heldBack({ need }: Draw, priority: Priority): Refusal | null {
    const first = this.#blocking;
    if (first === null || need[unitAt(first)] === 0 || !this.#line.isBehind(priority)) return null;
    return { ...first, needed: need[unitAt(first)] };
  }

  #tell(call: LedgerCall, heldBack: Refusal | null = null): LedgerAnswer {
    this.#limits = call.limits;
    const answer = this.#ledger.call(call, this.#now(), heldBack);
    this.#roomLeft = answer.room;
    return answer;
  }
}

function unitAt({ field }: Refusal): keyof Units {
  if (field === 'concurrency') return 'slots';
  return field === 'budgets' ? 'nanoUsd' : unitOf(field);
}

const isHeld = ({ hold }: HeldPlace): boolean => hold !== null;
const doNothing = (): void => undefined;
