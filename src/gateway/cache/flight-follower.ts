/**
 * One of those who wait in a Flight: whoever comes first hands its request to the object and reads the answer from
 * there like everybody else; when the one who leads fails before any content, the next takes its place.
 */
import type { CacheEntry } from '../../cache/entry.ts';
import type { FrameReader } from '../../cache/flight/flight-client.ts';
import type { ConflictReason, FlightFrame, FlightHead } from '../../cache/flight/frames.ts';
import { IdempotencyConflict, ProviderTimeout, RelayedFailure } from '../../errors.ts';
import { Alarm } from '../../streaming/alarm.ts';
import { withTimeout } from '../../with-timeout.ts';
import type { Answer } from '../answer.ts';
import type { AnswerRun, BrokenAnswer, Continuation } from '../answer-run.ts';
import { ClientLeft } from '../client-left.ts';
import type { Exchange } from '../exchange.ts';
import { brokenFlight } from './broken-flight.ts';
import { FlightReading, type ReadingForm } from './flight-reading.ts';
import { type RunNote, readRunNote } from './run-note.ts';

/** Leading may be offered, lost to a break, and offered again; somebody who has bad luck this often goes alone. */
const MAX_TURNS = 5;
/** An object that breaks or says nothing more often than this is no help. */
const MAX_MISSES = 2;

/** A crowd of thousands may keep the object busy for seconds. */
const REACH_MS = 10_000;

export interface Following extends ReadingForm {
  readonly exchange: Exchange;
  /** When it is given up, in milliseconds since the Unix epoch. */
  readonly endsAt: number;
  /** Rejects where the object cannot be reached. */
  readonly join: (options: { readonly ignoresStanding: boolean }) => Promise<FrameReader>;
  readonly lead: (ticket: string) => Promise<FrameReader>;
  /** Whether this caller may have the answer of this run (`null`: it says nothing of itself), and whether a finished one is good for it. */
  readonly mayHave: (run: RunNote | null) => boolean;
  readonly isGood: (entry: CacheEntry) => boolean;
  /** Counts the request against the limits of who follows. Rejects with `LimitExceeded`. */
  readonly letIn: (signal: AbortSignal) => undefined | Promise<void>;
  /** Where nobody can be followed. Throws where that is no way out. */
  readonly alone: (why: 'unreachable' | 'not-allowed') => AnswerRun;
}

interface Begun {
  readonly reading: FlightReading;
  readonly frame: FlightFrame;
  readonly isLeader: boolean;
}

export class FlightFollower implements AnswerRun {
  readonly alarm: Alarm;
  readonly answer: Promise<Answer>;
  readonly #parts: Following;
  readonly #waiting = new AbortController();
  /** Rejects when it is stopped. */
  readonly #stopped: Promise<never>;
  #frames: FrameReader | null = null;
  #alone: AnswerRun | null = null;

  constructor(parts: Following) {
    const { exchange, endsAt } = parts;
    this.#parts = parts;
    this.#stopped = new Promise((_, reject) => {
      const { signal } = this.#waiting;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    this.#stopped.catch(() => undefined); // perhaps nobody waits for anything
    this.alarm = new Alarm(exchange.context.now);
    this.alarm.set('total', endsAt, () => this.stop(overtime()));
    exchange.departure.onLeave(() => this.stop(new ClientLeft()));
    this.answer = this.#run();
  }

  /** Whoever goes alone may keep what comes; of the others the object does. */
  get recorder(): AnswerRun['recorder'] {
    return this.#alone?.recorder ?? null;
  }

