/**
 * Usage as Converse reports it. Its `inputTokens` leave the cache out, ours include it (wire 55, trap G13).
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import { countOf } from '../json.ts';

/** `null` unless there is an input total. */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const uncached = countOf(value.inputTokens);
  if (uncached === null) return null;
  const cacheReadTokens = countOf(value.cacheReadInputTokens) ?? 0;
  const cacheWriteTokens = countOf(value.cacheWriteInputTokens) ?? 0;
  return {
    inputTokens: uncached + cacheReadTokens + cacheWriteTokens,
    outputTokens: countOf(value.outputTokens) ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: 0, // counted as output, and never told
    estimated: false,
  };
}
