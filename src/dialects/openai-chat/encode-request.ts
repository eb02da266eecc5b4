/**
 * A canonical request as a chat completion request: the strict OpenAI form, unless the target is said to carry more.
 *
 * | canonical | becomes |
 * |---|---|
 * | `maxOutputTokens` | `max_completion_tokens`, the only limit written (traps D7) |
 * | `topK` | dropped (`top_k`), unless the client wrote it in this form |
 * | `reasoning.budgetTokens` | the nearest `reasoning_effort`; dropped beside an effort |
 * | reasoning parts, signatures, cache markers | dropped, unless `target.carries` has them |
 * | opaque parts, server tools, `extra` of other forms | dropped |
 * | file ids and file URLs of other forms, images by file id | refused |
 * | images in tool results | a user message after the results |
 */
import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

/** What some vendors of this form take in messages, and OpenAI itself refuses as unknown. */
export type Carried = 'cache_control' | 'reasoning_content' | 'reasoning_details' | 'thought_signature';

export interface ChatTarget extends EncodeTarget {
  readonly carries?: readonly Carried[];
}

/** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. */
export function encodeRequest(request: CanonicalRequest, target: ChatTarget): EncodedRequest {
  const dropped = new Set<string>();
  const carries = new Set(target.carries ?? []);
  const own = request.extra['openai-chat'] ?? {};
  for (const [dialect, fields] of Object.entries(request.extra)) {
    if (dialect !== 'openai-chat') for (const name of Object.keys(fields)) dropped.add(name);
  }
  if (request.topK !== null && !('top_k' in own)) dropped.add('top_k');
  const { stream_options: streamOptions, ...rest } = own;
  const tools = encodeTools(request.tools, carries, dropped);
  const body = {
    model: target.model,
    messages: encodeMessages(request.turns, carries, dropped),
    ...(tools.length === 0 ? {} : { tools }),
    ...present({
      tool_choice: encodeToolChoice(request.toolChoice, request.tools),
      parallel_tool_calls: request.parallelToolCalls,
      max_completion_tokens: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      frequency_penalty: request.frequencyPenalty,
      presence_penalty: request.presencePenalty,
      seed: request.seed,
      stop: request.stop.length === 0 ? null : request.stop,
      n: request.choices,
      logprobs: request.logprobs === null ? null : true,
      top_logprobs: request.logprobs?.top ?? null,
      response_format: encodeResponseFormat(request.responseFormat),
      reasoning_effort: encodeEffort(request, dropped),
      service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
      metadata: request.metadata,
      user: own.safety_identifier === request.user ? null : request.user,
      stream: request.wantsStream ? true : null,
      stream_options: request.wantsStream ? { ...(streamOptions as object), include_usage: true } : null,
    }),
    ...rest,
  };
  return { body, dropped: [...dropped] };
}

/** Without the nulls: vendors of this form differ in whether null is a value. */
function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function encodeResponseFormat(format: ResponseFormat | null): JsonObject | null {
  if (format === null) return null;
  if (format.kind !== 'schema') return { type: format.kind === 'json' ? 'json_object' : 'text' };
  const { name, description, schema, strict } = format;
  return { type: 'json_schema', json_schema: { name, ...present({ description, strict }), schema } };
}

/** Thinking budgets below these many tokens are low and medium effort. Ours: OpenAI names no numbers. */
const LOW_BUDGET = 4096;
const MEDIUM_BUDGET = 16_384;

function encodeEffort({ reasoning, extra }: CanonicalRequest, dropped: Set<string>): string | null {
  if (reasoning === null) return null;
  const own = extra['openai-chat'] ?? {};
  // The client's own words for it go out with `extra`.
  const written = (own.reasoning as JsonObject | undefined)?.effort;
  if (reasoning.effort !== null) {
    if (reasoning.budgetTokens !== null && !saysBudget(own)) dropped.add('reasoning.budget_tokens');
    return written === reasoning.effort ? null : reasoning.effort;
  }
  if (saysBudget(own) || 'thinking' in own || 'reasoning' in own) return null;
  if (!reasoning.isEnabled) return 'none';
  if (reasoning.budgetTokens === null) return null;
  if (reasoning.budgetTokens < LOW_BUDGET) return 'low';
  return reasoning.budgetTokens < MEDIUM_BUDGET ? 'medium' : 'high';
}

const saysBudget = (own: JsonObject): boolean =>
  (own.reasoning as JsonObject | undefined)?.max_tokens !== undefined ||
  (own.thinking as JsonObject | undefined)?.budget_tokens !== undefined;
