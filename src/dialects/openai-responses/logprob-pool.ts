/** Log probabilities of an answer, dealt out to its texts in order: canonical has one list for all of them. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, textOf } from '../json.ts';

export class LogprobPool {
  #tokens: JsonObject[] = [];
  /** Not yet told beside a delta. */
  #untold: JsonObject[] = [];
  readonly #isAsked: boolean;

  constructor(isAsked: boolean) {
    this.#isAsked = isAsked;
  }

  add(logprobs: readonly JsonObject[]): void {
    if (!this.#isAsked) return;
    const tokens = logprobs.map(toLogProb);
    this.#tokens.push(...tokens);
    this.#untold.push(...tokens);
  }

  takeUntold(): readonly JsonObject[] {
    const untold = this.#untold;
    this.#untold = [];
    return untold;
  }

  /** Those of a text of this length. */
  takeFor(length: number): readonly JsonObject[] {
    let count = 0;
    for (let covered = 0; covered < length && count < this.#tokens.length; count += 1) {
      covered += textOf(this.#tokens[count]?.token).length;
    }
    return this.#tokens.splice(0, count);
  }

  get hasRest(): boolean {
    return this.#tokens.length > 0;
  }

  takeRest(): readonly JsonObject[] {
    return this.#tokens.splice(0);
  }

  /** Puts tokens back in front of those that nobody took. */
  putBack(tokens: readonly JsonObject[]): void {
    this.#tokens = [...tokens, ...this.#tokens];
  }
}

/** `LogProb` has no member that may be missing. */
function toLogProb(entry: JsonObject): JsonObject {
  return { ...toTop(entry), top_logprobs: listOf(entry.top_logprobs).filter(isRecord).map(toTop) };
}

function toTop({ token, bytes, logprob }: JsonObject): JsonObject {
  const said = textOf(token);
  return {
    token: said,
    bytes: Array.isArray(bytes) ? bytes : [...new TextEncoder().encode(said)],
    logprob: typeof logprob === 'number' ? logprob : 0,
  };
}
