/**
 * Streams that are one JSON array, written element by element (wire 9): each object of it is a frame. A lone object,
 * as errors come, is a frame too. Knows no vendor.
 */
import type { Framer, StreamFrame } from './frames.ts';
import { MAX_SSE_EVENT_BYTES } from './sse.ts';

export class JsonArrayTooLarge extends Error {}
/** Something other than objects stands in the array. */
export class JsonArrayBroken extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS: readonly number[] = [0x7b, 0x5b]; // { [
const CLOSERS: readonly number[] = [0x7d, 0x5d]; // } ]
/** Between the objects: white space, comma, the array's brackets, a byte order mark. */
const BETWEEN: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5b, 0x5d, 0xef, 0xbb, 0xbf];

export class JsonArrayFramer implements Framer {
  readonly #decoder = new TextDecoder();
  /** Bytes of the unfinished object, as they came. */
  #held: Uint8Array[] = [];
  #heldLength = 0;
  /** Depth inside the object; 0: between objects. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  push(chunk: Uint8Array): readonly StreamFrame[] {
    const frames: StreamFrame[] = [];
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] as number; // in range by the loop's condition
      if (this.#depth === 0) {
        if (byte === OPENERS[0]) {
          this.#depth = 1;
          start = i;
        } else if (!BETWEEN.includes(byte)) throw new JsonArrayBroken();
      } else if (this.#closes(byte)) {
        this.#hold(chunk.subarray(start, i + 1));
        frames.push({ data: this.#take(), name: null });
      }
    }
    if (this.#depth > 0) this.#hold(chunk.slice(start)); // the caller may use its buffer again
    return frames;
  }

  /** An object that was not finished is none. */
  end(): readonly StreamFrame[] {
    return [];
  }

  /** Whether this byte, inside an object, ends it. UTF-8 has no byte of ASCII inside other characters. */
  #closes(byte: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
      return false;
    }
    if (byte === QUOTE) this.#isInString = true;
    else if (OPENERS.includes(byte)) this.#depth += 1;
    else if (CLOSERS.includes(byte)) this.#depth -= 1;
    return this.#depth === 0;
  }

  #hold(bytes: Uint8Array): void {
    this.#heldLength += bytes.length;
    if (this.#heldLength > MAX_SSE_EVENT_BYTES) throw new JsonArrayTooLarge();
    this.#held.push(bytes);
  }

  #take(): string {
    const bytes = new Uint8Array(this.#heldLength);
    let at = 0;
    for (const piece of this.#held) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#held = [];
    this.#heldLength = 0;
    return this.#decoder.decode(bytes);
  }
}
