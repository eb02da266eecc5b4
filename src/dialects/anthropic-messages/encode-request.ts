/**
 * A canonical request, into Anthropic's form. What became of every field stands in `fields.ts`.
 * Source: https://platform.claude.com/docs/en/api/messages
 */

import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { encodeMessages, encodeSystem } from './encode-messages.ts';
import { type EncodedReasoning, encodeReasoning } from './encode-reasoning.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { toStrictSchema } from './json-schema.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';

const MAX_USER_ID_LENGTH = 256;

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  checkRefused(request);
  const drops = new Drops('anthropic-messages');
  const traits = traitsOf(model);
  const {
    thinking: ownThinking,
    output_config: ownConfig,
    ...own
  } = request.extra['anthropic-messages'] ?? {};
  const system = encodeSystem(request.turns, drops);
  const messages = encodeMessages(request.turns, drops);
  const reasoning = encodeReasoning(request, traits, messages, drops);
  const tools = encodeTools(request, drops);
  const toolChoice = encodeToolChoice(request, tools.length > 0, reasoning.isOn, drops);
  const outputConfig = {
    ...(isRecord(ownConfig) ? ownConfig : {}),
    ...(reasoning.effort === null ? {} : { effort: reasoning.effort }),
    ...encodeFormat(request, drops),
  };
  const body: JsonObject = {
    model,
    max_tokens: reasoning.maxTokens,
    ...(system.length > 0 ? { system } : {}),
    messages: messages.map(({ role, content, extra }) => ({ role, content, ...extra })),
    ...(tools.length > 0 ? { tools } : {}),
    ...(toolChoice === null ? {} : { tool_choice: toolChoice }),
    ...(reasoning.thinking === null
      ? {}
      : { thinking: { ...reasoning.thinking, ...(isRecord(ownThinking) ? ownThinking : {}) } }),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...encodeSampling(request, traits, reasoning, drops),
    ...encodeStop(request, drops),
    ...encodeMetadata(request, drops),
    ...encodeServiceTier(request, drops),
    ...(request.wantsStream ? { stream: true } : {}),
    ...own,
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

/** Without these the answer would be another one than the client asked for. */
function checkRefused({ choices, responseFormat, maxOutputTokens, extra }: CanonicalRequest): void {
  if (choices !== null && choices !== 1) refuse('n', 'must be 1: the Anthropic form gives one answer');
  if (responseFormat?.kind === 'json') {
    refuse(
      'response_format',
      'must be of the type "json_schema": there is no JSON mode without a schema here',
    );
  }
  if (maxOutputTokens !== null && maxOutputTokens < 1) refuse('max_tokens', 'must be at least 1');
  const openai = extra['openai-chat'] ?? {};
  const modalities = openai.modalities;
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    refuse('modalities', 'must be ["text"]: the Anthropic form answers in text');
  }
}

function encodeFormat({ responseFormat }: CanonicalRequest, drops: Drops): JsonObject {
  if (responseFormat?.kind !== 'schema') return {};
  const onMoved = (keyword: string): void => drops.add(`response_format.json_schema.schema.${keyword}`);
  const schema = toStrictSchema(responseFormat.schema, onMoved);
  const isDescribed = responseFormat.description !== null && schema.description === undefined;
  const described = isDescribed ? { ...schema, description: responseFormat.description } : schema;
  return { format: { type: 'json_schema', schema: described } };
}

/** Bounded as the model and its thinking allow; what is cut or left out is listed (trap D17). */
function encodeSampling(
  { temperature, topP, topK }: CanonicalRequest,
  { sampling }: ModelTraits,
  { isOn }: EncodedReasoning,
  drops: Drops,
): JsonObject {
  const isFixed = sampling === 'fixed';
  const result: Record<string, number> = {};
  if (temperature !== null) {
    const isTaken = (!isFixed && !isOn) || temperature === 1;
    if (isTaken) result.temperature = Math.min(temperature, 1); // ours goes from 0 to 1, OpenAI's to 2
    if (!isTaken || temperature > 1) drops.add('temperature');
  }
  if (topP !== null) {
    const minimum = isFixed ? 0.99 : isOn ? 0.95 : 0;
    const isRival = sampling !== 'free' && result.temperature !== undefined;
    if (topP >= minimum && !isRival) result.top_p = topP;
    else drops.add('top_p');
  }
  if (topK !== null) {
    if (isFixed || isOn) drops.add('top_k');
    else result.top_k = topK;
  }
  return result;
}

/** Sequences of nothing but blanks are refused: BerriAI/litellm#3286. */
function encodeStop({ stop }: CanonicalRequest, drops: Drops): JsonObject {
  const sequences = stop.filter((sequence) => sequence.trim() !== '');
  if (sequences.length < stop.length) drops.add('stop');
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}

function encodeMetadata({ user, metadata }: CanonicalRequest, drops: Drops): JsonObject {
  for (const key of Object.keys(metadata ?? {})) drops.add(`metadata.${key}`);
  if (user === null || user === '') return {};
  if (user.length <= MAX_USER_ID_LENGTH) return { metadata: { user_id: user } };
  drops.add('user');
  return {};
}

/** Source: https://platform.claude.com/docs/en/api/service-tiers */
const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  priority: 'auto', // priority capacity if there is some, as OpenAI's `priority`
  default: 'standard_only',
  standard_only: 'standard_only',
};

function encodeServiceTier({ serviceTier }: CanonicalRequest, drops: Drops): JsonObject {
  if (serviceTier === null) return {};
  const tier = SERVICE_TIERS[serviceTier];
  if (tier !== undefined) return { service_tier: tier };
  drops.add('service_tier');
  return {};
}

/** Fields without a place here. A value that asks for nothing is not lost. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  if (request.frequencyPenalty) drops.add('frequency_penalty');
  if (request.presencePenalty) drops.add('presence_penalty');
  if (request.seed !== null) drops.add('seed');
  if (request.logprobs !== null) drops.add('logprobs');
  if (request.logprobs !== null && request.logprobs.top !== null) drops.add('top_logprobs');
  drops.addForeign(request.extra, '', SAID_ELSEWHERE);
}

/** Kept in `extra` by codecs that read them into the canonical form as well, or checked above. */
const SAID_ELSEWHERE = ['reasoning', 'thinking', 'safety_identifier', 'modalities'];
