/** What one reader is told in a Flight, made into the body of its answer. */
import { concat } from '../../bytes.ts';
import type { CacheEntry } from '../../cache/entry.ts';
import type { FrameReader } from '../../cache/flight/flight-client.ts';
import type { FlightFrame, FlightHead } from '../../cache/flight/frames.ts';
import { RelayedFailure } from '../../errors.ts';
import type { AnswerBody } from '../answer.ts';
import { brokenFlight } from './broken-flight.ts';

/** How the reader is to be answered. */
export interface ReadingForm {
  readonly wantsStream: boolean;
  /** A finished answer in this reader's form. */
  readonly replay: (entry: CacheEntry) => AnswerBody | null;
  /** How steps are written for it; `null` where only finished answers can be told. */
  readonly translated: Extract<AnswerBody, { kind: 'followed' }>['translated'];
}

export class FlightReading {
  readonly #frames: FrameReader;
  readonly #form: ReadingForm;
  readonly #orStopped: <Value>(work: Promise<Value>) => Promise<Value>;

  constructor(
    frames: FrameReader,
    form: ReadingForm,
    orStopped: <Value>(work: Promise<Value>) => Promise<Value>,
  ) {
    this.#frames = frames;
    this.#form = form;
    this.#orStopped = orStopped;
  }

  /** Rejects where the stream of frames breaks. */
  async next(): Promise<FlightFrame> {
    const frame = await this.#orStopped(this.#frames.next());
    if (frame === null) throw new RelayedFailure(brokenFlight());
    return frame;
  }

  /** What follows `head`, as it comes or when it has come; `null` if it cannot be told in this reader's form. */
  async body(head: FlightHead): Promise<AnswerBody | null> {
    const { wantsStream, translated, replay } = this.#form;
    const isBytes = head.told === 'bytes';
    const contentType = head.headers['content-type'] ?? 'application/json';
    const isStream = isBytes ? contentType.includes('text/event-stream') : wantsStream;
    if (isStream) {
      const tell = (entry: CacheEntry) => {
        const body = replay(entry);
        return body?.kind === 'told' ? body.events : null;
      };
      return { kind: 'followed', frames: this.#frames, head, translated: isBytes ? null : translated, tell };
    }
    if (!isBytes) return this.replayed(await this.finished());
    return { kind: 'whole', bytes: await this.#allBytes(), usage: null, contentType };
  }

  /** `null` for an answer that cannot be told so. */
  replayed(entry: CacheEntry | null): AnswerBody | null {
    return entry === null ? null : this.#form.replay(entry);
  }

  /** `null`: it ended without one. */
  async finished(): Promise<CacheEntry | null> {
    for (;;) {
      const frame = await this.next();
      if (frame.type === 'answer') return frame.entry;
      if (frame.type === 'failed') throw new RelayedFailure(frame.error);
      if (frame.type === 'end') return null;
    }
  }

  async cancel(): Promise<void> {
    await this.#frames.cancel();
  }

  async #allBytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.type === 'bytes') chunks.push(frame.bytes);
      if (frame.type === 'failed') throw new RelayedFailure(frame.error);
      if (frame.type === 'end') return concat(chunks);
    }
  }
}
