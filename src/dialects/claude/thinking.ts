/**
 * Reasoning effort and budget, into `thinking` and `output_config.effort`, as a Claude takes them.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking, .../adaptive-thinking, .../effort
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { EFFORT_BUDGETS, effortOfBudget } from '../effort.ts';
import type { ClaudeTraits } from './model-traits.ts';

const DEFAULT_EFFORT = 'medium';
const MIN_BUDGET = 1024;
/** What is left to answer with when the budget decides the limit. */
const ROOM_FOR_ANSWER = 4096;

type Reasoning = NonNullable<CanonicalRequest['reasoning']>;

export interface EncodedThinking {
  readonly thinking: JsonObject | null;
  readonly effort: string | null;
  readonly maxTokens: number;
  readonly isOn: boolean;
}

/** `goesOnUnthought`: see `goesOnWithoutThinking`. */
export function encodeThinking(
  { reasoning, maxOutputTokens }: Pick<CanonicalRequest, 'reasoning' | 'maxOutputTokens'>,
  traits: ClaudeTraits,
  goesOnUnthought: boolean,
  drops: Drops,
): EncodedThinking {
  const maxTokens = maxOutputTokens ?? traits.defaultMaxTokens;
  const off: EncodedThinking = { thinking: null, effort: null, maxTokens, isOn: false };
  if (reasoning === null) return off;
  const refused = (): EncodedThinking => {
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
      if (goesOnUnthought) return refused();
      const wanted = reasoning.budgetTokens ?? EFFORT_BUDGETS[reasoning.effort ?? DEFAULT_EFFORT];
      const budget = Math.max(MIN_BUDGET, wanted ?? EFFORT_BUDGETS[DEFAULT_EFFORT] ?? MIN_BUDGET);
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
  { effort, budgetTokens }: Reasoning,
  { thinking }: ClaudeTraits,
): 'none' | 'budget' | 'adaptive' {
  if (thinking !== 'either') return thinking;
  return budgetTokens !== null && effort === null ? 'budget' : 'adaptive';
}

function toEffort(
  { effort, budgetTokens }: Reasoning,
  { efforts }: ClaudeTraits,
  drops: Drops,
): string | null {
  if (effort === null) return budgetTokens === null ? null : effortOfBudget(budgetTokens);
  const wanted = effort === 'minimal' ? 'low' : effort;
  if (efforts.includes(wanted)) return wanted;
  drops.add('reasoning_effort');
  return wanted === 'xhigh' || wanted === 'max' ? (efforts.at(-1) ?? null) : null;
}

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: readonly JsonObject[];
}

type Is = (block: JsonObject) => boolean;

/**
 * With a budget, an assistant turn that goes on after tool results must begin with its thinking. If another vendor's
 * model made the call, there is none: "Expected `thinking` or `redacted_thinking`, but found `tool_use`".
 */
export function goesOnWithoutThinking(
  messages: readonly Message[],
  isThinking: Is,
  isToolResult: Is,
): boolean {
  const begins = (message: Message | undefined): boolean =>
    message?.content[0] !== undefined && isThinking(message.content[0]);
  const last = messages.at(-1);
  if (last?.role === 'assistant') return !begins(last);
  return last?.content.some(isToolResult) === true && !begins(messages.at(-2));
}
