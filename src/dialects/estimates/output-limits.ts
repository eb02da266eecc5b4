/** How much output a request allows, in its own words. */
import { isRecord } from '../../is-record.ts';
import type { RouteId } from '../routes.ts';

type Body = Readonly<Record<string, unknown>>;

/** More than any model writes; sums of it stay exact. */
const MAX_TOKENS = 2 ** 31;
/** OpenAI gives 128 at most, servers of open models as many as are asked for. Sums of them stay exact. */
const MAX_CHOICES = 2 ** 16;

/** How many answers are asked for: at least one. */
export function choicesOf(route: RouteId, body: Body): number {
  switch (route) {
    case 'completions': {
      const prompts =
        Array.isArray(body.prompt) && typeof body.prompt[0] !== 'number' ? body.prompt.length : 1;
      return Math.max(countOf(body.n), countOf(body.best_of)) * Math.max(1, prompts);
    }
    case 'gemini.generateContent':
    case 'gemini.streamGenerateContent':
      return countOf(generationConfig(body).candidateCount ?? generationConfig(body).candidate_count);
    default:
      return countOf(body.n);
  }
}

const countOf = (value: unknown): number =>
  typeof value === 'number' && value >= 1 ? Math.min(Math.floor(value), MAX_CHOICES) : 1;

/** Tokens of one answer at most; `null`: it does not say. */
export function limitOfOne(route: RouteId, body: Body): number | null {
  switch (route) {
    case 'chat.completions': {
      const limit = largest(body.max_completion_tokens, body.max_tokens);
      // Alibaba's models think beside the limit: https://www.alibabacloud.com/help/en/model-studio/deep-thinking
      return limit === null ? null : Math.min(limit + (positive(body.thinking_budget) ?? 0), MAX_TOKENS);
    }
    case 'completions':
    case 'messages':
      return positive(body.max_tokens);
    case 'responses':
      return positive(body.max_output_tokens);
    case 'gemini.generateContent':
    case 'gemini.streamGenerateContent': {
      const config = generationConfig(body);
      return largest(config.maxOutputTokens, config.max_output_tokens);
    }
    default:
      return null;
  }
}

/** Gemini takes its members in either spelling. */
export function generationConfig(body: Body): Body {
  const config = body.generationConfig ?? body.generation_config;
  return isRecord(config) ? config : {};
}

/** Either name may be the one that counts at the target. */
function largest(a: unknown, b: unknown): number | null {
  const found = [positive(a), positive(b)].filter((limit) => limit !== null);
  return found.length === 0 ? null : Math.max(...found);
}

/** 0 and below mean no limit, where they mean anything. */
const positive = (value: unknown): number | null =>
  typeof value === 'number' && value >= 1 ? Math.min(Math.ceil(value), MAX_TOKENS) : null;
