/** Arguments of function calls: JSON text in the canonical form, an object in this one. */
import { isRecord } from '../../is-record.ts';
import type { JsonObject, ToolCallPart } from '../canonical.ts';
import { parseJson } from '../json.ts';

/** What is no JSON object (cut off, or the model's mistake) is wrapped, so that nothing of it is lost. */
export function toArgs({ input, isCustom }: Pick<ToolCallPart, 'input' | 'isCustom'>): JsonObject {
  if (isCustom) return { input };
  if (input.trim() === '') return {};
  const value = parseJson(input);
  if (value === null) return {};
  return isRecord(value) ? value : { INVALID_JSON: input };
}
