/**
 * Bedrock's `InvokeModel` with embedding models: the body is the model's own, so the model's id decides.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
 */
import { InvalidRequest } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import type { EncodedCalls, WholeUpstream } from '../whole-operation.ts';
import { toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest, Truncation } from './canonical.ts';
import {
  cohereInputs,
  cohereInputType,
  DEFAULT_INPUT_TYPE,
  MOST_COHERE_INPUTS,
  readCohereCall,
} from './cohere-body.ts';
import { readTitanCall, refuseOtherDimensions, titanWriter } from './titan.ts';
import { joinCalls } from './vectors.ts';
import { Wishes } from './wishes.ts';

const V3_DIMENSIONS = 1024;
/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html */
const V4_TRUNCATIONS: Readonly<Record<Truncation, string>> = { none: 'NONE', start: 'LEFT', end: 'RIGHT' };

export const bedrockEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    if (model.includes('titan-embed')) return encodeTitan(request, model);
    if (model.includes('cohere.embed')) return encodeCohere(request, model);
    throw new InvalidRequest(
      '`model` is no embedding model of Amazon Titan or Cohere, the ones of Bedrock whose form is known here.',
      'model',
    );
  },

  /** Usage of Cohere's models stands in headers only (`x-amzn-bedrock-input-token-count`). */
  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readCall), request),
};

const readCall = (body: unknown) =>
  isRecord(body) && body.embeddings !== undefined ? readCohereCall(body) : readTitanCall(body);

const toCall = (model: string, body: JsonObject) => ({
  path: `/model/${encodeURIComponent(model)}/invoke`,
  body,
});

function encodeTitan(request: EmbeddingRequest, model: string): EncodedCalls {
  const wishes = new Wishes(request);
  const write = titanWriter(model, request, wishes);
  const calls = request.inputs.map((input) => toCall(model, write(input)));
  return { calls, dropped: wishes.dropped };
}

function encodeCohere(request: EmbeddingRequest, model: string): EncodedCalls {
  const wishes = new Wishes(request);
  const wordOf = wishes.inputTypes(cohereInputType);
  const isV3 = model.includes('-v3');
  if (isV3) refuseOtherDimensions(request.dimensions, V3_DIMENSIONS, model);
  const { truncation } = request;
  const { input_type: unknownType, ...more } = wishes.extras(
    isV3 ? ['input_type'] : ['input_type', 'max_tokens'],
  );
  if (isV3) wishes.say('dimensions');
  const common = {
    embedding_types: ['float'],
    ...(isV3 ? {} : wishes.dimensions('output_dimension')),
    ...wishes.take(
      'truncate',
      'truncate',
      truncation && (isV3 ? truncation.toUpperCase() : V4_TRUNCATIONS[truncation]),
    ),
    ...more,
  };
  const batches = toBatches(request.inputs, { inputs: MOST_COHERE_INPUTS, oneInputType: true });
  const calls = batches.map((batch) =>
    toCall(model, {
      input_type: unknownType ?? (batch[0] && wordOf(batch[0])) ?? DEFAULT_INPUT_TYPE,
      ...cohereInputs(batch),
      ...common,
    }),
  );
  return { calls, dropped: wishes.dropped };
}
