/** Tools and tool choice as this form has them: of requests to it, and echoed in its answers. */

import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject, Tool } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { recordOf } from '../json.ts';

/** A tool of another vendor's own is among the drops. */
export function encodeTools(tools: readonly Tool[], drops: Drops): readonly JsonObject[] {
  return tools.map((tool) => encodeTool(tool, drops)).filter((tool) => tool !== null);
}

function encodeTool(tool: Tool, drops: Drops): JsonObject | null {
  if (tool.kind === 'server') {
    if (tool.dialect === 'openai-responses') return tool.value;
    drops.addServerTool(tool);
    return null;
  }
  drops.addToolFields(tool.extra);
  if (tool.cacheMarker !== undefined) drops.add('cache_control');
  const { name, description } = tool;
  const described = { name, ...(description === null ? {} : { description }) };
  const own = tool.extra?.['openai-responses'];
  if (tool.kind === 'custom') {
    const format = tool.format === null ? {} : { format: toFlatFormat(tool.format) };
    return { type: 'custom', ...described, ...format, ...own };
  }
  return {
    type: 'function',
    ...described,
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    strict: tool.strict ?? false, // left out it would mean true, unlike in every other form
    ...own,
  };
}

/** The chat form, and so canonical, has the grammar in an object of its own. */
function toFlatFormat(format: JsonObject): JsonObject {
  const { grammar, ...flat } = format;
  return isRecord(grammar) ? { ...flat, ...grammar } : format;
}

/** Names stand for functions, unless a custom tool has the name. `null`: nothing was asked for. */
export function encodeToolChoice({
  toolChoice,
  tools,
}: Pick<CanonicalRequest, 'toolChoice' | 'tools'>): unknown {
  if (toolChoice === null) return null;
  const named = (name: string): JsonObject => {
    const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    return { type: isCustom ? 'custom' : 'function', name };
  };
  switch (toolChoice.kind) {
    case 'named':
      return named(toolChoice.name);
    case 'allowed':
      return { type: 'allowed_tools', mode: toolChoice.mode, tools: toolChoice.names.map(named) };
    default:
      return toolChoice.kind;
  }
}

/** The chat form's `web_search_options`, as the tool that does it here. */
export function toWebSearchTool(options: JsonObject): JsonObject {
  const { user_location: location, ...rest } = options;
  if (!isRecord(location)) return { type: 'web_search', ...rest };
  const { approximate, ...said } = location;
  return {
    type: 'web_search',
    ...rest,
    user_location: { ...said, ...recordOf(approximate) },
  };
}
