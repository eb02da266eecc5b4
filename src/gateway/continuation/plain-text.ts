/**
 * Watches an answer for as long as it is plain text: one choice, without calls, refusals, citations, proofs of thought or
 * whole parts; thoughts in plain words may stand before the text. The end of a text is held back until more comes,
 * because a text that has ended cannot be gone on with.
 */
import type { CanonicalEvent } from '../../dialects/canonical.ts';

type PartEnd = Extract<CanonicalEvent, { type: 'part-end' }>;
type Finish = Extract<CanonicalEvent, { type: 'finish' }>;

export class PlainText {
  #said = '';
  #isPlain = true;
  /** The text that was last begun. */
  #part: number | null = null;
  #heldEnd: PartEnd | null = null;

  /** `''` if it is something else. */
  get said(): string {
    return this.#said;
  }

  /** Some text has come, and it was not finished. */
  get isOpen(): boolean {
    return this.#isPlain && this.#said !== '';
  }

  take(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    return this.#isPlain || this.#heldEnd !== null ? events.flatMap((event) => this.#take(event)) : events;
  }

  /** What was held back. */
  end(): readonly CanonicalEvent[] {
    const held = this.#heldEnd;
    this.#heldEnd = null;
    return held === null ? [] : [held];
  }

  /** More of the text that was begun last. */
  add(text: string): readonly CanonicalEvent[] {
    if (!this.#isPlain || this.#part === null) return [];
    this.#heldEnd = null;
    this.#said += text;
    return [{ type: 'part-delta', choice: 0, part: this.#part, text }];
  }

  /** Its end, where that comes from elsewhere. */
  finish(event: Finish): readonly CanonicalEvent[] {
    if (!this.#isPlain || this.#part === null) return [];
    this.#heldEnd = { type: 'part-end', choice: 0, part: this.#part };
    return this.#take(event);
  }

  #take(event: CanonicalEvent): readonly CanonicalEvent[] {
    switch (event.type) {
      case 'part-start':
        this.#start(event);
        return [...this.end(), event];
      case 'part-delta':
        if (event.part === this.#part) this.#said += event.text;
        return [event];
      case 'part-end':
        if (!this.#isPlain || event.part !== this.#part) return [event];
        this.#heldEnd = event;
        return [];
      case 'finish': {
        const closing = this.end();
        this.#giveUp();
        return [...closing, event];
      }
      case 'signature':
      case 'citation':
      case 'logprobs':
        this.#giveUp();
        return [...this.end(), event];
      default:
        return [event];
    }
  }

  #start({ choice, part, content }: Extract<CanonicalEvent, { type: 'part-start' }>): void {
    const isText = content.type === 'text';
    const isThoughtBefore = content.type === 'reasoning' && this.#part === null;
    if (choice !== 0 || !(isText || isThoughtBefore)) this.#giveUp();
    else if (isText) this.#part = part;
  }

  #giveUp(): void {
    this.#isPlain = false;
    this.#said = '';
  }
}
