/** The tier that served an answer: `usage.service_tier`. https://platform.claude.com/docs/en/api/service-tiers */

import { isRecord } from '../../is-record.ts';
import { textOf } from '../json.ts';

/** In OpenAI's words, which the canonical form speaks. */
const TIERS: Readonly<Record<string, string>> = { standard: 'default', priority: 'priority' };

/** `null` for none, and for one that OpenAI has no word for (`batch`). */
export const readServiceTier = (usage: unknown): string | null =>
  isRecord(usage) ? (TIERS[textOf(usage.service_tier)] ?? null) : null;

/** `null` for a tier that this form has no word for. */
export const writeServiceTier = (tier: string | null | undefined): string | null =>
  Object.keys(TIERS).find((name) => TIERS[name] === tier) ?? null;
