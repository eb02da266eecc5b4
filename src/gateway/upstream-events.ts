/** An upstream's event stream, read event by event, with what each event means to the relay. */
import type { EventMeaning, StreamObserver } from '../dialects/straight.ts';
import { isWholeEvent, withBareJson } from '../streaming/frames.ts';
import { type SseEvent, SseSplitter } from '../streaming/sse.ts';
import type { ResponseIds } from './response-ids.ts';

export interface ReadEvent {
  readonly event: SseEvent;
  readonly meaning: EventMeaning;
}

export class UpstreamEvents {
  readonly observer: StreamObserver;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #splitter = new SseSplitter();
  readonly #ids: ResponseIds | null;
  #isEnded = false;

  /** `ids`: what stands for the provider's ids in the client's bytes. */
  constructor(body: ReadableStream<Uint8Array>, observer: StreamObserver, ids: ResponseIds | null = null) {
    this.#reader = body.getReader();
    this.observer = observer;
    this.#ids = ids;
  }

  /** The events that one read completes (perhaps none); `null` at the end. Rejects as the body does. */
  async next(): Promise<ReadEvent[] | null> {
    if (this.#isEnded) return null;
    const { done, value } = await this.#reader.read();
    if (!done) return this.#sealed(this.#splitter.push(value).map((event) => this.#read(event)));
    this.#isEnded = true;
    const rest = this.#splitter.flush();
    // Half an event is none: clients would choke on its half of a JSON text instead of reading our error.
    return rest === null || !isWholeEvent(rest) ? null : this.#sealed([this.#read(rest)]);
  }

  /** An event that the gateway makes of what it read here, as the client may see it. */
  own(bytes: Uint8Array): Uint8Array {
    return this.#ids?.inOwn(bytes) ?? bytes;
  }

  #sealed(events: ReadEvent[]): ReadEvent[] | Promise<ReadEvent[]> {
    return this.#ids === null ? events : this.#ids.inEvents(events);
  }

  #read(event: SseEvent): ReadEvent {
    return { event, meaning: this.observer.observe(withBareJson(event)) };
  }
}
