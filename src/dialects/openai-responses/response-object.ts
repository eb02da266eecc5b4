/**
 * The response object around the output: how it stands, and the request echoed as OpenAI does, its defaults filled in.
 * Source: `Response`, https://platform.openai.com/docs/api-reference/responses/object
 */

import type { Usage } from '../../usage/usage.ts';
import type { CanonicalRequest, FinishReason, JsonObject } from '../canonical.ts';
import { Drops } from '../drops.ts';
import { recordOf } from '../json.ts';
import { encodeText } from './encode-format.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { toIncompleteReason } from './finish-reasons.ts';
import { readInstructions } from './instructions.ts';
import { writeUsage } from './usage.ts';

export interface ResponseState {
  readonly id: string;
  readonly model: string;
  /** Seconds since the Unix epoch. */
  readonly createdAt: number;
  /** `null` unless it is complete. */
  readonly completedAt: number | null;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly incompleteReason: 'max_output_tokens' | 'content_filter' | null;
  /** `{code, message}` of a response that failed. */
  readonly error: JsonObject | null;
  readonly output: readonly JsonObject[];
  readonly usage: Usage | null;
  readonly serviceTier: string | null;
  /** By the vendor that answered. */
  readonly isStored: boolean;
}

const TIERS = ['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'];

/** How an answer that came to its end stands. */
export function toFinalState(reason: FinishReason, now: number) {
  const incompleteReason = toIncompleteReason(reason);
  return incompleteReason === null
    ? { status: 'completed' as const, incompleteReason, completedAt: now }
    : { status: 'incomplete' as const, incompleteReason, completedAt: null };
}

export function toResponse(state: ResponseState, request: CanonicalRequest): JsonObject {
  const { id, model, createdAt, completedAt, status, incompleteReason, error, output, usage } = state;
  const own = request.extra['openai-responses'] ?? {};
  const shared = request.extra['openai-chat'] ?? {};
  const tier = state.serviceTier ?? request.serviceTier;
  const user = shared.safety_identifier === undefined ? request.user : shared.user;
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    completed_at: completedAt,
    error,
    incomplete_details: incompleteReason === null ? null : { reason: incompleteReason },
    instructions: readInstructions(request.turns),
    max_output_tokens: request.maxOutputTokens,
    max_tool_calls: own.max_tool_calls ?? null,
    model,
    output,
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: null,
    prompt_cache_key: shared.prompt_cache_key ?? null,
    reasoning: echoReasoning(request),
    safety_identifier: shared.safety_identifier ?? null,
    service_tier: tier !== null && TIERS.includes(tier) ? tier : 'default',
    store: state.isStored,
    temperature: request.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium', ...encodeText(request) },
    tool_choice: encodeToolChoice(request) ?? 'auto',
    tools: echoTools(request),
    top_logprobs: request.logprobs?.top ?? 0,
    top_p: request.topP ?? 1,
    truncation: own.truncation ?? 'disabled',
    ...(usage === null ? {} : { usage: writeUsage(usage) }),
    ...(typeof user === 'string' ? { user } : {}),
    metadata: request.metadata ?? {},
  };
}

function echoReasoning({ reasoning, extra }: CanonicalRequest): JsonObject {
  const own = extra['openai-responses']?.reasoning;
  return {
    effort: reasoning?.effort ?? null,
    summary: reasoning?.summary ?? null,
    ...recordOf(own),
  };
}

function echoTools({ tools }: CanonicalRequest): readonly JsonObject[] {
  return encodeTools(tools, new Drops('openai-responses'));
}
