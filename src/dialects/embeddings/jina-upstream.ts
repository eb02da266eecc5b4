/** Jina AI's `POST /v1/embeddings`, texts. https://jina.ai/embeddings */
import type { WholeUpstream } from '../whole-operation.ts';
import { textOf, toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest, InputType } from './canonical.ts';
import { searchSide } from './input-types.ts';
import { readListCall } from './openai-list.ts';
import { joinCalls } from './vectors.ts';
import { Wishes } from './wishes.ts';

const LIMITS = { inputs: 2048, oneInputType: true };

export const jinaEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const wishes = new Wishes(request);
    const wordOf = wishes.inputTypes((inputType) => taskOf(inputType, model));
    const { task: unknownTask, ...more } = wishes.extras(['task', 'late_chunking']);
    const common = {
      ...wishes.dimensions('dimensions'),
      ...wishes.take('normalized', 'normalized', request.normalize),
      embedding_type: 'float',
      ...wishes.truncates('truncate'),
      ...more,
    };
    const calls = toBatches(request.inputs, LIMITS).map((batch) => {
      const task = unknownTask ?? (batch[0] && wordOf(batch[0])) ?? null;
      return {
        path: '/embeddings',
        body: { model, input: batch.map(textOf), ...(task === null ? {} : { task }), ...common },
      };
    });
    return { calls, dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readListCall), request),
};

/** Each generation of models has words of its own; a word that it lacks is refused by the vendor. */
function taskOf(inputType: InputType, model: string): string {
  const isCode = inputType === 'code-query' || inputType === 'code-document';
  const side = searchSide(inputType) === 'query' ? 'query' : 'passage';
  if (isCode && model.includes('code-embeddings')) return `nl2code.${side}`;
  if (isCode && model.includes('-v4')) return `code.${side}`;
  if (inputType === 'classification') return 'classification';
  if (inputType === 'clustering') return model.includes('-v3') ? 'separation' : 'clustering';
  return inputType === 'similarity' ? 'text-matching' : `retrieval.${side}`;
}
