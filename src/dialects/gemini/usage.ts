/**
 * `usageMetadata`, read and written. `promptTokenCount` includes cached tokens, but not what the vendor's own tools put
 * into the prompt; `candidatesTokenCount` leaves thoughts out (wire 56, trap G14). Every chunk of a stream repeats it:
 * running totals that also go down (wire 57).
 * Source: https://ai.google.dev/api/generate-content#UsageMetadata
 */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { countOf, listOf } from '../json.ts';

/** What `readUsage` and `readServiceTier` read; anything else is the form's own detail. */
export const USAGE_MEMBERS: readonly string[] = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
  'cachedContentTokenCount',
  'serviceTier',
];
/** A modality, and its number where enums are integers. */
const AUDIO: readonly unknown[] = ['AUDIO', 4];
const IMAGE: readonly unknown[] = ['IMAGE', 2];

/** `null` until the prompt's count has come: Vertex sends `{trafficType}` alone in most chunks. */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const prompt = countOf(value.promptTokenCount);
  if (prompt === null) return null;
  const inputTokens = prompt + (countOf(value.toolUsePromptTokenCount) ?? 0);
  const reasoningTokens = countOf(value.thoughtsTokenCount) ?? 0;
  const told = (countOf(value.candidatesTokenCount) ?? 0) + reasoningTokens;
  const audioInput = countedAs(AUDIO, value.promptTokensDetails);
  const audioOutput = countedAs(AUDIO, value.candidatesTokensDetails);
  const imageInput = countedAs(IMAGE, value.promptTokensDetails);
  const imageOutput = countedAs(IMAGE, value.candidatesTokensDetails);
  return {
    inputTokens,
    outputTokens: Math.max(told, (countOf(value.totalTokenCount) ?? 0) - inputTokens),
    cacheReadTokens: countOf(value.cachedContentTokenCount) ?? 0,
    cacheWriteTokens: 0,
    reasoningTokens,
    ...(audioInput > 0 ? { audioInputTokens: audioInput } : {}),
    ...(audioOutput > 0 ? { audioOutputTokens: audioOutput } : {}),
    ...(imageInput > 0 ? { imageInputTokens: imageInput } : {}),
    ...(imageOutput > 0 ? { imageOutputTokens: imageOutput } : {}),
    estimated: false,
  };
}

function countedAs(modalities: readonly unknown[], details: unknown): number {
  const found = listOf(details)
    .filter(isRecord)
    .filter(({ modality }) => modalities.includes(modality));
  return found.reduce((sum, { tokenCount }) => sum + (countOf(tokenCount) ?? 0), 0);
}

/** `details`: members of the form's own, from `extra`. */
export function writeUsage(usage: Usage, details: JsonObject = {}): JsonObject {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage;
  const ofTools = countOf(details.toolUsePromptTokenCount) ?? 0;
  return {
    promptTokenCount: Math.max(0, inputTokens - ofTools),
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    totalTokenCount: inputTokens + outputTokens,
    ...(cacheReadTokens > 0 ? { cachedContentTokenCount: cacheReadTokens } : {}),
    ...audioDetails('promptTokensDetails', usage.audioInputTokens, inputTokens),
    ...audioDetails('candidatesTokensDetails', usage.audioOutputTokens, outputTokens - reasoningTokens),
    ...details,
  };
}

function audioDetails(name: string, audio: number | undefined, total: number): JsonObject {
  if (audio === undefined) return {};
  const text = { modality: 'TEXT', tokenCount: Math.max(0, total - audio) };
  return { [name]: [text, { modality: 'AUDIO', tokenCount: audio }] };
}

/** The canonical words are OpenAI's. Source: https://ai.google.dev/gemini-api/docs/priority-inference */
export function readServiceTier(value: unknown): string | null {
  const tier = isRecord(value) ? value.serviceTier : undefined;
  if (typeof tier !== 'string') return null;
  const word = tier.toLowerCase();
  return word === 'standard' ? 'default' : word === 'unspecified' ? null : word;
}

/** `null`: the form has no such tier. */
export function writeServiceTier(tier: string): string | null {
  if (tier === 'default') return 'standard';
  return tier === 'flex' || tier === 'priority' || tier === 'standard' ? tier : null;
}
