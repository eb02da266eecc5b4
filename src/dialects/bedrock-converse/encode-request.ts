/**
 * A canonical request, into the body of Converse and ConverseStream. What became of every field stands in
 * `fields.ts`. The model stands in the path.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import { toStrictSchema } from '../anthropic-messages/json-schema.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { DocumentNames } from './document-names.ts';
import { encodeInference } from './encode-inference.ts';
import { encodeConversation } from './encode-messages.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeToolConfig } from './encode-tools.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { OWN_FIELDS, readOwnFields } from './own-fields.ts';

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  checkRefused(request);
  const drops = new Drops('bedrock-converse');
  const traits = traitsOf(model);
  const own = readOwnFields(request.extra);
  const context = { traits, drops, documentNames: new DocumentNames() };
  const { system, messages } = encodeConversation(request.turns, context);
  const reasoning = encodeReasoning(request, { model, traits, messages, drops });
  const isThinking = reasoning.isClaudeThinking;
  const toolConfig = encodeToolConfig(request, messages, { traits, drops, isThinking });
  const { inferenceConfig, fields } = encodeInference(request, { model, traits, reasoning, drops });
  const body: JsonObject = {
    messages,
    ...unlessEmpty('system', system),
    ...unlessEmpty('inferenceConfig', inferenceConfig),
    ...(toolConfig === null ? {} : { toolConfig }),
    ...unlessEmpty('guardrailConfig', own.object('guardrailConfig')),
    ...unlessEmpty('additionalModelRequestFields', {
      ...reasoning.fields,
      ...fields,
      ...own.object('additionalModelRequestFields'),
    }),
    ...unlessEmpty('additionalModelResponseFieldPaths', [
      ...new Set([...stopSequencePath(request, traits), ...own.responseFieldPaths]),
    ]),
    ...unlessEmpty('promptVariables', own.object('promptVariables')),
    ...unlessEmpty('requestMetadata', {
      ...encodeMetadata(request, drops),
      ...own.object('requestMetadata'),
    }),
    ...unlessEmpty('performanceConfig', own.object('performanceConfig')),
    ...unlessEmpty('serviceTier', { ...encodeServiceTier(request, drops), ...own.object('serviceTier') }),
    ...unlessEmpty('outputConfig', encodeFormat(request, drops)),
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

const unlessEmpty = (name: string, value: JsonObject | readonly unknown[]): JsonObject =>
  Object.keys(value).length === 0 ? {} : { [name]: value };

/** Without these the answer would be another one than the client asked for. */
function checkRefused({ choices, responseFormat, maxOutputTokens, extra }: CanonicalRequest): void {
  if (choices !== null && choices !== 1) refuse('n', 'must be 1: Bedrock gives one answer');
  if (responseFormat?.kind === 'json') {
    refuse('response_format', 'must be of the type "json_schema": Bedrock has no JSON mode without a schema');
  }
  if (maxOutputTokens !== null && maxOutputTokens < 1) refuse('max_tokens', 'must be at least 1');
  const modalities = extra['openai-chat']?.modalities;
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    refuse('modalities', 'must be ["text"]: Bedrock answers in text');
  }
}

/** The schema goes as text, within the subset of Anthropic's, which Bedrock holds all its models to. */
function encodeFormat({ responseFormat }: CanonicalRequest, drops: Drops): JsonObject {
  if (responseFormat?.kind !== 'schema') return {};
  const onMoved = (keyword: string): void => drops.add(`response_format.json_schema.schema.${keyword}`);
  const jsonSchema = {
    schema: JSON.stringify(toStrictSchema(responseFormat.schema, onMoved)),
    name: responseFormat.name,
    ...(responseFormat.description === null ? {} : { description: responseFormat.description }),
  };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

/** Converse tells which sequence ended the answer only if the model's own field is asked for. */
const stopSequencePath = ({ stop }: CanonicalRequest, { reasoning }: ModelTraits): readonly string[] =>
  stop.length > 0 && reasoning === 'claude' ? ['/stop_sequence'] : [];

const MAX_METADATA = 16;
const METADATA = /^[A-Za-z0-9\s:_@$#=/+,.-]{0,256}$/;

/** For the invocation logs, which take fewer characters than OpenAI does. */
function encodeMetadata({ metadata }: CanonicalRequest, drops: Drops): JsonObject {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata ?? {})) {
    const isTaken = key !== '' && METADATA.test(key) && typeof value === 'string' && METADATA.test(value);
    if (isTaken && Object.keys(kept).length < MAX_METADATA) kept[key] = value;
    else drops.add(`metadata.${key}`);
  }
  return kept;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html */
const SERVICE_TIERS: Readonly<Record<string, string>> = {
  default: 'default',
  standard_only: 'default',
  flex: 'flex',
  priority: 'priority',
  reserved: 'reserved',
};

function encodeServiceTier({ serviceTier }: CanonicalRequest, drops: Drops): JsonObject {
  if (serviceTier === null || serviceTier === 'auto') return {};
  const type = SERVICE_TIERS[serviceTier];
  if (type !== undefined) return { type };
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
  if (request.user !== null && request.user !== '') drops.add('user');
  drops.addForeign(request.extra, '', [...SAID_ELSEWHERE, ...OWN_FIELDS]);
}

/** Kept in `extra` by codecs that read them into the canonical form as well, or checked above. */
const SAID_ELSEWHERE = ['reasoning', 'thinking', 'output_config', 'safety_identifier', 'modalities'];
