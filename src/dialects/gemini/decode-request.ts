/**
 * A request of a Gemini client, into the canonical form. The model and whether it streams stand in the URL: the caller
 * knows them. Members come in camelCase or snake_case; what no other form has a word for rides along.
 * Source: https://ai.google.dev/api/generate-content#request-body
 */
import type { CanonicalRequest, JsonObject, ResponseFormat, TextPart, Turn } from '../canonical.ts';
import { rest, textOf } from '../json.ts';
import { flag, integer, isAbsent, list, number, object, optional, refuse, text } from '../shape.ts';
import { ContentsDecoder } from './decode-contents.ts';
import { decodeToolConfig, decodeTools } from './decode-tools.ts';
import { toCamel } from './member-names.ts';
import { fromGoogleSchema } from './openapi-schema.ts';
import { readServiceTier } from './usage.ts';

const KNOWN = [
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
];
const KNOWN_CONFIG = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
];
const FORMAT = ['responseMimeType', 'responseSchema', 'responseJsonSchema'];
const MIN_INT32 = -(2 ** 31);

/** Throws `InvalidRequest` naming the field. */
export function decodeRequest(value: JsonObject): CanonicalRequest {
  const body = toCamel(value);
  const config = toCamel(optional(body.generationConfig, 'generationConfig', object) ?? {});
  const at = (name: string): string => `generationConfig.${name}`;
  const { toolChoice, rest: ownToolConfig } = decodeToolConfig(body.toolConfig);
  const responseFormat = decodeFormat(config);
  const thinking = toCamel(optional(config.thinkingConfig, at('thinkingConfig'), object) ?? {});
  const ownConfig = {
    ...rest(config, [...KNOWN_CONFIG, ...(responseFormat === null ? [] : FORMAT)]),
    ...ownThinking(thinking),
  };
  const own = {
    ...rest(body, KNOWN),
    ...(ownToolConfig === null ? {} : { toolConfig: ownToolConfig }),
    ...(Object.keys(ownConfig).length === 0 ? {} : { generationConfig: ownConfig }),
  };
  const penalty = number(-2, 2);
  return {
    turns: [
      ...decodeSystem(body.systemInstruction),
      ...new ContentsDecoder().decode(body.contents, 'contents'),
    ],
    tools: decodeTools(body.tools),
    toolChoice,
    parallelToolCalls: null,
    maxOutputTokens: optional(config.maxOutputTokens, at('maxOutputTokens'), integer(1)),
    temperature: optional(config.temperature, at('temperature'), number(0, 2)),
    topP: optional(config.topP, at('topP'), number(0, 1)),
    topK: optional(config.topK, at('topK'), integer(0)),
    frequencyPenalty: optional(config.frequencyPenalty, at('frequencyPenalty'), penalty),
    presencePenalty: optional(config.presencePenalty, at('presencePenalty'), penalty),
    seed: optional(config.seed, at('seed'), integer(MIN_INT32)),
    stop: (optional(config.stopSequences, at('stopSequences'), list) ?? []).map((stop, index) =>
      text(stop, `${at('stopSequences')}[${index}]`),
    ),
    choices: optional(config.candidateCount, at('candidateCount'), integer(1)),
    logprobs: decodeLogprobs(config),
    responseFormat,
    reasoning: decodeReasoning(thinking),
    serviceTier: optional(body.serviceTier, 'serviceTier', text) && readServiceTier(body),
    metadata: null,
    user: null,
    wantsStream: false,
    wantsUsage: true, // every answer of this form has it
    extra: Object.keys(own).length === 0 ? {} : { gemini: own },
  };
}

/** A content, its role without meaning; a plain text is taken too. */
function decodeSystem(value: unknown): Turn[] {
  const path = 'systemInstruction';
  if (isAbsent(value)) return [];
  if (typeof value === 'string')
    return value === '' ? [] : [{ role: 'system', parts: [{ type: 'text', text: value }] }];
  const parts = (optional(object(value, path).parts, `${path}.parts`, list) ?? []).map(
    (part, index): TextPart => {
      const at = `${path}.parts[${index}].text`;
      return { type: 'text', text: text(object(part, `${path}.parts[${index}]`).text, at) };
    },
  );
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function decodeLogprobs(config: JsonObject): CanonicalRequest['logprobs'] {
  const path = 'generationConfig';
  const isWanted = optional(config.responseLogprobs, `${path}.responseLogprobs`, flag);
  const top = optional(config.logprobs, `${path}.logprobs`, integer(0));
  return isWanted === true ? { top } : null;
}

/** `null` also for types that no other form has (`text/x.enum`): they stay with the form's own fields. */
function decodeFormat(config: JsonObject): ResponseFormat | null {
  const path = 'generationConfig';
  const type = optional(config.responseMimeType, `${path}.responseMimeType`, text);
  if (type === 'text/plain') return { kind: 'text' };
  if (type !== 'application/json') return null;
  const schema = isAbsent(config.responseJsonSchema)
    ? optional(config.responseSchema, `${path}.responseSchema`, fromGoogleSchema)
    : object(config.responseJsonSchema, `${path}.responseJsonSchema`);
  if (schema === null) return { kind: 'json' };
  // The other forms want a name. Not strict: OpenAI would refuse properties that are not required.
  return { kind: 'schema', name: 'output', description: null, schema, strict: null };
}

/** A budget of 0 turns thinking off, -1 leaves it to the model. */
function decodeReasoning(thinking: JsonObject): CanonicalRequest['reasoning'] {
  const path = 'generationConfig.thinkingConfig';
  const budget = optional(thinking.thinkingBudget, `${path}.thinkingBudget`, integer(-1));
  const level = optional(thinking.thinkingLevel, `${path}.thinkingLevel`, text);
  const shows = optional(thinking.includeThoughts, `${path}.includeThoughts`, flag);
  if (budget !== null && budget !== 0 && level !== null) {
    refuse(`${path}.thinkingBudget`, 'excludes thinkingLevel');
  }
  const effort = level === null || isUnspecified(level) ? null : level.toLowerCase();
  if (budget === null && effort === null && shows !== true) return null;
  return {
    isEnabled: budget === 0 ? false : budget === null && effort === null ? null : true,
    effort,
    budgetTokens: budget !== null && budget > 0 ? budget : null,
    summary: shows === true ? 'auto' : null,
  };
}

const isUnspecified = (level: string): boolean =>
  textOf(level).toUpperCase() === 'THINKING_LEVEL_UNSPECIFIED';

function ownThinking(thinking: JsonObject): JsonObject {
  const own = rest(thinking, ['thinkingBudget', 'thinkingLevel', 'includeThoughts']);
  return own === null ? {} : { thinkingConfig: own };
}

/** What is to be counted at `:countTokens`: `contents` alone, or a whole request. Throws `InvalidRequest`. */
export function decodeCountRequest(body: JsonObject): CanonicalRequest {
  const { generateContentRequest } = toCamel(body);
  if (isAbsent(generateContentRequest)) return decodeRequest(body);
  return decodeRequest(object(generateContentRequest, 'generateContentRequest'));
}
