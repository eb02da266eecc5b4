/** How a seat is told a run: as it comes, or when all of it is there. */

import type { ErrorWire } from '../../errors.ts';
import type { AnswerRecord } from './answer-record.ts';
import { brokenWire } from './failures.ts';
import type { ConflictReason, FlightFrame } from './frames.ts';
import type { FlightKind, JoinMessage } from './messages.ts';
import type { Seat } from './seat.ts';

/** From the beginning of a success, and then as it comes. */
export function follow(seat: Seat, record: AnswerRecord, isLeader: boolean): void {
  const told = record.toldTo(seat.form);
  seat.tell({ type: 'head', head: record.head({ told, isLeader, error: null, storedAt: null }) });
  seat.follow((wake) => record.log.open(told, wake));
}

/** Whoever followed has all of it. */
export function closeFollower(seat: Seat, record: AnswerRecord): void {
  const hasAnswer = record.toldTo(seat.form) === 'bytes' || record.hasEvents || record.answer !== null;
  seat.close(hasAnswer ? { type: 'end' } : { type: 'failed', error: brokenWire() });
}

/** For those who wanted to hear of nothing less. */
export function serveWhole(seat: Seat, record: AnswerRecord, kind: FlightKind): void {
  const told = record.toldTo(seat.form);
  const head: FlightFrame = {
    type: 'head',
    head: record.head({ told, isLeader: false, error: null, storedAt: null }),
  };
  if (told === 'events' && record.answer !== null) {
    seat.tell(head, record.answer);
    seat.close({ type: 'end' });
  } else if (record.log.isWhole && (told === 'bytes' || record.hasEvents)) {
    follow(seat, record, false);
    seat.close({ type: 'end' });
  } else refuse(seat, kind, 'too-large');
}

/** The run failed before any content; `hasBytes`: this reader is told its body too. */
export function serveRefusal(
  seat: Seat,
  record: AnswerRecord,
  error: ErrorWire,
  { isLeader, hasBytes }: { readonly isLeader: boolean; readonly hasBytes: boolean },
): void {
  const told = hasBytes && record.log.isWhole ? 'bytes' : 'events';
  seat.tell({ type: 'head', head: record.head({ told, isLeader, error, storedAt: null }) });
  if (told === 'bytes') seat.follow((wake) => record.log.open('bytes', wake));
  seat.close({ type: 'end' });
}

/** A cacheable request can be answered elsewhere; one that is to be made once cannot. */
export const refuse = (seat: Seat, kind: FlightKind, reason: ConflictReason): void =>
  seat.close(kind === 'cache' ? { type: 'alone' } : { type: 'conflict', reason });

/** What all who are here came for. */
export interface Purpose {
  readonly kind: FlightKind;
  readonly fingerprint: string | null;
}

/** Names of the two kinds never meet, and no two bodies have one name: this is what holds if they do. */
export function isRefused(seat: Seat, { kind, fingerprint }: JoinMessage, purpose: Purpose): boolean {
  const isOtherKind = purpose.kind !== kind;
  if (!isOtherKind && purpose.fingerprint === fingerprint) return false;
  refuse(seat, kind, isOtherKind ? 'other-kind' : 'other-body');
  return true;
}
