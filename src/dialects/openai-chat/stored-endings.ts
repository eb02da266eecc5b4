/** How a choice that is kept says that it has ended, in a stream as in a whole answer. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { textOrNull } from '../json.ts';
import { readFinish, withToolCalls, writeFinish } from './finish-reasons.ts';

/**
 * `finish_reason` as the provider said it, but for tool calls that are said to be a plain stop, and for reasons where
 * OpenAI's clients do not look (traps C8): then `native_finish_reason` has the provider's word. `null`: the choice
 * has not ended, or its provider gave up.
 */
export function readEnding(choice: JsonObject, message: JsonObject): JsonObject | null {
  const finish = readFinish(choice);
  if (finish === null || finish === 'failed' || isRecord(choice.error)) return null;
  const reason = withToolCalls(finish.reason, hasCalls(message));
  const said = textOrNull(choice.finish_reason);
  if (said !== null && reason === finish.reason) return { finish_reason: said };
  return {
    finish_reason: writeFinish(reason, isLegacy(message)),
    native_finish_reason: finish.native,
  };
}

/**
 * Of a whole answer, which streams with the reason that it has. If its provider forgot to say one, an agent still
 * waits for it.
 */
export function toEnding(choice: JsonObject, message: JsonObject): JsonObject {
  const { finish_reason: said } = choice;
  if (textOrNull(said) !== null) return { finish_reason: said };
  const guessed = withToolCalls('stop', hasCalls(message));
  return readEnding(choice, message) ?? { finish_reason: writeFinish(guessed, isLegacy(message)) };
}

/** The provider gave up, and says so: what came is no answer. */
export const hasFailed = (choice: JsonObject): boolean =>
  isRecord(choice.error) || readFinish(choice) === 'failed';

const hasCalls = (message: JsonObject): boolean =>
  isLegacy(message) || (Array.isArray(message.tool_calls) && message.tool_calls.length > 0);

const isLegacy = ({ function_call: call }: JsonObject): boolean => isRecord(call);
