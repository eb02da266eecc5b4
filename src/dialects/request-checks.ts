/**
 * What a request must be before any provider is asked: the fields that every provider of a route agrees on.
 * Unknown fields, and fields whose shape differs between vendors, are the provider's to judge.
 */
import { InvalidRequest } from '../errors.ts';
import { rounded } from '../exact-json.ts';
import { isRecord } from '../is-record.ts';
import type { RouteId } from './routes.ts';

type Body = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isInteger: Check = (value) => typeof value === 'number' && Number.isInteger(value);
/** Of any length: a seed that is rounded serves as well. */
const isSeed: Check = (value) => isInteger(rounded(value));
const isArray: Check = Array.isArray;
/** Gemini takes one content, or a plain text, as well as a list. */
const isContents: Check = (value) => Array.isArray(value) || isRecord(value) || typeof value === 'string';
const isText: Check = (value) => typeof value === 'string' || Array.isArray(value);

/** Types of fields; `null` and absence are always allowed here. */
const CHAT_FIELDS: Readonly<Record<string, readonly [Check, string]>> = {
  stream: [isBoolean, 'a boolean'],
  stream_options: [isRecord, 'an object'],
  temperature: [isNumber, 'a number'],
  top_p: [isNumber, 'a number'],
  frequency_penalty: [isNumber, 'a number'],
  presence_penalty: [isNumber, 'a number'],
  max_tokens: [isInteger, 'an integer'],
  max_completion_tokens: [isInteger, 'an integer'],
  n: [isInteger, 'an integer'],
  seed: [isSeed, 'an integer'],
  top_logprobs: [isInteger, 'an integer'],
  parallel_tool_calls: [isBoolean, 'a boolean'],
  stop: [isText, 'a string or an array'],
  tools: [isArray, 'an array'],
  response_format: [isRecord, 'an object'],
  logit_bias: [isRecord, 'an object'],
  metadata: [isRecord, 'an object'],
};

const COMPLETION_FIELDS: typeof CHAT_FIELDS = {
  stream: [isBoolean, 'a boolean'],
  stream_options: [isRecord, 'an object'],
  temperature: [isNumber, 'a number'],
  max_tokens: [isInteger, 'an integer'],
  n: [isInteger, 'an integer'],
  prompt: [isText, 'a string or an array'],
};

const OTHER_FIELDS: typeof CHAT_FIELDS = {
  stream: [isBoolean, 'a boolean'],
  n: [isInteger, 'an integer'],
  dimensions: [isInteger, 'an integer'],
  encoding_format: [isString, 'a string'],
};

const RESPONSES_FIELDS: typeof CHAT_FIELDS = {
  stream: [isBoolean, 'a boolean'],
  stream_options: [isRecord, 'an object'],
  input: [isText, 'a string or an array'],
  temperature: [isNumber, 'a number'],
  top_p: [isNumber, 'a number'],
  max_output_tokens: [isInteger, 'an integer'],
  parallel_tool_calls: [isBoolean, 'a boolean'],
  previous_response_id: [isString, 'a string'],
  tools: [isArray, 'an array'],
  text: [isRecord, 'an object'],
  reasoning: [isRecord, 'an object'],
  metadata: [isRecord, 'an object'],
};

const MESSAGES_FIELDS: typeof CHAT_FIELDS = {
  stream: [isBoolean, 'a boolean'],
  max_tokens: [isInteger, 'an integer'],
  system: [isText, 'a string or an array'],
  temperature: [isNumber, 'a number'],
  top_p: [isNumber, 'a number'],
  top_k: [isInteger, 'an integer'],
  stop_sequences: [isArray, 'an array'],
  tools: [isArray, 'an array'],
  tool_choice: [isRecord, 'an object'],
  thinking: [isRecord, 'an object'],
  metadata: [isRecord, 'an object'],
};

