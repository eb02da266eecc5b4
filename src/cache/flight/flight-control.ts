/**
 * Who leads, who waits, and who is told what. Nobody runs: whoever joins is offered the lead. Somebody runs: all read
 * from that run, from its beginning. It fails before any content: the first who waits is offered the lead. At most one
 * run counts at a time, and everybody who joins is told an end.
 *
 * What is not here: how a run is made (`run-answer.ts`), where results lie (`stored-results.ts`).
 */
import type { ErrorWire } from '../../errors.ts';
import { Crowd } from './crowd.ts';
import { type Clock, DueTimer } from './due-timer.ts';
import { silentWire } from './failures.ts';
import type { KeptResults } from './kept-results.ts';
import type { JoinMessage, LeadMessage } from './messages.ts';
import { type Outcome, Run, STALLED_MS } from './run.ts';
import { Seat } from './seat.ts';
import { isRefused, type Purpose, refuse } from './serve.ts';
import { keep, recall } from './standing.ts';

export interface FlightControlParts extends Clock {
  readonly results: KeptResults;
  readonly newTicket: () => string;
  /** Writes one structured line of the log. */
  readonly log: (line: object) => void;
  /** Of one run: how much of it is held. */
  readonly maxLogBytes: number;
}

/** How long a lead is offered. */
export const TICKET_MS = 10_000;
/** After so many failures in a row that the next run would share, all who wait are told. */
const MAX_SHARED_FAILURES = 2;

export class FlightControl {
  readonly #parts: FlightControlParts;
  readonly #crowd = new Crowd();
  /** `null`: nobody is offered the lead, and nobody runs. */
  #purpose: Purpose | null = null;
  #offer: { readonly ticket: string; readonly expiresAt: number; readonly seat: Seat } | null = null;
  #run: Run | null = null;
  #sharedFailures = 0;
  readonly #timer: DueTimer;

