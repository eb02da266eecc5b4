/** What a run's answer was so far, and the frames in which it is told. */
import type { CanonicalEvent } from '../../dialects/canonical-events.ts';
import type { ErrorWire } from '../../errors.ts';
import type { CacheEntry } from '../entry.ts';
import { FrameLog, type Told } from './frame-log.ts';
import { encodeFrame, type FlightHead, type ReaderForm } from './frames.ts';
import { keptHeaders } from './kept-headers.ts';
import { MAX_STANDING_BYTES } from './kept-results.ts';
import type { LeadMessage } from './messages.ts';

/** Frames are no larger: an answer in one chunk is cut. */
const MAX_FRAME_BYTES = 256 * 1024;

export interface HeadFields {
  readonly told: Told;
  readonly isLeader: boolean;
  readonly error: ErrorWire | null;
  readonly storedAt: number | null;
}

export class AnswerRecord {
  readonly log: FrameLog;
  /** The frame of the whole answer, for readers that write it in a form of their own. */
  answer: Uint8Array | null = null;
  hasEvents = false;
  /** The last invalidation that was known when the answer was asked for. */
  generation = 0;
  readonly #message: LeadMessage;
  #response: { readonly status: number; readonly headers: Headers } | null = null;
  #mayStand = false;

  constructor(message: LeadMessage, maxBytes: number) {
    this.#message = message;
    this.log = new FrameLog(maxBytes);
  }

  get status(): number | null {
    return this.#response?.status ?? null;
  }

  get isSuccess(): boolean {
    const status = this.status ?? 0;
    return status >= 200 && status < 300;
  }

  open(status: number, headers: Headers): void {
    this.#response = { status, headers };
  }

  bytes(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += MAX_FRAME_BYTES)
      this.log.append(
        'bytes',
        encodeFrame({ type: 'bytes', bytes: chunk.subarray(at, at + MAX_FRAME_BYTES) }),
      );
  }

  /** Of a cached answer: all readers of the other kind are told bytes. */
  events(events: readonly CanonicalEvent[]): void {
    if (this.#message.kind !== 'cache') return;
    this.hasEvents = true;
    this.log.append('events', encodeFrame({ type: 'events', events }));
  }

  /** As `events`. It lies beside the log, which is not to be full of it. */
  finish(entry: CacheEntry, mayBeKept: boolean): void {
    if (this.#message.kind !== 'cache') return;
    this.answer = encodeFrame({ type: 'answer', entry });
    this.generation = entry.head.generation;
    this.#mayStand = mayBeKept && this.answer.length <= MAX_STANDING_BYTES;
    this.log.append('events', this.answer, 0);
  }

  toldTo(form: ReaderForm): Told {
    return this.#message.kind === 'idempotency' || form === this.#message.form ? 'bytes' : 'events';
  }

  head({ told, isLeader, error, storedAt }: HeadFields): FlightHead {
    const failed = { status: error?.status ?? 500, headers: new Headers(error?.headers) };
    const hasFailedLater = error !== null && this.isSuccess;
    const { status, headers } = hasFailedLater ? failed : (this.#response ?? failed);
    return { status, headers: keptHeaders(headers, isLeader), error, told, storedAt };
  }

  /** What later readers are told of the whole answer, or of the final refusal `error`; `null`: nothing of it stands. */
  toStanding(storedAt: number, error: ErrorWire | null): Iterable<Uint8Array> | null {
    const fields = { isLeader: false, error, storedAt };
    if (this.#message.kind === 'cache') {
      if (!this.#mayStand || this.answer === null) return null;
      return [this.#encodedHead({ ...fields, told: 'events' }), this.answer, encodeFrame({ type: 'end' })];
    }
    return this.log.isWhole ? this.#wholeInBytes({ ...fields, told: 'bytes' }) : null;
  }

  *#wholeInBytes(fields: HeadFields): Generator<Uint8Array> {
    yield this.#encodedHead(fields);
    yield* this.log.frames('bytes');
    yield encodeFrame({ type: 'end' });
  }

  #encodedHead(fields: HeadFields): Uint8Array {
    return encodeFrame({ type: 'head', head: this.head(fields) });
  }
}
