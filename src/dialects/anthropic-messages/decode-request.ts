/**
 * A request of an Anthropic client, into the canonical form. Strict about shapes that it reads; fields that it does
 * not know ride along. Source: https://platform.claude.com/docs/en/api/messages
 */

import { isRecord } from '../../is-record.ts';
import type {
  CanonicalRequest,
  JsonObject,
  Part,
  ResponseFormat,
  Signature,
  TextPart,
  Tool,
  ToolChoice,
  Turn,
} from '../canonical.ts';
import { fromClaudeToolId } from '../claude/tool-ids.ts';
import { rest } from '../json.ts';
import { flag, integer, isAbsent, list, number, object, oneOf, optional, refuse, text } from '../shape.ts';
import { cacheMark, decodeBlock, decodeText } from './decode-blocks.ts';
import { type CarriedProof, readProof } from './foreign-proofs.ts';

const KNOWN = [
  'model',
  'messages',
  'system',
  'max_tokens',
  'metadata',
  'output_config',
  'output_format',
  'service_tier',
  'stop_sequences',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

/** Throws `InvalidRequest` naming the field. */
export function decodeRequest(body: JsonObject): CanonicalRequest {
  if (isAbsent(body.max_tokens)) refuse('max_tokens', 'is required');
  // A conversation that the vendor keeps: half of it is not here. `error-fields.ts` tells SDKs to send it all.
  if (!isAbsent(body.thread)) refuse('thread', 'is kept by Anthropic only: send the whole conversation');
  return decodeCountRequest(body);
}

/** A request to count the tokens of: it need not say how many to answer with. Throws `InvalidRequest`. */
export function decodeCountRequest(body: JsonObject): CanonicalRequest {
  const config = optional(body.output_config, 'output_config', object) ?? {};
  const thinking = optional(body.thinking, 'thinking', object);
  const metadata = optional(body.metadata, 'metadata', object) ?? {};
  return {
    turns: [...decodeSystem(body.system, 'system'), ...decodeMessages(body.messages)],
    tools: (optional(body.tools, 'tools', list) ?? []).map((tool, index) =>
      decodeTool(tool, `tools[${index}]`),
    ),
    ...decodeToolChoice(optional(body.tool_choice, 'tool_choice', object)),
    // 0 only fills the vendor's own cache, so there is nothing to translate.
    maxOutputTokens: optional(body.max_tokens, 'max_tokens', integer(1)),
    temperature: optional(body.temperature, 'temperature', number(0, 1)),
    topP: optional(body.top_p, 'top_p', number(0, 1)),
    topK: optional(body.top_k, 'top_k', integer(0)),
    frequencyPenalty: null,
    presencePenalty: null,
    seed: null,
    stop: (optional(body.stop_sequences, 'stop_sequences', list) ?? []).map((stop, index) =>
      text(stop, `stop_sequences[${index}]`),
    ),
    choices: null,
    logprobs: null,
    responseFormat: decodeFormat(config.format ?? body.output_format),
    reasoning: decodeReasoning(thinking, optional(config.effort, 'output_config.effort', text)),
    serviceTier: decodeServiceTier(body.service_tier),
    metadata: rest(metadata, ['user_id']),
    user: optional(metadata.user_id, 'metadata.user_id', text),
    wantsStream: optional(body.stream, 'stream', flag) ?? false,
    wantsUsage: true, // a stream of this form always has it
    extra: decodeExtra(body, thinking, config),
  };
}

function decodeSystem(system: unknown, path: string): Turn[] {
  if (isAbsent(system)) return [];
  const parts = decodeTextContent(system, path);
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function decodeTextContent(content: unknown, path: string): TextPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return list(content, path).map((item, index) => {
    const at = `${path}[${index}]`;
    const block = object(item, at);
    oneOf(block.type, ['text'], `${at}.type`);
    return decodeText(block, at);
  });
}

function decodeMessages(messages: unknown): Turn[] {
  const found = list(messages, 'messages');
  if (found.length === 0) refuse('messages', 'must hold at least one message');
  return found.flatMap((value, index) => {
    const path = `messages[${index}]`;
    const message = object(value, path);
    const role = oneOf(message.role, ['user', 'assistant', 'system'], `${path}.role`);
    if (role === 'system') return decodeSystem(message.content, `${path}.content`);
    const side = role === 'user' ? 'user' : 'assistant';
    const turns = decodeContent(message.content, `${path}.content`, side);
    const extra = rest(message, ['role', 'content']);
    if (extra === null) return turns;
    return turns.map((turn) => ({ ...turn, extra: { 'anthropic-messages': extra } }));
  });
}

/** Tool results, and instructions in the middle of a message, stand in turns of their own in the canonical form. */
function decodeContent(content: unknown, path: string, role: 'user' | 'assistant'): Turn[] {
  if (typeof content === 'string') return [{ role, parts: [{ type: 'text', text: content }] }];
  const turns: { role: Turn['role']; parts: Part[] }[] = [];
  const proofs: CarriedProof[] = [];
  for (const [index, value] of list(content, path).entries()) {
    const at = `${path}[${index}]`;
    const carried = isRecord(value) && role === 'assistant' ? readProof(value) : null;
    if (carried !== null) {
      if (carried.callId === null) signText(turns.at(-1)?.parts, carried.signature);
      else proofs.push(carried);
      continue;
    }
    const isSystem = isRecord(value) && value.type === 'mid_conv_system';
    const parts: Part[] = isSystem
      ? decodeTextContent(value.content, `${at}.content`)
      : [decodeBlock(value, at, role)];
    const owner = isSystem ? 'system' : parts[0]?.type === 'tool-result' ? 'tool' : role;
    const last = turns.at(-1);
    if (last?.role === owner) last.parts.push(...parts);
    else turns.push({ role: owner, parts });
  }
  if (turns.length === 0) return [{ role, parts: [] }];
  for (const { parts } of turns) signCalls(parts, proofs);
  return turns;
}

/** The text that was said before. */
function signText(parts: Part[] = [], signature: Signature): void {
  const index = parts.findLastIndex((part) => part.type === 'text');
  const part = parts[index];
  if (part?.type === 'text') parts[index] = { ...part, signature };
}

function signCalls(parts: Part[], proofs: readonly CarriedProof[]): void {
  for (const [index, part] of parts.entries()) {
    if (part.type !== 'tool-call') continue;
    const proof = proofs.findLast(({ callId }) => callId !== null && fromClaudeToolId(callId) === part.id);
    if (proof !== undefined) parts[index] = { ...part, signature: proof.signature };
  }
}

/** Client tools have no `type`, or `custom`; every other `type` is a tool of the vendor's. */
function decodeTool(value: unknown, path: string): Tool {
  const tool = object(value, path);
  const type = optional(tool.type, `${path}.type`, text) ?? 'custom';
  if (type !== 'custom') return { kind: 'server', dialect: 'anthropic-messages', value: tool };
  const extra = rest(tool, ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);
  return {
    kind: 'function',
    name: text(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, text),
    parameters: object(tool.input_schema, `${path}.input_schema`),
    strict: optional(tool.strict, `${path}.strict`, flag),
    ...cacheMark(tool.cache_control, `${path}.cache_control`),
    ...(extra === null ? {} : { extra: { 'anthropic-messages': extra } }),
  };
}

function decodeToolChoice(choice: JsonObject | null): {
  toolChoice: ToolChoice | null;
  parallelToolCalls: boolean | null;
} {
  if (choice === null) return { toolChoice: null, parallelToolCalls: null };
  const path = 'tool_choice';
  const disables = optional(choice.disable_parallel_tool_use, `${path}.disable_parallel_tool_use`, flag);
  return {
    toolChoice: decodeChoice(oneOf(choice.type, ['auto', 'any', 'tool', 'none'], `${path}.type`), choice),
    parallelToolCalls: disables === null ? null : !disables,
  };
}

function decodeChoice(type: string, choice: JsonObject): ToolChoice {
  switch (type) {
    case 'tool':
      return { kind: 'named', name: text(choice.name, 'tool_choice.name') };
    case 'any':
      return { kind: 'required' };
    default:
      return { kind: type === 'none' ? 'none' : 'auto' };
  }
}

function decodeFormat(value: unknown): ResponseFormat | null {
  const path = 'output_config.format';
  const format = optional(value, path, object);
  if (format === null) return null;
  oneOf(format.type, ['json_schema'], `${path}.type`);
  return {
    kind: 'schema',
    name: 'output', // the other forms want a name; this one has none
    description: null,
    schema: object(format.schema, `${path}.schema`),
    strict: true,
  };
}

function decodeReasoning(thinking: JsonObject | null, effort: string | null): CanonicalRequest['reasoning'] {
  if (thinking === null) return effort === null ? null : { isEnabled: null, effort, budgetTokens: null };
  const type = oneOf(thinking.type, ['enabled', 'adaptive', 'between_tools', 'disabled'], 'thinking.type');
  const budgetTokens =
    type === 'enabled' ? integer(1)(thinking.budget_tokens, 'thinking.budget_tokens') : null;
  const summary = thinking.display === 'summarized' ? { summary: 'auto' } : {};
  return { isEnabled: type === 'enabled' || type === 'adaptive', effort, budgetTokens, ...summary };
}

/** The canonical words are OpenAI's. */
function decodeServiceTier(value: unknown): string | null {
  const tier = optional(value, 'service_tier', text);
  return tier === 'standard_only' ? 'default' : tier;
}

/** What no other form has a word for, under the name that it had. */
function decodeExtra(
  body: JsonObject,
  thinking: JsonObject | null,
  config: JsonObject,
): CanonicalRequest['extra'] {
  const thinkingRest = rest(thinking ?? {}, ['type', 'budget_tokens']);
  const configRest = rest(config, ['format', 'effort']);
  const extra = {
    ...rest(body, KNOWN),
    ...(thinkingRest === null ? {} : { thinking: thinkingRest }),
    ...(configRest === null ? {} : { output_config: configRest }),
  };
  return Object.keys(extra).length === 0 ? {} : { 'anthropic-messages': extra };
}
