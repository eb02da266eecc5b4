/**
 * The vendors' rerank calls. None is asked for the documents back: the door has them. One call each, because scores
 * of different calls may not be compared with every vendor.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import type { WholeUpstream } from '../whole-operation.ts';
import type { RerankAnswer, RerankRequest } from './canonical.ts';
import { readAnswer } from './read-answer.ts';
import { Wishes } from './wishes.ts';

export type RerankFormId =
  | 'cohere'
  | 'voyage'
  | 'jina'
  | 'dashscope'
  | 'dashscope-compatible'
  | 'generic'
  | 'bedrock';
type RerankUpstream = WholeUpstream<RerankRequest, RerankAnswer>;
type Write = (request: RerankRequest, model: string, wishes: Wishes) => JsonObject;

/** https://docs.cohere.com/reference/rerank; the base URL ends with `/v2`. */
const cohere: Write = (request, model, wishes) => ({
  model,
  ...asked(request),
  ...top(request, 'top_n'),
  ...wishes.take(['max_tokens_per_doc', 'priority']),
});

/** https://docs.voyageai.com/reference/reranker-api */
const voyage: Write = (request, model, wishes) => ({
  model,
  ...asked(request),
  ...top(request, 'top_k'),
  ...wishes.take(['truncation']),
});

/** https://jina.ai/reranker; it sends the documents back unless told not to. */
const jina: Write = (request, model, wishes) => ({
  model,
  ...asked(request),
  ...top(request, 'top_n'),
  return_documents: false,
  ...wishes.take(['truncation']),
});

/**
 * Alibaba Cloud has a base of two segments for each of its forms (`/compatible-mode/v1` for chat, `/api/v1` for its
 * own, `/compatible-api/v1` for this): from whichever one the provider has, the way leads over their common root.
 */
const DASHSCOPE_ROOT = '/../..';

/**
 * Alibaba Cloud's own form.
 * https://www.alibabacloud.com/help/en/model-studio/text-rerank-api
 */
const dashscope: Write = (request, model, wishes) => {
  const parameters = { ...top(request, 'top_n'), ...wishes.take(['instruct']) };
  return {
    model,
    input: asked(request),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
};

/** The same vendor's other form, which only Qwen's text models have. */
const dashscopeCompatible: Write = (request, model, wishes) => ({
  model,
  ...asked(request),
  ...top(request, 'top_n'),
  ...wishes.take(['instruct']),
});

/** Servers in the door's own shape (vLLM, LiteLLM, Together, SiliconFlow, …): what they make of a member is theirs. */
const generic: Write = (request, model, wishes) => ({
  model,
  ...asked(request),
  ...top(request, 'top_n'),
  ...wishes.takeAll(),
});

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-rerank.html; Cohere's has a version. */
const bedrock: Write = (request, model, wishes) => ({
  ...asked(request),
  ...top(request, 'top_n'),
  ...(model.includes('cohere.') ? { api_version: 2, ...wishes.take(['max_tokens_per_doc']) } : {}),
});

export const RERANK_UPSTREAMS: Readonly<Record<RerankFormId, RerankUpstream>> = {
  cohere: upstream(cohere, () => '/rerank'),
  voyage: upstream(voyage, () => '/rerank'),
  jina: upstream(jina, () => '/rerank'),
  dashscope: upstream(
    dashscope,
    () => `${DASHSCOPE_ROOT}/api/v1/services/rerank/text-rerank/text-rerank`,
    unwrap,
  ),
  'dashscope-compatible': upstream(dashscopeCompatible, () => `${DASHSCOPE_ROOT}/compatible-api/v1/reranks`),
  generic: upstream(generic, () => '/rerank'),
  bedrock: upstream(bedrock, (model) => `/model/${encodeURIComponent(model)}/invoke`),
};

function upstream(
  write: Write,
  path: (model: string) => string,
  read: (body: unknown) => unknown = (body) => body,
): RerankUpstream {
  return {
    encodeRequest(request, model) {
      const wishes = new Wishes(request);
      const body = write(request, model, wishes);
      return { calls: [{ path: path(model), body }], dropped: wishes.dropped };
    },
    decodeAnswer: (bodies, request) => (bodies.length === 1 ? readAnswer(read(bodies[0]), request) : null),
  };
}

const asked = ({ query, documents }: RerankRequest): JsonObject => ({
  query,
  documents: documents.map(({ text }) => text),
});

const top = (request: RerankRequest, name: string): JsonObject =>
  request.top === null ? {} : { [name]: request.top };

/** `{output: {results}, usage, request_id}` in the shape of the others. */
function unwrap(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body.output)) return null;
  return { id: body.request_id, results: body.output.results, usage: body.usage };
}
