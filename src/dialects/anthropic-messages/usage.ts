/**
 * Usage as Anthropic reports it. Its `input_tokens` leave the cache out, ours include it (wire 55, trap G13).
 * Source: https://platform.claude.com/docs/en/api/messages (usage); .../build-with-claude/compaction (iterations).
 */

import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { countOf, listOf, recordOf } from '../json.ts';
import { writeServiceTier } from './service-tiers.ts';

interface Counters {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
  cacheWriteHour?: number;
  reasoning?: number;
  serverTools?: number;
}

/** Collects `message_start` and `message_delta`: of each counter the last value counts, none is added (wire 58). */
export class RunningUsage {
  readonly #counters: Counters = {};
  /** `null` until an input total has come. */
  total: Usage | null = null;

  read(value: unknown): void {
    if (!isRecord(value)) return;
    Object.assign(this.#counters, readCounters(value));
    const {
      input,
      output = 0,
      cacheRead = 0,
      cacheWrite = 0,
      cacheWriteHour = 0,
      reasoning = 0,
      serverTools = 0,
    } = this.#counters;
    if (input === undefined) return;
    this.total = {
      inputTokens: input + cacheRead + cacheWrite,
      outputTokens: output,
      cacheReadTokens: cacheRead,
      cacheWriteTokens: cacheWrite,
      reasoningTokens: reasoning,
      ...(cacheWriteHour > 0 ? { cacheWriteHourTokens: cacheWriteHour } : {}),
      ...(serverTools > 0 ? { serverToolCalls: serverTools } : {}),
      estimated: false,
    };
  }
}

export function readUsage(value: unknown): Usage | null {
  const usage = new RunningUsage();
  usage.read(value);
  return usage.total;
}

function readCounters(value: JsonObject): Counters {
  const total = countersOf(value);
  // What compaction and fallbacks used stands in `iterations` only, next to the last one's again (wire 59).
  const iterations = listOf(value.iterations).filter(isRecord).map(countersOf);
  for (const key of ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteHour'] as const) {
    const sum = iterations.reduce((so, iteration) => so + (iteration[key] ?? 0), 0);
    if (sum > (total[key] ?? 0)) total[key] = sum;
  }
  return total;
}

function countersOf(value: JsonObject): Counters {
  const details = recordOf(value.output_tokens_details);
  const found: [keyof Counters, unknown][] = [
    ['input', value.input_tokens],
    ['output', value.output_tokens],
    ['cacheRead', value.cache_read_input_tokens],
    ['cacheWrite', value.cache_creation_input_tokens],
    ['cacheWriteHour', recordOf(value.cache_creation).ephemeral_1h_input_tokens],
    ['reasoning', details.thinking_tokens],
    ['serverTools', serverToolCalls(value.server_tool_use)],
  ];
  return Object.fromEntries(found.filter(([, count]) => countOf(count) !== null));
}

/** `{web_search_requests, web_fetch_requests, …}` in all; `undefined` if there is none. */
function serverToolCalls(value: unknown): number | undefined {
  if (!isRecord(value)) return undefined;
  return Object.values(value).reduce<number>((sum, count) => sum + (countOf(count) ?? 0), 0);
}

/** The counters of an answer; `null` becomes zeros, because the form has no answer without them. */
export function writeUsage(usage: Usage | null, serviceTier: string | null = null): JsonObject {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage ?? {};
  const reasoning = usage?.reasoningTokens ?? 0;
  const searches = usage?.serverToolCalls ?? 0;
  const tier = writeServiceTier(serviceTier);
  return {
    // Some providers report more cached than input tokens (wire 61).
    input_tokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
    output_tokens: outputTokens,
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
    // The form counts them by kind; what other vendors run and count are searches.
    ...(searches > 0 ? { server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 } } : {}),
    ...(tier === null ? {} : { service_tier: tier }),
  };
}
