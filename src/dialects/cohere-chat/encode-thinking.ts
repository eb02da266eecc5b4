/**
 * `thinking: {type, token_budget}`. Cohere knows no efforts: they become budgets.
 * Source: https://docs.cohere.com/docs/reasoning
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { EFFORT_BUDGETS } from '../effort.ts';

/** Above `high` there is no bound but the model's own. */
const UNBOUNDED: readonly unknown[] = ['xhigh', 'max'];

/** A model that never thinks gets nothing; what was asked for is listed then. */
export function encodeThinking(
  { reasoning, maxOutputTokens }: CanonicalRequest,
  canThink: boolean,
  drops: Drops,
): { readonly thinking?: JsonObject } {
  if (reasoning === null) return {};
  const { isEnabled, effort, budgetTokens } = reasoning;
  if (isEnabled === false) return canThink ? { thinking: { type: 'disabled' } } : {};
  if (isEnabled === null && effort === null && budgetTokens === null) return {};
  if (!canThink) {
    drops.add('reasoning_effort');
    return {};
  }
  const wanted = budgetTokens ?? (UNBOUNDED.includes(effort) ? null : EFFORT_BUDGETS[effort ?? '']) ?? null;
  if (wanted === null) return { thinking: { type: 'enabled' } };
  // Thinking counts towards the limit.
  const budget = Math.max(1, Math.min(wanted, (maxOutputTokens ?? Number.POSITIVE_INFINITY) - 1));
  return { thinking: { type: 'enabled', token_budget: budget } };
}
