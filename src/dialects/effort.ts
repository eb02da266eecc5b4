/**
 * How hard to think: a word in OpenAI's form, tokens in others'. Ours, where no vendor names numbers; those that do
 * have tables of their own.
 */

/** Tokens of thinking by effort, for models that take a budget. */
export const EFFORT_BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 31_000,
};

/** The most tokens that are a low or a medium effort; anything above is a high one. */
export interface EffortBounds {
  readonly low: number;
  readonly medium: number;
}

/** Halfway between the budgets. */
const HALFWAY: EffortBounds = { low: 4096, medium: 12_288 };

/** The other way round, for models that take a word only. */
export function effortOfBudget(budgetTokens: number, bounds: EffortBounds = HALFWAY): string {
  if (budgetTokens <= bounds.low) return 'low';
  return budgetTokens <= bounds.medium ? 'medium' : 'high';
}
