/**
 * AWS's binary event stream (`application/vnd.amazon.eventstream`): cuts a body into frames and checks both of their
 * CRC32 sums. Knows no vendor's events. A frame is
 *
 *     total length (4) | length of headers (4) | CRC32 of these 8 bytes (4) | headers | payload | CRC32 of all before (4)
 *
 * in network byte order. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import type { Framer, StreamFrame } from './frames.ts';

/** Largest frame that is held, in bytes: a length that somebody made up must not exhaust the isolate. */
export const MAX_EVENT_STREAM_FRAME_BYTES = 16 * 1024 * 1024; // as for server-sent events

/** A sum that is wrong, or lengths and headers that make no sense: nothing after it can be trusted. */
export class EventStreamCorrupt extends Error {}

export class EventStreamFrameTooLarge extends Error {}

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const MIN_FRAME_BYTES = PRELUDE_BYTES + CRC_BYTES;
/** Before the names of frames that are failures. Names of events are identifiers, and have no colon. */
const EXCEPTION = 'exception:';
const ERROR = 'error:';

/** What failed, if the frame's name says that it is a failure: `throttlingException`; `null` for an event. */
export function failureOf(name: string | null): string | null {
  for (const mark of [EXCEPTION, ERROR]) {
    if (name?.startsWith(mark)) return name.slice(mark.length);
  }
  return null;
}

/** An event is named by its `:event-type`; a failure so that `failureOf` knows it. */
export class AwsEventStreamFramer implements Framer {
  readonly #crc = new Crc32();
  readonly #decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  /** Bytes of the unfinished frame; only the first `#length` count. */
  #held = new Uint8Array(0);
  #length = 0;
  /** Of the unfinished frame, once its prelude is here and right; else 0. */
  #total = 0;

  /** Throws `EventStreamCorrupt` and `EventStreamFrameTooLarge`. */
  push(chunk: Uint8Array): readonly StreamFrame[] {
    const bytes = this.#length === 0 ? chunk : this.#append(chunk);
    const frames: StreamFrame[] = [];
    let start = 0;
    for (;;) {
      const left = bytes.subarray(start);
      if (this.#total === 0 && left.length >= PRELUDE_BYTES) this.#total = this.#readPrelude(left);
      if (this.#total === 0 || left.length < this.#total) break;
      frames.push(this.#readFrame(left.subarray(0, this.#total)));
      start += this.#total;
      this.#total = 0;
    }
    if (bytes === chunk) this.#append(chunk.subarray(start));
    else if (start > 0) {
      this.#held.copyWithin(0, start, this.#length);
      this.#length -= start;
    }
    return frames;
  }

  /** A frame without its last bytes is not whole: its sum is missing. */
  end(): readonly StreamFrame[] {
    return [];
  }

  #append(chunk: Uint8Array): Uint8Array {
    const needed = this.#length + chunk.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2, 1024));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(chunk, this.#length);
    this.#length = needed;
    return this.#held.subarray(0, needed);
  }

  /** The frame's length. The sum comes first: a length that is not sound must not decide anything. */
  #readPrelude(bytes: Uint8Array): number {
    const view = viewOf(bytes);
    if (this.#crc.of(bytes.subarray(0, 8)) !== view.getUint32(8)) {
      throw new EventStreamCorrupt('The prelude of a frame does not match its sum.');
    }
    const total = view.getUint32(0);
    if (total > MAX_EVENT_STREAM_FRAME_BYTES) {
      throw new EventStreamFrameTooLarge(`A frame of ${total} bytes is too large.`);
    }
    if (total < MIN_FRAME_BYTES || view.getUint32(4) > total - MIN_FRAME_BYTES) {
      throw new EventStreamCorrupt('The lengths of a frame make no sense.');
    }
    return total;
  }

  #readFrame(bytes: Uint8Array): StreamFrame {
    const view = viewOf(bytes);
    const end = bytes.length - CRC_BYTES;
    if (this.#crc.of(bytes.subarray(0, end)) !== view.getUint32(end)) {
      throw new EventStreamCorrupt('A frame does not match its sum.');
    }
    const payloadStart = PRELUDE_BYTES + view.getUint32(4);
    const headers = readHeaders(bytes.subarray(PRELUDE_BYTES, payloadStart), this.#decoder);
    return toFrame(headers, this.#decoder.decode(bytes.subarray(payloadStart, end)));
  }
}

function toFrame(headers: ReadonlyMap<string, string>, payload: string): StreamFrame {
  const data = payload === '' ? null : payload;
  switch (headers.get(':message-type')) {
    case 'exception':
      return { name: EXCEPTION + (headers.get(':exception-type') ?? ''), data };
    case 'error': {
      // These say what went wrong in a header, and have no payload.
      const message = headers.get(':error-message');
      const name = ERROR + (headers.get(':error-code') ?? '');
      return { name, data: data ?? (message === undefined ? null : JSON.stringify({ message })) };
    }
    default:
      return { name: headers.get(':event-type') ?? null, data };
  }
}

/** Bytes of a value by its type; `null` for those that say their length themselves (byte array, string). */
const VALUE_BYTES: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const STRING = 7;

/** The headers that are strings; those of the other nine types are stepped over. */
function readHeaders(bytes: Uint8Array, decoder: TextDecoder): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const view = viewOf(bytes);
  try {
    for (let at = 0; at < bytes.length; ) {
      const nameEnd = at + 1 + view.getUint8(at);
      const type = view.getUint8(nameEnd);
      const fixed = VALUE_BYTES[type];
      if (fixed === undefined) throw new EventStreamCorrupt(`A header has the unknown type ${type}.`);
      const valueStart = nameEnd + (fixed === null ? 3 : 1);
      const valueEnd = valueStart + (fixed ?? view.getUint16(nameEnd + 1));
      if (valueEnd > bytes.length) throw new EventStreamCorrupt('A header is longer than its frame.');
      if (type === STRING) {
        const name = decoder.decode(bytes.subarray(at + 1, nameEnd));
        headers.set(name, decoder.decode(bytes.subarray(valueStart, valueEnd)));
      }
      at = valueEnd;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new EventStreamCorrupt('A header ends too early.');
    throw error;
  }
  return headers;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** CRC-32 as of gzip. https://www.rfc-editor.org/rfc/rfc1952#section-8 */
class Crc32 {
  #table: Int32Array | null = null;

  of(bytes: Uint8Array): number {
    this.#table ??= crcTable();
    const table = this.#table;
    let crc = -1;
    for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
    return ~crc >>> 0;
  }
}

function crcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
}