  constructor(parts: FlightControlParts) {
    this.#parts = parts;
    this.#timer = new DueTimer(parts, () => {
      this.#lookAfter();
      this.#setTimer();
    });
  }

  join(message: JoinMessage): Seat {
    this.#lookAfter();
    const seat = new Seat({
      form: message.form,
      isLive: message.followers === 'live',
      now: this.#parts.now,
    });
    if (this.#purpose === null) this.#arrive(seat, message);
    else this.#joinOthers(seat, message, this.#purpose);
    this.#setTimer();
    return seat;
  }

  /** `run: null`: the ticket is not good, which the seat is told. */
  lead(message: LeadMessage): { readonly seat: Seat; readonly run: Run | null } {
    this.#lookAfter();
    const { now, maxLogBytes } = this.#parts;
    const seat = new Seat({ form: message.form, isLive: true, now });
    if (this.#offer?.ticket !== message.ticket || this.#purpose?.kind !== message.kind) {
      seat.close({ type: 'expired' });
      return { seat, run: null };
    }
    const run: Run = new Run(
      { message, now, maxLogBytes },
      {
        onHead: () => this.#crowd.start(run.record),
        onPartial: () => this.#crowd.dismissLate(run.record, message.kind),
        onClosed: () => this.#setTimer(),
        onOver: (outcome) => {
          this.#onOver(run, outcome);
          this.#setTimer();
        },
      },
    );
    this.#offer = null;
    this.#run = run;
    this.#crowd.lead(seat);
    this.#setTimer();
    return { seat, run };
  }

  /** The reader of this seat has gone. */
  leave(seat: Seat): void {
    const isUntold = this.#offer?.seat === seat && !seat.isOver;
    seat.drop();
    this.#crowd.remove(seat);
    if (isUntold) this.#passOn();
    const run = this.#run;
    if (run !== null && this.#crowd.isEmpty && endsWithItsReaders(run)) this.#giveUp(run);
    this.#setTimer();
  }

  #arrive(seat: Seat, message: JoinMessage): void {
    const { results, now } = this.#parts;
    if (recall(seat, message, results, now())) return;
    this.#purpose = { kind: message.kind, fingerprint: message.fingerprint };
    this.#offerTo(seat);
  }

  #joinOthers(seat: Seat, message: JoinMessage, purpose: Purpose): void {
    if (isRefused(seat, message, purpose)) return;
    const run = this.#run;
    const { minGeneration = 0 } = message;
    if (run === null) this.#crowd.wait(seat);
    else if (!run.record.log.isWhole) refuse(seat, message.kind, 'too-large');
    else if ((run.message.generation ?? minGeneration) < minGeneration) seat.close({ type: 'alone' });
    else if (seat.isLive && run.record.isSuccess) this.#crowd.follow(seat, run.record);
    else this.#crowd.wait(seat);
  }

  #offerTo(seat: Seat): void {
    const ticket = this.#parts.newTicket();
    this.#offer = { ticket, expiresAt: this.#parts.now() + TICKET_MS, seat };
    seat.close({ type: 'lead', ticket });
  }

  /** To the next who waits. */
  #passOn(): void {
    this.#offer = null;
    const next = this.#crowd.next();
    if (next === null) this.#rest();
    else this.#offerTo(next);
  }

  /** Nothing is going on. */
  #rest(): void {
    this.#purpose = null;
    this.#sharedFailures = 0;
  }

  #onOver(run: Run, outcome: Outcome): void {
    const { record, message } = run;
    this.#run = null;
    if (outcome.kind === 'whole') {
      this.#keep(run, null);
      this.#crowd.finish(record, message.kind);
      this.#rest();
      return;
    }
    const { error } = outcome;
    const isFinal = outcome.kind === 'refused' && outcome.isFinal && message.kind === 'idempotency';
    if (isFinal) this.#keep(run, error);
    if (outcome.kind === 'broken') this.#crowd.breakOff({ type: 'failed', error });
    else this.#crowd.refuseLeader(record, error);
    if (outcome.owner === 'shared') this.#sharedFailures += 1;
    // Who waited for all of the time has none left for another.
    const isOver = this.#parts.now() >= message.arrivedAt + message.totalMs;
    const isLate = isOver && error.error.code === 'provider_timeout';
    if (isFinal || isLate || this.#sharedFailures >= MAX_SHARED_FAILURES) {
      this.#crowd.refuseWaiting(record, error, isFinal);
      this.#rest();
    } else this.#passOn();
  }

  /** Before anybody is told the end: who comes again finds it. */
  #keep({ record, message }: Run, error: ErrorWire | null): void {
    const { results, now, log } = this.#parts;
    const { fingerprint = null } = this.#purpose ?? {};
    try {
      keep(record, { kind: message.kind, fingerprint, error }, results, now());
    } catch (cause) {
      log({ type: 'flight_result_lost', request_id: message.requestId, reason: String(cause) });
    }
  }

  #giveUp(run: Run): void {
    run.giveUp();
    this.#run = null;
    this.#rest();
  }

  /** What is due is done. */
  #lookAfter(): void {
    const now = this.#parts.now();
    if (this.#offer !== null && this.#offer.expiresAt <= now) this.#passOn();
    const run = this.#run;
    if (run === null || run.dueAt > now) return;
    if (run.isUnsettled) run.conclude();
    else if (run.record.log.isPressed) {
      run.sign();
      for (const seat of this.#crowd.stalled(now - STALLED_MS)) this.leave(seat);
    } else {
      this.#giveUp(run);
      this.#crowd.dismiss({ type: 'failed', error: silentWire() });
    }
  }

  /**
   * Nobody is kept waiting by an offer without others, and where nothing is due no timer keeps the object in memory, which
   * would be paid for. Looks once a minute at least: a run that comes under pressure sets no timer.
   */
  #setTimer(): void {
    const dueAt = (this.#crowd.hasWaiting ? this.#offer?.expiresAt : undefined) ?? this.#run?.dueAt;
    this.#timer.ringAt(dueAt === undefined ? null : Math.min(dueAt, this.#parts.now() + STALLED_MS));
  }
}

/** Whoever wants a request made once will come back for it; an answer that is whole has only to be closed. */
const endsWithItsReaders = ({ message, record }: Run): boolean =>
  message.kind === 'cache' && record.answer === null;
