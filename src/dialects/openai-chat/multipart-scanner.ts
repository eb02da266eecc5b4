/**
 * Finds the parts of a `multipart/form-data` body while it arrives, by offset, without changing or copying it.
 * https://www.rfc-editor.org/rfc/rfc7578 and https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
 */

/** Longest header block of one part, in bytes. */
const MAX_PART_HEADER_BYTES = 16 * 1024;
/** Longest plain field whose value is kept, in bytes: model names and flags are short. */
const MAX_FIELD_BYTES = 4096;

export interface MultipartPart {
  readonly name: string;
  readonly isFile: boolean;
  /** Offsets of the part's content in the whole body; `end` is set once its closing boundary was seen. */
  readonly start: number;
  end?: number;
  /** Content of a short plain field. */
  value?: string;
}

export class MultipartMalformed extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class MultipartScanner {
  readonly parts: MultipartPart[] = [];
  /** The closing boundary was seen. */
  isClosed = false;
  readonly #delimiter: Uint8Array;
  /** Bytes not decided on yet, and the offset of the first of them in the body. */
  #window: Uint8Array;
  #offset: number;
  #state: 'content' | 'after-delimiter' | 'headers' = 'content';

  constructor(boundary: string) {
    this.#delimiter = encoder.encode(`\r\n--${boundary}`);
    // The first boundary has no line break before it when there is no preamble: it is lent one.
    this.#window = encoder.encode('\r\n');
    this.#offset = -2;
  }

  /** Throws `MultipartMalformed`. */
  push(chunk: Uint8Array): void {
    if (this.isClosed) return;
    const window = new Uint8Array(this.#window.length + chunk.length);
    window.set(this.#window);
    window.set(chunk, this.#window.length);
    this.#window = window;
    while (this.#step());
  }

  /** True if a step was taken and another may follow. */
  #step(): boolean {
    switch (this.#state) {
      case 'content':
        return this.#findDelimiter();
      case 'after-delimiter':
        return this.#readDelimiterEnd();
      case 'headers':
        return this.#readHeaders();
    }
  }

  #findDelimiter(): boolean {
    const found = indexOfBytes(this.#window, this.#delimiter);
    const part = this.parts.at(-1);
    const isOpen = part !== undefined && part.end === undefined;
    if (found === -1) {
      const keep = this.#delimiter.length - 1 + (isOpen && !part.isFile ? MAX_FIELD_BYTES : 0);
      if (this.#window.length > keep) this.#drop(this.#window.length - keep);
      return false;
    }
    if (isOpen) {
      part.end = this.#offset + found;
      if (!part.isFile && part.start >= this.#offset)
        part.value = decoder.decode(this.#window.subarray(part.start - this.#offset, found));
    }
    this.#drop(found + this.#delimiter.length);
    this.#state = 'after-delimiter';
    return true;
  }

  #readDelimiterEnd(): boolean {
    if (this.#window.length < 2) return false;
    if (this.#window[0] === 0x2d && this.#window[1] === 0x2d) {
      this.isClosed = true;
      return false;
    }
    const lineEnd = indexOfBytes(this.#window, CRLF);
    if (lineEnd === -1) {
      if (this.#window.length > MAX_PART_HEADER_BYTES)
        throw new MultipartMalformed('no line end after a boundary');
      return false;
    }
    this.#drop(lineEnd); // the line end stays: an empty header block is then found like any other
    this.#state = 'headers';
    return true;
  }

  #readHeaders(): boolean {
    const end = indexOfBytes(this.#window, HEADER_END);
    if (end === -1) {
      if (this.#window.length > MAX_PART_HEADER_BYTES) throw new MultipartMalformed('part headers too long');
      return false;
    }
    const headers = decoder.decode(this.#window.subarray(0, end));
    const disposition = /(?:^|\r\n)content-disposition:([^\r\n]*)/i.exec(headers)?.[1] ?? '';
    const name = parameter(disposition, 'name');
    if (name === undefined) throw new MultipartMalformed('a part has no name');
    this.#drop(end + HEADER_END.length);
    const isFile = parameter(disposition, 'filename') !== undefined || /;\s*filename\*=/i.test(disposition);
    this.parts.push({ name, isFile, start: this.#offset });
    this.#state = 'content';
    return true;
  }

  #drop(count: number): void {
    this.#window = this.#window.subarray(count);
    this.#offset += count;
  }
}

const CRLF = encoder.encode('\r\n');
const HEADER_END = encoder.encode('\r\n\r\n');

/** `name="…"` or `name=token` of a header value. */
function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(header);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2];
}

function indexOfBytes(haystack: Uint8Array, needle: Uint8Array): number {
  const first = needle[0] as number; // needles here are never empty
  const last = haystack.length - needle.length;
  for (let at = haystack.indexOf(first); at !== -1 && at <= last; at = haystack.indexOf(first, at + 1)) {
    let length = 1;
    while (length < needle.length && haystack[at + length] === needle[length]) length += 1;
    if (length === needle.length) return at;
  }
  return -1;
}
