/** Numbers the parts of a streamed answer and closes each after its last piece: one is open at a time. */
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import { citationsOf, decodeCitations } from './citations.ts';

interface OpenPart {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  /** The block's number on the wire; `null` for plans and calls. */
  readonly block: number | null;
  readonly number: number;
  text: string;
}

export class PartWriter {
  readonly #emit: (event: CanonicalEvent) => void;
  #open: OpenPart | null = null;
  #count = 0;
  /** They come between the pieces of their text, or behind it; their places count in the whole of it. */
  #citations: JsonObject[] = [];

  constructor(emit: (event: CanonicalEvent) => void) {
    this.#emit = emit;
  }

  /** A block without text is no part. */
  append(type: 'text' | 'reasoning', block: number | null, text: string): void {
    if (text === '') return;
    if (this.#open?.type !== type || this.#open.block !== block) this.#begin(type, block, { type });
    this.push(text);
  }

  beginCall(id: string, name: string): void {
    this.#begin('tool-call', null, { type: 'tool-call', id, name, isCustom: false });
  }

  /** More of the part that is open. */
  push(text: string): void {
    if (this.#open === null || text === '') return;
    this.#open.text += text;
    this.#emit({ type: 'part-delta', choice: 0, part: this.#open.number, text });
  }

  cite(citation: JsonObject): void {
    this.#citations.push(citation);
  }

  close(): void {
    if (this.#open === null) return;
    const { type, block, number: part, text } = this.#open;
    if (type === 'text') {
      const natives = citationsOf(this.#citations, block ?? 0, true);
      for (const citation of decodeCitations(natives, text)) {
        this.#emit({ type: 'citation', choice: 0, part, citation });
      }
      this.#citations = this.#citations.filter((citation) => !natives.includes(citation));
    }
    this.#emit({ type: 'part-end', choice: 0, part });
    this.#open = null;
  }

  #begin(
    type: OpenPart['type'],
    block: number | null,
    content: Extract<CanonicalEvent, { type: 'part-start' }>['content'],
  ): void {
    this.close();
    this.#open = { type, block, number: this.#count, text: '' };
    this.#emit({ type: 'part-start', choice: 0, part: this.#count, content });
    this.#count += 1;
  }
}
