/** A canonical request as a chat completion request. What became of every field stands in `fields.ts`. */
import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { recordOf } from '../json.ts';
import { encodeEffort } from '../openai/encode-effort.ts';
import { openaiTraitsOf } from '../openai/model-traits.ts';
import { refuseForcedCall } from '../openai/refuse-forced-call.ts';
import { takenSampling } from '../openai/sampling.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

/** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. */
export function encodeRequest(
  request: CanonicalRequest,
  { model, carries, asksForUsage = true }: EncodeTarget,
): EncodedRequest {
  const drops = new Drops('openai-chat');
  const target = { carries: new Set(carries), drops };
  const own = request.extra['openai-chat'] ?? {};
  if (request.topK !== null && !('top_k' in own)) drops.add('top_k');
  const { stream_options: streamOptions, ...rest } = own;
  const tools = encodeTools(request.tools, target);
  if (tools.length === 0) refuseForcedCall(request.toolChoice);
  const takesNewLimit = target.carries.has('max_completion_tokens') || openaiTraitsOf(model)?.needsNewLimit;
  const effort = encodeReasoning(request, model, drops);
  const sampling = takenSampling(request, model, effort, drops);
  const body = {
    model,
    messages: encodeMessages(request.turns, target),
    ...(tools.length === 0 ? {} : { tools }),
    ...present({
      tool_choice: tools.length === 0 ? null : encodeToolChoice(request.toolChoice, request.tools),
      parallel_tool_calls: tools.length === 0 ? null : request.parallelToolCalls,
      [takesNewLimit ? 'max_completion_tokens' : 'max_tokens']: request.maxOutputTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      frequency_penalty: sampling.frequencyPenalty,
      presence_penalty: sampling.presencePenalty,
      seed: request.seed,
      stop: request.stop.length === 0 ? null : request.stop,
      n: request.choices,
      logprobs: sampling.logprobs === null ? null : true,
      top_logprobs: sampling.logprobs?.top ?? null,
      response_format: encodeResponseFormat(request.responseFormat),
      reasoning_effort: effort,
      service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
      metadata: request.metadata,
      user: own.safety_identifier === request.user ? null : request.user,
      stream: request.wantsStream ? true : null,
      stream_options: encodeStreamOptions(request, recordOf(streamOptions), asksForUsage, drops),
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

/** Vendors that refuse the wish for usage refuse the field. */
function encodeStreamOptions(
  { wantsStream }: CanonicalRequest,
  own: JsonObject,
  asksForUsage: boolean,
  drops: Drops,
): JsonObject | null {
  if (!wantsStream) return null;
  if (asksForUsage) return { ...own, include_usage: true };
  if (Object.keys(own).some((key) => key !== 'include_usage')) drops.add('stream_options');
  return null;
}

function encodeReasoning({ reasoning, extra }: CanonicalRequest, model: string, drops: Drops): string | null {
  if (reasoning === null) return null;
  const { effort, budgetTokens, summary } = reasoning;
  const own = extra['openai-chat'] ?? {};
  if (summary && !('reasoning' in own)) drops.add('reasoning.summary');
  if (effort !== null && budgetTokens !== null && !saysBudget(own)) drops.add('thinking.budget_tokens');
  // The client's own words for it go out with `extra`.
  const isWritten =
    effort === null ? 'reasoning' in own || 'thinking' in own : recordOf(own.reasoning).effort === effort;
  return isWritten ? null : encodeEffort(reasoning, model, drops);
}

const saysBudget = (own: JsonObject): boolean =>
  recordOf(own.reasoning).max_tokens !== undefined || recordOf(own.thinking).budget_tokens !== undefined;
