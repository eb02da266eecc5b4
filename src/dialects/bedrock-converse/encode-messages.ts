/**
 * Turns into `system` and `messages`. Throws `InvalidRequest`. Rules of the API:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
 */
import type { JsonObject, Turn } from '../canonical.ts';
import { refuse } from '../shape.ts';
import { isInstruction } from '../turns.ts';
import { type BlockContext, encodeParts } from './encode-blocks.ts';

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject[];
}

export interface Conversation {
  readonly system: readonly JsonObject[];
  readonly messages: readonly Message[];
}

/** Instructions are gathered in their order, wherever they stood; neighbours of one role are merged (trap D4). */
export function encodeConversation(turns: readonly Turn[], context: BlockContext): Conversation {
  const system = encodeSystem(turns, context);
  const messages = withoutLoneThoughts(merged(encodeTurns(turns, context)), context);
  if (messages.length === 0) refuse('messages', 'must hold at least one message with content');
  for (const message of messages) putResultsFirst(message.content);
  trimEnd(messages.at(-1));
  if (context.traits.hasSystemPrompt || system.length === 0) {
    checkDocuments(messages);
    return { system, messages };
  }
  // These models have no place for instructions: they open the conversation.
  const opened = merged([{ role: 'user', content: [...system] }, ...messages]);
  checkDocuments(opened);
  return { system: [], messages: opened };
}

function encodeSystem(turns: readonly Turn[], context: BlockContext): readonly JsonObject[] {
  return turns.flatMap((turn, index) => {
    if (!isInstruction(turn)) return [];
    const path = `messages[${index}].content`;
    const other = turn.parts.findIndex(({ type }) => type !== 'text');
    if (other !== -1) refuse(`${path}[${other}]`, 'must be text in a system message');
    return encodeParts(turn.parts, path, context);
  });
}

/** What is empty goes: the API refuses empty messages (trap D3). */
function encodeTurns(turns: readonly Turn[], context: BlockContext): readonly Message[] {
  const lastIndex = turns.findLastIndex((turn) => !isInstruction(turn));
  return turns.flatMap((turn, index): Message[] => {
    context.drops.addTurn(turn);
    if (isInstruction(turn)) return [];
    const path = `messages[${index}].content`;
    const content = encodeParts(turn.parts, path, context);
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    if (content.length > 0) return [{ role, content }];
    // Without the question, the answer before it would be asked to go on.
    if (role === 'user' && index === lastIndex) refuse(path, 'is empty');
    return [];
  });
}

function merged(messages: readonly Message[]): Message[] {
  const result: Message[] = [];
  for (const { role, content } of messages) {
    const last = result.at(-1);
    if (last?.role === role) last.content.push(...content);
    else result.push({ role, content: [...content] });
  }
  return result;
}

/** A message of nothing but thoughts is taken for the beginning of an answer: NousResearch/hermes-agent#105780. */
function withoutLoneThoughts(messages: readonly Message[], { drops }: BlockContext): Message[] {
  const isLone = ({ content }: Message): boolean => content.every((block) => 'reasoningContent' in block);
  const left = messages.filter((message) => !isLone(message));
  if (left.length < messages.length) drops.add('messages.reasoning_content');
  return merged(left);
}

/** Results of parallel calls first (trap D2), each with its cache point. */
function putResultsFirst(content: JsonObject[]): void {
  const groups: JsonObject[][] = [];
  for (const block of content) {
    if ('cachePoint' in block) groups.at(-1)?.push(block);
    else groups.push([block]);
  }
  const isResult = ([first]: JsonObject[]): boolean => first !== undefined && 'toolResult' in first;
  const ordered = [...groups.filter(isResult), ...groups.filter((group) => !isResult(group))];
  content.splice(0, content.length, ...ordered.flat());
}

/** "If you include a document, you must also include a text": asked for here, where the field has a name. */
function checkDocuments(messages: readonly Message[]): void {
  for (const { content } of messages) {
    const has = (member: string): boolean => content.some((block) => member in block);
    if (has('document') && !has('text')) {
      refuse('messages', 'must hold a text beside each file: Bedrock takes no document without one');
    }
  }
}

/** "final assistant content cannot end with trailing whitespace": vercel/ai#2124. */
function trimEnd(message: Message | undefined): void {
  const block = message?.content.at(-1);
  if (message?.role !== 'assistant' || typeof block?.text !== 'string') return;
  message.content.splice(-1, 1, { text: block.text.trimEnd() });
}
