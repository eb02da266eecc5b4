/**
 * Which call a delta of `tool_calls` belongs to. OpenAI says it by `index`; others leave it out (wire 38), send 0
 * for every call (traps C10), repeat the id in each delta or send it empty (wire 39), or send whole calls without
 * any id (wire 33).
 */

import type { ReadCall } from './answer-pieces.ts';
import { isWholeJson } from './part-sequencer.ts';

/** Of a call that was begun: as far as it has come. */
export interface BegunCall {
  readonly name: string;
  readonly input: string;
}

export class CallFinder<Call> {
  readonly #look: (call: Call) => BegunCall;
  readonly #byId = new Map<string, Call>();
  /** The last call that began under an index. */
  readonly #byIndex = new Map<number, Call>();
  #last: Call | null = null;

  constructor(look: (call: Call) => BegunCall) {
    this.#look = look;
  }

  /** The calls of one delta, one after the other: `begin` makes one that was not seen before, `add` goes on with it. */
  push(
    said: readonly ReadCall[],
    begin: (said: ReadCall, place: number) => Call,
    add: (call: Call, said: ReadCall, place: number) => void,
  ): void {
    const seen = new Set<Call>();
    for (const [place, one] of said.entries()) {
      const known = this.#find(one);
      // One delta does not name one call twice.
      const isNew = known === null || (seen.has(known) && one.name !== '');
      const call = isNew ? begin(one, place) : known;
      if (isNew && one.id !== null && !this.isTaken(one.id)) this.#byId.set(one.id, call);
      seen.add(call);
      if (one.index !== null) this.#byIndex.set(one.index, call);
      this.#last = call;
      add(call, one, place);
    }
  }

  /** Whether a call has this id already. */
  isTaken(id: string): boolean {
    return this.#byId.has(id);
  }

  /** `null`: a call that was not seen before. */
  #find(said: ReadCall): Call | null {
    const byId = said.id === null ? undefined : this.#byId.get(said.id);
    if (byId !== undefined) return byId;
    const near = said.index === null ? this.#last : (this.#byIndex.get(said.index) ?? null);
    if (near === null || said.name === '') return near;
    const { name, input } = this.#look(near);
    if (name === '') return near;
    // It names a function: a new call, or a provider that repeats the name in each delta of one.
    if (said.id !== null) return null;
    return name === said.name && !isWholeJson(input) ? near : null;
  }
}
