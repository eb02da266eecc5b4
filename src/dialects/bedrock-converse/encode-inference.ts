/**
 * `inferenceConfig`, and `top_k` among the additional fields: bounded as the model and its thinking allow; what is
 * cut or left out is listed (trap D17).
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
 */

import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { claudeTraitsOf } from '../claude/model-traits.ts';
import { boundSampling, type Sampling, takenStops } from '../claude/sampling.ts';
import type { Drops } from '../drops.ts';
import type { EncodedReasoning } from './encode-reasoning.ts';
import type { ModelTraits } from './model-traits.ts';

export interface EncodedInference {
  readonly inferenceConfig: JsonObject;
  /** Of `additionalModelRequestFields`. */
  readonly fields: JsonObject;
}

interface Context {
  readonly model: string;
  readonly traits: ModelTraits;
  readonly reasoning: EncodedReasoning;
  readonly drops: Drops;
}

export function encodeInference(request: CanonicalRequest, context: Context): EncodedInference {
  const { reasoning, drops } = context;
  const sampling = encodeSampling(request, context);
  const stop = encodeStop(request, context);
  return {
    inferenceConfig: {
      ...(reasoning.maxTokens === null ? {} : { maxTokens: reasoning.maxTokens }),
      ...(sampling.temperature === null ? {} : { temperature: sampling.temperature }),
      ...(sampling.topP === null ? {} : { topP: sampling.topP }),
      ...(stop.length === 0 ? {} : { stopSequences: stop }),
    },
    fields: encodeTopK(sampling.topK, context.traits.topK, drops),
  };
}

function encodeSampling(request: CanonicalRequest, { model, traits, reasoning, drops }: Context): Sampling {
  const { temperature, topP, topK } = request;
  if (reasoning.excludesSampling) {
    if (temperature !== null) drops.add('temperature');
    if (topP !== null) drops.add('top_p');
    if (topK !== null) drops.add('top_k');
    return { temperature: null, topP: null, topK: null };
  }
  if (traits.reasoning === 'claude') {
    return boundSampling(request, claudeTraitsOf(model), reasoning.isClaudeThinking, drops);
  }
  if (temperature !== null && temperature > 1) drops.add('temperature'); // OpenAI's goes to 2
  return { temperature: temperature === null ? null : Math.min(temperature, 1), topP, topK };
}

function encodeTopK(topK: number | null, place: ModelTraits['topK'], drops: Drops): JsonObject {
  if (topK === null) return {};
  if (place === null) drops.add('top_k');
  if (place === 'top_k') return { top_k: topK };
  return place === null ? {} : { inferenceConfig: { topK } };
}

function encodeStop({ stop }: CanonicalRequest, { traits, drops }: Context): readonly string[] {
  if (traits.reasoning === 'claude') return takenStops(stop, drops);
  const sequences = stop.filter((sequence) => sequence !== '');
  if (sequences.length < stop.length) drops.add('stop');
  return sequences;
}
