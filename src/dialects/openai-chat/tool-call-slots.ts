/** The calls of a streamed choice: each delta of `tool_calls` goes to the part that it belongs to. */

import type { Identifiers } from '../identifiers.ts';
import { firstInput, type ReadCall } from './answer-pieces.ts';
import { CallFinder } from './call-finder.ts';
import type { PartSequencer, Slot } from './part-sequencer.ts';

export class ToolCallSlots {
  readonly #parts: PartSequencer;
  readonly #ids: Identifiers;
  readonly #finder = new CallFinder<Slot>(({ call, text }) => ({ name: call?.name ?? '', input: text }));

  constructor(parts: PartSequencer, ids: Identifiers) {
    this.#parts = parts;
    this.#ids = ids;
  }

  /** The calls of one delta. */
  push(calls: readonly ReadCall[]): void {
    this.#finder.push(calls, this.#begin, (slot, { name, input, isCustom, signature }) => {
      this.#parts.name(slot, name);
      this.#parts.push(slot, slot.text === '' ? firstInput(input, isCustom) : input);
      if (signature !== null) this.#parts.sign(slot, signature);
    });
  }

  readonly #begin = ({ id: said, name, isCustom, signature }: ReadCall): Slot => {
    const id = said !== null && !this.#finder.isTaken(said) ? said : this.#ids.call();
    return this.#parts.beginCall({ id, name, isCustom }, signature);
  };
}
