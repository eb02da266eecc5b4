/**
 * A provider answered a streaming request with a whole chat completion: the client waits for events, so the same
 * answer is told as chunks.
 */

import { isRecord } from '../../is-record.ts';
import { DONE_EVENT, encodeDataEvent } from '../../streaming/sse.ts';

/** The completion as SSE bytes; `null` if `value` is not a completion with choices. */
export function completionToEvents(value: unknown, includeUsage: boolean): Uint8Array[] | null {
  if (!isRecord(value) || !Array.isArray(value.choices) || value.choices.length === 0) return null;
  const { choices, usage, ...rest } = value;
  const isChat = choices.some((choice) => isRecord(choice) && isRecord(choice.message));
  const object = isChat ? 'chat.completion.chunk' : value.object;
  const base = { ...rest, object };
  const events: Uint8Array[] = [];
  for (const [position, choice] of choices.entries()) {
    if (!isRecord(choice)) continue;
    const { message, ...others } = choice;
    const index = choice.index ?? position;
    const delta = isRecord(message) ? { delta: withToolCallIndexes(message) } : {};
    const told = { ...others, ...delta, index, finish_reason: null };
    events.push(encodeDataEvent({ ...base, choices: [told] }));
    const finish = isChat ? { delta: {} } : { text: '' };
    const ending = {
      ...finish,
      index,
      logprobs: null,
      finish_reason: choice.finish_reason || guessFinish(message),
    };
    events.push(encodeDataEvent({ ...base, choices: [ending] }));
  }
  if (includeUsage && usage !== undefined) events.push(encodeDataEvent({ ...base, choices: [], usage }));
  events.push(DONE_EVENT);
  return events;
}

/** Agents wait for `tool_calls` before they run anything (traps C8). */
const guessFinish = (message: unknown): string =>
  isRecord(message) && Array.isArray(message.tool_calls) && message.tool_calls.length > 0
    ? 'tool_calls'
    : 'stop';

/** Whole messages list their calls; deltas number them. */
function withToolCallIndexes(message: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(message.tool_calls)) return message;
  const calls = message.tool_calls.map((call, index) => (isRecord(call) ? { index, ...call } : call));
  return { ...message, tool_calls: calls };
}
