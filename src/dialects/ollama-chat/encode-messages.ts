/** Turns into messages. Throws `InvalidRequest` for what Ollama does not take. */
import { namesOfCalls } from '../call-names.ts';
import type { JsonObject, Part, ReasoningPart, ToolCallPart, ToolResultPart, Turn } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { toToolInput } from '../tools/tool-input.ts';
import { isInstruction } from '../turns.ts';
import { encodeImage } from './encode-image.ts';

/** Each turn stays where it stood; what is empty goes. */
export function encodeMessages(turns: readonly Turn[], drops: Drops): readonly JsonObject[] {
  const names = namesOfCalls(turns);
  const messages = turns.flatMap((turn, index) => {
    noteDrops(turn, drops);
    const path = `messages[${index}].content`;
    const made =
      turn.role === 'assistant' ? encodeAssistant(turn, path, drops) : encodeOther(turn, path, names, drops);
    // Without the question, the answer before it would be asked to go on.
    if (made.length === 0 && turn.role !== 'assistant' && index === turns.length - 1)
      refuse(path, 'is empty');
    return made;
  });
  // With none, Ollama would load the model and say nothing.
  if (messages.length === 0) refuse('messages', 'must hold at least one message with content');
  return messages;
}

function noteDrops(turn: Turn, drops: Drops): void {
  drops.addUnsaid(turn);
  for (const part of turn.parts) {
    if (part.type === 'text' && (part.citations?.length ?? 0) > 0) drops.add('messages.annotations');
    if (part.type === 'image') drops.addDetail(part);
  }
}

/** Tool results are messages of their own; what else stands with them is the user's. */
function encodeOther(
  { role, parts }: Turn,
  path: string,
  names: ReadonlyMap<string, string>,
  drops: Drops,
): JsonObject[] {
  const results = parts.flatMap((part, index) =>
    part.type === 'tool-result' ? [encodeToolResult(part, `${path}[${index}]`, names, drops)] : [],
  );
  const content = textsOf(parts, path).join('\n');
  const images = parts.flatMap((part, index) => {
    if (part.type !== 'image') return [];
    const at = `${path}[${index}]`;
    return isInstruction({ role }) ? refuse(at, 'must be text in a system message') : [encodeImage(part, at)];
  });
  if (content === '' && images.length === 0) return results;
  const message = { role: isInstruction({ role }) ? 'system' : 'user', content };
  return [...results, images.length > 0 ? { ...message, images } : message];
}

/** Texts that are not empty; everything else has a place of its own, or none. */
function textsOf(parts: readonly Part[], path: string): string[] {
  return parts.flatMap((part, index) => {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text === '' ? [] : [part.text];
      case 'audio':
        return refuse(`${path}[${index}]`, 'holds audio, which Ollama does not take');
      case 'file':
        return refuse(`${path}[${index}]`, 'holds a file, which Ollama does not take');
      case 'image':
      case 'reasoning':
      case 'tool-call':
      case 'tool-result':
      case 'opaque':
        return [];
      default:
        return part satisfies never;
    }
  });
}

/** Pieces of one answer join with nothing in between (wire 17). */
function encodeAssistant({ parts }: Turn, path: string, drops: Drops): JsonObject[] {
  const image = parts.findIndex((part) => part.type === 'image');
  if (image !== -1) refuse(`${path}[${image}]`, 'must be text in an assistant message');
  const content = textsOf(parts, path).join('');
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [encodeCall(part)] : []));
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  if (!thoughts.every(isReadable)) drops.add('messages.reasoning_content');
  const thinking = thoughts
    .filter(isReadable)
    .map(({ text }) => text)
    .join('\n');
  if (content === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content,
      ...(thinking === '' ? {} : { thinking }),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
  ];
}

/** Nothing is signed here: what is signed, or hidden, another vendor thought (trap D13). */
const isReadable = ({ signature, redacted, signer }: ReasoningPart): boolean =>
  signature === null && redacted === null && signer === 'other';

const encodeCall = (part: ToolCallPart): JsonObject => ({
  id: part.id,
  function: { name: part.name, arguments: toToolInput(part) },
});

/** Older versions match a result to its call by the name, newer ones by the id. */
function encodeToolResult(
  { callId, content, isError }: ToolResultPart,
  path: string,
  names: ReadonlyMap<string, string>,
  drops: Drops,
): JsonObject {
  if (isError) drops.add('messages.is_error');
  const image = content.findIndex((part) => part.type === 'image');
  if (image !== -1) refuse(`${path}.content[${image}]`, 'must be text in a tool message');
  const name = names.get(callId);
  return {
    role: 'tool',
    content: textsOf(content, `${path}.content`).join('\n'),
    ...(name === undefined ? {} : { tool_name: name }),
    tool_call_id: callId,
  };
}
