/** What a stream decoder reads: an upstream's bytes, cut where its framing says. */
import { type SseEvent, SseSplitter } from './sse.ts';

/** One message of a stream, whatever framed it. */
export interface StreamFrame {
  /** The payload as text, usually JSON; `null` for a frame without one (a comment). */
  readonly data: string | null;
  /** The name that the framing gives it (`event:`, `:event-type`); `null` if it has none. */
  readonly name: string | null;
}

/** Cuts one stream; fresh for each. */
export interface Framer {
  /** Throws if a frame is too large, or broken in a way that can be seen. */
  push(chunk: Uint8Array): readonly StreamFrame[];
  /** What is left when the body has ended, if it is whole. */
  end(): readonly StreamFrame[];
}

/** Server-sent events. */
export class SseFramer implements Framer {
  readonly #splitter = new SseSplitter();

  push(chunk: Uint8Array): readonly StreamFrame[] {
    return this.#splitter.push(chunk).map(withBareJson);
  }

  end(): readonly StreamFrame[] {
    const rest = this.#splitter.flush();
    return rest === null || !isWholeEvent(rest) ? [] : [withBareJson(rest)];
  }
}

/** Whether an event without its closing blank line has come to its end all the same. */
export const isWholeEvent = ({ data }: SseEvent): boolean =>
  data === null || data.trim() === '[DONE]' || isJson(data);

const OPENING_BRACE = 0x7b;

/** Some upstreams fail by writing a bare JSON error between or behind their events (traps B6): it is read as data. */
export function withBareJson(event: SseEvent): SseEvent {
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
