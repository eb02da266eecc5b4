/** Usage of a response, in canonical form and back. https://platform.openai.com/docs/api-reference/responses/object */

import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, textOf } from '../json.ts';
import { readUsage } from '../openai/usage.ts';

/** Tools that the vendor runs itself and bills by the call. https://platform.openai.com/docs/pricing */
const BILLED_CALLS = [
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
];

/** Of a whole response object; `null` unless it is complete enough to bill. */
export function readResponseUsage(response: JsonObject): Usage | null {
  const usage = readUsage(response.usage);
  if (usage === null) return null;
  const serverToolCalls = countServerTools(response);
  return serverToolCalls === 0 ? usage : { ...usage, serverToolCalls };
}

/** xAI tells the number. */
function countServerTools({ usage, output }: JsonObject): number {
  const told = isRecord(usage) ? usage.num_server_side_tools_used : null;
  if (typeof told === 'number' && told > 0) return told;
  return listOf(output).filter((item) => isRecord(item) && BILLED_CALLS.includes(textOf(item.type))).length;
}

export const writeUsage = (usage: Usage): JsonObject => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: {
    cached_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
  },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});
