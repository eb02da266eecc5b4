/** One run: what comes of it, how it ended, and how long it has given no sign. */
import type { CanonicalEvent } from '../../dialects/canonical-events.ts';
import type { ErrorWire } from '../../errors.ts';
import type { AnswerTap } from '../answer-tap.ts';
import type { CacheEntry } from '../entry.ts';
import { AnswerRecord } from './answer-record.ts';
import { brokenWire, type FailureOwner, isFinalRefusal, ownerOf, unexplainedWire } from './failures.ts';
import type { FlightRun } from './flight-run.ts';
import type { LeadMessage } from './messages.ts';

/** Beyond what the call may take by itself. */
const SILENCE_BEYOND_MS = 60_000;
/** From the end of the body to the settlement. */
const SETTLE_MS = 10_000;
/** Without a reader that takes anything, while the run waits for its readers. */
export const STALLED_MS = 60_000;

/** `owner`: of the failure. */
export type Outcome =
  | { readonly kind: 'whole' }
  /** After the head. */
  | { readonly kind: 'broken'; readonly error: ErrorWire; readonly owner: FailureOwner }
  /** Before it. `isFinal`: this is the answer for as long as its `Idempotency-Key` counts. */
  | {
      readonly kind: 'refused';
      readonly error: ErrorWire;
      readonly owner: FailureOwner;
      readonly isFinal: boolean;
    };

/** Told of what concerns those who wait; of a run that was given up, nothing. */
export interface RunWatcher {
  /** A success begins. */
  onHead(): void;
  /** Not all that was told is held any longer. */
  onPartial(): void;
  /** No more comes but the settlement, which is due soon. */
  onClosed(): void;
  onOver(outcome: Outcome): void;
}

export interface RunParts {
  readonly message: LeadMessage;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly maxLogBytes: number;
}

export class Run implements AnswerTap {
  readonly message: LeadMessage;
  readonly record: AnswerRecord;
  readonly #now: () => number;
  readonly #gone = new AbortController();
  #watcher: RunWatcher | null;
  #failure: ErrorWire | null = null;
  #settled: { readonly ending: string; readonly error: ErrorWire | null } | null = null;
  #body: 'coming' | 'ended' | 'broken' = 'coming';
  #lastSignAt: number;

  constructor({ message, now, maxLogBytes }: RunParts, watcher: RunWatcher) {
    this.message = message;
    this.record = new AnswerRecord(message, maxLogBytes);
    this.#now = now;
    this.#watcher = watcher;
    this.#lastSignAt = now();
  }

  /** Nothing that comes of it counts any more. */
  get isOver(): boolean {
    return this.#watcher === null;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** The body has come to its end, and the settlement has not. */
  get isUnsettled(): boolean {
    return this.#body !== 'coming';
  }

  /** When it has to be looked after, unless it gives a sign before. */
  get dueAt(): number {
    if (this.#body !== 'coming') return this.#lastSignAt + SETTLE_MS;
    if (this.record.log.isPressed) return this.#lastSignAt + STALLED_MS;
    return this.#lastSignAt + this.message.totalMs + SILENCE_BEYOND_MS;
  }

  /** As the pipeline sees it. */
  toFlightRun(): FlightRun {
    const { kind, requestId, arrivedAt, clientAddress } = this.message;
    const settled: FlightRun['settled'] = (ending, error) => this.settled(ending, error);
    return { kind, requestId, arrivedAt, clientAddress, signal: this.signal, tap: this, settled };
  }

  /** Nobody wants it any more, or nobody believes in it. */
  giveUp(): void {
    this.#watcher = null;
    this.#gone.abort();
  }

  /** Its silence counts anew. */
  sign(): void {
    this.#lastSignAt = this.#now();
  }

  opened(status: number, headers: Headers): void {
    this.sign();
    this.record.open(status, headers);
    if (this.record.isSuccess) this.#watcher?.onHead();
  }

  /** `null`, or what to wait for before more is brought. */
  append(chunk: Uint8Array): Promise<void> | null {
    this.#add(() => this.record.bytes(chunk));
    const { log } = this.record;
    return !this.isOver && log.isPressed ? log.relief() : null;
  }

  events(batch: readonly CanonicalEvent[]): void {
    this.#add(() => this.record.events(batch));
  }

  finished(entry: CacheEntry, mayBeKept: boolean): void {
    this.#add(() => this.record.finish(entry, mayBeKept));
  }

  failed(error: ErrorWire): void {
    this.#failure ??= error;
  }

  settled(ending: string, error: ErrorWire | null): void {
    this.#settled ??= { ending, error };
    this.sign();
    if (this.#body !== 'coming') this.conclude();
  }

  /** All of the body was brought, or none more comes. */
  closed(how: 'ended' | 'broken'): void {
    this.#body = how;
    this.sign();
    if (this.#settled === null) this.#watcher?.onClosed();
    else this.conclude();
  }

  /** There is no answer: `error` says why. */
  threw(error: ErrorWire): void {
    this.#failure ??= error;
    this.#settled ??= { ending: 'rejected', error };
    this.closed('broken');
  }

  /** With what is known. */
  conclude(): void {
    const watcher = this.#watcher;
    if (watcher === null) return;
    this.#watcher = null;
    watcher.onOver(this.#outcome());
  }

  #add(add: () => void): void {
    if (this.isOver) return;
    this.sign();
    const { log } = this.record;
    const wasWhole = log.isWhole;
    add();
    if (wasWhole && !log.isWhole) this.#watcher?.onPartial();
  }

  #outcome(): Outcome {
    const { ending, error } = this.#settled ?? { ending: null, error: null };
    const { isSuccess, status } = this.record;
    const told = this.#failure ?? error;
    const isWhole = this.#body === 'ended' && ending === 'complete' && told === null;
    if (isSuccess && isWhole) return { kind: 'whole' };
    const owner = ownerOf(ending, told);
    if (isSuccess) return { kind: 'broken', error: told ?? brokenWire(), owner };
    const isFinal = this.#body === 'ended' && isFinalRefusal(status ?? 0, ending, told);
    return { kind: 'refused', error: told ?? unexplainedWire(status ?? 500), owner, isFinal };
  }
}
