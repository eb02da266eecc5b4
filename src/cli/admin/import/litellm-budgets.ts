/** LiteLLM's `max_budget` and `budget_duration` as a budget in money. */
import type { Notes } from './note.ts';
import { lookUp, numberOf, textOf } from './values.ts';

type Key = Readonly<Record<string, unknown>>;

const WINDOWS: Readonly<Record<string, string>> = {
  '24h': 'day',
  '1d': 'day',
  daily: 'day',
  '7d': 'week',
  '1w': 'week',
  weekly: 'week',
  '30d': 'month',
  '1mo': 'month',
  monthly: 'month',
};

export function toBudget(key: Key, path: string, notes: Notes): Record<string, unknown> | undefined {
  const usd = numberOf(key.max_budget);
  if (usd === undefined) return undefined;
  const duration = textOf(key.budget_duration);
  const window = duration === undefined ? 'total' : lookUp(WINDOWS, duration);
  notes.add(
    'changed',
    `${path}.max_budget`,
    'the budget begins anew: what was spent before is not carried over',
  );
  if (window === undefined)
    notes.add(
      'changed',
      `${path}.budget_duration`,
      'there is no window of this length: the amount is the total',
    );
  return { usd: Math.max(0, usd), window: window ?? 'total' };
}
