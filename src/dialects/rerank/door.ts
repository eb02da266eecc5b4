/**
 * `POST /v1/rerank`, in the shape that Cohere's and Jina's clients share, with both vendors' members in the answer.
 * https://docs.cohere.com/reference/rerank https://jina.ai/reranker
 */
import type { JsonObject } from '../canonical.ts';
import { rest } from '../json.ts';
import { flag, integer, isAbsent, list, optional, refuse, text } from '../shape.ts';
import type { WholeDoor } from '../whole-operation.ts';
import type { RerankAnswer, RerankRequest, RerankResult } from './canonical.ts';
import { readDocument } from './rank-text.ts';

const TOP_NAMES = ['top_n', 'top_k'];
const TRUNCATION_NAMES = ['truncation', 'truncate'];
const KNOWN = [
  'model',
  'query',
  'documents',
  'rank_fields',
  'return_documents',
  'max_tokens_per_doc',
  'max_chunks_per_doc',
  ...TOP_NAMES,
  ...TRUNCATION_NAMES,
];

export const rerankDoor: WholeDoor<RerankRequest, RerankAnswer> = {
  decodeRequest(body) {
    const query = text(required(body, 'query'), 'query');
    const documents = list(required(body, 'documents'), 'documents');
    if (query === '') refuse('query', 'is empty');
    if (documents.length === 0) refuse('documents', 'is empty');
    const rankFields = readRankFields(body.rank_fields);
    const top = readTop(body);
    return {
      query,
      documents: documents.map((one, index) => readDocument(one, rankFields, `documents[${index}]`)),
      top: top === null ? null : Math.min(top, documents.length),
      wantsDocuments: optional(body.return_documents, 'return_documents', flag) === true,
      maxTokensPerDocument: optional(body.max_tokens_per_doc, 'max_tokens_per_doc', integer(1)),
      maxChunksPerDocument: optional(body.max_chunks_per_doc, 'max_chunks_per_doc', integer(1)),
      truncates: readTruncation(body),
      extra: rest(body, KNOWN) ?? {},
    };
  },

  encodeAnswer(answer, request, model) {
    const { usage, searchUnits } = answer;
    const tokens = usage?.inputTokens ?? null;
    const meta = {
      ...(searchUnits === null ? {} : { billed_units: { search_units: searchUnits } }),
      ...(tokens === null ? {} : { tokens: { input_tokens: tokens } }),
    };
    return {
      id: answer.id ?? crypto.randomUUID(),
      model,
      results: best(answer.results, request.top).map((result) => encodeResult(result, request)),
      ...(tokens === null ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
      ...(Object.keys(meta).length === 0 ? {} : { meta }),
    };
  },
};

/** Best first; equal ones in the order of the documents. */
const best = (results: readonly RerankResult[], top: number | null): readonly RerankResult[] =>
  results.toSorted((a, b) => b.score - a.score || a.index - b.index).slice(0, top ?? results.length);

function encodeResult(
  { index, score }: RerankResult,
  { documents, wantsDocuments }: RerankRequest,
): JsonObject {
  const document = documents[index];
  const isShown = wantsDocuments && document !== undefined;
  return {
    index,
    relevance_score: score,
    ...(isShown ? { document: document.written ?? { text: document.text } } : {}),
  };
}

const required = (body: JsonObject, name: string): unknown =>
  isAbsent(body[name]) ? refuse(name, 'is required and missing') : body[name];

function readRankFields(value: unknown): readonly string[] | null {
  const fields = optional(value, 'rank_fields', list) ?? [];
  return fields.length === 0 ? null : fields.map((field, index) => text(field, `rank_fields[${index}]`));
}

/** Two names for one number: Cohere's and Voyage's. */
function readTop(body: JsonObject): number | null {
  const [topN, topK] = TOP_NAMES.map((name) => optional(body[name], name, integer(1)));
  if (topN != null && topK != null && topN !== topK) refuse('top_k', 'contradicts `top_n`');
  return topN ?? topK ?? null;
}

function readTruncation(body: JsonObject): boolean | null {
  const name = TRUNCATION_NAMES.find((one) => !isAbsent(body[one])) ?? 'truncation';
  return optional(body[name], name, flag);
}
