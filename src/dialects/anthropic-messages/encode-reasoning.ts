/**
 * Reasoning effort and budget, into `thinking` and `output_config.effort`, as the model takes them.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking, .../adaptive-thinking, .../effort
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { isThinking } from './encode-blocks.ts';
import type { Message } from './encode-messages.ts';
import type { ModelTraits } from './model-traits.ts';

/** Tokens of thinking by effort, for models that take a budget. Ours: the vendor names none. */
export const EFFORT_BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 31_000,
};
const DEFAULT_EFFORT = 'medium';
const MIN_BUDGET = 1024;
/** What is left to answer with when the budget decides the limit. */
const ROOM_FOR_ANSWER = 4096;

export interface EncodedReasoning {
  readonly thinking: JsonObject | null;
  readonly effort: string | null;
  readonly maxTokens: number;
  readonly isOn: boolean;
}

export function encodeReasoning(
  { reasoning, maxOutputTokens }: CanonicalRequest,
  traits: ModelTraits,
  messages: readonly Message[],
  drops: Drops,
): EncodedReasoning {
  const maxTokens = maxOutputTokens ?? traits.defaultMaxTokens;
  const off: EncodedReasoning = { thinking: null, effort: null, maxTokens, isOn: false };
  if (reasoning === null) return off;
  const refused = (): EncodedReasoning => {
    drops.add('reasoning_effort');
    return off;
  };
  // Effort bounds the answer too, whether the model thinks or not.
  if (reasoning.isEnabled === null) return { ...off, effort: toEffort(reasoning, traits, drops) };
  if (!reasoning.isEnabled) {
    if (traits.alwaysThinks) return refused();
    return traits.thinking === 'none' ? off : { ...off, thinking: { type: 'disabled' } };
  }
  switch (modeOf(reasoning, traits)) {
    case 'none':
      return refused();
    case 'adaptive': {
      const effort = toEffort(reasoning, traits, drops);
      // Without `display` some models leave the text of the thinking out.
      return { thinking: { type: 'adaptive', display: 'summarized' }, effort, maxTokens, isOn: true };
    }
    case 'budget': {
      if (continuesWithoutThinking(messages)) return refused();
      const wanted = reasoning.budgetTokens ?? EFFORT_BUDGETS[reasoning.effort ?? DEFAULT_EFFORT];
      const budget = Math.max(MIN_BUDGET, wanted ?? EFFORT_BUDGETS.medium ?? MIN_BUDGET);
      const limit = maxOutputTokens ?? Math.max(traits.defaultMaxTokens, budget + ROOM_FOR_ANSWER);
      if (limit <= MIN_BUDGET) return refused();
      const budgetTokens = Math.min(budget, limit - 1); // it must stay below the limit
      return {
        thinking: { type: 'enabled', budget_tokens: budgetTokens },
        effort: null,
        maxTokens: limit,
        isOn: true,
      };
    }
  }
}

/** Where the model takes both, the client's own number counts more than a word made of it. */
function modeOf(
  { effort, budgetTokens }: NonNullable<CanonicalRequest['reasoning']>,
  { thinking }: ModelTraits,
): 'none' | 'budget' | 'adaptive' {
  if (thinking !== 'either') return thinking;
  return budgetTokens !== null && effort === null ? 'budget' : 'adaptive';
}

function toEffort(
  { effort, budgetTokens }: NonNullable<CanonicalRequest['reasoning']>,
  { efforts }: ModelTraits,
  drops: Drops,
): string | null {
  if (effort === null) return budgetTokens === null ? null : effortOfBudget(budgetTokens);
  const wanted = effort === 'minimal' ? 'low' : effort;
  if (efforts.includes(wanted)) return wanted;
  drops.add('reasoning_effort');
  return wanted === 'xhigh' || wanted === 'max' ? (efforts.at(-1) ?? null) : null;
}

/** The other way round, for models that take no budget any more. */
function effortOfBudget(budgetTokens: number): string {
  if (budgetTokens <= 4096) return 'low';
  return budgetTokens <= 12_288 ? 'medium' : 'high';
}

/**
 * With a budget, an assistant turn that goes on after tool results must begin with its thinking. If another vendor's
 * model made the call, there is none: "Expected `thinking` or `redacted_thinking`, but found `tool_use`".
 */
function continuesWithoutThinking(messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  if (last?.role === 'assistant') return !isThinking(last.content[0]);
  if (last?.content.some((block) => block.type === 'tool_result') !== true) return false;
  return !isThinking(messages.at(-2)?.content[0]);
}
