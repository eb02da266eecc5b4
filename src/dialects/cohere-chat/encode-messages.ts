/** Turns into messages. Throws `InvalidRequest` for what Cohere does not take. */
import type { JsonObject, Part, ReasoningPart, ToolResultPart, Turn } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { isInstruction } from '../turns.ts';
import { ownCitations } from './citations.ts';
import { encodeImage } from './encode-image.ts';
import { toArguments } from './tool-arguments.ts';
import { toCohereToolName } from './tool-names.ts';

/**
 * Instructions become one message, the first ("system turn must be the first in the list"); what is empty goes
 * ("message must not be empty in a turn"). `thinks`: the model thinks in this call, so its thinking goes back as such;
 * otherwise what it thought before its calls is their plan.
 * Source: https://docs.cohere.com/reference/errors
 */
export function encodeMessages(turns: readonly Turn[], thinks: boolean, drops: Drops): readonly JsonObject[] {
  const system: JsonObject[] = [];
  const messages: JsonObject[] = [];
  const lastIndex = turns.findLastIndex((turn) => !isInstruction(turn));
  for (const [index, turn] of turns.entries()) {
    drops.addUnsaid(turn);
    const path = `messages[${index}].content`;
    if (isInstruction(turn)) {
      system.push(...encodeContent(turn.parts, path, 'system'));
      continue;
    }
    const made =
      turn.role === 'assistant' ? encodeAssistant(turn, path, thinks, drops) : encodeUser(turn, path, drops);
    // Without the question, the answer before it would be asked to go on.
    if (made.length === 0 && turn.role !== 'assistant' && index === lastIndex) refuse(path, 'is empty');
    messages.push(...made);
  }
  if (messages.length === 0) refuse('messages', 'must hold at least one message with content');
  return system.length === 0 ? messages : [{ role: 'system', content: bare(system) }, ...messages];
}

/** Tool results are messages of their own; what else stands with them is the user's. */
function encodeUser({ parts }: Turn, path: string, drops: Drops): JsonObject[] {
  const results = parts.flatMap((part, index) =>
    part.type === 'tool-result' ? [encodeToolResult(part, `${path}[${index}]`, drops)] : [],
  );
  const content = encodeContent(parts, path, 'user');
  return content.length === 0 ? results : [...results, { role: 'user', content: bare(content) }];
}

type Role = 'system' | 'user' | 'assistant' | 'tool';

const encodeContent = (parts: readonly Part[], path: string, role: Role): JsonObject[] =>
  parts.flatMap((part, index) => encodeBlock(part, `${path}[${index}]`, role));

/** Nothing for what has a place of its own. */
function encodeBlock(part: Part, path: string, role: Role): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'image':
      return role === 'user' ? [encodeImage(part, path)] : refuse(path, `must be text in a ${role} message`);
    case 'audio':
      return refuse(path, 'holds audio, which Cohere does not take');
    case 'file':
      return refuse(path, 'holds a file, which Cohere does not take in messages');
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
    case 'opaque':
      return [];
    default:
      return part satisfies never;
  }
}

/** One text is sent as a text. */
function bare(content: readonly JsonObject[]): string | readonly JsonObject[] {
  const [first] = content;
  return content.length === 1 && typeof first?.text === 'string' ? first.text : content;
}

function encodeAssistant({ parts }: Turn, path: string, thinks: boolean, drops: Drops): JsonObject[] {
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: part.id,
            type: 'function',
            function: { name: toCohereToolName(part.name), arguments: toArguments(part) },
          },
        ]
      : [],
  );
  const plan: string[] = [];
  const content = parts.flatMap((part, index): JsonObject[] => {
    if (part.type !== 'reasoning') return encodeBlock(part, `${path}[${index}]`, 'assistant');
    if (!isReadable(part) || (!thinks && calls.length === 0)) drops.add('messages.reasoning_content');
    else if (thinks) return [{ type: 'thinking', thinking: part.text }];
    else plan.push(part.text);
    return [];
  });
  if (calls.length === 0 && !content.some((block) => block.type === 'text')) return [];
  const texts = parts.filter((part) => part.type === 'text');
  const citations = texts.flatMap(ownCitations);
  if (texts.some((text) => (text.citations?.length ?? 0) > ownCitations(text).length)) {
    drops.add('messages.annotations');
  }
  return [
    {
      role: 'assistant',
      ...(content.length > 0 ? { content: bare(content) } : {}),
      ...(plan.length > 0 ? { tool_plan: plan.join('\n\n') } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...(citations.length > 0 ? { citations } : {}),
    },
  ];
}

/** Cohere signs nothing: what is signed, or hidden, another vendor thought (trap D13). */
const isReadable = ({ text, signature, redacted, signer }: ReasoningPart): boolean =>
  text !== '' && signature === null && redacted === null && signer === 'other';

function encodeToolResult(part: ToolResultPart, path: string, drops: Drops): JsonObject {
  if (part.isError) drops.add('messages.is_error');
  const content = encodeContent(part.content, path, 'tool');
  return { role: 'tool', tool_call_id: part.callId, content: content.length === 0 ? '' : bare(content) };
}
