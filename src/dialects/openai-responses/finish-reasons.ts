/**
 * How a response ends: `status` and `incomplete_details.reason`.
 * Source: https://platform.openai.com/docs/api-reference/responses/object
 */

import type { FinishReason, JsonObject } from '../canonical.ts';
import { recordOf, textOrNull } from '../json.ts';

export interface Ending {
  readonly reason: FinishReason;
  /** The reason why it is incomplete, or the status. */
  readonly native: string | null;
}

/** An incomplete answer is never taken for a whole one, whatever the reason: unknown ones read as `length`. */
export function readEnding(response: JsonObject, hasToolCalls: boolean): Ending {
  const details = recordOf(response.incomplete_details);
  const why = textOrNull(details.reason);
  const status = textOrNull(response.status);
  if (status === 'incomplete') {
    return { reason: why === 'content_filter' ? 'content-filter' : 'length', native: why ?? status };
  }
  return { reason: hasToolCalls ? 'tool-calls' : 'stop', native: status };
}

/** `null`: complete. A paused turn has no word here. */
export function toIncompleteReason(reason: FinishReason): 'max_output_tokens' | 'content_filter' | null {
  switch (reason) {
    case 'length':
      return 'max_output_tokens';
    case 'content-filter':
      return 'content_filter';
    case 'stop':
    case 'tool-calls':
    case 'pause':
      return null;
  }
}
