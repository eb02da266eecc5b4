/** What whole answers and lines of a stream have in common. They never throw, and trust no type. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject, ToolCallPart } from '../canonical.ts';
import type { Identifiers } from '../identifiers.ts';
import { countOf, listOf, recordOf, textOf, textOrNull } from '../json.ts';

/** Older versions give no ids, and arguments are an object (wire 41). */
export function readCalls(value: unknown, ids: Identifiers): ToolCallPart[] {
  return listOf(value).flatMap((call) => {
    const made = recordOf(recordOf(call).function);
    const name = textOrNull(made.name);
    if (name === null || !isRecord(call)) return [];
    const id = textOrNull(call.id) ?? ids.call();
    return [{ type: 'tool-call' as const, id, name, input: readArguments(made.arguments), isCustom: false }];
  });
}

/** Clients parse them, so there have to be some (wire 37). */
function readArguments(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  return isRecord(value) ? JSON.stringify(value) : '{}';
}

/**
 * `null` unless both counts are there: some versions leave the prompt's out when it was read from their cache.
 * Source: https://docs.ollama.com/api/usage
 */
export function readUsage({ prompt_eval_count, eval_count }: JsonObject): Usage | null {
  const inputTokens = countOf(prompt_eval_count);
  const outputTokens = countOf(eval_count);
  if (inputTokens === null || outputTokens === null) return null;
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
}

/** RFC 3339, as seconds since the Unix epoch. */
export function readCreated(value: unknown): number | null {
  const milliseconds = Date.parse(textOf(value));
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** `{token, logprob, bytes?, top_logprobs?}`: OpenAI's shape, less what is empty. */
export function readLogprobs(value: unknown): JsonObject[] {
  return listOf(value).flatMap((entry) => {
    const read = readToken(entry);
    if (read === null || !isRecord(entry)) return [];
    const top = listOf(entry.top_logprobs).flatMap((other) => readToken(other) ?? []);
    return [{ ...read, top_logprobs: top }];
  });
}

function readToken(value: unknown): JsonObject | null {
  if (!isRecord(value) || typeof value.token !== 'string' || typeof value.logprob !== 'number') return null;
  const bytes = Array.isArray(value.bytes) ? value.bytes : [...new TextEncoder().encode(value.token)];
  return { token: value.token, logprob: value.logprob, bytes };
}
