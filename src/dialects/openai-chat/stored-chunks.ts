/** A whole answer, told in chunks of one of the forms that stream `choices`. */

import { isRecord } from '../../is-record.ts';
import { DONE_EVENT, encodeDataEvent } from '../../streaming/sse.ts';
import type { JsonObject } from '../canonical.ts';
import { rest } from '../json.ts';
import { hasFailed, toEnding } from './stored-endings.ts';

export interface ChunkForm {
  /** `object` of a chunk. */
  readonly object: string;
  /** What a choice says in a chunk without content. */
  readonly silence: JsonObject;
  /** The whole choice's message, as far as its ending depends on it; `null` if it is no choice of the form. */
  readonly messageOf: (choice: JsonObject) => JsonObject | null;
  /** The content, in pieces that go in the place of `silence`. */
  readonly pieces: (choice: JsonObject) => Iterable<JsonObject>;
  /** Members that the pieces tell, or that are no member of a chunk. */
  readonly told: readonly string[];
}

/** OpenAI says these in every chunk. What else stands beside the choices comes with the first. */
const REPEATED = ['id', 'created', 'model', 'service_tier', 'system_fingerprint'];

/** One event a chunk, and the end marker. `null` if `body` is no whole answer of the form. */
export function tellInChunks(
  body: JsonObject,
  form: ChunkForm,
  wantsUsage: boolean,
): readonly Uint8Array[] | null {
  const { choices } = body;
  if (!Array.isArray(choices) || choices.length === 0) return null;
  const chunks = new ChunkList(body, form.object, wantsUsage);
  for (const [place, choice] of choices.entries()) {
    if (!isRecord(choice) || hasFailed(choice)) return null;
    const message = form.messageOf(choice);
    if (message === null) return null;
    for (const said of chunksOf(choice, message, form)) chunks.add({ index: choice.index ?? place, ...said });
  }
  return chunks.end();
}

/** Probabilities and what is known of the choice at its end come once. */
function* chunksOf(choice: JsonObject, message: JsonObject, form: ChunkForm): Generator<JsonObject> {
  const { logprobs } = choice;
  const { silence } = form;
  const open = { ...(logprobs === undefined ? {} : { logprobs: null }), finish_reason: null };
  for (const piece of form.pieces(choice)) yield { ...piece, ...open };
  if (logprobs !== undefined && logprobs !== null) yield { ...silence, ...open, logprobs };
  const others = rest(choice, [...form.told, 'index', 'logprobs']);
  yield { ...silence, ...open, ...others, ...toEnding(choice, message) };
}

class ChunkList {
  readonly #repeated: JsonObject;
  /** `null` where it is not told: then no chunk speaks of it. */
  readonly #usage: JsonObject | null;
  readonly #events: Uint8Array[] = [];
  #once: JsonObject | null;

  constructor(body: JsonObject, object: string, wantsUsage: boolean) {
    const repeated = Object.entries(body).filter(([name]) => REPEATED.includes(name));
    this.#repeated = { ...Object.fromEntries(repeated), object };
    this.#once = rest(body, [...REPEATED, 'object', 'choices', 'usage']);
    this.#usage = wantsUsage && isRecord(body.usage) ? body.usage : null;
  }

  add(choice: JsonObject): void {
    const usage = this.#usage === null ? {} : { usage: null };
    this.#write({ ...this.#repeated, ...this.#once, choices: [choice], ...usage });
    this.#once = null;
  }

  end(): readonly Uint8Array[] {
    if (this.#usage !== null) this.#write({ ...this.#repeated, choices: [], usage: this.#usage });
    this.#events.push(DONE_EVENT);
    return this.#events;
  }

  #write(chunk: JsonObject): void {
    this.#events.push(encodeDataEvent(chunk));
  }
}
