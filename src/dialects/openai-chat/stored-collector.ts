/** Chunks of one stream, put together to the answer that the same provider gives where no stream is asked for. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { parseExactJson, recordOf } from '../json.ts';
import { hasErrorPayload } from '../openai/error-fields.ts';
import { readUsage } from '../openai/usage.ts';
import type { AnswerCollector } from '../stored-form.ts';
import { joinInto, joinsOf } from './stored-joins.ts';

/** One choice, in the words of a form that streams `choices`. */
export interface ChoiceCollector {
  /** `false` for what this form's clients cannot read. */
  push(choice: JsonObject): boolean;
  /** Without its `index`. `null` if it has not ended. */
  value(): JsonObject | null;
}

/** What stands in chunks and not in answers: padding too (wire 8). */
const OF_CHUNKS = joinsOf({ object: null, choices: null, usage: null, obfuscation: null, p: null });

export class ChunkCollector implements AnswerCollector {
  readonly #object: string;
  readonly #createChoice: () => ChoiceCollector;
  readonly #members = new Map<string, unknown>();
  readonly #choices = new Map<number, ChoiceCollector>();
  #usage: JsonObject | null = null;
  #isBroken = false;

  /** `object`: of the whole answer. */
  constructor(object: string, createChoice: () => ChoiceCollector) {
    this.#object = object;
    this.#createChoice = createChoice;
  }

  push({ data, name }: { readonly data: string | null; readonly name: string | null }): void {
    if (this.#isBroken || data === null || data === '' || data.trim() === '[DONE]') return;
    const chunk = parseExactJson(data);
    if (isRecord(chunk) && name !== 'error' && !hasErrorPayload(chunk)) this.#read(chunk);
    else this.#isBroken = true;
  }

  body(): JsonObject | null {
    if (this.#isBroken || this.#choices.size === 0) return null;
    const choices: JsonObject[] = [];
    for (const [index, choice] of [...this.#choices].sort(([a], [b]) => a - b)) {
      const value = choice.value();
      if (value === null) return null;
      choices.push({ index, ...value });
    }
    const usage = this.#usage === null ? {} : { usage: this.#usage };
    return { ...Object.fromEntries(this.#members), object: this.#object, choices, ...usage };
  }

  #read(chunk: JsonObject): void {
    this.#readUsage(chunk);
    if (!Array.isArray(chunk.choices)) return; // a ping, or usage alone
    joinInto(this.#members, chunk, OF_CHUNKS);
    for (const [place, choice] of chunk.choices.entries()) {
      if (!isRecord(choice) || !this.#choiceAt(choice.index, place).push(choice)) this.#isBroken = true;
    }
  }

  /** The last that is complete (traps C2); one vendor has it in its extension only (wire 62). */
  #readUsage({ usage, x_groq: extension }: JsonObject): void {
    const { usage: inside } = recordOf(extension);
    const told = readUsage(usage) === null ? inside : usage;
    if (isRecord(told) && readUsage(told) !== null) this.#usage = told;
  }

  #choiceAt(index: unknown, place: number): ChoiceCollector {
    const key = typeof index === 'number' ? index : place;
    const known = this.#choices.get(key);
    if (known !== undefined) return known;
    const choice = this.#createChoice();
    this.#choices.set(key, choice);
    return choice;
  }
}
