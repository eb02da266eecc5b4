/**
 * A canonical request as a Responses request. What became of every field stands in `fields.ts`.
 * Source: https://platform.openai.com/docs/api-reference/responses/create
 *
 * The vendor is asked to store nothing (`store: false`) unless the client asked for it. So its thinking comes back as
 * `encrypted_content`, which is asked for where the request speaks of thinking: models without it refuse to be asked
 * ("Encrypted content is not supported with this model").
 */

import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { listOf, recordOf, rest, textOrNull } from '../json.ts';
import { encodeEffort, thinks } from '../openai/encode-effort.ts';
import { refuseForcedCall } from '../openai/refuse-forced-call.ts';
import { takenSampling } from '../openai/sampling.ts';
import { refuseMoreThanOneText } from '../refusals.ts';
import { refuse } from '../shape.ts';
import { encodeText } from './encode-format.ts';
import { InputEncoder } from './encode-input.ts';
import { encodeToolChoice, encodeTools, toWebSearchTool } from './encode-tools.ts';
import { readInstructions } from './instructions.ts';

const MIN_OUTPUT_TOKENS = 16; // `CreateResponse.max_output_tokens`

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(
  request: CanonicalRequest,
  { model, carries = [] }: EncodeTarget,
): EncodedRequest {
  refuseMoreThanOneText(request, 'the Responses form');
  if (request.stop.length > 0) {
    refuse('stop', 'is not available for this model: the Responses form has no stop sequences');
  }
  const drops = new Drops('openai-responses');
  const own = request.extra['openai-responses'] ?? {};
  const chat = request.extra['openai-chat'] ?? {};
  const input = new InputEncoder(drops, carries, thinks(model)).encode(request.turns);
  const tools = [...encodeTools(request.tools, drops), ...encodeWebSearch(chat)];
  if (tools.length === 0) refuseForcedCall(request.toolChoice);
  const text = encodeText(request);
  const reasoning = encodeReasoning(request, own, model, drops);
  const sampling = takenSampling(request, model, textOrNull(reasoning?.effort), drops);
  const include = toInclude({ ...request, logprobs: sampling.logprobs }, own, model);
  const body = present({
    model,
    instructions: readInstructions(request.turns),
    input,
    tools: tools.length === 0 ? null : tools,
    tool_choice: tools.length === 0 ? null : encodeToolChoice(request),
    parallel_tool_calls: tools.length === 0 ? null : request.parallelToolCalls,
    max_output_tokens: encodeLimit(request, drops),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.logprobs?.top ?? null,
    reasoning,
    text: Object.keys(text).length === 0 ? null : text,
    service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
    metadata: request.metadata,
    ...encodeUser(request, chat),
    prompt_cache_key: chat.prompt_cache_key,
    prompt_cache_retention: chat.prompt_cache_retention,
    include: include.length === 0 ? null : include,
    store: own.store ?? chat.store ?? false,
    stream: request.wantsStream ? true : null,
    ...rest(own, ['store', 'include', 'reasoning', 'text']),
  });
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

/** The members that are there, in their order. */
function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

function encodeWebSearch({ web_search_options: options }: JsonObject): readonly JsonObject[] {
  return isRecord(options) ? [toWebSearchTool(options)] : [];
}

function encodeLimit({ maxOutputTokens }: CanonicalRequest, drops: Drops): number | null {
  if (maxOutputTokens === null || maxOutputTokens >= MIN_OUTPUT_TOKENS) return maxOutputTokens;
  drops.add('max_completion_tokens'); // raised
  return MIN_OUTPUT_TOKENS;
}

/** Models that do not think refuse to be told how. */
function encodeReasoning(
  { reasoning }: CanonicalRequest,
  own: JsonObject,
  model: string,
  drops: Drops,
): JsonObject | null {
  const effort = reasoning === null ? null : encodeEffort(reasoning, model, drops);
  const summary = toSummary(reasoning?.summary ?? null);
  const encoded = present({ effort, summary, ...recordOf(own.reasoning) });
  if (Object.keys(encoded).length === 0) return null;
  if (thinks(model)) return encoded;
  drops.add('reasoning.summary');
  return null;
}

/** Other vendors have other words for wanting it, and for not wanting it. */
function toSummary(summary: string | null): string | null {
  if (summary === null || summary === 'none' || summary === 'omitted') return null;
  return ['auto', 'concise', 'detailed'].includes(summary) ? summary : 'auto';
}

function toInclude(
  { reasoning, turns, logprobs }: CanonicalRequest,
  own: JsonObject,
  model: string,
): readonly unknown[] {
  const asksToThink = reasoning !== null && reasoning.isEnabled !== false;
  const hasThought = turns.some(({ parts }) =>
    parts.some((part) => part.type === 'reasoning' && part.signer === 'openai'),
  );
  return [
    ...listOf(own.include),
    ...((asksToThink || hasThought) && thinks(model) ? ['reasoning.encrypted_content'] : []),
    ...(logprobs === null ? [] : ['message.output_text.logprobs']),
  ];
}

/** Under the name that the client gave it. */
function encodeUser({ user }: CanonicalRequest, chat: JsonObject): JsonObject {
  const endUser = chat.safety_identifier;
  return { safety_identifier: endUser, user: endUser === user && user !== null ? chat.user : user };
}

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  if (request.topK !== null) drops.add('top_k');
  drops.addPenaltiesAndSeed(request);
  drops.addForeignFields(request.extra, WRITTEN);
}

/** Fields of the chat form that this one has too, or says otherwise. */
const WRITTEN = [
  'safety_identifier',
  'user',
  'verbosity',
  'prompt_cache_key',
  'prompt_cache_retention',
  'store',
  'web_search_options',
];
