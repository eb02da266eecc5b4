/**
 * Finds the parts of a `multipart/form-data` body while it arrives, by offset, without changing or copying it.
 * https://www.rfc-editor.org/rfc/rfc7578 and https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
 */

import { parseHeaderParameters } from './header-parameters.ts';

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
  /** Offset of the first boundary: where a part can be added in front of the others. */
  firstBoundaryAt = 0;
  readonly #delimiter: Uint8Array;
  /** Bytes not decided on yet, and the offset of the first of them in the body. */
  #window: Uint8Array;
  #offset: number;
  #state: 'content' | 'after-delimiter' | 'headers' | 'closed' = 'content';

  constructor(boundary: string) {
    this.#delimiter = encoder.encode(`\r\n--${boundary}`);
    // The first boundary has no line break before it when there is no preamble: it is lent one.
    this.#window = encoder.encode('\r\n');
    this.#offset = -2;
  }

  /** Throws `MultipartMalformed`. */
  push(chunk: Uint8Array): void {
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
      case 'closed':
        return this.#readEpilogue();
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
    if (part === undefined) this.firstBoundaryAt = this.#offset + found + 2; // behind the line break
    if (isOpen) {
      part.end = this.#offset + found;
      if (!part.isFile && part.end - part.start <= MAX_FIELD_BYTES)
        part.value = decoder.decode(this.#window.subarray(part.start - this.#offset, found));
    }
    this.#drop(found + this.#delimiter.length);
    this.#state = 'after-delimiter';
    return true;
  }

  /** Behind a boundary stands `--`, or the end of its line, perhaps after blanks: anything else is another's text. */
  #readDelimiterEnd(): boolean {
    if (this.#window.length < 2) return false;
    if (this.#window[0] === DASH && this.#window[1] === DASH) {
      this.#drop(2);
      this.isClosed = true;
      this.#state = 'closed';
      return true;
    }
    const blanks = countBlanks(this.#window);
    if (blanks > MAX_PART_HEADER_BYTES) throw new MultipartMalformed('no line end behind a boundary');
    if (this.#window.length < blanks + 2) return false;
    if (this.#window[blanks] !== CR || this.#window[blanks + 1] !== LF)
      throw new MultipartMalformed('something stands behind a boundary');
    this.#drop(blanks); // the line end stays: an empty header block is then found like any other
    this.#state = 'headers';
    return true;
  }

  #readHeaders(): boolean {
    const end = indexOfBytes(this.#window, HEADER_END);
    if (end === -1) {
      if (this.#window.length > MAX_PART_HEADER_BYTES) throw new MultipartMalformed('part headers too long');
      return false;
    }
    const { name, isFile } = readPartHeaders(decoder.decode(this.#window.subarray(2, Math.max(2, end))));
    this.#drop(end + HEADER_END.length);
    this.parts.push({ name, isFile, start: this.#offset });
    this.#state = 'content';
    return true;
  }

  /** White space only: a lenient parser might find further parts there. */
  #readEpilogue(): boolean {
    if (this.#window.some((byte) => byte !== CR && byte !== LF && byte !== SPACE && byte !== TAB))
      throw new MultipartMalformed('something stands behind the closing boundary');
    this.#drop(this.#window.length);
    return false;
  }

  #drop(count: number): void {
    this.#window = this.#window.subarray(count);
    this.#offset += count;
  }
}

const HEADER_END = encoder.encode('\r\n\r\n');
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;

function countBlanks(bytes: Uint8Array): number {
  let count = 0;
  while (bytes[count] === SPACE || bytes[count] === TAB) count += 1;
  return count;
}

const PART_PARAMETERS = ['name', 'filename', 'filename*'];

/** One plain Content-Disposition: whatever two parsers could read in two ways is refused (traps H6). */
function readPartHeaders(text: string): { name: string; isFile: boolean } {
  const lines = text.split('\r\n');
  if (lines.some((line) => /[\r\n\0]/.test(line) || /^[ \t]/.test(line)))
    throw new MultipartMalformed('a part has headers that are not plain lines');
  const dispositions = lines.filter((line) => /^content-disposition[ \t]*:/i.test(line));
  const header = parseHeaderParameters(dispositions[0]?.slice(dispositions[0].indexOf(':') + 1).trim() ?? '');
  const name = header?.parameters.get('name');
  if (dispositions.length !== 1 || header?.value !== 'form-data' || name === undefined)
    throw new MultipartMalformed('a part has no plain Content-Disposition with a name');
  for (const parameter of header.parameters.keys()) {
    if (!PART_PARAMETERS.includes(parameter))
      throw new MultipartMalformed('a part has an unknown parameter in its Content-Disposition');
  }
  return { name, isFile: header.parameters.size > 1 };
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
