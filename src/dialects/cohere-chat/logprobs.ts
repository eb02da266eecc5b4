/**
 * Log probabilities: Cohere gives a text and the figures of the tokens that it is made of; OpenAI's shape has one
 * entry a token, so a text of several tokens becomes one entry with the sum (the probability of them all).
 * Source: https://docs.cohere.com/reference/chat (logprobs)
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';

/** One item of a stream, or the list of an answer. */
export function readLogprobs(value: unknown): JsonObject[] {
  const items = isRecord(value) ? [value] : listOf(value).filter(isRecord);
  return items.flatMap(({ text, logprobs }) => {
    const figures = listOf(logprobs).filter((figure) => typeof figure === 'number');
    if (typeof text !== 'string' || figures.length === 0) return [];
    const logprob = figures.reduce((sum, figure) => sum + figure, 0);
    return [{ token: text, logprob, bytes: [...new TextEncoder().encode(text)], top_logprobs: [] }];
  });
}
