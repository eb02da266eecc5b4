/** Probabilities of tokens: `{content, refusal}`, one entry a token each. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';

/** Empty for other shapes (some vendors keep the one of the old completions). */
export const readLogprobs = (value: unknown): readonly JsonObject[] =>
  isRecord(value) ? [...listOf(value.content), ...listOf(value.refusal)].filter(isRecord) : [];

export const writeLogprobs = (entries: readonly JsonObject[], isRefusal: boolean): JsonObject =>
  isRefusal ? { content: null, refusal: entries } : { content: entries, refusal: null };
