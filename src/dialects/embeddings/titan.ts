/**
 * Amazon Titan's embedding models on Bedrock: one input a call.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html
 */
import { InvalidRequest } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { countOf } from '../json.ts';
import { noTokens, refuseMedia, textOf } from './batches.ts';
import type { EmbeddingInput, EmbeddingRequest } from './canonical.ts';
import { type ReadCall, readVector } from './vectors.ts';
import type { Wishes } from './wishes.ts';

const V1_DIMENSIONS = 1536;

/** Writes the body of one input; takes the wishes that it says, once for all inputs. */
export function titanWriter(
  model: string,
  request: EmbeddingRequest,
  wishes: Wishes,
): (input: EmbeddingInput) => JsonObject {
  if (model.includes('titan-embed-image')) {
    const length = wishes.dimensions('outputEmbeddingLength');
    const config = Object.keys(length).length === 0 ? {} : { embeddingConfig: length };
    return (input) => ({ ...multimodalInput(input), ...config });
  }
  if (/titan-embed-(text-v1|g1)/.test(model)) {
    refuseOtherDimensions(request.dimensions, V1_DIMENSIONS, model);
    wishes.say('dimensions');
    return (input) => ({ inputText: textOf(input) });
  }
  const common = {
    ...wishes.dimensions('dimensions'),
    ...wishes.take('normalized', 'normalize', request.normalize),
  };
  return (input) => ({ inputText: textOf(input), ...common });
}

/** For models whose vectors have one length: a shorter one cannot be had, and a longer one would not fit an index. */
export function refuseOtherDimensions(asked: number | null, only: number, model: string): void {
  if (asked !== null && asked !== only) {
    throw new InvalidRequest(`\`dimensions\` must be ${only}, the only length of ${model}.`, 'dimensions');
  }
}

/** Text, one inline image, or both. */
function multimodalInput(input: EmbeddingInput): JsonObject {
  const { content, param } = input;
  if (content.kind === 'tokens') throw noTokens(param);
  if (content.kind === 'text') return { inputText: content.text };
  const texts = content.parts.filter((part) => part.type === 'text').map(({ text }) => text);
  const [image, ...others] = content.parts.filter((part) => part.type !== 'text');
  if (others.length > 0) return refuseMedia(param);
  if (image !== undefined && (image.type === 'url' || !image.mediaType.startsWith('image/')))
    return refuseMedia(param);
  return {
    ...(texts.length === 0 ? {} : { inputText: texts.join('\n') }),
    ...(image === undefined ? {} : { inputImage: image.data }),
  };
}

export function readTitanCall(body: unknown): ReadCall | null {
  if (!isRecord(body)) return null;
  return { vectors: [readVector(body.embedding)], inputTokens: countOf(body.inputTextTokenCount) };
}
