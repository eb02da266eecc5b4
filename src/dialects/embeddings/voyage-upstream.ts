/** Voyage AI's `POST /v1/embeddings`, text models. https://docs.voyageai.com/reference/embeddings-api */
import type { WholeUpstream } from '../whole-operation.ts';
import { textOf, toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import { searchSide } from './input-types.ts';
import { readListCall } from './openai-list.ts';
import { joinCalls } from './vectors.ts';
import { Wishes } from './wishes.ts';

/** 120 000 tokens a call with the largest models, at two characters a token to be safe. */
const LIMITS = { inputs: 1000, characters: 240_000, oneInputType: true };

export const voyageEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const wishes = new Wishes(request);
    const wordOf = wishes.inputTypes(searchSide);
    const { input_type: unknownType } = wishes.extras(['input_type']);
    const common = {
      ...wishes.dimensions('output_dimension'),
      output_dtype: 'float',
      ...wishes.truncates('truncation'),
    };
    const calls = toBatches(request.inputs, LIMITS).map((batch) => {
      const type = unknownType ?? (batch[0] && wordOf(batch[0])) ?? null;
      return {
        path: '/embeddings',
        body: {
          model,
          input: batch.map(textOf),
          ...(type === null ? {} : { input_type: type }),
          ...common,
        },
      };
    });
    return { calls, dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readListCall), request),
};
