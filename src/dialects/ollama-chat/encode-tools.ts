/** Tools and the choice among them. Throws `InvalidRequest`. Source: https://docs.ollama.com/capabilities/tool-calling */
import type { CanonicalRequest, JsonObject, Tool } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';

/**
 * Ollama has no word for a choice. Whoever may call nothing gets no tools, whoever may call some gets only those; but
 * nothing makes the model call, and an agent that has to rely on it must know (in the spirit of trap D8).
 */
export function encodeTools(
  { tools, toolChoice }: Pick<CanonicalRequest, 'tools' | 'toolChoice'>,
  drops: Drops,
): readonly JsonObject[] {
  const isForced =
    toolChoice?.kind === 'required' ||
    toolChoice?.kind === 'named' ||
    (toolChoice?.kind === 'allowed' && toolChoice.mode === 'required');
  if (isForced) refuse('tool_choice', 'must be "auto" or "none": Ollama cannot make a model call a tool');
  if (toolChoice?.kind === 'none') return [];
  const names = toolChoice?.kind === 'allowed' ? toolChoice.names : null;
  return tools.flatMap((tool, index) => {
    const encoded = encodeTool(tool, `tools[${index}]`, drops);
    return names === null || names.includes(encoded.function.name) ? [encoded] : [];
  });
}

function encodeTool(
  tool: Tool,
  path: string,
  drops: Drops,
): { readonly type: 'function'; readonly function: { readonly name: string } & JsonObject } {
  switch (tool.kind) {
    case 'server':
      return refuse(`${path}.type`, 'is a tool that only another provider runs');
    case 'custom':
      return refuse(`${path}.type`, 'must be "function": Ollama has no free-text tools');
    case 'function': {
      drops.addForeign(tool.extra, 'tools.', ['isLegacyFunction']); // a note of another codec to itself
      if (tool.cacheMarker !== undefined) drops.add('cache_control');
      if (tool.strict === true) drops.add('tools.function.strict');
      return {
        type: 'function',
        function: {
          name: tool.name,
          ...(tool.description === null ? {} : { description: tool.description }),
          parameters: tool.parameters ?? { type: 'object', properties: {} },
        },
      };
    }
    default:
      return tool satisfies never;
  }
}