  /** In the object that runs the request, who leads is gone on with there. */
  async continueAfter(broken: BrokenAnswer): Promise<Continuation | null> {
    return (await this.#alone?.continueAfter?.(broken)) ?? null;
  }

  stop(reason: Error): void {
    if (!this.#waiting.signal.aborted) this.#waiting.abort(reason);
    void this.#frames?.cancel();
    this.#alone?.stop(reason);
  }

  finish(): void {
    this.alarm.stop();
    this.#alone?.finish();
    if (this.#alone === null) this.#parts.exchange.departure.forget();
  }

  async #run(): Promise<Answer> {
    try {
      return await this.#follow();
    } catch (error) {
      void this.#frames?.cancel();
      if (this.#alone === null) this.finish();
      throw this.#waiting.signal.aborted ? (this.#waiting.signal.reason as Error) : error; // `stop` takes nothing but errors
    }
  }

  async #follow(): Promise<Answer> {
    this.#parts.exchange.settlement.cache = 'coalesced';
    let ignoresStanding = false;
    let misses = 0;
    for (let turn = 0; turn < MAX_TURNS && misses < MAX_MISSES; turn += 1) {
      this.#parts.exchange.settlement.takeBack();
      const begun = await this.#begin(ignoresStanding).catch(() => null);
      this.#throwIfStopped();
      if (begun === null) {
        misses += 1;
        continue;
      }
      const { frame, reading, isLeader } = begun;
      if (frame.type === 'conflict') throw conflict(frame.reason);
      if (frame.type === 'failed') throw new RelayedFailure(frame.error);
      if (frame.type === 'alone') break;
      if (frame.type !== 'head') continue; // the ticket came too late
      const { head } = frame;
      if (isLeader) return this.#asLeader(reading, head);
      const standing = isStanding(head) ? await reading.finished() : null;
      if (isStanding(head) && (standing === null || !this.#parts.isGood(standing))) {
        ignoresStanding = true;
        continue;
      }
      if (head.error === null && !this.#parts.mayHave(readRunNote(head))) return this.#goAlone('not-allowed');
      return this.#asFollower(reading, head, standing);
    }
    return this.#goAlone('unreachable');
  }

  /** To the first frame that says something: of who leads already, or of ourselves. */
  async #begin(ignoresStanding: boolean): Promise<Begun> {
    const joined = await this.#reach(this.#parts.join({ ignoresStanding }));
    const frame = await joined.next();
    if (frame.type !== 'lead') return { reading: joined, frame, isLeader: false };
    const led = await this.#reach(this.#parts.lead(frame.ticket));
    this.#parts.exchange.settlement.handOver();
    return { reading: led, frame: await led.next(), isLeader: true };
  }

  async #asLeader(reading: FlightReading, { error, status, ...head }: FlightHead): Promise<Answer> {
    const told = ours(head.headers);
    if (error !== null) {
      void reading.cancel();
      throw new RelayedFailure({ ...error, headers: { ...error.headers, ...told } });
    }
    this.#note({ ...head, error, status });
    const body = await reading.body({ ...head, error, status });
    if (body === null) throw new RelayedFailure(brokenFlight()); // a leader is told bytes, which always can be
    return { status, headers: new Headers(head.headers), told, body };
  }

  async #asFollower(reading: FlightReading, head: FlightHead, standing: CacheEntry | null): Promise<Answer> {
    const { settlement, context } = this.#parts.exchange;
    const { error, status, storedAt } = head;
    const tell = () => (standing === null ? reading.body(head) : reading.replayed(standing));
    const body = error === null ? await tell() : null;
    if (error === null && body === null) return this.#goAlone('unreachable');
    settlement.cache = storedAt === null ? 'coalesced' : 'hit';
    settlement.isFree = true;
    this.#note(head);
    await this.#parts.letIn(this.#waiting.signal);
    if (body === null) throw failureOf(head);
    const age = storedAt === null ? {} : ofStanding(context.now() - storedAt);
    return { status, headers: new Headers(head.headers), told: { ...age, ...repeated(head) }, body };
  }

  /** Who answers; a run that leads another tells it on. */
  #note(head: FlightHead): void {
    const { settlement } = this.#parts.exchange;
    const note = readRunNote(head);
    if (note === null) return;
    settlement.servedBy(note);
    settlement.generation = note.generation;
  }

  /** The object answers at once, whatever it waits for; one that does not cannot be reached. */
  async #reach(answer: Promise<FrameReader>): Promise<FlightReading> {
    this.#frames = await this.#orStopped(withTimeout(answer, REACH_MS));
    return new FlightReading(this.#frames, this.#parts, (work) => this.#orStopped(work));
  }

  async #orStopped<Value>(work: Promise<Value>): Promise<Value> {
    const value = await Promise.race([work, this.#stopped]);
    this.#throwIfStopped();
    return value;
  }

  #throwIfStopped(): void {
    const { signal } = this.#waiting;
    if (signal.aborted) throw signal.reason as Error; // `stop` takes nothing but errors
  }

  #goAlone(why: 'unreachable' | 'not-allowed'): Promise<Answer> {
    void this.#frames?.cancel();
    this.#parts.exchange.settlement.takeBack();
    this.alarm.clear('total');
    this.#alone = this.#parts.alone(why);
    return this.#alone.answer;
  }
}

/** A finished answer; of one that is told in bytes the bytes are all there is. */
const isStanding = ({ storedAt, told }: FlightHead): boolean => storedAt !== null && told === 'events';

const overtime = (): ProviderTimeout =>
  new ProviderTimeout('The answer took longer than the whole request may take.');

const conflict = (reason: ConflictReason): IdempotencyConflict =>
  new IdempotencyConflict(
    reason === 'too-large'
      ? 'The request with this `Idempotency-Key` is running, and its answer is too large to be told twice.'
      : 'This `Idempotency-Key` was used for another request.',
  );

const failureOf = ({ error, headers }: FlightHead): RelayedFailure =>
  new RelayedFailure(error ?? brokenFlight(), 'x-edgeway-provider' in headers);

/** What the run tells of itself goes to the client whose request it is. */
const ours = (headers: FlightHead['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => OURS.test(name)));

const OURS = /^(?:age$|x-edgeway-|x-ratelimit-|retry-after|x-should-retry$)/;

/** It is complete, so what it costs can be told. */
const ofStanding = (ageMs: number): Record<string, string> => ({
  age: String(Math.max(0, Math.floor(ageMs / 1000))),
  'x-edgeway-cost-usd': '0',
});

/** An answer that is told once more says what was dropped from its request the first time. */
const repeated = ({ headers }: FlightHead): Record<string, string> => {
  const dropped = headers['x-edgeway-dropped-params'];
  return dropped === undefined ? {} : { 'x-edgeway-dropped-params': dropped };
};
