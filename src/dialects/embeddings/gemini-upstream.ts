/**
 * The Gemini Developer API: always `batchEmbedContents`, one request an input.
 * https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';
import type { WholeUpstream } from '../whole-operation.ts';
import { toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingInput, EmbeddingRequest } from './canonical.ts';
import { promptTokens } from './gemini-content.ts';
import { contentOf, sayInText, takesTaskInText, taskTypeOf } from './google-prompt.ts';
import { joinCalls, type ReadCall, readVector } from './vectors.ts';
import { Wishes } from './wishes.ts';

/** https://ai.google.dev/api/embeddings#request-body_1 */
const MOST_REQUESTS = 100;

export const geminiEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const name = model.replace(/^models\//, '');
    const wishes = new Wishes(request);
    const isTaskInText = takesTaskInText(name);
    if (isTaskInText) sayInText(wishes, request.inputs);
    else wishes.say('input_type');
    const common = {
      ...wishes.dimensions('outputDimensionality'),
      ...(isTaskInText ? {} : wishes.extras(['taskType'])),
    };
    const encodeOne = (input: EmbeddingInput): JsonObject => ({
      model: `models/${name}`,
      content: contentOf(input, isTaskInText),
      ...(isTaskInText ? {} : taskOf(input, wishes)),
      ...common,
    });
    const calls = toBatches(request.inputs, { inputs: MOST_REQUESTS }).map((batch) => ({
      path: `/models/${encodeURIComponent(name)}:batchEmbedContents`,
      body: { requests: batch.map(encodeOne) },
    }));
    return { calls, dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) =>
    joinCalls(
      bodies.map((body) => readBatch(body, readVector)),
      request,
    ),
};

function taskOf({ inputType, title }: EmbeddingInput, wishes: Wishes): JsonObject {
  return {
    ...(inputType === null ? {} : { taskType: taskTypeOf(inputType) }),
    ...wishes.take('title', 'title', title),
  };
}

/** The answer of `batchEmbedContents`; `null` if it is none. */
export function readBatch<Vector>(
  body: unknown,
  read: (value: unknown) => Vector | null,
): ReadCall<Vector> | null {
  if (!isRecord(body) || !Array.isArray(body.embeddings)) return null;
  return {
    vectors: listOf(body.embeddings).map((one) => (isRecord(one) ? read(one.values) : null)),
    inputTokens: promptTokens(body),
  };
}
