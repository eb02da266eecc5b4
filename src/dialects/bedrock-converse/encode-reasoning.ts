/** How hard to think, in the words of each family. Sources: `model-traits.ts`. */

import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { claudeTraitsOf } from '../claude/model-traits.ts';
import { encodeThinking, goesOnWithoutThinking } from '../claude/thinking.ts';
import type { Drops } from '../drops.ts';
import { EFFORT_BUDGETS, type EffortBounds, effortOfBudget } from '../effort.ts';
import type { Message } from './encode-messages.ts';
import type { ModelTraits } from './model-traits.ts';

type Reasoning = NonNullable<CanonicalRequest['reasoning']>;

export interface EncodedReasoning {
  /** Of `additionalModelRequestFields`. */
  readonly fields: JsonObject;
  /** `null`: Bedrock's own, the most that the model can write. */
  readonly maxTokens: number | null;
  /** Claude thinks: forced tools and most sampling are refused beside it. */
  readonly isClaudeThinking: boolean;
  /** Nova refuses sampling beside its highest effort. */
  readonly excludesSampling: boolean;
}

interface Context {
  readonly model: string;
  readonly traits: ModelTraits;
  readonly messages: readonly Message[];
  readonly drops: Drops;
}

export function encodeReasoning(request: CanonicalRequest, context: Context): EncodedReasoning {
  const { reasoning, maxOutputTokens: maxTokens } = request;
  const plain = { fields: {}, maxTokens, isClaudeThinking: false, excludesSampling: false };
  if (reasoning === null) return plain;
  switch (context.traits.reasoning) {
    case 'claude':
      return encodeForClaude(request, reasoning, context);
    case 'nova':
      return { ...plain, ...encodeForNova(reasoning, maxTokens, context.drops) };
    case 'reasoning_effort': {
      const effort = reasoning.isEnabled === false ? null : effortIn(reasoning, OPEN_EFFORTS, context.drops);
      if (reasoning.isEnabled === false) context.drops.add('reasoning_effort'); // they always think
      return effort === null ? plain : { ...plain, fields: { reasoning_effort: effort } };
    }
    case 'reasoning.effort': {
      const effort = reasoning.isEnabled === false ? 'none' : effortIn(reasoning, GPT_EFFORTS, context.drops);
      return effort === null ? plain : { ...plain, fields: { reasoning: { effort } } };
    }
    case 'none':
      if (reasoning.isEnabled !== false) context.drops.add('reasoning_effort');
      return plain;
  }
}

const OPEN_EFFORTS = ['low', 'medium', 'high'];
const GPT_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/** As Anthropic's own API takes it, beside what Converse has fields for. */
function encodeForClaude(
  request: CanonicalRequest,
  { isEnabled, effort }: Reasoning,
  { model, messages, drops }: Context,
): EncodedReasoning {
  const traits = claudeTraitsOf(model);
  const plain = { maxTokens: request.maxOutputTokens, isClaudeThinking: false, excludesSampling: false };
  if (isEnabled === null) {
    // How hard, if the model decides to think.
    const isKnown = traits.thinking !== 'budget' && effort !== null && traits.efforts.includes(effort);
    if (!isKnown) drops.add('reasoning_effort');
    return { ...plain, fields: isKnown ? { output_config: { effort } } : {} };
  }
  const goesOn = goesOnWithoutThinking(messages, isThought, isToolResult);
  const encoded = encodeThinking(request, traits, goesOn, drops);
  const { thinking } = encoded;
  return {
    ...plain,
    fields: {
      ...(thinking === null ? {} : { thinking }),
      ...(encoded.effort === null ? {} : { output_config: { effort: encoded.effort } }),
    },
    // A budget has to stay below the limit, which is small by default for some models.
    maxTokens: thinking?.type === 'enabled' ? encoded.maxTokens : request.maxOutputTokens,
    isClaudeThinking: encoded.isOn,
  };
}

const isThought = (block: JsonObject): boolean => 'reasoningContent' in block;
const isToolResult = (block: JsonObject): boolean => 'toolResult' in block;

/** It does not think unless it is told to. At `high` it takes no limit: the client's limit counts more. */
function encodeForNova(
  reasoning: Reasoning,
  maxTokens: number | null,
  drops: Drops,
): Pick<EncodedReasoning, 'fields' | 'excludesSampling'> {
  if (reasoning.isEnabled === false) return { fields: {}, excludesSampling: false };
  if (reasoning.isEnabled === null) {
    drops.add('reasoning_effort');
    return { fields: {}, excludesSampling: false };
  }
  let effort = effortIn(reasoning, OPEN_EFFORTS, drops) ?? 'medium';
  if (effort === 'high' && maxTokens !== null) {
    drops.add('reasoning_effort');
    effort = 'medium';
  }
  const reasoningConfig = { type: 'enabled', maxReasoningEffort: effort };
  return { fields: { reasoningConfig }, excludesSampling: effort === 'high' };
}

/** The least effort that spends so much. */
const SPENT: EffortBounds = { low: EFFORT_BUDGETS.low ?? 0, medium: EFFORT_BUDGETS.medium ?? 0 };

/** The nearest word that the model knows, named where it is another one; `null` if the client named none. */
function effortIn(
  { effort, budgetTokens }: Reasoning,
  known: readonly string[],
  drops: Drops,
): string | null {
  const wanted = effort ?? (budgetTokens === null ? null : effortOfBudget(budgetTokens, SPENT));
  if (wanted === null || known.includes(wanted)) return wanted;
  if (wanted === 'minimal') return known[0] ?? null;
  drops.add('reasoning_effort');
  return wanted === 'xhigh' || wanted === 'max' ? (known.at(-1) ?? null) : null;
}
