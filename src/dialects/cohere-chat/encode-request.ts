/**
 * A canonical request, into Cohere's form. What became of every field stands in `fields.ts`.
 * Source: https://docs.cohere.com/reference/chat
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { nativeFields } from '../native-fields.ts';
import { refuseMoreThanOneText, refuseNoTokens } from '../refusals.ts';
import { refuse } from '../shape.ts';
import { encodeFormat } from './encode-format.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { canThink } from './model-traits.ts';
import { NATIVE_FIELDS } from './native-fields.ts';

const MAX_STOP_SEQUENCES = 5;

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  refuseMoreThanOneText(request, 'Cohere');
  refuseNoTokens(request);
  if (request.stop.length > MAX_STOP_SEQUENCES) {
    refuse('stop', `must hold at most ${MAX_STOP_SEQUENCES} texts for Cohere`);
  }
  const drops = new Drops('cohere-chat');
  const native = nativeFields(request.extra, NATIVE_FIELDS);
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

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  if (request.parallelToolCalls === false) drops.add('parallel_tool_calls');
  if (request.logprobs?.top) drops.add('top_logprobs');
  if (!['auto', 'default', null].includes(request.serviceTier)) drops.add('service_tier');
  drops.addMetadata(Object.keys(request.metadata ?? {}));
  drops.addUser(request);
  drops.addForeignFields(request.extra, NATIVE_FIELDS);
}
