/** Arguments of tool calls: JSON text in the canonical form, a JSON object in a `tool_use` block. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, ToolCallPart } from '../canonical.ts';
import { parseExactJson } from '../json.ts';

/**
 * No arguments come as `''` or `null` (wire 37). What is no JSON object (cut off, or the model's mistake) is wrapped
 * as Anthropic's documentation advises: nothing is lost, and it cannot be taken for arguments.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function toToolInput({ input, isCustom }: Pick<ToolCallPart, 'input' | 'isCustom'>): JsonObject {
  if (isCustom) return { input };
  if (input.trim() === '') return {};
  const value = parseExactJson(input);
  if (value === null) return {};
  return isRecord(value) ? value : { INVALID_JSON: input };
}

/** The `input` of an object that was read with its digits. */
export const fromToolInput = (input: unknown): string => JSON.stringify(input ?? {});
