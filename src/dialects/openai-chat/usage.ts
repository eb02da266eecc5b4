/** Usage as the OpenAI form reports it, and as its imitators do, in canonical form. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';

/**
 * Reads `usage` of an answer or chunk; `null` unless it is complete enough to bill. Names of chat (`prompt_tokens`) and
 * of the newer routes (`input_tokens`).
 *
 * Some providers leave reasoning out of `completion_tokens` and count it in `total_tokens` only (12 + 1, total
 * 241; no details at all at another). Canonical output includes reasoning, so the total decides where it is more.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const input = count(value.prompt_tokens) ?? count(value.input_tokens);
  const told = count(value.completion_tokens) ?? count(value.output_tokens);
  const total = count(value.total_tokens);
  if (input === null || (told === null && total === null)) return null; // partial: some send details only (traps C2)
  const output = told ?? 0;
  const inputDetails = record(value.prompt_tokens_details) ?? record(value.input_tokens_details);
  const outputDetails = record(value.completion_tokens_details) ?? record(value.output_tokens_details);
  const audioInput = count(inputDetails?.audio_tokens) ?? 0;
  const audioOutput = count(outputDetails?.audio_tokens) ?? 0;
  const reasoning = count(outputDetails?.reasoning_tokens) ?? count(value.reasoning_tokens) ?? 0;
  return {
    inputTokens: input,
    outputTokens: Math.max(output, (total ?? 0) - input),
    cacheReadTokens:
      count(inputDetails?.cached_tokens) ??
      count(value.prompt_cache_hit_tokens) ??
      count(value.cached_tokens) ??
      0,
    cacheWriteTokens:
      count(inputDetails?.cache_write_tokens) ?? count(inputDetails?.cache_creation_tokens) ?? 0,
    reasoningTokens: reasoning,
    ...(audioInput > 0 ? { audioInputTokens: audioInput } : {}),
    ...(audioOutput > 0 ? { audioOutputTokens: audioOutput } : {}),
    estimated: false,
  };
}

/** Usage of a chat chunk: in `usage`, or where the vendor's extension object has it. */
export function readChunkUsage(chunk: Record<string, unknown>): Usage | null {
  return readUsage(chunk.usage) ?? readUsage(record(chunk.x_groq)?.usage);
}

const record = (value: unknown): Record<string, unknown> | undefined => (isRecord(value) ? value : undefined);

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
