/** Ollama's own `POST /api/embed`, below the bare host. https://docs.ollama.com/api/embed */
import { isRecord } from '../../is-record.ts';
import { countOf, listOf, textOrNull } from '../json.ts';
import type { WholeUpstream } from '../whole-operation.ts';
import { textOf } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import { joinCalls, type ReadCall, readVector } from './vectors.ts';
import { Wishes } from './wishes.ts';

export const ollamaEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const wishes = new Wishes(request);
    const body = {
      model,
      input: request.inputs.map(textOf),
      ...wishes.dimensions('dimensions'),
      ...wishes.truncates('truncate'),
      ...wishes.extras(['options', 'keep_alive']),
    };
    return { calls: [{ path: '/api/embed', body }], dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readCall), request),
};

function readCall(body: unknown): ReadCall | null {
  if (!isRecord(body) || !Array.isArray(body.embeddings)) return null;
  return {
    vectors: listOf(body.embeddings).map(readVector),
    inputTokens: countOf(body.prompt_eval_count),
    model: textOrNull(body.model),
  };
}
