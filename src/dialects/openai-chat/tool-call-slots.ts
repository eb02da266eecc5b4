/**
 * Which call a delta of `tool_calls` belongs to. OpenAI says it by `index`; others leave it out (wire 38), send 0
 * for every call (traps C10), repeat the id in each delta or send it empty (wire 39), or send whole calls without
 * any id (wire 33).
 */

import type { Identifiers } from '../identifiers.ts';
import type { ReadCall } from './answer-pieces.ts';
import { isWholeJson, type PartSequencer, type Slot } from './part-sequencer.ts';

export class ToolCallSlots {
  readonly #parts: PartSequencer;
  readonly #ids: Identifiers;
  readonly #byId = new Map<string, Slot>();
  /** The last call that began under an index. */
  readonly #byIndex = new Map<number, Slot>();
  #last: Slot | null = null;

  constructor(parts: PartSequencer, ids: Identifiers) {
    this.#parts = parts;
    this.#ids = ids;
  }

  /** The calls of one delta. */
  push(calls: readonly ReadCall[]): void {
    const seen = new Set<Slot>();
    for (const call of calls) {
      const known = this.#find(call);
      // One delta does not name one call twice.
      const isNew = known === null || (seen.has(known) && call.name !== '');
      const slot = isNew ? this.#begin(call) : known;
      seen.add(slot);
      if (call.index !== null) this.#byIndex.set(call.index, slot);
      this.#last = slot;
      this.#parts.name(slot, call.name);
      this.#parts.push(slot, call.input);
      if (call.signature !== null) this.#parts.sign(slot, call.signature);
    }
  }

  /** `null`: a call that was not seen before. */
  #find(call: ReadCall): Slot | null {
    const byId = call.id === null ? undefined : this.#byId.get(call.id);
    if (byId !== undefined) return byId;
    const near = call.index === null ? this.#last : (this.#byIndex.get(call.index) ?? null);
    if (near === null || call.name === '' || near.call?.name === '') return near;
    // It names a function: a new call, or a provider that repeats the name in each delta of one.
    if (call.id !== null) return null;
    return near.call?.name === call.name && !isWholeJson(near.text) ? near : null;
  }

  #begin({ id: said, name, isCustom, signature }: ReadCall): Slot {
    const id = said !== null && !this.#byId.has(said) ? said : this.#ids.call();
    const slot = this.#parts.beginCall({ id, name, isCustom }, signature);
    this.#byId.set(id, slot);
    return slot;
  }
}
