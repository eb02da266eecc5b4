/**
 * Messages of a chat request as turns, in their order.
 * Source of the shapes: `ChatCompletionRequestMessage`, https://platform.openai.com/docs/api-reference/chat/create
 */
import { InvalidRequest } from '../../errors.ts';
import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../canonical.ts';
import { missing, wrongType } from '../request-checks.ts';
import { decodeContent } from './decode-content.ts';
import {
  extraOf,
  leftovers,
  optional,
  optionalArray,
  optionalRecord,
  optionalString,
  requiredName,
  requiredRecord,
  requiredString,
} from './members.ts';
import { readBlocks } from './reasoning-details.ts';
import { readThoughtSignature, withSignatureOfMessage } from './thought-signature.ts';

type Message = Readonly<Record<string, unknown>>;

export function decodeMessages(messages: readonly unknown[]): readonly Turn[] {
  /** Legacy calls have no id: the `function` message after them is found by its name. */
  const legacyIds = new Map<string, string>();
  return messages.map((value, index) => {
    const at = `messages[${index}]`;
    const message = requiredRecord(value, at);
    switch (message.role) {
      case 'system':
      case 'developer':
        return turn(message, at, decodeContent(message.content, `${at}.content`, ['text']));
      case 'user':
        return turn(message, at, decodeContent(message.content, `${at}.content`, USER_PARTS));
      case 'assistant':
        return decodeAssistant(message, index, legacyIds);
      case 'tool':
        return turn(message, at, [decodeToolResult(message, at)], ['tool_call_id']);
      case 'function':
        return turn(message, at, [decodeLegacyResult(message, at, legacyIds)]);
      default:
        throw wrongType(`${at}.role`, 'system, developer, user, assistant, tool or function');
    }
  });
}

const USER_PARTS = ['text', 'image_url', 'input_audio', 'file'] as const;

function turn(message: Message, at: string, parts: readonly Part[], known: readonly string[] = []): Turn {
  const role = message.role === 'function' ? 'tool' : (message.role as Turn['role']); // the caller's switch knows it
  const name = optionalString(message.name, `${at}.name`);
  return {
    role,
    ...(name === null ? {} : { name }),
    parts,
    ...extraOf(leftovers(message, ['role', 'content', 'name', ...known])),
  };
}

const ASSISTANT_FIELDS = [
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
];

/** Thinking first, then what was said, then the calls: the order in which a model makes them. */
function decodeAssistant(message: Message, index: number, legacyIds: Map<string, string>): Turn {
  const at = `messages[${index}]`;
  const refusal = optionalString(message.refusal, `${at}.refusal`);
  const reasoning = optionalString(message.reasoning_content, `${at}.reasoning_content`) ?? message.reasoning;
  const details = optionalArray(message.reasoning_details, `${at}.reasoning_details`);
  const calls = optionalArray(message.tool_calls, `${at}.tool_calls`).map((call, position) =>
    decodeToolCall(call, `${at}.tool_calls[${position}]`),
  );
  const legacy = decodeLegacyCall(message.function_call, index);
  if (legacy !== null) legacyIds.set(legacy.name, legacy.id);
  const hasContent = !optional(message.content);
  // An empty text beside calls or a refusal says nothing, and some vendors refuse empty blocks (traps D3).
  const isEmptyBeside = message.content === '' && (calls.length > 0 || refusal !== null || legacy !== null);
  const content =
    hasContent && !isEmptyBeside ? decodeContent(message.content, `${at}.content`, ['text', 'refusal']) : [];
  const signature = readThoughtSignature(message.extra_content);
  const made = legacy === null ? calls : [...calls, legacy];
  const signed = withSignatureOfMessage(content, made, signature);
  const parts: Part[] = [
    ...readBlocks(details, reasoning, true),
    ...signed.texts,
    ...(refusal === null || refusal === '' ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...signed.calls,
  ];
  return turn(
    message,
    at,
    parts,
    signature === null ? ASSISTANT_FIELDS : [...ASSISTANT_FIELDS, 'extra_content'],
  );
}

function decodeToolCall(value: unknown, at: string): ToolCallPart {
  const call = requiredRecord(value, at);
  const type = optional(call.type) ? 'function' : requiredString(call.type, `${at}.type`);
  if (type !== 'function' && type !== 'custom') throw wrongType(`${at}.type`, 'function or custom');
  const isCustom = type === 'custom';
  const made = requiredRecord(call[type], `${at}.${type}`);
  const input = isCustom
    ? requiredString(made.input, `${at}.custom.input`)
    : (optionalString(made.arguments, `${at}.function.arguments`) ?? '');
  const signature = readThoughtSignature(call.extra_content);
  return {
    type: 'tool-call',
    id: requiredName(call.id, `${at}.id`),
    name: requiredName(made.name, `${at}.${type}.name`),
    input: isCustom || input.trim() !== '' ? input : '{}',
    isCustom,
    ...(signature === null ? {} : { signature }),
    ...extraOf(
      leftovers(call, ['id', 'type', 'index', type, ...(signature === null ? [] : ['extra_content'])]),
    ),
  };
}

/** The id is made from the message's place, so that equal requests stay equal on the way out (traps D19). */
function decodeLegacyCall(value: unknown, index: number): ToolCallPart | null {
  const at = `messages[${index}].function_call`;
  const call = optionalRecord(value, at);
  if (call === null) return null;
  const input = requiredString(call.arguments, `${at}.arguments`);
  return {
    type: 'tool-call',
    id: `call_${index}`,
    name: requiredName(call.name, `${at}.name`),
    input: input.trim() === '' ? '{}' : input,
    isCustom: false,
  };
}

function decodeToolResult(message: Message, at: string): ToolResultPart {
  const callId = requiredName(message.tool_call_id, `${at}.tool_call_id`);
  if (optional(message.content)) throw missing(`${at}.content`);
  const content = decodeContent(message.content, `${at}.content`, [
    'text',
    'image_url',
    'input_audio',
    'file',
  ]);
  const name = optionalString(message.name, `${at}.name`);
  return { type: 'tool-result', callId, name, content: content.filter(isResultPart), isError: false };
}

const isResultPart = (part: Part): part is ToolResultPart['content'][number] =>
  part.type === 'text' || part.type === 'image' || part.type === 'audio' || part.type === 'file';

function decodeLegacyResult(message: Message, at: string, legacyIds: Map<string, string>): ToolResultPart {
  const name = requiredName(message.name, `${at}.name`);
  const callId = legacyIds.get(name);
  if (callId === undefined) {
    throw new InvalidRequest(`\`${at}\` answers a function that no message before it called.`, `${at}.name`);
  }
  const text = optionalString(message.content, `${at}.content`) ?? '';
  const content: TextPart[] = [{ type: 'text', text }];
  return { type: 'tool-result', callId, name, content, isError: false };
}
