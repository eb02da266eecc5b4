/**
 * A Responses request in canonical form, for a target of another form.
 * Source: `CreateResponse`, https://platform.openai.com/docs/api-reference/responses/create
 *
 * What another form cannot do at all is refused here: state that the vendor keeps (`previous_response_id`,
 * `conversation`, stored `prompt`s and items) and work in the background. Fields that the chat form has under the same
 * name stand in its `extra`, so that they reach OpenAI's chat form; the rest that canonical has no word for in ours.
 */
import type { CanonicalRequest, Extra, JsonObject, ResponseFormat } from '../canonical.ts';
import { rest } from '../json.ts';
import { flag, integer, isAbsent, list, number, object, optional, refuse, text } from '../shape.ts';
import { decodeInput } from './decode-input.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { toInstructionsTurn } from './instructions.ts';

const LOGPROBS = 'message.output_text.logprobs';
const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Fields that are read below. `model` is the pipeline's. */
const READ = [
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'reasoning',
  'text',
  'truncation',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
  'background',
  'previous_response_id',
  'conversation',
  'prompt',
];

/** Throws `InvalidRequest` naming the field. */
export function decodeRequest(body: JsonObject): CanonicalRequest {
  refuseState(body);
  const instructions = optional(body.instructions, 'instructions', text);
  const format = optional(body.text, 'text', object) ?? {};
  const include = optional(body.include, 'include', list) ?? [];
  return {
    turns: [
      ...(instructions === null || instructions === '' ? [] : [toInstructionsTurn(instructions)]),
      ...decodeInput(body.input),
    ],
    tools: decodeTools(body.tools),
    toolChoice: decodeToolChoice(body.tool_choice),
    parallelToolCalls: optional(body.parallel_tool_calls, 'parallel_tool_calls', flag),
    maxOutputTokens: optional(body.max_output_tokens, 'max_output_tokens', integer(1)),
    temperature: optional(body.temperature, 'temperature', number(0, 2)),
    topP: optional(body.top_p, 'top_p', number(0, 1)),
    topK: null,
    frequencyPenalty: null,
    presencePenalty: null,
    seed: null,
    stop: [],
    choices: null,
    logprobs: decodeLogprobs(body, include),
    responseFormat: decodeFormat(format.format),
    reasoning: decodeReasoning(body.reasoning),
    serviceTier: optional(body.service_tier, 'service_tier', text),
    metadata: optional(body.metadata, 'metadata', object),
    user: optional(body.safety_identifier, 'safety_identifier', text) ?? optional(body.user, 'user', text),
    wantsStream: optional(body.stream, 'stream', flag) ?? false,
    wantsUsage: true, // a stream of this form always tells it
    extra: decodeExtra(body, format, include),
  };
}

function refuseState(body: JsonObject): void {
  for (const field of ['previous_response_id', 'conversation', 'prompt']) {
    if (!isAbsent(body[field]))
      refuse(field, 'is not available for this model: send the whole input instead');
  }
  if (optional(body.background, 'background', flag) === true) {
    refuse('background', 'must be false: this model answers while you wait');
  }
}

function decodeLogprobs(body: JsonObject, include: readonly unknown[]): CanonicalRequest['logprobs'] {
  const top = optional(body.top_logprobs, 'top_logprobs', integer(0));
  return include.includes(LOGPROBS) || (top !== null && top > 0) ? { top } : null;
}

function decodeFormat(value: unknown): ResponseFormat | null {
  const format = optional(value, 'text.format', object);
  if (format === null) return null;
  switch (format.type) {
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema':
      return {
        kind: 'schema',
        name: text(format.name, 'text.format.name'),
        description: optional(format.description, 'text.format.description', text),
        schema: object(format.schema, 'text.format.schema'),
        strict: optional(format.strict, 'text.format.strict', flag),
      };
    default:
      return refuse('text.format.type', 'must be text, json_object or json_schema');
  }
}

function decodeReasoning(value: unknown): CanonicalRequest['reasoning'] {
  const reasoning = optional(value, 'reasoning', object) ?? {};
  const effort = optional(reasoning.effort, 'reasoning.effort', text);
  const summary =
    optional(reasoning.summary, 'reasoning.summary', text) ??
    optional(reasoning.generate_summary, 'reasoning.generate_summary', text); // its old name
  if (effort === null && summary === null) return null;
  const isEnabled = effort === null ? null : effort !== 'none';
  return { isEnabled, effort, budgetTokens: null, ...(summary === null ? {} : { summary }) };
}

function decodeExtra(body: JsonObject, format: JsonObject, include: readonly unknown[]): Extra {
  const { safety_identifier: endUser, user } = body;
  const reasoning = rest(present(body.reasoning ?? {}), ['effort', 'summary', 'generate_summary']);
  const more = present(format, ['format', 'verbosity']);
  const options = optional(body.stream_options, 'stream_options', object) ?? {};
  const included = include.filter((one) => one !== LOGPROBS && one !== ENCRYPTED_REASONING);
  const own = {
    ...present(body, READ),
    ...(body.truncation === 'auto' ? { truncation: 'auto' } : {}),
    ...(options.include_obfuscation === true ? { stream_options: { include_obfuscation: true } } : {}),
    ...(included.length === 0 ? {} : { include: included }),
    ...(reasoning === null ? {} : { reasoning }),
    ...(Object.keys(more).length === 0 ? {} : { text: more }),
  };
  const shared = present({
    prompt_cache_key: body.prompt_cache_key,
    prompt_cache_retention: body.prompt_cache_retention,
    safety_identifier: endUser,
    user: isAbsent(endUser) ? null : user,
    verbosity: format.verbosity,
  });
  return {
    ...(Object.keys(own).length === 0 ? {} : { 'openai-responses': own }),
    ...(Object.keys(shared).length === 0 ? {} : { 'openai-chat': shared }),
  };
}

/** Without what is absent, and without `except`. */
function present(value: unknown, except: readonly string[] = []): JsonObject {
  const entries = Object.entries(object(value, 'body'));
  return Object.fromEntries(entries.filter(([key, member]) => !isAbsent(member) && !except.includes(key)));
}
