/** Who is at a Flight: the leader, those who wait, those who read. */
import type { ErrorWire } from '../../errors.ts';
import type { AnswerRecord } from './answer-record.ts';
import type { FlightFrame } from './frames.ts';
import type { FlightKind } from './messages.ts';
import type { Seat } from './seat.ts';
import { closeFollower, follow, refuse, serveRefusal, serveWhole } from './serve.ts';

export class Crowd {
  #leader: Seat | null = null;
  /** Have been told nothing yet, in the order they came. */
  readonly #waiting = new Set<Seat>();
  /** Read what the run tells. */
  readonly #reading = new Set<Seat>();

  get isEmpty(): boolean {
    return this.#leader === null && this.#waiting.size === 0 && this.#reading.size === 0;
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  lead(seat: Seat): void {
    this.#leader = seat;
  }

  wait(seat: Seat): void {
    this.#waiting.add(seat);
  }

  /** Whoever has waited longest waits no more. */
  next(): Seat | null {
    const [first = null] = this.#waiting;
    if (first !== null) this.#waiting.delete(first);
    return first;
  }

  remove(seat: Seat): void {
    if (this.#leader === seat) this.#leader = null;
    this.#waiting.delete(seat);
    this.#reading.delete(seat);
  }

  follow(seat: Seat, record: AnswerRecord, isLeader = false): void {
    follow(seat, record, isLeader);
    this.#reading.add(seat);
  }

  /** A success begins, for all who hear of it as it comes. */
  start(record: AnswerRecord): void {
    const leader = this.#leader;
    this.#leader = null;
    if (leader !== null) this.follow(leader, record, true);
    for (const seat of this.#waiting) {
      if (!seat.isLive) continue;
      this.#waiting.delete(seat);
      this.follow(seat, record);
    }
  }

  finish(record: AnswerRecord, kind: FlightKind): void {
    for (const seat of this.#reading) closeFollower(seat, record);
    for (const seat of this.#waiting) serveWhole(seat, record, kind);
    this.#reading.clear();
    this.#waiting.clear();
  }

  /** Those who would be told all of the bytes at the end, which are no longer all there. */
  dismissLate(record: AnswerRecord, kind: FlightKind): void {
    for (const seat of this.#waiting) {
      if (seat.isLive || record.toldTo(seat.form) === 'events') continue;
      this.#waiting.delete(seat);
      refuse(seat, kind, 'too-large');
    }
  }

  /** Those who were told a part. */
  breakOff(last: FlightFrame): void {
    for (const seat of this.#reading) seat.close(last);
    this.#reading.clear();
  }

  refuseLeader(record: AnswerRecord, error: ErrorWire): void {
    if (this.#leader !== null) serveRefusal(this.#leader, record, error, { isLeader: true, hasBytes: true });
    this.#leader = null;
  }

  refuseWaiting(record: AnswerRecord, error: ErrorWire, hasBytes: boolean): void {
    for (const seat of this.#waiting) serveRefusal(seat, record, error, { isLeader: false, hasBytes });
    this.#waiting.clear();
  }

  /** Everybody. */
  dismiss(last: FlightFrame): void {
    this.#leader?.close(last);
    this.#leader = null;
    for (const seat of this.#waiting) seat.close(last);
    this.#waiting.clear();
    this.breakOff(last);
  }

  /** Readers that keep the run waiting, and have done so since. */
  stalled(since: number): Seat[] {
    return [...this.#reading].filter((seat) => seat.isStalled(since));
  }
}
