/**
 * How answers of a wire form are kept and told again. What is kept is the whole answer in the words in which its
 * first client got it, so that a later client of the same form gets the very same, whole or as a stream; clients of
 * another form get it by way of the canonical form.
 */
import type { JsonObject } from './canonical-parts.ts';

export interface StoredForm {
  /** Puts together what one stream of this form tells. Fresh for each. */
  createCollector(): AnswerCollector;
  /**
   * The events of a stream that tells `body`: one for each piece of content, the form's own opening and closing
   * ones, its end marker. What a client puts together from them is `body`. `null` if `body` is no whole answer of
   * the form. `wantsUsage`: for forms whose clients ask for usage in a stream.
   */
  toEvents(body: JsonObject, options: { readonly wantsUsage: boolean }): readonly Uint8Array[] | null;
  /** A whole answer with what its provider said wrong put right, as `createCollector` does (traps C8). */
  readonly corrected?: (body: JsonObject) => JsonObject;
}

/** Never throws: what it cannot read makes the answer one that is not kept. */
export interface AnswerCollector {
  /** One event as the client gets it; `data` as in `SseEvent`. */
  push(event: { readonly data: string | null; readonly name: string | null }): void;
  /**
   * The answer as this form writes it where no stream is asked for, long integers as raw JSON (`exact-json.ts`).
   * `null` unless the stream has told all of it, well-formed.
   */
  body(): JsonObject | null;
}
