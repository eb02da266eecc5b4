/**
 * `think`: whether, or how hard. Models that cannot think answer 400 to anything but `false`.
 * Source: https://docs.ollama.com/capabilities/thinking
 */
import type { CanonicalRequest } from '../canonical.ts';
import type { Drops } from '../drops.ts';

/** `minimal` and `xhigh` become the nearest word that there is. */
export const LEVELS: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'max',
};

/** Always thinks, and takes levels only. */
const ALWAYS_THINKS = /(^|\/)gpt-oss/;

export function encodeThink(
  { reasoning }: CanonicalRequest,
  model: string,
  drops: Drops,
): { readonly think?: boolean | string } {
  if (reasoning === null) return {};
  const { isEnabled, effort, budgetTokens } = reasoning;
  if (isEnabled === false) return { think: false };
  if (budgetTokens !== null) drops.add('thinking.budget_tokens');
  const level = LEVELS[effort ?? ''];
  if (effort !== null && level === undefined) drops.add('reasoning_effort');
  if (isEnabled === true) return { think: level ?? true };
  if (level === undefined) return {};
  if (ALWAYS_THINKS.test(model)) return { think: level };
  drops.add('reasoning_effort'); // to ask for it would be an error where there is no thinking
  return {};
}
