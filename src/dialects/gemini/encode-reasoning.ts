/**
 * Effort and budget, into `thinkingConfig` as the model takes it: a budget for Gemini 2.5, a level since Gemini 3.
 * Budgets by effort are those of Google's own OpenAI endpoint: https://ai.google.dev/gemini-api/docs/openai#thinking
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { effortOfBudget } from '../effort.ts';
import type { ModelTraits } from './model-traits.ts';

type Reasoning = NonNullable<CanonicalRequest['reasoning']>;

/** Google's own. */
const EFFORT_BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};
const DYNAMIC = -1;

/** `null` if there is nothing to say. */
export function encodeReasoning(
  reasoning: CanonicalRequest['reasoning'],
  traits: ModelTraits,
  drops: Drops,
): JsonObject | null {
  if (reasoning === null) return null;
  const isOff = reasoning.isEnabled === false;
  if (traits.thinking === 'none') {
    if (!isOff) drops.add('reasoning_effort');
    return null;
  }
  if (isOff) return turnOff(traits, drops);
  const shows = isHidden(reasoning) ? {} : { includeThoughts: true };
  const amount =
    traits.thinking === 'level' ? toLevel(reasoning, traits, drops) : toBudget(reasoning, traits, drops);
  const config = { ...amount, ...shows };
  return Object.keys(config).length === 0 ? null : config;
}

/** `null`: the client could have asked to read it and did not; absent: its form shows thinking where there is any. */
const isHidden = ({ summary }: Reasoning): boolean =>
  summary === null || summary === 'none' || summary === 'omitted';

/** Gemini 3 and 2.5 Pro always think: as little as they can. */
function turnOff({ thinking, levels, budget }: ModelTraits, drops: Drops): JsonObject {
  if (thinking === 'budget' && budget.canBeOff) return { thinkingBudget: 0 };
  drops.add('reasoning_effort');
  return thinking === 'level' ? { thinkingLevel: levels[0] } : { thinkingBudget: budget.min };
}

function toBudget(
  { isEnabled, effort, budgetTokens }: Reasoning,
  { budget }: ModelTraits,
  drops: Drops,
): JsonObject {
  const wanted = budgetTokens ?? (effort === null ? null : EFFORT_BUDGETS[effort]);
  if (wanted === null) return isEnabled === true ? { thinkingBudget: DYNAMIC } : {};
  if (wanted === undefined) {
    drops.add('reasoning_effort');
    return {};
  }
  const bounded = Math.min(Math.max(wanted, budget.min), budget.max);
  if (bounded !== wanted && budgetTokens !== null) drops.add('thinking.budget_tokens');
  return { thinkingBudget: bounded };
}

function toLevel({ effort, budgetTokens }: Reasoning, { levels }: ModelTraits, drops: Drops): JsonObject {
  const word = effort ?? (budgetTokens === null ? null : effortOfBudget(budgetTokens));
  if (word === null) return {}; // the model's own default
  const wanted = word === 'xhigh' || word === 'max' ? 'HIGH' : word.toUpperCase();
  if (levels.includes(wanted)) return { thinkingLevel: wanted };
  if (wanted === 'MINIMAL') return { thinkingLevel: levels[0] };
  if (wanted === 'MEDIUM') return { thinkingLevel: 'HIGH' };
  drops.add('reasoning_effort');
  return {};
}
