/** A canonical request as a chat completion request. What became of every field stands in `fields.ts`. */
import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { effortOfBudget } from '../effort.ts';
import { OPENAI_EFFORT_BOUNDS } from '../openai/effort-bounds.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

/** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. */
export function encodeRequest(request: CanonicalRequest, { model, carries }: EncodeTarget): EncodedRequest {
  const drops = new Drops('openai-chat');
  const target = { carries: new Set(carries), drops };
  const own = request.extra['openai-chat'] ?? {};
  if (request.topK !== null && !('top_k' in own)) drops.add('top_k');
  const { stream_options: streamOptions, ...rest } = own;
  const tools = encodeTools(request.tools, target);
  const body = {
    model,
    messages: encodeMessages(request.turns, target),
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
      reasoning_effort: encodeEffort(request, drops),
      service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
      metadata: request.metadata,
      user: own.safety_identifier === request.user ? null : request.user,
      stream: request.wantsStream ? true : null,
      stream_options: request.wantsStream ? { ...(streamOptions as object), include_usage: true } : null,
    }),
    ...rest,
  };
  drops.addForeignFields(request.extra);
  return { body, dropped: drops.names };
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

function encodeEffort({ reasoning, extra }: CanonicalRequest, drops: Drops): string | null {
  if (reasoning === null) return null;
  const own = extra['openai-chat'] ?? {};
  if (reasoning.summary && !('reasoning' in own)) drops.add('reasoning.summary');
  // The client's own words for it go out with `extra`.
  const written = (own.reasoning as JsonObject | undefined)?.effort;
  if (reasoning.effort !== null) {
    if (reasoning.budgetTokens !== null && !saysBudget(own)) drops.add('thinking.budget_tokens');
    return written === reasoning.effort ? null : reasoning.effort;
  }
  if (saysBudget(own) || 'thinking' in own || 'reasoning' in own) return null;
  if (reasoning.isEnabled === false) return 'none';
  if (reasoning.budgetTokens === null) return null;
  return effortOfBudget(reasoning.budgetTokens, OPENAI_EFFORT_BOUNDS);
}

const saysBudget = (own: JsonObject): boolean =>
  (own.reasoning as JsonObject | undefined)?.max_tokens !== undefined ||
  (own.thinking as JsonObject | undefined)?.budget_tokens !== undefined;
