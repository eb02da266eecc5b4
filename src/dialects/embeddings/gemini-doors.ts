/**
 * Gemini's `models/{model}:embedContent` and `:batchEmbedContents`, as the Developer API has them; members of
 * Vertex's `embedContentConfig` are understood too, and names in snake case.
 * https://ai.google.dev/api/embeddings
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { rest } from '../json.ts';
import { flag, integer, isAbsent, list, object, optional, refuse, text } from '../shape.ts';
import type { WholeDoor } from '../whole-operation.ts';
import type { EmbeddingAnswer, EmbeddingInput, EmbeddingRequest, InputType } from './canonical.ts';
import { decodeContent, member, snakeCase } from './gemini-content.ts';
import { toInputType } from './input-types.ts';

const MOST_INPUTS = 2048;
const CONFIG = 'embedContentConfig';
const NAMES = ['model', 'content', 'taskType', 'title', 'outputDimensionality', 'autoTruncate', CONFIG];
const KNOWN = [...NAMES, ...NAMES.map(snakeCase)];

interface Asked {
  readonly input: EmbeddingInput;
  readonly dimensions: number | null;
  readonly truncates: boolean | null;
  readonly model: unknown;
  readonly extra: JsonObject;
}

export const geminiEmbedContentDoor: WholeDoor<EmbeddingRequest, EmbeddingAnswer> = {
  decodeRequest: (body) => toRequest([decodeOne(body, '')], rest(body, KNOWN)),
  encodeAnswer: ({ vectors, usage }) => ({
    embedding: { values: vectors[0] ?? [] },
    ...encodeUsage(usage),
  }),
};

export const geminiBatchEmbedContentsDoor: WholeDoor<EmbeddingRequest, EmbeddingAnswer> = {
  decodeRequest(body) {
    const requests = list(body.requests, 'requests');
    if (requests.length === 0) refuse('requests', 'is empty');
    if (requests.length > MOST_INPUTS) refuse('requests', `has more than ${MOST_INPUTS} entries`);
    const asked = requests.map((one, index) =>
      decodeOne(object(one, `requests[${index}]`), `requests[${index}].`),
    );
    return toRequest(asked, rest(body, ['requests', 'model']));
  },
  encodeAnswer: ({ vectors, usage }) => ({
    embeddings: vectors.map((values) => ({ values })),
    ...encodeUsage(usage),
  }),
};

/** `at`: what stands before the names of its members. */
function decodeOne(body: JsonObject, at: string): Asked {
  const config = optional(member(body, CONFIG), at + CONFIG, object) ?? {};
  const read = (name: string): unknown => {
    const value = member(body, name);
    return isAbsent(value) ? member(config, name) : value;
  };
  const known = readTaskType(optional(read('taskType'), `${at}taskType`, text));
  const param = `${at}content`;
  return {
    input: {
      content: decodeContent(body.content, param),
      inputType: known.inputType,
      title: optional(read('title'), `${at}title`, text),
      param,
    },
    dimensions: optional(read('outputDimensionality'), `${at}outputDimensionality`, integer(1)),
    truncates: optional(read('autoTruncate'), `${at}autoTruncate`, flag),
    model: body.model,
    extra: { ...rest(body, KNOWN), ...rest(config, KNOWN), ...known.extra },
  };
}

function readTaskType(word: string | null): { inputType: InputType | null; extra: JsonObject } {
  if (word === null || word === 'TASK_TYPE_UNSPECIFIED' || word === 'UNSPECIFIED')
    return { inputType: null, extra: {} };
  const inputType = toInputType(word);
  return { inputType, extra: inputType === null ? { taskType: word } : {} };
}

/** One call asks one model for vectors of one length, so the requests of a batch may not differ in either. */
function toRequest(asked: readonly Asked[], more: JsonObject | null): EmbeddingRequest {
  const [first] = asked;
  if (first === undefined) return refuse('requests', 'is empty');
  for (const [index, { dimensions, truncates, model }] of asked.entries()) {
    if (dimensions !== first.dimensions)
      refuse(`requests[${index}].outputDimensionality`, 'must be the same in all requests');
    if (truncates !== first.truncates)
      refuse(`requests[${index}].autoTruncate`, 'must be the same in all requests');
    if (!isAbsent(model) && model !== first.model)
      refuse(`requests[${index}].model`, 'must be the same in all requests');
  }
  const extra = Object.assign({}, ...asked.map((one) => one.extra), more);
  return {
    inputs: asked.map(({ input }) => input),
    dimensions: first.dimensions,
    encoding: 'float',
    truncation: first.truncates === null ? null : first.truncates ? 'end' : 'none',
    normalize: null,
    user: null,
    asWritten: {},
    extra: isRecord(extra) && Object.keys(extra).length > 0 ? { gemini: extra } : {},
  };
}

/** Google tells it since `gemini-embedding-2`; recording `google-gemini/batchEmbedContents/text`. */
function encodeUsage(usage: EmbeddingAnswer['usage']): JsonObject {
  return usage === null ? {} : { usageMetadata: { promptTokenCount: usage.inputTokens } };
}
