/** Usage of operations that only read: embeddings, rerank. */
import type { Usage } from '../usage/usage.ts';

/** `null` if the vendor does not tell. */
export function inputUsage(inputTokens: number | null): Usage | null {
  if (inputTokens === null) return null;
  return {
    inputTokens,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
}
