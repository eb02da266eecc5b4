/**
 * Usage as Cohere reports it: twice (wire 60). `tokens` is what the model read and wrote, with Cohere's own prompt;
 * `billed_units` leaves that out. `cached_tokens` and `reasoning_tokens` are parts of `tokens`, so `tokens` is what
 * counts here; `billed_units` stands in only where there is nothing else, and rides along in `extra`.
 * Source: https://docs.cohere.com/reference/chat (usage)
 */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Extra } from '../canonical.ts';
import { countOf } from '../json.ts';

/** `null` unless both totals are there. */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const { tokens, billed_units: billed, cached_tokens: cached } = value;
  return totalsOf(tokens, cached) ?? totalsOf(billed, cached);
}

function totalsOf(value: unknown, cached: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const inputTokens = countOf(value.input_tokens);
  const outputTokens = countOf(value.output_tokens);
  if (inputTokens === null || outputTokens === null) return null;
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: countOf(cached) ?? 0,
    cacheWriteTokens: 0,
    reasoningTokens: countOf(value.reasoning_tokens) ?? 0,
    estimated: false,
  };
}

/** `extra` of an answer: what Cohere bills. */
export const billedUnits = (usage: unknown): Extra | null =>
  isRecord(usage) && isRecord(usage.billed_units)
    ? { 'cohere-chat': { billed_units: usage.billed_units } }
    : null;
