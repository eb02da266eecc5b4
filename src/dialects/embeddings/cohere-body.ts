/**
 * Cohere's embedding models, at Cohere and on Bedrock: the body and its answer.
 * https://docs.cohere.com/reference/embed
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { toDataUrl } from '../data-url.ts';
import { countOf, listOf, recordOf } from '../json.ts';
import { noTokens, refuseMedia, textOf } from './batches.ts';
import type { EmbeddingInput, EmbeddingPart, InputType } from './canonical.ts';
import { searchSide } from './input-types.ts';
import { type ReadCall, readVector } from './vectors.ts';

/** Inputs a call takes. */
export const MOST_COHERE_INPUTS = 96;
/** The form has no call without one; this is what most texts are embedded for. */
export const DEFAULT_INPUT_TYPE = 'search_document';

export function cohereInputType(inputType: InputType): string | null {
  if (inputType === 'classification' || inputType === 'clustering') return inputType;
  const side = searchSide(inputType);
  return side === null ? null : `search_${side}`;
}

/** `texts`, or `inputs` where one of them holds an image. Throws `InvalidRequest` for anything else. */
export function cohereInputs(batch: readonly EmbeddingInput[]): JsonObject {
  const hasMedia = batch.some(
    ({ content }) => content.kind === 'parts' && content.parts.some(({ type }) => type !== 'text'),
  );
  return hasMedia ? { inputs: batch.map(toMixedInput) } : { texts: batch.map(textOf) };
}

function toMixedInput({ content, param }: EmbeddingInput): JsonObject {
  if (content.kind === 'tokens') throw noTokens(param);
  const parts = content.kind === 'parts' ? content.parts : [{ type: 'text' as const, text: content.text }];
  return { content: parts.map((part) => toMixedPart(part, param)) };
}

function toMixedPart(part: EmbeddingPart, param: string): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'url' || !part.mediaType.startsWith('image/')) return refuseMedia(param);
  return { type: 'image_url', image_url: { url: toDataUrl(part.mediaType, part.data) } };
}

/** With `embedding_types`, vectors stand under `float`; without, older models answer with a plain list. */
export function readCohereCall(body: unknown): ReadCall | null {
  if (!isRecord(body)) return null;
  const { embeddings } = body;
  const vectors = isRecord(embeddings) ? embeddings.float : embeddings;
  if (!Array.isArray(vectors)) return null;
  return { vectors: listOf(vectors).map(readVector), inputTokens: billedTokens(body) };
}

/** Images are billed in tokens of their own. */
function billedTokens({ meta }: JsonObject): number | null {
  const units = recordOf(recordOf(meta).billed_units);
  const texts = countOf(units.input_tokens);
  const images = countOf(units.image_tokens);
  return texts === null && images === null ? null : (texts ?? 0) + (images ?? 0);
}
