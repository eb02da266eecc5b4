/** Budgets in OpenAI's words: low below 4096 tokens, medium below 16384. Ours: OpenAI names no numbers. */
import type { EffortBounds } from '../effort.ts';

export const OPENAI_EFFORT_BOUNDS: EffortBounds = { low: 4095, medium: 16_383 };
