/** Arguments of tool calls: JSON text on both sides. */
import { isRecord } from '../../is-record.ts';
import type { ToolCallPart } from '../canonical.ts';
import { parseJson } from '../json.ts';

/** No arguments come as `null`, as `""`, or not at all; clients parse them, so there have to be some (wire 37). */
export function fromArguments(value: unknown): string {
  if (isRecord(value)) return JSON.stringify(value);
  const text = typeof value === 'string' ? value : '';
  return ['', 'null'].includes(text.trim()) ? '{}' : text;
}

/** So far it may become the word `null`, which is not passed on. */
export const mayBeNothing = (text: string): boolean => 'null'.startsWith(text.trim());

/** Free text, and what is no JSON object (the model's own mistake), is wrapped: the API takes objects only. */
export function toArguments({ input, isCustom }: ToolCallPart): string {
  if (isCustom) return JSON.stringify({ input });
  const text = fromArguments(input);
  return isRecord(parseJson(text)) ? text : JSON.stringify({ INVALID_JSON: input });
}
