/** Tools and tool choice in the chat form. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, Tool, ToolChoice } from '../canonical.ts';
import type { Carried } from './encode-request.ts';

export function encodeTools(
  tools: readonly Tool[],
  carries: ReadonlySet<Carried>,
  dropped: Set<string>,
): JsonObject[] {
  return tools.map((tool) => encodeTool(tool, carries, dropped)).filter((tool) => tool !== null);
}

function encodeTool(tool: Tool, carries: ReadonlySet<Carried>, dropped: Set<string>): JsonObject | null {
  switch (tool.kind) {
    case 'function': {
      const { name, description, parameters, strict, cacheMarker } = tool;
      const { function: inside, ...beside } = tool.extra?.['openai-chat'] ?? {};
      for (const [dialect, fields] of Object.entries(tool.extra ?? {})) {
        if (dialect !== 'openai-chat') for (const field of Object.keys(fields)) dropped.add(`tools.${field}`);
      }
      const described = {
        name,
        ...(description === null ? {} : { description }),
        ...(parameters === null ? {} : { parameters }),
        ...(strict === null ? {} : { strict }),
        ...(isRecord(inside) ? inside : {}),
      };
      return {
        type: 'function',
        function: described,
        ...beside,
        ...encodeMarker(cacheMarker, carries, dropped),
      };
    }
    case 'custom': {
      const { name, description, format } = tool;
      const described = description === null ? {} : { description };
      return { type: 'custom', custom: { name, ...described, ...(format === null ? {} : { format }) } };
    }
    case 'server':
      if (tool.dialect === 'openai-chat') return tool.value;
      dropped.add(`tools.${typeof tool.value.type === 'string' ? tool.value.type : 'server'}`);
      return null;
  }
}

/** `cache_control` where the target takes it. */
export function encodeMarker(
  marker: { readonly ttl: string | null } | undefined,
  carries: ReadonlySet<Carried>,
  dropped: Set<string>,
): JsonObject {
  if (marker === undefined) return {};
  if (carries.has('cache_control')) {
    return { cache_control: { type: 'ephemeral', ...(marker.ttl === null ? {} : { ttl: marker.ttl }) } };
  }
  dropped.add('cache_control');
  return {};
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