/** Throws `InvalidRequest` naming the first field that cannot be right. */
export function checkJsonBody(route: RouteId, body: Body): void {
  switch (route) {
    case 'chat.completions':
      checkTypes(body, CHAT_FIELDS);
      checkMessages(body.messages);
      break;
    case 'completions':
      checkTypes(body, COMPLETION_FIELDS);
      break;
    case 'embeddings':
    case 'moderations':
      checkTypes(body, OTHER_FIELDS);
      checkRequired(body, 'input', isText, 'a string or an array');
      break;
    case 'images.generations':
      checkTypes(body, OTHER_FIELDS);
      checkRequired(body, 'prompt', isString, 'a string');
      break;
    case 'audio.speech':
      checkRequired(body, 'input', isString, 'a string');
      break;
    case 'responses':
      checkTypes(body, RESPONSES_FIELDS);
      // Whose conversation it is, only the provider knows: any tenant could name any other's.
      if ((body.conversation ?? null) !== null)
        throw new InvalidRequest('`conversation` is not served here.', 'conversation');
      break;
    case 'messages':
    case 'messages.count_tokens':
      checkTypes(body, MESSAGES_FIELDS);
      checkMessages(body.messages);
      if (route === 'messages' && (body.max_tokens ?? null) === null) throw missing('max_tokens');
      break;
    case 'rerank':
      checkTypes(body, OTHER_FIELDS);
      checkRequired(body, 'query', isString, 'a string');
      checkRequired(body, 'documents', isArray, 'an array');
      break;
    case 'gemini.generateContent':
    case 'gemini.streamGenerateContent':
      checkRequired(body, 'contents', isContents, 'an array');
      break;
    default:
      checkTypes(body, OTHER_FIELDS);
  }
}

function checkTypes(body: Body, fields: typeof CHAT_FIELDS): void {
  for (const name in fields) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const [isRight, expected] = fields[name] as (typeof fields)[string]; // `name` is one of its keys
    if (!isRight(value)) throw wrongType(name, expected);
  }
}

function checkRequired(body: Body, name: string, isRight: Check, expected: string): void {
  const value = body[name];
  if (value === undefined || value === null) throw missing(name);
  if (!isRight(value)) throw wrongType(name, expected);
  if ((value as { length?: number }).length === 0) throw new InvalidRequest(`\`${name}\` is empty.`, name);
}

function checkMessages(messages: unknown): void {
  if (messages === undefined || messages === null) throw missing('messages');
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array');
  if (messages.length === 0) throw new InvalidRequest('`messages` is empty.', 'messages');
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (!isRecord(message)) throw wrongType(at, 'an object');
    if (typeof message.role !== 'string') throw wrongType(`${at}.role`, 'a string');
    const { content } = message;
    if (content !== undefined && content !== null && !isText(content))
      throw wrongType(`${at}.content`, 'a string or an array');
  }
}

export const missing = (name: string): InvalidRequest =>
  new InvalidRequest(`\`${name}\` is required and missing.`, name);

export const wrongType = (name: string, expected: string): InvalidRequest =>
  new InvalidRequest(`\`${name}\` must be ${expected}.`, name);

/** Throws `InvalidRequest` unless `model` can be looked up and stand in a header. */
export function checkModel(model: unknown): asserts model is string {
  if (model === undefined || model === null) throw missing('model');
  if (typeof model !== 'string') throw wrongType('model', 'a string');
  if (model === '') throw new InvalidRequest('`model` is empty.', 'model');
  if (model.length > 512) throw new InvalidRequest('`model` is longer than 512 characters.', 'model');
  if (!model.isWellFormed()) throw new InvalidRequest('`model` is not valid Unicode.', 'model');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(model))
    throw new InvalidRequest('`model` holds control characters.', 'model');
}

const REPEATING_WRAPPERS = ['generateContentRequest', 'generate_content_request'];
/** Members of Gemini's bodies whose objects repeat the model that the path names. */
export const REPEATING_MEMBERS: readonly string[] = [...REPEATING_WRAPPERS, 'requests'];

/**
 * Where the path names the model, Gemini's bodies may repeat it, and who reads them may take either: what was granted and
 * what is served must be one (traps H6). Throws `InvalidRequest`.
 */
export function checkRepeatedModel(model: string, body: Body): void {
  checkSameModel(body.model, model, 'model');
  for (const name of REPEATING_WRAPPERS) {
    const wrapped = body[name];
    if (isRecord(wrapped)) checkSameModel(wrapped.model, model, `${name}.model`);
  }
  const requests: readonly unknown[] = Array.isArray(body.requests) ? body.requests : [];
  for (const [index, one] of requests.entries())
    if (isRecord(one)) checkSameModel(one.model, model, `requests[${index}].model`);
}

function checkSameModel(value: unknown, model: string, name: string): void {
  if (value === undefined || value === null || value === model || value === `models/${model}`) return;
  throw new InvalidRequest(`\`${name}\` is not the model that the path names.`, name);
}
