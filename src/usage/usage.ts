/**
 * Canonical usage: what a call consumed, whatever the provider calls it. Totals include their parts:
 * `inputTokens` includes cache reads and writes, `outputTokens` includes reasoning. A few providers report a part that
 * is larger than its total; it is kept as told, so whoever subtracts must not go below zero.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Parts of the totals above, where a vendor tells them. */
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  /** Calls of tools that the vendor ran itself (web searches and the like), which it bills apart. */
  readonly serverToolCalls?: number;
  /** True if no provider reported it: counted from what passed through. */
  readonly estimated: boolean;
}

/** English text and code run at about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;

/** Usage of a call whose provider never told: from the characters of its input and of the output seen so far. */
export function estimateUsage(inputCharacters: number, outputCharacters: number): Usage {
  return {
    inputTokens: Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN),
    outputTokens: Math.ceil(outputCharacters / CHARACTERS_PER_TOKEN),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: true,
  };
}
