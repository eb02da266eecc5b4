/**
 * A request for embeddings as the cache sees it: an entry for each input, so that of 100 texts of which 90 are known 10
 * go up, and one for the whole, which is found in one look.
 */
import type { CacheEntry } from '../../cache/entry.ts';
import type { JsonObject } from '../../dialects/canonical.ts';
import { decodeStored } from '../../dialects/embeddings/stored-answer.ts';
import { inputUsage } from '../../dialects/input-usage.ts';
import type { EmbeddingsDoorId } from '../../dialects/routes.ts';
import type { Usage } from '../../usage/usage.ts';
import { MOST_ANSWER_BYTES, reckonBytes, writeBatch } from './embeddings-answer.ts';
import { chooseKnown, nothingKnown } from './embeddings-known.ts';
import { type EmbeddingsQuestion, readQuestion } from './embeddings-question.ts';
import { type BatchInputs, BatchSplit } from './embeddings-split.ts';

/**
 * A batch of more has one entry, for the whole. Each entry is a write of its own: a request has 1,000 operations, six at
 * a time, and half a minute when its answer is gone. https://developers.cloudflare.com/kv/platform/limits/
 */
export const MOST_INPUTS_KEPT = 256;

export interface AskedBatch {
  readonly door: EmbeddingsDoorId;
  /** As the client named it. */
  readonly model: string;
  /** No member stands twice in it; long integers are raw JSON. */
  readonly body: JsonObject;
}

export class EmbeddingsBatch {
  /** What the key of the whole is made of. One input alone has the key of the same input in a batch. */
  readonly wholeRequest: unknown;
  /** What the keys of the inputs are made of, without those that stand twice. None: only the whole is kept. */
  readonly inputRequests: readonly unknown[];
  readonly #inputs: BatchInputs;

  private constructor({ door, model }: AskedBatch, question: EmbeddingsQuestion) {
    const { request, parts, characters } = question;
    const list = parts.length <= MOST_INPUTS_KEPT ? question.list : null;
    const { firsts, places } = list === null ? eachFirst(parts.length) : findFirsts(parts);
    this.wholeRequest = parts.length === 1 ? parts[0] : { inputs: parts };
    this.inputRequests = list === null ? [] : firsts.map((place) => parts[place]);
    this.#inputs = {
      door,
      model,
      request,
      list,
      firsts,
      places,
      characters: firsts.map((place) => characters[place] ?? 0),
    };
  }

  /** `null` for a body that the door refuses: its answer is not kept. */
  static read(asked: AskedBatch): EmbeddingsBatch | null {
    const question = readQuestion(asked.door, asked.body);
    return question && new EmbeddingsBatch(asked, question);
  }

  /** The answer from the entry of the whole; `null` if that is none of this request, or makes too long an answer. */
  recall({ head, body }: CacheEntry): { readonly body: Uint8Array; readonly usage: Usage | null } | null {
    const stored = head.kind === 'vectors' ? decodeStored(body) : null;
    const { places, request } = this.#inputs;
    if (stored?.vectors.length !== places.length) return null;
    if (reckonBytes(stored.vectors, places.length, request.encoding) > MOST_ANSWER_BYTES) return null;
    return { body: writeBatch(this.#inputs, stored), usage: inputUsage(stored.inputTokens) };
  }

  /** `found`: the entries for `inputRequests`, in their order; nothing, where none were looked for. */
  split(found: readonly (CacheEntry | null)[]): BatchSplit {
    const { firsts, places, request } = this.#inputs;
    const known = chooseKnown(found);
    const vectors = known.vectors.flatMap((one) => (one === null ? [] : one.vector));
    // What is longer than we may hold passes through as it comes, so all of it has to come from one place.
    const fits = reckonBytes(vectors, places.length, request.encoding) <= MOST_ANSWER_BYTES;
    const isFound = known.source !== null && fits;
    return new BatchSplit(this.#inputs, isFound ? known : nothingKnown(firsts.length));
  }
}

type Firsts = Pick<BatchInputs, 'firsts' | 'places'>;

const eachFirst = (count: number): Firsts => {
  const all = Array.from({ length: count }, (_, place) => place);
  return { firsts: all, places: all };
};

/** Equal inputs are asked for once. */
function findFirsts(parts: readonly unknown[]): Firsts {
  const indexes = new Map<string, number>();
  const firsts: number[] = [];
  const places = parts.map((part, place) => {
    const text = JSON.stringify(part);
    const index = indexes.get(text) ?? firsts.length;
    if (index === firsts.length) {
      indexes.set(text, index);
      firsts.push(place);
    }
    return index;
  });
  return { firsts, places };
}
