/**
 * A canonical request, into Gemini's form. What became of every field stands in `fields.ts`.
 * Source: https://ai.google.dev/api/generate-content#request-body
 */
import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { EncodedRequest, EncodeTarget } from '../codec.ts';
import { Drops } from '../drops.ts';
import { recordOf, textOf } from '../json.ts';
import { refuseNoTokens } from '../refusals.ts';
import { describedSchema } from '../response-schema.ts';
import { refuse } from '../shape.ts';
import { encodeContents, encodeSystem, PartWriter } from './encode-contents.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeToolConfig, encodeTools } from './encode-tools.ts';
import { toGeminiSchema } from './json-schema.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { SchemaGrowth } from './schema-growth.ts';
import { writeServiceTier } from './usage.ts';

const MAX_STOP_SEQUENCES = 5;
const MAX_INT32 = 2 ** 31 - 1;
const MODALITIES: Readonly<Record<string, string>> = { text: 'TEXT', image: 'IMAGE', audio: 'AUDIO' };

/** Throws `InvalidRequest`. Equal requests become equal bodies, members in equal order (trap D19). */
export function encodeRequest(request: CanonicalRequest, { model }: EncodeTarget): EncodedRequest {
  const drops = new Drops('gemini');
  const traits = traitsOf(model);
  const { generationConfig: ownConfig, toolConfig: ownToolConfig, ...own } = request.extra.gemini ?? {};
  const writer = new PartWriter(request.turns, traits, drops);
  const system = encodeSystem(request.turns, writer);
  const contents = encodeContents(request.turns, writer, traits);
  const tools = encodeTools(request, drops);
  const toolConfig = encodeToolConfig(request, ownToolConfig, drops);
  const generationConfig = encodeConfig(request, recordOf(ownConfig), traits, drops);
  const body: JsonObject = {
    contents,
    ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(toolConfig === null ? {} : { toolConfig }),
    ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
    ...encodeServiceTier(request, drops),
    ...own,
  };
  dropRest(request, drops);
  return { body, dropped: drops.names };
}

function encodeConfig(
  request: CanonicalRequest,
  own: JsonObject,
  traits: ModelTraits,
  drops: Drops,
): JsonObject {
  const { thinkingConfig: ownThinking, ...ownRest } = own;
  const thinking = encodeReasoning(request.reasoning, traits, drops);
  const { maxOutputTokens, temperature, topP, topK, choices, presencePenalty, frequencyPenalty, logprobs } =
    request;
  refuseNoTokens(request);
  const config: JsonObject = {
    maxOutputTokens,
    temperature,
    topP,
    topK,
    candidateCount: choices,
    stopSequences: encodeStop(request, drops),
    seed: encodeSeed(request, drops),
    presencePenalty,
    frequencyPenalty,
    ...encodeFormat(request, drops),
    ...(logprobs === null
      ? {}
      : { responseLogprobs: true, logprobs: logprobs.top === 0 ? null : logprobs.top }),
    ...(thinking === null && !isRecord(ownThinking)
      ? {}
      : { thinkingConfig: { ...thinking, ...recordOf(ownThinking) } }),
    responseModalities: encodeModalities(request),
    ...ownRest,
  };
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== null && value !== undefined),
  );
}

function encodeStop({ stop }: CanonicalRequest, drops: Drops): readonly string[] | null {
  const sequences = stop.filter((sequence) => sequence !== '');
  if (sequences.length < stop.length) drops.add('stop');
  if (sequences.length > MAX_STOP_SEQUENCES)
    refuse('stop', `must hold at most ${MAX_STOP_SEQUENCES} sequences`);
  return sequences.length > 0 ? sequences : null;
}

/** 32 bits here, 64 in OpenAI's form. */
function encodeSeed({ seed }: CanonicalRequest, drops: Drops): number | null {
  if (seed === null || Math.abs(seed) <= MAX_INT32) return seed;
  drops.add('seed');
  return null;
}

function encodeFormat({ responseFormat }: CanonicalRequest, drops: Drops): JsonObject {
  const json = { responseMimeType: 'application/json' };
  if (responseFormat?.kind !== 'schema') return responseFormat?.kind === 'json' ? json : {};
  const { schema: asked } = responseFormat;
  const onMoved = (keyword: string): void => drops.addKeyword('response_format.json_schema.schema', keyword);
  const schema = toGeminiSchema(asked, onMoved, new SchemaGrowth().allow(asked, 'response_format'));
  return { ...json, responseJsonSchema: describedSchema(responseFormat, schema) };
}

/** Text alone is what a model answers in anyway. */
function encodeModalities({ extra }: CanonicalRequest): readonly string[] | null {
  const modalities = extra['openai-chat']?.modalities;
  if (!Array.isArray(modalities) || modalities.every((modality) => modality === 'text')) return null;
  return modalities.map((modality) => {
    const word = MODALITIES[textOf(modality)];
    return word ?? refuse('modalities', 'must hold "text", "image" and "audio" only');
  });
}

function encodeServiceTier({ serviceTier }: CanonicalRequest, drops: Drops): JsonObject {
  if (serviceTier === null || serviceTier === 'auto') return {};
  const tier = writeServiceTier(serviceTier);
  if (tier !== null) return { serviceTier: tier };
  drops.add('service_tier');
  return {};
}

/** Labels exist, but their keys and values are narrower than metadata, and they end on the operator's bill. */
function dropRest(request: CanonicalRequest, drops: Drops): void {
  drops.addUser(request);
  drops.addMetadata(Object.keys(request.metadata ?? {}));
  drops.addForeignFields(request.extra);
}
