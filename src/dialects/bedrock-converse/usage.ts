/**
 * Usage as Converse reports it. Its `inputTokens` leave the cache out, ours include it (wire 55, trap G13).
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';

/** `null` unless there is an input total. */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value) || !isCount(value.inputTokens)) return null;
  const cacheReadTokens = count(value.cacheReadInputTokens);
  const cacheWriteTokens = count(value.cacheWriteInputTokens);
  return {
    inputTokens: value.inputTokens + cacheReadTokens + cacheWriteTokens,
    outputTokens: count(value.outputTokens),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: 0, // counted as output, and never told
    estimated: false,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const count = (value: unknown): number => (isCount(value) ? value : 0);
