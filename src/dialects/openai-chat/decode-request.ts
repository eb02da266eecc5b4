/**
 * A chat completion request in canonical form.
 * Source of the fields: `CreateChatCompletionRequest`, https://platform.openai.com/docs/api-reference/chat/create
 *
 * A field that canonical has no word for goes to `extra['openai-chat']` under its own name.
 */
import { InvalidRequest } from '../../errors.ts';
import { rounded } from '../../exact-json.ts';
import type { CanonicalRequest, JsonObject, ResponseFormat } from '../canonical.ts';
import { recordOf } from '../json.ts';
import { checkJsonBody, wrongType } from '../request-checks.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import {
  leftovers,
  optional,
  optionalArray,
  optionalBoolean,
  optionalRecord,
  optionalString,
  requiredRecord,
  requiredString,
} from './members.ts';

/** Fields that canonical says in full. `model` is the pipeline's: it decides which one is asked for. */
const MAPPED = [
  'model',
  'messages',
  'stream',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'n',
  'logprobs',
  'top_logprobs',
  'response_format',
  'reasoning_effort',
  'service_tier',
  'metadata',
  'user',
  'stream_options',
];

/** Throws `InvalidRequest` naming the field. */
export function decodeRequest(body: JsonObject): CanonicalRequest {
  checkJsonBody('chat.completions', body);
  const streamOptions = optionalRecord(body.stream_options, 'stream_options') ?? {};
  const endUser = optionalString(body.safety_identifier, 'safety_identifier');
  const user = optionalString(body.user, 'user');
  return {
    turns: decodeMessages(body.messages as readonly unknown[]), // an array: `checkJsonBody` looked
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    parallelToolCalls: optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls'),
    maxOutputTokens: decodeLimit(body),
    temperature: number(body.temperature),
    topP: number(body.top_p),
    topK: number(body.top_k), // not OpenAI's, but many vendors of this form take it
    frequencyPenalty: number(body.frequency_penalty),
    presencePenalty: number(body.presence_penalty),
    seed: number(rounded(body.seed)),
    stop: decodeStop(body.stop),
    choices: number(body.n),
    logprobs: decodeLogprobs(body),
    responseFormat: decodeResponseFormat(body.response_format),
    reasoning: decodeReasoning(body),
    serviceTier: optionalString(body.service_tier, 'service_tier'),
    metadata: optionalRecord(body.metadata, 'metadata'),
    user: endUser ?? user,
    wantsStream: body.stream === true,
    wantsUsage: streamOptions.include_usage === true,
    extra: decodeExtra(body, streamOptions, endUser !== null && user !== null ? { user } : {}),
  };
}

function decodeExtra(
  body: JsonObject,
  streamOptions: JsonObject,
  more: JsonObject,
): CanonicalRequest['extra'] {
  const fields: Record<string, unknown> = { ...leftovers(body, MAPPED), ...more };
  const options = leftovers(streamOptions, ['include_usage']);
  if (Object.keys(options).length > 0) fields.stream_options = options;
  return Object.keys(fields).length === 0 ? {} : { 'openai-chat': fields };
}

/** Two names for one limit (traps D7): both is a mistake, and zero is no default. */
function decodeLimit(body: JsonObject): number | null {
  const hasOld = !optional(body.max_tokens);
  if (hasOld && !optional(body.max_completion_tokens)) {
    const message = '`max_tokens` and `max_completion_tokens` are two names for one limit: send only one.';
    throw new InvalidRequest(message, 'max_tokens');
  }
  const name = hasOld ? 'max_tokens' : 'max_completion_tokens';
  const limit = number(body[name]);
  if (limit !== null && limit < 1) throw new InvalidRequest(`\`${name}\` must be at least 1.`, name);
  return limit;
}

function decodeStop(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  const stops = optionalArray(value, 'stop');
  return stops.map((stop, index) => requiredString(stop, `stop[${index}]`));
}

function decodeLogprobs(body: JsonObject): CanonicalRequest['logprobs'] {
  const top = number(body.top_logprobs);
  if (optionalBoolean(body.logprobs, 'logprobs') === true) return { top };
  if (top !== null && top > 0) {
    throw new InvalidRequest('`top_logprobs` needs `logprobs` to be true.', 'top_logprobs');
  }
  return null;
}

function decodeResponseFormat(value: unknown): ResponseFormat | null {
  const format = optionalRecord(value, 'response_format');
  if (format === null) return null;
  const type = requiredString(format.type, 'response_format.type');
  if (type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json' };
  if (type !== 'json_schema') throw wrongType('response_format.type', 'text, json_object or json_schema');
  const at = 'response_format.json_schema';
  const described = requiredRecord(format.json_schema, at);
  return {
    kind: 'schema',
    name: requiredString(described.name, `${at}.name`),
    description: optionalString(described.description, `${at}.description`),
    schema: optionalRecord(described.schema, `${at}.schema`) ?? {},
    strict: optionalBoolean(described.strict, `${at}.strict`),
  };
}

/**
 * `reasoning_effort`, and the objects that vendors of this form take for what it cannot say: `reasoning`
 * (`{effort, max_tokens, enabled, summary}`, OpenRouter) and `thinking` (`{type, budget_tokens}`, DeepSeek, Z.ai). Those stay
 * in `extra` as well.
 */
function decodeReasoning(body: JsonObject): CanonicalRequest['reasoning'] {
  const asked = recordOf(body.reasoning);
  const thinking = recordOf(body.thinking);
  const effort =
    optionalString(body.reasoning_effort, 'reasoning_effort') ??
    optionalString(asked.effort, 'reasoning.effort');
  const budgetTokens = number(asked.max_tokens) ?? number(thinking.budget_tokens);
  const isOn = asked.enabled === true || thinking.type === 'enabled';
  const isOff = effort === 'none' || asked.enabled === false || thinking.type === 'disabled';
  if (effort === null && budgetTokens === null && !isOn && !isOff) return null;
  const summary = optionalString(asked.summary, 'reasoning.summary');
  return { isEnabled: !isOff, effort, budgetTokens, ...(summary === null ? {} : { summary }) };
}

/** Types were checked by `checkJsonBody`, but for the vendors' own fields. */
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
