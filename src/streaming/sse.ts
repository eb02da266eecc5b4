/**
 * Server-sent events as bytes: cuts a stream into events without changing a byte, and reads each event's fields.
 * Knows no vendor. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** Largest event that is held, in bytes: a provider that never sends a blank line must not exhaust the isolate. */
export const MAX_SSE_EVENT_BYTES = 16 * 1024 * 1024; // inline images arrive in one event

/** One event with the exact bytes that carried it, its closing blank line included. */
export interface SseEvent {
  readonly bytes: Uint8Array;
  /** `data:` lines joined by LF; `null` if there was none (a comment, a lone `event:`). */
  readonly data: string | null;
  /** The `event:` field, wherever it stands in the block; `null` if absent. */
  readonly name: string | null;
  /** These bytes are the LF of a CRLF whose CR closed the event before: they go where that event goes. */
  readonly closesPrevious?: true;
}

export class SseEventTooLarge extends Error {}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts chunks into events. LF, CRLF and CR end lines, mixed as they come. Bytes of an unfinished event wait for
 * their end; nothing else is held back. The events' bytes, put together, are the chunks put together.
 */
export class SseSplitter {
  readonly #decoder = new TextDecoder(); // also drops a byte order mark
  /** Bytes of the unfinished event; only the first `#length` count. */
  #held = new Uint8Array(0);
  #length = 0;
  /** Where to go on looking in `#held`. */
  #scanned = 0;
  #lineIsEmpty = true;
  /** The last byte looked at was a CR: a following LF belongs to the same line end. */
  #afterCarriageReturn = false;

  /** Throws `SseEventTooLarge`. Returned bytes may be views of `chunk`. */
  push(chunk: Uint8Array): SseEvent[] {
    if (this.#length === 0) {
      const { events, rest } = this.#cut(chunk, 0);
      if (rest.length > 0) this.#hold(rest);
      this.#scanned = this.#length;
      return events;
    }
    this.#hold(chunk);
    const { events, rest } = this.#cut(this.#held.subarray(0, this.#length), this.#scanned);
    if (events.length > 0) {
      // The buffer is used again: what leaves it is a copy.
      for (const event of events) (event as { bytes: Uint8Array }).bytes = event.bytes.slice();
      const tail = rest.slice();
      this.#length = 0;
      this.#hold(tail);
    }
    this.#scanned = this.#length;
    return events;
  }

  /** What is left when the body ends without a closing blank line; `null` if nothing is. */
  flush(): SseEvent | null {
    if (this.#length === 0) return null;
    const bytes = this.#held.slice(0, this.#length);
    this.#length = 0;
    return this.#read(bytes);
  }

  #cut(bytes: Uint8Array, from: number): { events: SseEvent[]; rest: Uint8Array } {
    const events: SseEvent[] = [];
    let text: string | null = null;
    let start = 0;
    let lineIsEmpty = this.#lineIsEmpty;
    let afterCarriageReturn = this.#afterCarriageReturn;
    for (let i = from; i < bytes.length; i += 1) {
      const byte = bytes[i];
      if (byte === LF && afterCarriageReturn) {
        afterCarriageReturn = false;
        if (i === start) {
          events.push({ bytes: bytes.subarray(i, i + 1), data: null, name: null, closesPrevious: true });
          start = i + 1;
        }
        continue;
      }
      afterCarriageReturn = byte === CR;
      if (byte !== LF && byte !== CR) {
        lineIsEmpty = false;
        continue;
      }
      if (!lineIsEmpty) {
        lineIsEmpty = true;
        continue;
      }
      if (byte === CR && bytes[i + 1] === LF) {
        i += 1;
        afterCarriageReturn = false;
      }
      const end = i + 1;
      text ??= this.#decoder.decode(bytes); // once an event is whole, and once for all events of the chunk
      // ASCII has a character a byte: the same offsets cut both.
      const isAscii = text.length === bytes.length;
      events.push(this.#read(bytes.subarray(start, end), isAscii ? text.slice(start, end) : undefined));
      start = end;
    }
    this.#lineIsEmpty = lineIsEmpty;
    this.#afterCarriageReturn = afterCarriageReturn;
    return { events, rest: bytes.subarray(start) };
  }

  #read(bytes: Uint8Array, text = this.#decoder.decode(bytes)): SseEvent {
    // By far the most events are one `data: {…}` line between LFs.
    if (text.startsWith('data: ') && text.indexOf('\n') === text.length - 2 && !text.includes('\r')) {
      return { bytes, data: text.slice(6, -2), name: null };
    }
    return { bytes, ...readFields(text) };
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > MAX_SSE_EVENT_BYTES) throw new SseEventTooLarge();
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2, 1024));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#length);
    this.#length = needed;
  }
}

function readFields(text: string): { data: string | null; name: string | null } {
  let data: string | null = null;
  let name: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '' || line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    let value = colon === -1 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') data = data === null ? value : `${data}\n${value}`;
    else if (field === 'event') name = value;
  }
  return { data, name };
}

const encoder = new TextEncoder();

/** A comment between events: keeps proxies from cutting a silent stream, and means nothing to clients. */
export const KEEP_ALIVE_COMMENT: Uint8Array = encoder.encode(': keep-alive\n\n');
/** The same for clients that take every line for data: an event without fields. */
export const EMPTY_EVENT: Uint8Array = encoder.encode('\r\n\r\n');
export const DONE_EVENT: Uint8Array = encoder.encode('data: [DONE]\n\n');

/** One `data:` event; `value` must not hold line breaks once it is JSON, and it cannot. */
export const encodeDataEvent = (value: unknown): Uint8Array =>
  encoder.encode(`data: ${JSON.stringify(value)}\n\n`);
