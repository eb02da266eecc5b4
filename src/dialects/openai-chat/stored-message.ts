/** The deltas of one choice, put together to its message. */

import type { JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import { CallCollector } from './stored-calls.ts';
import {
  appended,
  type Join,
  joinedBlocks,
  joinedBy,
  joinedText,
  joinInto,
  joinsOf,
  replaced,
} from './stored-joins.ts';

const isText = ({ type }: JsonObject): boolean => type === 'text';

const isSameType = (last: JsonObject, next: JsonObject): boolean =>
  last.type === next.type && (next.type === 'text' || next.type === 'thinking');

const joinedTexts = joinedBlocks(
  (last, next) => isText(last) && isText(next),
  joinedBy(joinsOf({ text: joinedText }), appended),
);

/** Of `content` that is a list (wire 24). */
const joinedParts = joinedBlocks(
  isSameType,
  joinedBy(
    joinsOf({
      text: joinedText,
      thinking: (before, next) =>
        Array.isArray(next) ? joinedTexts(before, next) : joinedText(before, next),
    }),
    appended,
  ),
);

/** Some begin with a text and go on with a list, or the other way round (wire 24). */
const joinedContent: Join = (before, next) => {
  if (!Array.isArray(before) && !Array.isArray(next)) return joinedText(before, next);
  return joinedParts(toParts(before), toParts(next));
};

function toParts(content: unknown): unknown {
  if (typeof content !== 'string') return content ?? undefined;
  return content === '' ? undefined : [{ type: 'text', text: content }];
}

/** Pieces of one block of thinking, as `reasoning-details.ts` reads and writes them. Hidden thinking comes whole. */
const isSameThought = (last: JsonObject, next: JsonObject): boolean =>
  typeof next.index === 'number' &&
  last.index === next.index &&
  last.type === next.type &&
  !(isSaid(last.id) && isSaid(next.id) && last.id !== next.id) &&
  !(isSaid(last.data) && isSaid(next.data));

const isSaid = (value: unknown): boolean => textOrNull(value) !== null;

const JOINS = joinsOf({
  content: joinedContent,
  refusal: joinedText,
  reasoning: joinedText,
  reasoning_content: joinedText,
  reasoning_details: joinedBlocks(
    isSameThought,
    joinedBy(joinsOf({ text: joinedText, summary: joinedText }), appended),
  ),
  audio: joinedBy(joinsOf({ data: joinedText, transcript: joinedText }), appended),
  function_call: joinedBy(joinsOf({ arguments: joinedText }), appended),
  tool_calls: replaced, // `null` and none at all: else `CallCollector` knows better
});

export class MessageCollector {
  readonly #members = new Map<string, unknown>();
  readonly #calls = new CallCollector();

  push(delta: JsonObject): void {
    joinInto(this.#members, delta, JOINS, appended);
    if (delta.tool_calls) this.#calls.push(delta.tool_calls);
  }

  /** Some never say whose message it is. */
  get message(): JsonObject {
    const { role, ...others } = Object.fromEntries(this.#members);
    const calls = this.#calls.values;
    return {
      role: textOrNull(role) ?? 'assistant',
      ...others,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  }
}
