/**
 * A canonical request, into the body of Converse and ConverseStream. What became of every field stands in
 * `fields.ts`. The model stands in the path.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */

import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { toStrictSchema } from '../claude/json-schema.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { refuseJsonWithoutSchema, refuseMoreThanOneText, refuseNoTokens } from '../refusals.ts';
import { DocumentNames } from './document-names.ts';
import { encodeInference } from './encode-inference.ts';
import { encodeConversation } from './encode-messages.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeToolConfig } from './encode-tools.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { OWN_FIELDS, readOwnFields } from './own-fields.ts';

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  refuseMoreThanOneText(request, 'Bedrock');
  refuseJsonWithoutSchema(request, 'Bedrock');
  refuseNoTokens(request);
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

/** The schema goes as text, within the subset of Anthropic's, which Bedrock holds all its models to. */
function encodeFormat({ responseFormat }: CanonicalRequest, drops: Drops): JsonObject {
  if (responseFormat?.kind !== 'schema') return {};
  const schema = toStrictSchema(responseFormat.schema, (keyword) =>
    drops.addKeyword('response_format.json_schema.schema', keyword),
  );
  const jsonSchema = {
    schema: JSON.stringify(schema),
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
    else drops.addMetadata([key]);
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
  drops.addPenaltiesAndSeed(request);
  drops.addLogprobs(request);
  drops.addUser(request);
  drops.addForeignFields(request.extra, OWN_FIELDS);
}
