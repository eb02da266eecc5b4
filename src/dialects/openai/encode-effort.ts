/** How hard to think, in OpenAI's words and in those of its models. */
import type { CanonicalRequest } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { type EffortBounds, effortOfBudget } from '../effort.ts';
import { openaiTraitsOf } from './model-traits.ts';

/** Low below 4096 tokens, medium below 16384. Ours: OpenAI names no numbers. */
const BOUNDS: EffortBounds = { low: 4095, medium: 16_383 };
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Whether it can be told to. Other vendors' models are believed to. */
export const thinks = (model: string): boolean => openaiTraitsOf(model)?.efforts.length !== 0;

/**
 * `null`: nothing is to be said of it. OpenAI's models get the next effort that they take, and what that changes is
 * among the drops; other vendors' get the client's word.
 */
export function encodeEffort(
  { isEnabled, effort, budgetTokens }: NonNullable<CanonicalRequest['reasoning']>,
  model: string,
  drops: Drops,
): string | null {
  const wanted = isEnabled === false ? 'none' : (effort ?? toWord(budgetTokens));
  const efforts = openaiTraitsOf(model)?.efforts;
  if (efforts === undefined) return wanted;
  if (efforts.length === 0) {
    if (isEnabled === true || (wanted !== null && wanted !== 'none')) drops.add('reasoning_effort');
    return null;
  }
  if (wanted === null || efforts.includes(wanted)) return wanted;
  drops.add('reasoning_effort');
  const rank = EFFORTS.indexOf(wanted);
  if (rank === -1) return null;
  return efforts.find((one) => EFFORTS.indexOf(one) >= rank) ?? efforts.at(-1) ?? null;
}

const toWord = (budgetTokens: number | null): string | null =>
  budgetTokens === null ? null : effortOfBudget(budgetTokens, BOUNDS);
