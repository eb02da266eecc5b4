/**
 * Tool calls of a stream, in the order in which they began: the first that has not ended is passed on as it comes,
 * those behind it wait, so that arguments of calls that interleave never mix (trap C10).
 */
import type { PartWriter } from './part-writer.ts';
import { fromArguments, mayBeNothing } from './tool-arguments.ts';

interface Call {
  readonly id: string;
  readonly name: string;
  text: string;
  /** Characters of `text` that were passed on. */
  sent: number;
  isOpen: boolean;
  hasEnded: boolean;
}

export class CallQueue {
  readonly #parts: PartWriter;
  readonly #queue: Call[] = [];
  readonly #byIndex = new Map<unknown, Call>();
  hasCalls = false;

  constructor(parts: PartWriter) {
    this.#parts = parts;
  }

  start(index: unknown, { id, name }: Pick<Call, 'id' | 'name'>, text: string): void {
    this.hasCalls = true;
    this.end(index);
    const call: Call = { id, name, text, sent: 0, isOpen: false, hasEnded: false };
    this.#byIndex.set(index, call);
    this.#queue.push(call);
    this.#advance();
  }

  append(index: unknown, text: string): void {
    const call = this.#byIndex.get(index);
    if (call === undefined) return;
    call.text += text;
    this.#advance();
  }

  end(index: unknown): void {
    const call = this.#byIndex.get(index);
    if (call === undefined) return;
    call.hasEnded = true;
    this.#byIndex.delete(index);
    this.#advance();
  }

  /** Nothing more comes of any. */
  finish(): void {
    for (const index of [...this.#byIndex.keys()]) this.end(index);
  }

  #advance(): void {
    for (let call = this.#queue[0]; call !== undefined; call = this.#queue[0]) {
      if (!call.isOpen) this.#parts.beginCall(call.id, call.name);
      call.isOpen = true;
      if (call.sent > 0 || !mayBeNothing(call.text)) {
        this.#parts.push(call.text.slice(call.sent));
        call.sent = call.text.length;
      }
      if (!call.hasEnded) return;
      if (call.sent === 0) this.#parts.push(fromArguments(call.text));
      this.#parts.close();
      this.#queue.shift();
    }
  }
}
