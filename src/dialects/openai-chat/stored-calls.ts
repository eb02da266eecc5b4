/** Deltas of `tool_calls`, put together to the calls of a whole message. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOrNull } from '../json.ts';
import { type ReadCall, readCalls } from './answer-pieces.ts';
import { type BegunCall, CallFinder } from './call-finder.ts';
import { earlier, joinInto, joinsOf } from './stored-joins.ts';

/** Read apart; and of `index`, the place in the list says it. */
const OF_CALL = joinsOf({ id: earlier, index: null, function: null, custom: null });
const OF_MADE = joinsOf({ index: null, name: null, arguments: null, input: null });

class StoredCall implements BegunCall {
  name = '';
  input = '';
  isCustom = false;
  /** Beside `name` and the input. */
  readonly #made = new Map<string, unknown>();
  readonly #others = new Map<string, unknown>();

  add(delta: JsonObject, said: ReadCall): void {
    joinInto(this.#others, delta, OF_CALL);
    joinInto(this.#made, madeOf(delta), OF_MADE);
    this.isCustom ||= said.isCustom;
    this.name ||= said.name; // some repeat it
    this.input += said.input;
  }

  get value(): JsonObject {
    const { type, ...others } = Object.fromEntries(this.#others);
    const made = { ...Object.fromEntries(this.#made), name: this.name };
    return {
      ...others,
      type: textOrNull(type) ?? (this.isCustom ? 'custom' : 'function'),
      ...(this.isCustom
        ? { custom: { ...made, input: this.input } }
        : { function: { ...made, arguments: this.input } }),
    };
  }
}

const madeOf = ({ custom, function: called }: JsonObject): JsonObject =>
  isRecord(custom) ? custom : recordOf(called);

export class CallCollector {
  readonly #finder = new CallFinder<StoredCall>((call) => call);
  readonly #calls: StoredCall[] = [];

  push(deltas: unknown): void {
    const told = listOf(deltas).filter(isRecord);
    const begin = (): StoredCall => {
      const call = new StoredCall();
      this.#calls.push(call);
      return call;
    };
    this.#finder.push(readCalls(told), begin, (call, said, place) => call.add(told[place] ?? {}, said));
  }

  get values(): readonly JsonObject[] {
    return this.#calls.map(({ value }) => value);
  }
}
