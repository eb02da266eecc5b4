/**
 * Requests of one isolate that wait for units of one scope. One of them asks for all, and what comes is handed out in the
 * order of their coming; the others look by timers of their own whether they were served, because a promise of one
 * request must not be awaited by another, and because the one that asks may be killed. A refusal counts for everybody who
 * was there before its call began and needs no less.
 */
import type { Refusal, Room } from '../ledger-protocol.ts';
import type { ScopeLimits } from '../scope-limits.ts';
import { addUnits, covers, NO_UNITS, type Units } from '../units.ts';
import { shortage } from './shortage.ts';

export interface Member {
  readonly need: Units;
  /** Calls that began before it came say nothing about it. */
  readonly cameAfter: number;
  /** It will have been seen again by then, or was killed. */
  aliveUntil: number;
  /** The lease that its units were taken of; `null`: it still waits. */
  servedBy: string | null;
}

/** A member looks more often than this. */
const LOOK_MS = 400;

export class Crowd {
  /** In the order of their coming. */
  readonly #members = new Set<Member>();
  /** Calls are numbered as they begin. */
  #turn = 0;
  #refused: { readonly turn: number; readonly need: Units; readonly refusal: Refusal } | null = null;
  /** What the last call left that was made for all who waited. */
  #left: { readonly turn: number; readonly room: Room } | null = null;
  /** Before, nobody asks again: so that those who come meanwhile can ask together. */
  nextAskAt = Number.NEGATIVE_INFINITY;

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  join(need: Units, now: number): Member {
    const member = { need, cameAfter: this.#turn, aliveUntil: now + LOOK_MS, servedBy: null };
    this.#members.add(member);
    return member;
  }

  leave(member: Member): void {
    this.#members.delete(member);
  }

  /** A call begins; what it brings is told under this number. */
  begin(): number {
    this.#turn += 1;
    return this.#turn;
  }

  refuse(turn: number, need: Units, refusal: Refusal): void {
    if (this.#refused === null || turn > this.#refused.turn) this.#refused = { turn, need, refusal };
  }

  /** A call that drew for all who waited left so much. */
  leaveOver(turn: number, room: Room): void {
    if (this.#left === null || turn > this.#left.turn) this.#left = { turn, room };
  }

  /**
   * What a call says about a member that began after it came: that a need was refused which was no greater, or that what
   * was left is not enough.
   */
  refusalOf({ need, cameAfter }: Member, limits: ScopeLimits): Refusal | null {
    const refused = this.#refused;
    if (refused !== null && refused.turn > cameAfter && covers(need, refused.need)) return refused.refusal;
    const left = this.#left;
    return left !== null && left.turn > cameAfter ? shortage(limits, left.room, need) : null;
  }

  /**
   * Hands out what there is, to `first` before all others if it is still there. `take` takes what a member needs of lease
   * `id`, if there is enough.
   */
  serve(id: string, first: Member | null, take: (need: Units) => boolean): void {
    const serve = (member: Member) => {
      if (member.servedBy === null && take(member.need)) member.servedBy = id;
    };
    if (first !== null && this.#members.has(first)) serve(first);
    for (const member of this.#members) serve(member);
  }

  /** What all others need who are not served yet. */
  needBeside(member: Member): Units {
    let sum = NO_UNITS;
    for (const other of this.#members)
      if (other !== member && other.servedBy === null) sum = addUnits(sum, other.need);
    return sum;
  }

  /** `forMs`: it is busy for so long, and does not look. */
  see(member: Member, now: number, forMs = 0): void {
    member.aliveUntil = now + forMs + LOOK_MS;
  }

  /** Those that were killed wait no more. `giveBack` is told of what they were served. */
  dropKilled(now: number, giveBack: (id: string, need: Units) => void): void {
    for (const member of this.#members) {
      if (member.aliveUntil >= now) continue;
      this.#members.delete(member);
      const { servedBy, need } = member;
      // One that was only late finds that it has nothing.
      member.servedBy = null;
      if (servedBy !== null) giveBack(servedBy, need);
    }
  }
}
