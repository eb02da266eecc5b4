/** Turns into `system` and `messages`. Throws `InvalidRequest`. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, Turn } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { textOf } from '../json.ts';
import { refuse } from '../shape.ts';
import { isInstruction } from '../turns.ts';
import { encodeParts, isToolResult } from './encode-blocks.ts';

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject[];
  readonly extra: JsonObject;
}

/** Instructions are gathered in their order, wherever they stood (trap D4). */
export function encodeSystem(turns: readonly Turn[], drops: Drops): readonly JsonObject[] {
  const blocks = turns.flatMap((turn, index) => {
    if (!isInstruction(turn)) return [];
    const path = `messages[${index}].content`;
    const other = turn.parts.findIndex((part) => part.type !== 'text');
    if (other !== -1) refuse(`${path}[${other}]`, 'must be text in a system message');
    return encodeParts(turn.parts, path, drops);
  });
  return isBlank(blocks) ? [] : blocks;
}

/**
 * Neighbours of one role become one message (trap D4), tool results first in theirs (trap D2). What is empty goes: the
 * API refuses empty blocks, and messages of nothing but blanks (trap D3; experientiallabs/experiential#804).
 */
export function encodeMessages(turns: readonly Turn[], drops: Drops): readonly Message[] {
  const messages: Message[] = [];
  const lastIndex = turns.findLastIndex((turn) => !isInstruction(turn));
  for (const [index, turn] of turns.entries()) {
    drops.addTurn(turn);
    if (isInstruction(turn)) continue;
    const path = `messages[${index}].content`;
    const content = encodeParts(turn.parts, path, drops);
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    if (isBlank(content)) {
      // Without the question, the answer before it would be asked to go on.
      if (role === 'user' && index === lastIndex) refuse(path, 'is empty');
      continue;
    }
    const extra = turn.extra?.['anthropic-messages'] ?? {};
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content, extra });
  }
  if (messages.length === 0) refuse('messages', 'must hold at least one message with content');
  for (const message of messages) putResultsFirst(message.content);
  trimEnd(messages.at(-1));
  return messages;
}

/** Nothing, or nothing but blanks. */
const isBlank = (blocks: readonly JsonObject[]): boolean =>
  blocks.every((block) => block.type === 'text' && textOf(block.text).trim() === '');

function putResultsFirst(content: JsonObject[]): void {
  const results = content.filter(isToolResult);
  if (results.length === 0) return;
  const others = content.filter((block) => !isToolResult(block));
  content.splice(0, content.length, ...results, ...others);
}

/** "final assistant content cannot end with trailing whitespace": vercel/ai#2124. */
function trimEnd(message: Message | undefined): void {
  const block = message?.content.at(-1);
  if (message?.role !== 'assistant' || !isRecord(block) || block.type !== 'text') return;
  const text = textOf(block.text).trimEnd();
  message.content.pop();
  if (text !== '') message.content.push({ ...block, text });
}
