/**
 * A canonical request, into Ollama's form. What became of every field stands in `fields.ts`.
 * Source: https://docs.ollama.com/api/chat
 */
import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { nativeFields } from '../native-fields.ts';
import { refuseMoreThanOneText, refuseNoTokens } from '../refusals.ts';
import { describedSchema } from '../response-schema.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeOptions } from './encode-options.ts';
import { encodeThink } from './encode-think.ts';
import { encodeTools } from './encode-tools.ts';
import { NATIVE_FIELDS, NATIVE_OPTIONS } from './native-fields.ts';

/**
 * Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). `stream` is always
 * said: left out, it is true.
 */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  refuseMoreThanOneText(request, 'Ollama');
  refuseNoTokens(request);
  const drops = new Drops('ollama-chat');
  const messages = encodeMessages(request.turns, drops);
  const tools = encodeTools(request, drops);
  const options = encodeOptions(request);
  const body: JsonObject = {
    model,
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...encodeFormat(request.responseFormat),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    ...encodeThink(request, model, drops),
    ...(request.logprobs === null ? {} : { logprobs: true }),
    ...(request.logprobs?.top ? { top_logprobs: request.logprobs.top } : {}),
    ...nativeFields(request.extra, NATIVE_FIELDS),
    stream: request.wantsStream,
    ...request.extra['ollama-chat'],
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

/** Source: https://docs.ollama.com/capabilities/structured-outputs */
function encodeFormat(format: ResponseFormat | null): { readonly format?: 'json' | JsonObject } {
  switch (format?.kind) {
    case undefined:
    case 'text':
      return {};
    case 'json':
      return { format: 'json' };
    case 'schema':
      return { format: describedSchema(format) };
    default:
      return format satisfies never;
  }
}

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  if (request.parallelToolCalls === false) drops.add('parallel_tool_calls');
  if (!['auto', 'default', null].includes(request.serviceTier)) drops.add('service_tier');
  drops.addMetadata(Object.keys(request.metadata ?? {}));
  drops.addUser(request);
  drops.addForeignFields(request.extra, [...NATIVE_FIELDS, ...NATIVE_OPTIONS, 'options']);
}
