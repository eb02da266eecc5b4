/**
 * OpenAI's `POST /v1/embeddings`, with the members that other vendors of the same form have made common.
 * https://platform.openai.com/docs/api-reference/embeddings/create
 */
import type { JsonObject } from '../canonical.ts';
import { rest } from '../json.ts';
import { flag, integer, isAbsent, oneOf, optional, refuse, text } from '../shape.ts';
import type { WholeDoor } from '../whole-operation.ts';
import type {
  EmbeddingAnswer,
  EmbeddingContent,
  EmbeddingInput,
  EmbeddingRequest,
  InputType,
  Truncation,
} from './canonical.ts';
import { encodeFloats } from './float-base64.ts';
import { toInputType } from './input-types.ts';

/** https://platform.openai.com/docs/api-reference/embeddings/create#embeddings-create-input */
const MOST_INPUTS = 2048;
const TYPE_NAMES = ['input_type', 'task', 'task_type'];
const TRUNCATION_NAMES = ['truncate', 'truncation'];
const NORMALIZE_NAMES = ['normalized', 'normalize'];
const NUMBER_TYPE_NAMES = ['embedding_type', 'embedding_types', 'output_dtype'];
/** Members that canonical says, beside OpenAI's own. */
const SAID = [...TYPE_NAMES, ...TRUNCATION_NAMES, ...NORMALIZE_NAMES, 'title'];
const KNOWN = ['model', 'input', 'dimensions', 'encoding_format', 'user', ...NUMBER_TYPE_NAMES, ...SAID];

export const openaiEmbeddingsDoor: WholeDoor<EmbeddingRequest, EmbeddingAnswer> = {
  decodeRequest(body) {
    const { inputType, unknown } = readInputType(body);
    const title = optional(body.title, 'title', text);
    const extra = { ...rest(body, KNOWN), ...unknown };
    const said = SAID.filter((name) => !isAbsent(body[name]) && unknown[name] === undefined);
    return {
      inputs: readInputs(body.input).map(
        (content): EmbeddingInput => ({ content, inputType, title, param: 'input' }),
      ),
      dimensions: optional(body.dimensions, 'dimensions', integer(1)),
      encoding: readEncoding(body),
      truncation: readTruncation(body),
      normalize: readNormalize(body),
      user: optional(body.user, 'user', text),
      asWritten: Object.fromEntries(said.map((name) => [name, body[name]])),
      extra: Object.keys(extra).length === 0 ? {} : { 'openai-chat': extra },
    };
  },

  encodeAnswer({ vectors, usage }, { encoding }, model) {
    const tokens = usage?.inputTokens ?? 0; // the form has no answer without them
    return {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encoding === 'base64' ? encodeFloats(vector) : vector,
      })),
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};

function readInputs(value: unknown): readonly EmbeddingContent[] {
  if (isAbsent(value)) return refuse('input', 'is required and missing');
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (!Array.isArray(value)) return refuse('input', 'must be a string or an array');
  if (value.length === 0) return refuse('input', 'is empty');
  if (value.every(isTokenId)) return [{ kind: 'tokens', tokens: value }];
  if (value.length > MOST_INPUTS) return refuse('input', `has more than ${MOST_INPUTS} entries`);
  return value.map((entry, index): EmbeddingContent => {
    if (typeof entry === 'string') return { kind: 'text', text: entry };
    if (Array.isArray(entry) && entry.length > 0 && entry.every(isTokenId))
      return { kind: 'tokens', tokens: entry };
    return refuse(`input[${index}]`, 'must be a string or an array of token ids');
  });
}

const isTokenId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** A word that we do not know goes on, under its own name, to vendors who have such a member. */
function readInputType(body: JsonObject): { inputType: InputType | null; unknown: JsonObject } {
  let found: InputType | null = null;
  const unknown: Record<string, unknown> = {};
  for (const name of TYPE_NAMES) {
    const word = optional(body[name], name, text);
    if (word === null) continue;
    const meant = toInputType(word);
    if (meant === null) unknown[name] = word;
    else if (found !== null && found !== meant) refuse(name, 'contradicts `input_type`');
    else found = meant;
  }
  return { inputType: found, unknown };
}

/** Cohere's words, Bedrock's, and the booleans of Voyage, Jina and Ollama. */
function readTruncation(body: JsonObject): Truncation | null {
  const name = TRUNCATION_NAMES.find((one) => !isAbsent(body[one]));
  if (name === undefined) return null;
  const value = body[name];
  if (typeof value === 'boolean') return value ? 'end' : 'none';
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 'none':
      return 'none';
    case 'start':
    case 'left':
      return 'start';
    case 'end':
    case 'right':
      return 'end';
    default:
      return refuse(name, 'must be true, false, "NONE", "START" or "END"');
  }
}

function readNormalize(body: JsonObject): boolean | null {
  const name = NORMALIZE_NAMES.find((one) => !isAbsent(body[one])) ?? 'normalized';
  return optional(body[name], name, flag);
}

/** Numbers come as floats from every vendor; other vendors' names for that are understood, and nothing else. */
function readEncoding(body: JsonObject): 'float' | 'base64' {
  let encoding = optional(body.encoding_format, 'encoding_format', (value, name) =>
    oneOf(value, ['float', 'base64'], name),
  );
  for (const name of NUMBER_TYPE_NAMES) {
    const value = body[name];
    if (isAbsent(value)) continue;
    const types: readonly unknown[] = Array.isArray(value) ? value : [value];
    const [type, ...others] = types;
    if ((type !== 'float' && type !== 'base64') || others.length > 0) {
      refuse(name, 'must be "float" or "base64": vectors of other number types are not served');
    }
    encoding ??= type === 'base64' ? 'base64' : 'float';
  }
  return encoding === 'base64' ? 'base64' : 'float';
}
