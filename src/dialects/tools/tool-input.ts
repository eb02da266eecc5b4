/** Arguments of tool calls: JSON text in the canonical form, a JSON object in a `tool_use` block. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, ToolCallPart } from '../canonical.ts';

/**
 * No arguments come as `''` or `null` (wire 37). What is no JSON object (cut off, or the model's mistake) is wrapped
 * as Anthropic's documentation advises: nothing is lost, and it cannot be taken for arguments.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function toToolInput({ input, isCustom }: Pick<ToolCallPart, 'input' | 'isCustom'>): JsonObject {
  if (isCustom) return { input };
  if (input.trim() === '') return {};
  const value = parseExactly(input);
  if (value === null) return {};
  return isRecord(value) ? value : { INVALID_JSON: input };
}

export const fromToolInput = (input: unknown): string => JSON.stringify(input ?? {});

type WithRawJson = JSON & { rawJSON?: (text: string) => unknown };
type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/** `undefined` if it is not JSON. Integers over 2^53 keep their digits when they are written again (wire 63). */
function parseExactly(text: string): unknown {
  const { rawJSON } = JSON as WithRawJson; // newer than our TypeScript library; in workerd and Node
  const reviver: Reviver = (_, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
    const isInteger = context?.source !== undefined && /^-?\d+$/.test(context.source);
    return isInteger && rawJSON !== undefined ? rawJSON(context.source ?? '') : value;
  };
  try {
    return JSON.parse(text, reviver);
  } catch {
    return undefined;
  }
}
