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
    // Half an event is none: clients would choke on its half of a JSON text instead of reading our error.
    return rest === null || !isWhole(rest) ? null : [this.#read(rest)];
  }

  #read(event: SseEvent): ReadEvent {
    return { event, meaning: this.observer.observe(withBareJson(event)) };
  }
}

/** Whether an event without its closing blank line has come to its end all the same. */
const isWhole = ({ data }: SseEvent): boolean => data === null || data.trim() === '[DONE]' || isJson(data);

const OPENING_BRACE = 0x7b;

/** Some upstreams fail by writing a bare JSON error between or behind their events (traps B6): it is read as data. */
function withBareJson(event: SseEvent): SseEvent {
  if (event.data !== null || event.bytes[0] !== OPENING_BRACE) return event;
  const text = new TextDecoder().decode(event.bytes);
  return isJson(text) ? { ...event, data: text } : event;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
