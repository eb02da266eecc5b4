/** Usage as OpenAI's forms report it, and as their imitators do, in canonical form. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import { countOf } from '../json.ts';

/**
 * Reads `usage` of an answer or chunk; `null` unless it is complete enough to bill. Names of chat (`prompt_tokens`) and
 * of the newer routes (`input_tokens`).
 *
 * Some providers leave reasoning out of `completion_tokens` and count it in `total_tokens` only (12 + 1, total
 * 241; no details at all at another). Canonical output includes reasoning, so the total decides where it is more.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const input = countOf(value.prompt_tokens) ?? countOf(value.input_tokens);
  const told = countOf(value.completion_tokens) ?? countOf(value.output_tokens);
  const total = countOf(value.total_tokens);
  if (input === null || (told === null && total === null)) return null; // partial: some send details only (traps C2)
  const output = told ?? 0;
  const inputDetails = record(value.prompt_tokens_details) ?? record(value.input_tokens_details);
  const outputDetails = record(value.completion_tokens_details) ?? record(value.output_tokens_details);
  const audioInput = countOf(inputDetails?.audio_tokens) ?? 0;
  const audioOutput = countOf(outputDetails?.audio_tokens) ?? 0;
  const imageInput = countOf(inputDetails?.image_tokens) ?? 0;
  const imageOutput = countOf(outputDetails?.image_tokens) ?? 0;
  const reasoning = countOf(outputDetails?.reasoning_tokens) ?? countOf(value.reasoning_tokens) ?? 0;
  return {
    inputTokens: input,
    outputTokens: Math.max(output, (total ?? 0) - input),
    cacheReadTokens:
      countOf(inputDetails?.cached_tokens) ??
      countOf(value.prompt_cache_hit_tokens) ??
      countOf(value.cached_tokens) ??
      0,
    cacheWriteTokens:
      countOf(inputDetails?.cache_write_tokens) ?? countOf(inputDetails?.cache_creation_tokens) ?? 0,
    reasoningTokens: reasoning,
    ...(audioInput > 0 ? { audioInputTokens: audioInput } : {}),
    ...(audioOutput > 0 ? { audioOutputTokens: audioOutput } : {}),
    ...(imageInput > 0 ? { imageInputTokens: imageInput } : {}),
    ...(imageOutput > 0 ? { imageOutputTokens: imageOutput } : {}),
    estimated: false,
  };
}

const record = (value: unknown): Record<string, unknown> | undefined => (isRecord(value) ? value : undefined);
