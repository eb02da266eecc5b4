/**
 * Sampling for OpenAI's models: those that reason refuse anything but the defaults, or take it only while they are told
 * not to. Source: https://platform.openai.com/docs/guides/latest-model (parameter compatibility).
 */
import type { CanonicalRequest } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { openaiTraitsOf } from './model-traits.ts';

export type Sampling = Pick<
  CanonicalRequest,
  'temperature' | 'topP' | 'frequencyPenalty' | 'presencePenalty' | 'logprobs'
>;

/** As much of it as the model takes; the rest is among the drops. `effort`: what it is told, `null` for nothing. */
export function takenSampling(
  { temperature, topP, frequencyPenalty, presencePenalty, logprobs }: Sampling,
  model: string,
  effort: string | null,
  drops: Drops,
): Sampling {
  const traits = openaiTraitsOf(model);
  const mayBeStill = traits?.efforts.includes('none') && (effort === null || effort === 'none');
  if (traits === null || !traits.needsNewLimit || mayBeStill)
    return { temperature, topP, frequencyPenalty, presencePenalty, logprobs };
  if (temperature !== null && temperature !== 1) drops.add('temperature');
  if (topP !== null && topP !== 1) drops.add('top_p');
  if (frequencyPenalty) drops.add('frequency_penalty');
  if (presencePenalty) drops.add('presence_penalty');
  if (logprobs !== null) drops.add('logprobs');
  if (logprobs !== null && logprobs.top !== null) drops.add('top_logprobs');
  return { temperature: null, topP: null, frequencyPenalty: null, presencePenalty: null, logprobs: null };
}
