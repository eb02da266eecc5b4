/** The answers that the doors of embeddings give, read back into vectors as they are kept, and written from those. */
import { isRecord } from '../../is-record.ts';
import { inputUsage } from '../input-usage.ts';
import type { EmbeddingsDoorId } from '../routes.ts';
import type { EmbeddingRequest } from './canonical.ts';
import { EMBEDDINGS_DOORS } from './embeddings.ts';
import { promptTokens } from './gemini-content.ts';
import { readBatch } from './gemini-upstream.ts';
import { readList } from './openai-list.ts';
import type { StoredAnswer } from './stored-answer.ts';
import { type StoredVector, toStored, vectorJson } from './stored-vectors.ts';
import type { ReadCall } from './vectors.ts';

/** `null` if the parsed body is no answer of that door, or if one of its vectors cannot be read. */
export function readDoorAnswer(door: EmbeddingsDoorId, body: unknown): StoredAnswer | null {
  const read = readCall(door, body);
  if (read === null) return null;
  const vectors = read.vectors.filter((vector) => vector !== null);
  if (vectors.length === 0 || vectors.length < read.vectors.length) return null;
  return { vectors, inputTokens: read.inputTokens, model: read.model ?? null };
}

function readCall(door: EmbeddingsDoorId, body: unknown): ReadCall<StoredVector> | null {
  switch (door) {
    case 'openai':
      return readList(body, toStored);
    case 'gemini-batch-embed-contents':
      return readBatch(body, toStored);
    case 'gemini-embed-content':
      return isRecord(body) && isRecord(body.embedding)
        ? { vectors: [toStored(body.embedding.values)], inputTokens: promptTokens(body) }
        : null;
  }
}

/** Stands for a vector until the rest of an answer is written. */
const PLACE: readonly number[] = [];
const PLACE_TEXT = '\0';

/** The body that the door answers `request` with. `model`: what the client called it, for an answer that names none. */
export function writeDoorAnswer(
  door: EmbeddingsDoorId,
  answer: StoredAnswer,
  request: EmbeddingRequest,
  model: string,
): Uint8Array {
  const { vectors } = answer;
  const body = EMBEDDINGS_DOORS[door].encodeAnswer(
    { vectors: vectors.map(() => PLACE), usage: inputUsage(answer.inputTokens), model: answer.model },
    { ...request, encoding: 'float' }, // base64 is not the door's to pack here
    (answer.model ?? model).replaceAll(PLACE_TEXT, ''),
  );
  const between = JSON.stringify(body, (_, value: unknown) => (value === PLACE ? PLACE_TEXT : value)).split(
    JSON.stringify(PLACE_TEXT),
  );
  const pieces = between.map((text, index) => {
    const vector = vectors[index];
    return vector === undefined ? text : text + vectorJson(vector, request.encoding);
  });
  return new TextEncoder().encode(pieces.join(''));
}
