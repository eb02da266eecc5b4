/**
 * Puts the pieces of one streamed choice in the order of canonical events: one part open at a time, numbered by
 * appearance. Vendors interleave; whoever writes another form from these events needs not care.
 *
 * A text, thinking or refusal is over when something else begins. A tool call is over when something else begins
 * and its arguments are whole JSON; until then what comes later waits (traps C10: calls that interleave).
 */
import type { CanonicalEvent, Citation, Part, Signature } from '../canonical.ts';
import { relativeTo } from './citations.ts';

type Kind = 'text' | 'reasoning' | 'refusal' | 'tool-call' | 'whole';

export interface Slot {
  readonly kind: Kind;
  /** Tells apart neighbours of one kind, such as two blocks of thinking. */
  readonly key: string | null;
  text: string;
  signature: Signature | null;
  state: 'waiting' | 'open' | 'closed';
  number: number;
  readonly call: { readonly id: string; name: string; readonly isCustom: boolean } | null;
  readonly part: Part | null;
}

export class PartSequencer {
  readonly #choice: number;
  #events: CanonicalEvent[] = [];
  #active: Slot | null = null;
  readonly #waiting: Slot[] = [];
  #count = 0;
  #citations: Citation[] = [];
  /** Characters of the texts that were told. */
  #characters = 0;
  /** What the whole answer rests on: told with its first text, unless that tells itself. `null` once told. */
  #sources: readonly Citation[] | null = [];
  hasToolCalls = false;

  constructor(choice: number) {
    this.#choice = choice;
  }

  /** Where the next events go. */
  writeTo(events: CanonicalEvent[]): void {
    this.#events = events;
  }

  /** The slot that came last: what has no other sign of where it belongs goes there. */
  get last(): Slot | null {
    return this.#waiting.at(-1) ?? this.#active;
  }

  /** Adds to the last part if it is of this kind and key, else begins one. */
  append(kind: 'text' | 'reasoning' | 'refusal', text: string, key: string | null = null): Slot {
    const { last } = this;
    const goesOn = last !== null && last.kind === kind && last.key === key;
    const slot = goesOn ? last : this.#begin({ kind, key, call: null, part: null });
    this.push(slot, text);
    return slot;
  }

  whole(part: Part): void {
    this.#begin({ kind: 'whole', key: null, call: null, part });
  }

  /** A call without a name waits for it. */
  beginCall(call: NonNullable<Slot['call']>, signature: Signature | null): Slot {
    this.hasToolCalls = true;
    return this.#begin({ kind: 'tool-call', key: null, call, part: null }, signature);
  }

  /** More of a part that was begun; what comes after its end can only be blank, and is passed over. */
  push(slot: Slot, text: string): void {
    if (text === '' || slot.state === 'closed') return;
    slot.text += text;
    if (slot.state === 'open') this.#emit({ type: 'part-delta', ...this.#at(slot), text });
    if (this.#waiting.length > 0) this.#advance();
  }

  name(slot: Slot, name: string): void {
    if (slot.call === null || slot.call.name !== '' || name === '') return;
    slot.call.name = name;
    this.#advance();
  }

  sign(slot: Slot, signature: Signature): void {
    if (slot.signature?.value === signature.value || slot.state === 'closed') return;
    slot.signature = signature;
    if (slot.state === 'open') this.#emit({ type: 'signature', ...this.#at(slot), signature });
  }

  /** Told at the end of the text that they come with, because they may come before it. */
  cite(citations: readonly Citation[]): void {
    this.#citations.push(...citations);
  }

  /** In the place of those that were set before. */
  setSources(sources: readonly Citation[]): void {
    if (this.#sources !== null) this.#sources = sources;
  }

  /** Nothing more comes: all that waits is told, and all is closed. */
  finish(): void {
    this.#advance(true);
  }

  #begin(made: Pick<Slot, 'kind' | 'key' | 'call' | 'part'>, signature: Signature | null = null): Slot {
    const slot: Slot = { ...made, text: '', signature, state: 'waiting', number: -1 };
    this.#waiting.push(slot);
    this.#advance();
    return slot;
  }

  #advance(isEnd = false): void {
    for (;;) {
      const [next] = this.#waiting;
      if (this.#active !== null) {
        if (next === undefined ? !isEnd : !isEnd && !isOver(this.#active)) return;
        this.#close(this.#active);
        continue;
      }
      if (next === undefined || (!isEnd && next.call?.name === '')) return;
      this.#waiting.shift();
      this.#open(next);
    }
  }

  #open(slot: Slot): void {
    slot.number = this.#count;
    slot.state = 'open';
    this.#count += 1;
    this.#active = slot;
    const at = this.#at(slot);
    this.#emit({ type: 'part-start', ...at, content: startOf(slot) });
    if (slot.text !== '') this.#emit({ type: 'part-delta', ...at, text: slot.text });
    if (slot.signature !== null && slot.call === null) {
      this.#emit({ type: 'signature', ...at, signature: slot.signature });
    }
    if (slot.kind === 'whole') this.#close(slot);
  }

  #close(slot: Slot): void {
    const at = this.#at(slot);
    // Clients parse the arguments of a call, so there have to be some (wire 37).
    if (slot.call !== null && !slot.call.isCustom && slot.text.trim() === '') {
      this.#emit({ type: 'part-delta', ...at, text: '{}' });
    }
    if (slot.kind === 'text') {
      const citations = this.#citations.length > 0 ? this.#citations : (this.#sources ?? []);
      for (const citation of citations) {
        this.#emit({ type: 'citation', ...at, citation: relativeTo(this.#characters, citation) });
      }
      this.#characters += slot.text.length;
      this.#citations = [];
      this.#sources = null;
    }
    this.#emit({ type: 'part-end', ...at });
    slot.state = 'closed';
    this.#active = null;
  }

  #at(slot: Slot): { choice: number; part: number } {
    return { choice: this.#choice, part: slot.number };
  }

  #emit(event: CanonicalEvent): void {
    this.#events.push(event);
  }
}

function startOf(slot: Slot): Extract<CanonicalEvent, { type: 'part-start' }>['content'] {
  if (slot.part !== null) return { type: 'whole', part: slot.part };
  if (slot.call !== null) {
    const proof = slot.signature === null ? {} : { signature: slot.signature };
    return { type: 'tool-call', ...slot.call, ...proof };
  }
  return { type: slot.kind as 'text' | 'reasoning' | 'refusal' }; // the others were handled
}

function isOver(slot: Slot): boolean {
  return slot.call === null || (!slot.call.isCustom && isWholeJson(slot.text));
}

/** Looks at the last character first: this is asked at every piece of a call that others wait for. */
export function isWholeJson(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
