/** A batch, some of whose vectors are known: what is still to be asked, and what its answer makes of the rest. */
import { readDoorAnswer } from '../../dialects/embeddings/door-answers.ts';
import type { StoredAnswer } from '../../dialects/embeddings/stored-answer.ts';
import { lengthOf } from '../../dialects/embeddings/stored-vectors.ts';
import { parseJson } from '../opening.ts';
import { BatchAnswer, type BatchForm } from './embeddings-answer.ts';
import { withInputs } from './embeddings-body.ts';
import { isSameSource, type KnownVectors, type ToldVector, type VectorSource } from './embeddings-known.ts';
import { shareOut } from './embeddings-shares.ts';

export interface BatchInputs extends BatchForm {
  /** Of the inputs that are not asked for twice: where each stands first, and how many characters it has. */
  readonly firsts: readonly number[];
  readonly characters: readonly number[];
}

export class BatchSplit {
  /** What goes up, among `inputRequests` of the batch. None: everything is known. */
  readonly missing: readonly number[];
  /** Whom the rest has to be asked of; `null`: anybody, as nothing is known. */
  readonly source: VectorSource | null;
  /** The request goes up as it came, and what comes down is the answer. */
  readonly isWhole: boolean;
  readonly #batch: BatchInputs;
  readonly #known: KnownVectors['vectors'];

  constructor(batch: BatchInputs, known: KnownVectors) {
    this.#batch = batch;
    this.#known = known.vectors;
    this.missing = [...known.vectors.keys()].filter((place) => known.vectors[place] === null);
    this.source = known.source;
    this.isWhole = this.missing.length === batch.places.length;
  }

  /** The body with what is missing and nothing else; `body`: as the client sent it. */
  derive(body: Uint8Array): Uint8Array {
    const { list, firsts } = this.#batch;
    if (this.isWhole || list === null) return body;
    return withInputs(
      body,
      list,
      this.missing.flatMap((place) => firsts[place] ?? []),
    );
  }

  /** Where nothing is missing. */
  recall(): BatchAnswer {
    return this.#merge([]);
  }

  /**
   * `null`: it is no answer to what was sent, or its vectors cannot stand beside the known ones. Then nothing is kept,
   * and what is known helps nobody: the request is to be sent as it came. `body`: of the door's form.
   */
  read(body: Uint8Array, source: VectorSource): BatchAnswer | null {
    if (this.source !== null && !isSameSource(source, this.source)) return null;
    const answer = readDoorAnswer(this.#batch.door, parseJson(body));
    if (answer === null || answer.vectors.length !== this.missing.length) return null;
    const known = this.#known.flatMap((one) => (one === null ? [] : one.vector));
    const lengths = new Set([...known, ...answer.vectors].map(lengthOf));
    return lengths.size === 1 ? this.#merge(this.#share(answer)) : null;
  }

  #share({ vectors, inputTokens, model }: StoredAnswer): readonly ToldVector[] {
    const weights = this.missing.map((place) => (this.#batch.characters[place] ?? 0) + 1); // media have none
    const shares = inputTokens === null ? null : shareOut(inputTokens, weights);
    return vectors.map((vector, place) => ({ vector, inputTokens: shares?.[place] ?? null, model }));
  }

  /** `sent`: in the order of `missing`. */
  #merge(sent: readonly ToldVector[]): BatchAnswer {
    const answered = new Map(this.missing.map((place, index) => [place, sent[index]]));
    const vectors = this.#known.flatMap((one, place) => one ?? answered.get(place) ?? []);
    return new BatchAnswer(this.#batch, vectors, this.missing);
  }
}
