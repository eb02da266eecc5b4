/** Tools and tool choice of a request. Functions stand flat here, without the `function` object of the chat form. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, Tool, ToolChoice } from '../canonical.ts';
import { rest } from '../json.ts';
import { flag, isAbsent, list, object, oneOf, optional, refuse, text } from '../shape.ts';

/** Throws `InvalidRequest`. */
export const decodeTools = (value: unknown): readonly Tool[] =>
  (optional(value, 'tools', list) ?? []).map((tool, index) =>
    decodeTool(object(tool, `tools[${index}]`), `tools[${index}]`),
  );

function decodeTool(tool: JsonObject, at: string): Tool {
  switch (text(tool.type, `${at}.type`)) {
    case 'function':
      return {
        kind: 'function',
        ...decodeNames(tool, at),
        parameters: optional(tool.parameters, `${at}.parameters`, object),
        strict: optional(tool.strict, `${at}.strict`, flag),
        ...extraOf(tool, ['parameters', 'strict']),
      };
    case 'custom':
      return {
        kind: 'custom',
        ...decodeNames(tool, at),
        format: toChatFormat(optional(tool.format, `${at}.format`, object)),
        ...extraOf(tool, ['format']),
      };
    default:
      return { kind: 'server', dialect: 'openai-responses', value: tool };
  }
}

const decodeNames = (tool: JsonObject, at: string) => ({
  name: text(tool.name, `${at}.name`),
  description: optional(tool.description, `${at}.description`, text),
});

/** Canonical has the grammar as the chat form has it: in an object of its own. */
function toChatFormat(format: JsonObject | null): JsonObject | null {
  if (format?.type !== 'grammar' || 'grammar' in format) return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

function extraOf(tool: JsonObject, known: readonly string[]): Pick<Extract<Tool, { name: string }>, 'extra'> {
  const left = Object.entries(rest(tool, ['type', 'name', 'description', ...known]) ?? {});
  const said = left.filter(([, value]) => !isAbsent(value));
  return said.length === 0 ? {} : { extra: { 'openai-responses': Object.fromEntries(said) } };
}

/** Throws `InvalidRequest`, for a choice of the vendor's own tools as well: no other form has a word for it. */
export function decodeToolChoice(value: unknown): ToolChoice | null {
  if (isAbsent(value)) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return { kind: value };
  if (!isRecord(value)) return refuse('tool_choice', 'must be none, auto, required or an object');
  switch (value.type) {
    case 'function':
    case 'custom':
      return { kind: 'named', name: text(value.name, 'tool_choice.name') };
    case 'allowed_tools':
      return {
        kind: 'allowed',
        // The cast: `oneOf` lets nothing else through.
        mode: oneOf(value.mode, ['auto', 'required'], 'tool_choice.mode') as 'auto' | 'required',
        names: list(value.tools, 'tool_choice.tools').map((tool, index) => {
          const at = `tool_choice.tools[${index}]`;
          return text(object(tool, at).name, `${at}.name`);
        }),
      };
    default:
      return refuse('tool_choice.type', 'must be function, custom or allowed_tools for this model');
  }
}
