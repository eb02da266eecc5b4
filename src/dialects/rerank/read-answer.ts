/** Answers of the vendors, which differ in where things stand. Nothing here trusts a type. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { inputUsage } from '../input-usage.ts';
import { countOf, recordOf, textOrNull } from '../json.ts';
import type { RerankAnswer, RerankRequest, RerankResult } from './canonical.ts';

/**
 * `results` (Cohere, Jina, vLLM) or `data` (Voyage), with `relevance_score` or `score`; or the bare list of
 * text-embeddings-inference. `null` if it is none of them, or names a document that was not sent.
 */
export function readAnswer(body: unknown, { documents }: RerankRequest): RerankAnswer | null {
  const about = recordOf(body);
  const found = [body, about.results, about.data].find(Array.isArray);
  if (found === undefined || documents.length === 0) return null;
  const results = found.map((one: unknown) => readResult(one, documents.length));
  const read = results.filter((result: RerankResult | null) => result !== null);
  if (read.length !== results.length) return null;
  return {
    id: textOrNull(about.id),
    results: read,
    usage: readUsage(about),
    searchUnits: countOf(billedUnits(about).search_units),
    model: textOrNull(about.model),
  };
}

function readResult(value: unknown, documents: number): RerankResult | null {
  if (!isRecord(value)) return null;
  const { index } = value;
  const score = value.relevance_score ?? value.score;
  const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < documents;
  return isPlace && typeof score === 'number' && Number.isFinite(score) ? { index, score } : null;
}

/** In `usage`, or in Cohere's `meta`, whose `tokens` it sends for some models only. */
function readUsage(body: JsonObject): Usage | null {
  const usage = recordOf(body.usage);
  const meta = recordOf(body.meta);
  const tokens = recordOf(meta.tokens);
  const counts = [
    usage.total_tokens,
    usage.prompt_tokens,
    usage.input_tokens,
    tokens.input_tokens,
    billedUnits(body).input_tokens,
  ];
  return inputUsage(counts.map(countOf).find((count) => count !== null) ?? null);
}

const billedUnits = ({ meta }: JsonObject): JsonObject => recordOf(recordOf(meta).billed_units);
