/**
 * Sampling as a Claude takes it: what the model, or its thinking, does not take is a 400. What is cut or left out is
 * listed (traps D17). Sources: `model-traits.ts`.
 */
import type { CanonicalRequest } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import type { ClaudeTraits } from './model-traits.ts';

export type Sampling = Pick<CanonicalRequest, 'temperature' | 'topP' | 'topK'>;

export function boundSampling(
  { temperature, topP, topK }: Sampling,
  { sampling }: ClaudeTraits,
  isThinking: boolean,
  drops: Drops,
): Sampling {
  const takesOneOnly = sampling === 'fixed' || isThinking;
  const keepsTemperature = temperature !== null && (!takesOneOnly || temperature === 1);
  // From 0 to 1 here, to 2 in OpenAI's form.
  if (temperature !== null && (!keepsTemperature || temperature > 1)) drops.add('temperature');
  const minimum = sampling === 'fixed' ? 0.99 : isThinking ? 0.95 : 0;
  const isRival = sampling !== 'free' && keepsTemperature;
  const keepsTopP = topP !== null && topP >= minimum && !isRival;
  if (topP !== null && !keepsTopP) drops.add('top_p');
  if (topK !== null && takesOneOnly) drops.add('top_k');
  return {
    temperature: keepsTemperature ? Math.min(temperature, 1) : null,
    topP: keepsTopP ? topP : null,
    topK: takesOneOnly ? null : topK,
  };
}

/** Sequences of nothing but blanks are refused: BerriAI/litellm#3286. */
export function takenStops(stop: readonly string[], drops: Drops): readonly string[] {
  const sequences = stop.filter((sequence) => sequence.trim() !== '');
  if (sequences.length < stop.length) drops.add('stop');
  return sequences;
}
