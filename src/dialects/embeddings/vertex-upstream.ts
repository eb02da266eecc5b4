/**
 * Vertex AI, below `…/publishers/google`: `predict` for text models, `embedContent` from `gemini-embedding-2` on.
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent
 */
import { isRecord } from '../../is-record.ts';
import { countOf, listOf, recordOf } from '../json.ts';
import type { EncodedCalls, WholeUpstream } from '../whole-operation.ts';
import { textOf, toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import { promptTokens } from './gemini-content.ts';
import { contentOf, sayInText, takesTaskInText, taskTypeOf } from './google-prompt.ts';
import { joinCalls, type ReadCall, readVector, sumOf } from './vectors.ts';
import { Wishes } from './wishes.ts';

/** 250 texts and 20 000 tokens a call, at two characters a token to be safe; Gemini models take one text. */
const TEXT_MODEL = { inputs: 250, characters: 40_000 };
const GEMINI_MODEL = { inputs: 1 };

export const vertexEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest: (request, model) =>
    takesTaskInText(model) ? encodeEmbedContent(request, model) : encodePredict(request, model),
  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readCall), request),
};

function encodePredict(request: EmbeddingRequest, model: string): EncodedCalls {
  const wishes = new Wishes(request);
  wishes.say('input_type');
  const parameters = {
    ...wishes.dimensions('outputDimensionality'),
    ...wishes.truncates('autoTruncate'),
  };
  const unknownTask = wishes.extras(['taskType']).taskType;
  const limits = model.includes('gemini') ? GEMINI_MODEL : TEXT_MODEL;
  const calls = toBatches(request.inputs, limits).map((batch) => ({
    path: `/models/${encodeURIComponent(model)}:predict`,
    body: {
      instances: batch.map((input) => ({
        content: textOf(input),
        ...wishes.take('input_type', 'task_type', input.inputType && taskTypeOf(input.inputType)),
        ...wishes.take('taskType', 'task_type', unknownTask),
        ...wishes.take('title', 'title', input.title),
      })),
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    },
  }));
  return { calls, dropped: wishes.dropped };
}

function encodeEmbedContent(request: EmbeddingRequest, model: string): EncodedCalls {
  const wishes = new Wishes(request);
  sayInText(wishes, request.inputs);
  const embedContentConfig = {
    ...wishes.dimensions('outputDimensionality'),
    ...wishes.truncates('autoTruncate'),
    ...wishes.extras(['documentOcr', 'audioTrackExtraction']),
  };
  const calls = request.inputs.map((input) => ({
    path: `/models/${encodeURIComponent(model)}:embedContent`,
    body: {
      content: contentOf(input, true),
      ...(Object.keys(embedContentConfig).length === 0 ? {} : { embedContentConfig }),
    },
  }));
  return { calls, dropped: wishes.dropped };
}

function readCall(body: unknown): ReadCall | null {
  if (!isRecord(body)) return null;
  if (isRecord(body.embedding)) {
    return { vectors: [readVector(body.embedding.values)], inputTokens: promptTokens(body) };
  }
  if (!Array.isArray(body.predictions)) return null;
  const found = listOf(body.predictions).map((one) => recordOf(recordOf(one).embeddings));
  const counts = found.map(({ statistics }) =>
    isRecord(statistics) ? countOf(statistics.token_count) : null,
  );
  return { vectors: found.map(({ values }) => readVector(values)), inputTokens: sumOf(counts) };
}
