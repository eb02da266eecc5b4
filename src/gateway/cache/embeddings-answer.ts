/** The answer to a batch, put together from what was known and what came. */
import type { EmbeddingRequest } from '../../dialects/embeddings/canonical.ts';
import { writeDoorAnswer } from '../../dialects/embeddings/door-answers.ts';
import { encodeStored, type StoredAnswer } from '../../dialects/embeddings/stored-answer.ts';
import { type Encoding, lengthOf, type StoredVector } from '../../dialects/embeddings/stored-vectors.ts';
import { sumOf } from '../../dialects/embeddings/vectors.ts';
import { inputUsage } from '../../dialects/input-usage.ts';
import type { EmbeddingsDoorId } from '../../dialects/routes.ts';
import type { Usage } from '../../usage/usage.ts';
import type { ToldVector } from './embeddings-known.ts';

/** How the client asked, whatever it asked for. */
export interface BatchForm {
  readonly door: EmbeddingsDoorId;
  /** Without its inputs. */
  readonly request: EmbeddingRequest;
  /** As the client named it. */
  readonly model: string;
  /** The member that lists the inputs, where each has an entry of its own; else `null`. */
  readonly list: string | null;
  /** For each input, in order, where its vector is among those that are not asked for twice. */
  readonly places: readonly number[];
}

/** What is to be kept of one input. */
export interface InputEntry {
  /** Among `inputRequests` of the batch. */
  readonly index: number;
  readonly body: Uint8Array;
  readonly usage: Usage | null;
}

export class BatchAnswer {
  /** As `body` tells it. */
  readonly usage: Usage | null;
  /** Of what was sent, as its answer told it: what is billed. */
  readonly sentUsage: Usage | null;
  readonly #form: BatchForm;
  readonly #vectors: readonly ToldVector[];
  readonly #sent: readonly number[];
  readonly #whole: StoredAnswer;

  /** `vectors`: without those that are asked for twice; those at the places `sent` were not known. */
  constructor(form: BatchForm, vectors: readonly ToldVector[], sent: readonly number[]) {
    const fresh = sent.flatMap((place) => vectors[place] ?? []);
    const inputTokens = tokensOf(vectors);
    this.usage = inputUsage(inputTokens);
    this.sentUsage = inputUsage(tokensOf(fresh));
    this.#form = form;
    this.#vectors = vectors;
    this.#sent = sent;
    this.#whole = {
      vectors: form.places.flatMap((place) => vectors[place]?.vector ?? []),
      inputTokens,
      model: [...fresh, ...vectors].find(({ model }) => model !== null)?.model ?? null,
    };
  }

  /** What the client gets. */
  body(): Uint8Array {
    return writeBatch(this.#form, this.#whole);
  }

  /** Of the inputs that were sent; none where only the whole is kept. */
  entries(): readonly InputEntry[] {
    if (this.#form.list === null) return [];
    return this.#sent.flatMap((index) => {
      const told = this.#vectors[index];
      if (told === undefined) return [];
      const { vector, inputTokens, model } = told;
      const body = encodeStored({ vectors: [vector], inputTokens, model });
      return [{ index, body, usage: inputUsage(inputTokens) }];
    });
  }

  /** The body of the entry of the whole; its usage is `usage`. */
  whole(): Uint8Array {
    return encodeStored(this.#whole);
  }
}

const tokensOf = (vectors: readonly ToldVector[]): number | null =>
  sumOf(vectors.map(({ inputTokens }) => inputTokens));

export const writeBatch = ({ door, request, model }: BatchForm, answer: StoredAnswer): Uint8Array =>
  writeDoorAnswer(door, answer, request, model);

/**
 * Answers are written and read up to here: 256 inputs of 3,072 numbers as decimals. On the way four times as much is
 * held, and an isolate has 128 MB.
 */
export const MOST_ANSWER_BYTES = 12 * 1024 * 1024;
const SHORT_DECIMAL_BYTES = 13;
const LONG_DECIMAL_BYTES = 22;

/** About how long an answer with `count` vectors like these will be. */
export function reckonBytes(vectors: readonly StoredVector[], count: number, encoding: Encoding): number {
  const bytes = vectors.reduce((sum, vector) => sum + reckonVector(vector, encoding), 0);
  return vectors.length === 0 ? 0 : (bytes / vectors.length) * count;
}

function reckonVector(vector: StoredVector, encoding: Encoding): number {
  const { spelling } = vector;
  if (encoding === 'base64') return (lengthOf(vector) * 16) / 3;
  const isShort = spelling === 'short' || spelling === 'packed';
  return lengthOf(vector) * (isShort ? SHORT_DECIMAL_BYTES : LONG_DECIMAL_BYTES);
}
