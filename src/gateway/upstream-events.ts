/** An upstream's event stream, read event by event, with what each event means to the relay. */
import type { EventMeaning, StreamObserver } from '../dialects/straight.ts';
import { type SseEvent, SseSplitter } from '../streaming/sse.ts';

export interface ReadEvent {
  readonly event: SseEvent;
  readonly meaning: EventMeaning;
}

export class UpstreamEvents {
  readonly observer: StreamObserver;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #splitter = new SseSplitter();
  #isEnded = false;

  constructor(body: ReadableStream<Uint8Array>, observer: StreamObserver) {
    this.#reader = body.getReader();
    this.observer = observer;
  }

  /** The events that one read completes (perhaps none); `null` at the end. Rejects as the body does. */
  async next(): Promise<ReadEvent[] | null> {
    if (this.#isEnded) return null;
    const { done, value } = await this.#reader.read();
    if (!done) return this.#splitter.push(value).map((event) => this.#read(event));
    this.#isEnded = true;
    const rest = this.#splitter.flush();
    return rest === null ? null : [this.#read(rest)];
  }

  #read(event: SseEvent): ReadEvent {
    return { event, meaning: this.observer.observe(event) };
  }
}
