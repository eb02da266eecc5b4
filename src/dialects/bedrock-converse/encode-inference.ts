/**
 * `inferenceConfig`, and `top_k` among the additional fields: bounded as the model and its thinking allow; what is
 * cut or left out is listed (trap D17).
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
 */
import {
  type ModelTraits as ClaudeTraits,
  traitsOf as claudeTraitsOf,
} from '../anthropic-messages/model-traits.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
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
    fields: encodeTopK(request.topK, sampling.takesTopK ? context.traits.topK : null, drops),
  };
}

interface Sampling {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly takesTopK: boolean;
}

function encodeSampling(request: CanonicalRequest, { model, traits, reasoning, drops }: Context): Sampling {
  const { temperature, topP } = request;
  if (reasoning.excludesSampling) {
    if (temperature !== null) drops.add('temperature');
    if (topP !== null) drops.add('top_p');
    return { temperature: null, topP: null, takesTopK: false };
  }
  if (temperature !== null && temperature > 1) drops.add('temperature'); // OpenAI's goes to 2
  const bounded = temperature === null ? null : Math.min(temperature, 1);
  if (traits.reasoning !== 'claude') return { temperature: bounded, topP, takesTopK: true };
  return encodeForClaude({ temperature: bounded, topP }, claudeTraitsOf(model), reasoning, drops);
}

/** As in Anthropic's own form: sources in its `model-traits.ts`. */
function encodeForClaude(
  { temperature, topP }: Pick<Sampling, 'temperature' | 'topP'>,
  { sampling }: ClaudeTraits,
  { isClaudeThinking }: EncodedReasoning,
  drops: Drops,
): Sampling {
  const isFixed = sampling === 'fixed' || isClaudeThinking;
  const keepsTemperature = temperature === null || !isFixed || temperature === 1;
  if (!keepsTemperature) drops.add('temperature');
  const minimum = sampling === 'fixed' ? 0.99 : isClaudeThinking ? 0.95 : 0;
  const isRival = sampling !== 'free' && temperature !== null && keepsTemperature;
  const keepsTopP = topP === null || (topP >= minimum && !isRival);
  if (!keepsTopP) drops.add('top_p');
  return {
    temperature: keepsTemperature ? temperature : null,
    topP: keepsTopP ? topP : null,
    takesTopK: !isFixed,
  };
}

function encodeTopK(topK: number | null, place: ModelTraits['topK'], drops: Drops): JsonObject {
  if (topK === null) return {};
  if (place === null) drops.add('top_k');
  if (place === 'top_k') return { top_k: topK };
  return place === null ? {} : { inferenceConfig: { topK } };
}

/** Claude refuses sequences of nothing but blanks: BerriAI/litellm#3286. */
function encodeStop({ stop }: CanonicalRequest, { traits, drops }: Context): readonly string[] {
  const isTaken = (sequence: string): boolean =>
    sequence !== '' && (traits.reasoning !== 'claude' || sequence.trim() !== '');
  const sequences = stop.filter(isTaken);
  if (sequences.length < stop.length) drops.add('stop');
  return sequences;
}
