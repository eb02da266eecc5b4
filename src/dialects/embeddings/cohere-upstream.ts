/** Cohere's `POST /v2/embed`; the base URL ends with `/v2`. https://docs.cohere.com/reference/embed */
import type { WholeUpstream } from '../whole-operation.ts';
import { toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import {
  cohereInputs,
  cohereInputType,
  DEFAULT_INPUT_TYPE,
  MOST_COHERE_INPUTS,
  readCohereCall,
} from './cohere-body.ts';
import { joinCalls } from './vectors.ts';
import { Wishes } from './wishes.ts';

export const cohereEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const wishes = new Wishes(request);
    const wordOf = wishes.inputTypes(cohereInputType);
    const { input_type: unknownType, ...more } = wishes.extras(['input_type', 'max_tokens', 'priority']);
    const common = {
      embedding_types: ['float'],
      ...wishes.dimensions('output_dimension'),
      ...wishes.take('truncate', 'truncate', request.truncation?.toUpperCase()),
      ...more,
    };
    const batches = toBatches(request.inputs, { inputs: MOST_COHERE_INPUTS, oneInputType: true });
    const calls = batches.map((batch) => ({
      path: '/embed',
      body: {
        model,
        input_type: unknownType ?? (batch[0] && wordOf(batch[0])) ?? DEFAULT_INPUT_TYPE,
        ...cohereInputs(batch),
        ...common,
      },
    }));
    return { calls, dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readCohereCall), request),
};
