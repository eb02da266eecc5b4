/**
 * What becomes of each member of a rerank request at each provider's form. See `field-fate.ts`. Members that are not
 * named here go to an upstream whose form has them, and are dropped elsewhere.
 */
import { dropped, type FieldFates, mapped } from '../field-fate.ts';
import type { RerankFormId } from './upstreams.ts';

const COMMON: FieldFates = {
  model: mapped('the upstream’s id of the model'),
  query: mapped(),
  documents: mapped('as texts'),
  rank_fields: mapped('the named fields of a document as its text, a line each'),
  top_n: mapped('also as `top_k`; never more than documents'),
  return_documents: mapped('by the gateway: the vendor is not asked for them'),
  max_tokens_per_doc: dropped(),
  max_chunks_per_doc: dropped('of Cohere’s old form'),
  truncation: dropped('also as `truncate`'),
  instruct: dropped(),
  priority: dropped(),
};

export const RERANK_FIELDS: Readonly<Record<RerankFormId, FieldFates>> = {
  cohere: { ...COMMON, max_tokens_per_doc: mapped(), priority: mapped() },
  voyage: { ...COMMON, top_n: mapped('`top_k`'), truncation: mapped() },
  jina: { ...COMMON, truncation: mapped() },
  dashscope: { ...COMMON, instruct: mapped('`parameters.instruct`') },
  'dashscope-compatible': { ...COMMON, instruct: mapped() },
  generic: {
    ...COMMON,
    max_tokens_per_doc: mapped('as written'),
    max_chunks_per_doc: mapped('as written'),
    truncation: mapped('as written'),
    instruct: mapped('as written'),
    priority: mapped('as written'),
  },
  bedrock: { ...COMMON, max_tokens_per_doc: mapped('Cohere’s models; dropped for Amazon’s') },
};
