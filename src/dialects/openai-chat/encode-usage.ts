/** Canonical usage in OpenAI's words: `CompletionUsage`, https://platform.openai.com/docs/api-reference/chat/object */
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';

export const encodeUsage = (usage: Usage): JsonObject => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: {
    cached_tokens: usage.cacheReadTokens,
    ...(usage.cacheWriteTokens === 0 ? {} : { cache_write_tokens: usage.cacheWriteTokens }),
    ...(usage.audioInputTokens === undefined ? {} : { audio_tokens: usage.audioInputTokens }),
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoningTokens,
    ...(usage.audioOutputTokens === undefined ? {} : { audio_tokens: usage.audioOutputTokens }),
  },
});
