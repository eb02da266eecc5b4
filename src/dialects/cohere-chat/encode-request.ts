/**
 * A canonical request, into Cohere's form. What became of every field stands in `fields.ts`.
 * Source: https://docs.cohere.com/reference/chat
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { encodeFormat } from './encode-format.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { canThink } from './model-traits.ts';
import { NATIVE_FIELDS, nativeFields } from './native-fields.ts';

const MAX_STOP_SEQUENCES = 5;
/** Kept in `extra` by codecs that read them into the canonical form as well, or checked here. */
const SAID_ELSEWHERE = ['reasoning', 'thinking', 'safety_identifier', 'modalities'];

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  checkRefused(request);
  const drops = new Drops('cohere-chat');
  const native = nativeFields(request.extra);
  const thinks = canThink(model) && request.reasoning?.isEnabled !== false;
  const messages = encodeMessages(request.turns, thinks, drops);
  const format = encodeFormat(request, native.documents);
  const tools = encodeTools(request, format !== null, drops);
  const body: JsonObject = {
    model,
    messages,
    ...(tools.list.length > 0 ? { tools: tools.list } : {}),
    ...(tools.isStrict ? { strict_tools: true } : {}),
    ...encodeToolChoice(request, tools.list),
    ...(format === null ? {} : { response_format: format }),
    ...(request.maxOutputTokens === null ? {} : { max_tokens: request.maxOutputTokens }),
    ...(request.stop.length > 0 ? { stop_sequences: request.stop } : {}),
    ...encodeSampling(request, drops),
    ...encodeThinking(request, canThink(model), drops),
    ...(request.logprobs === null ? {} : { logprobs: true }),
    ...native,
    ...(request.wantsStream ? { stream: true } : {}),
    ...request.extra['cohere-chat'],
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

/** Without these the answer would be another one than the client asked for. */
function checkRefused({ choices, maxOutputTokens, stop, extra }: CanonicalRequest): void {
  if (choices !== null && choices !== 1) refuse('n', 'must be 1: Cohere gives one answer');
  if (maxOutputTokens !== null && maxOutputTokens < 1) refuse('max_tokens', 'must be at least 1');
  if (stop.length > MAX_STOP_SEQUENCES)
    refuse('stop', `must hold at most ${MAX_STOP_SEQUENCES} texts for Cohere`);
  const modalities = extra['openai-chat']?.modalities;
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    refuse('modalities', 'must be ["text"]: Cohere answers in text');
  }
}

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  if (request.parallelToolCalls === false) drops.add('parallel_tool_calls');
  if (request.logprobs?.top) drops.add('top_logprobs');
  if (!['auto', 'default', null].includes(request.serviceTier)) drops.add('service_tier');
  for (const key of Object.keys(request.metadata ?? {})) drops.add(`metadata.${key}`);
  if (request.user) drops.add('user');
  drops.addForeign(request.extra, '', [...SAID_ELSEWHERE, ...NATIVE_FIELDS]);
}
