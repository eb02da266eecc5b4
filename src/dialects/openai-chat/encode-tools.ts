/** Tools and tool choice in the chat form. */

import type { JsonObject, Tool, ToolChoice } from '../canonical.ts';
import { recordOf } from '../json.ts';
import { encodeMarker, type Target } from './encode-content.ts';

export function encodeTools(tools: readonly Tool[], target: Target): JsonObject[] {
  return tools.map((tool) => encodeTool(tool, target)).filter((tool) => tool !== null);
}

function encodeTool(tool: Tool, target: Target): JsonObject | null {
  if (tool.kind !== 'server') target.drops.addToolFields(tool.extra);
  switch (tool.kind) {
    case 'function': {
      const { name, description, parameters, strict, cacheMarker } = tool;
      const { function: inside, ...beside } = tool.extra?.['openai-chat'] ?? {};
      const described = {
        name,
        ...(description === null ? {} : { description }),
        ...(parameters === null ? {} : { parameters }),
        ...(strict === null ? {} : { strict }),
        ...recordOf(inside),
      };
      return {
        type: 'function',
        function: described,
        ...beside,
        ...encodeMarker(cacheMarker, target),
      };
    }
    case 'custom': {
      const { name, description, format, cacheMarker } = tool;
      const { custom: inside, ...beside } = tool.extra?.['openai-chat'] ?? {};
      const described = {
        name,
        ...(description === null ? {} : { description }),
        ...(format === null ? {} : { format }),
        ...recordOf(inside),
      };
      return { type: 'custom', custom: described, ...beside, ...encodeMarker(cacheMarker, target) };
    }
    case 'server':
      if (tool.dialect === 'openai-chat') return tool.value;
      target.drops.addServerTool(tool);
      return null;
  }
}

/** Names stand for functions, unless a custom tool has the name. */
export function encodeToolChoice(choice: ToolChoice | null, tools: readonly Tool[]): unknown {
  if (choice === null) return null;
  const named = (name: string): JsonObject => {
    const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
  };
  switch (choice.kind) {
    case 'named':
      return named(choice.name);
    case 'allowed': {
      const { mode, names } = choice;
      return { type: 'allowed_tools', allowed_tools: { mode, tools: names.map(named) } };
    }
    default:
      return choice.kind;
  }
}
