/** Newline-delimited JSON: one message a line. Knows no vendor. https://github.com/ndjson/ndjson-spec */
import type { Framer, StreamFrame } from './frames.ts';

/** Largest line that is held, in bytes: a provider that never ends one must not exhaust the isolate. */
export const MAX_NDJSON_LINE_BYTES = 16 * 1024 * 1024;

export class NdjsonLineTooLarge extends Error {}

const LF = 0x0a;

/** LF and CRLF end lines; blank lines are no messages. Lines are decoded whole, so characters are never cut. */
export class NdjsonFramer implements Framer {
  readonly #decoder = new TextDecoder(); // also drops a byte order mark
  /** Pieces of the unfinished line. */
  #held: Uint8Array[] = [];
  #length = 0;

  /** Throws `NdjsonLineTooLarge`. */
  push(chunk: Uint8Array): readonly StreamFrame[] {
    const frames: StreamFrame[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#hold(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#takeLine();
      if (line !== '') frames.push({ data: line, name: null });
    }
    // A copy: the caller may use its buffer again.
    if (start < chunk.length) this.#hold(chunk.slice(start));
    return frames;
  }

  /** A last line without its LF counts if it is whole JSON. */
  end(): readonly StreamFrame[] {
    const line = this.#takeLine();
    return isJson(line) ? [{ data: line, name: null }] : [];
  }

  #hold(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > MAX_NDJSON_LINE_BYTES) throw new NdjsonLineTooLarge();
    this.#held.push(piece);
  }

  #takeLine(): string {
    const bytes = this.#held.length === 1 ? this.#held[0] : joined(this.#held, this.#length);
    this.#held = [];
    this.#length = 0;
    return this.#decoder.decode(bytes).trim();
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
