/** A whole message as the deltas in which OpenAI would stream it. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, rest } from '../json.ts';
import { piecesOf } from '../pieces.ts';
import { readCalls } from './answer-pieces.ts';

const THOUGHTS = ['reasoning', 'reasoning_content', 'reasoning_details'];

/**
 * In pieces comes what OpenAI itself streams so, because clients put only that together: of other members, such as
 * thinking, OpenAI's SDK keeps the last that a delta says. They come whole, thinking before the text.
 */
export function* toDeltas(message: JsonObject): Generator<JsonObject> {
  const { role, content, refusal, function_call: legacy } = message;
  const calls = listOf(message.tool_calls).filter(isRecord);
  const told = ['role', 'content', 'refusal', ...THOUGHTS];
  if (calls.length > 0) told.push('tool_calls');
  if (isRecord(legacy)) told.push('function_call');

  const speaker = role === undefined ? {} : { role };
  yield { ...speaker, ...opening('content', content), ...opening('refusal', refusal) };
  const thoughts = Object.entries(message).filter(([name]) => THOUGHTS.includes(name));
  if (thoughts.length > 0) yield Object.fromEntries(thoughts);
  yield* inPieces('content', content);
  yield* inPieces('refusal', refusal);
  yield* withCalls(rest(message, told), calls);
  if (isRecord(legacy)) for (const made of madeInPieces(legacy, 'arguments')) yield { function_call: made };
}

/** What the first chunk says of a text that comes after it. */
function opening(name: string, value: unknown): JsonObject {
  if (typeof value === 'string') return { [name]: '' };
  return value === null ? { [name]: null } : {};
}

function* inPieces(name: string, value: unknown): Generator<JsonObject> {
  if (typeof value === 'string') for (const piece of piecesOf(value)) yield { [name]: piece };
  else if (value !== null && value !== undefined) yield { [name]: value }; // a list of parts (wire 24)
}

/** One call after the other. */
function* withCalls(others: JsonObject | null, calls: readonly JsonObject[]): Generator<JsonObject> {
  const [first] = calls;
  // A proof of thought beside the calls is the first one's, if that has none itself: they come together.
  const isShared = first !== undefined && first.extra_content === undefined;
  if (others !== null && !isShared) yield others;
  for (const [index, call] of calls.entries()) {
    const [start = {}, ...pieces] = callInPieces(call, index);
    yield { ...(index === 0 && isShared ? others : {}), tool_calls: [start] };
    for (const piece of pieces) yield { tool_calls: [piece] };
  }
}

function* callInPieces(call: JsonObject, index: number): Generator<JsonObject> {
  const { index: _, custom, function: called, ...others } = call;
  const [kind, input] = isRecord(custom) ? ['custom', 'input'] : ['function', 'arguments'];
  const [start, ...pieces] = madeInPieces(recordOf(custom ?? called), input);
  yield { index, ...others, type: others.type ?? kind, [kind]: start };
  for (const piece of pieces) yield { index, [kind]: piece };
}

/** `input`: the member that grows. */
function* madeInPieces(made: JsonObject, input: string): Generator<JsonObject> {
  const [said] = readCalls([{ [input === 'input' ? 'custom' : 'function']: made }]);
  yield { ...made, [input]: '' };
  for (const piece of piecesOf(said?.input ?? '')) yield { [input]: piece };
}
