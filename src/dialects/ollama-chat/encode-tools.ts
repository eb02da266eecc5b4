/** Tools and the choice among them. Throws `InvalidRequest`. Source: https://docs.ollama.com/capabilities/tool-calling */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { type FunctionTool, onlyFunction } from '../tools/function-tools.ts';
import { allowedNames, isForced } from '../tools/tool-choice.ts';

/**
 * Ollama has no word for a choice. Whoever may call nothing gets no tools, whoever may call some gets only those; but
 * nothing makes the model call, and an agent that has to rely on it must know (in the spirit of trap D8).
 */
export function encodeTools(
  { tools, toolChoice }: Pick<CanonicalRequest, 'tools' | 'toolChoice'>,
  drops: Drops,
): readonly JsonObject[] {
  if (isForced(toolChoice)) {
    refuse('tool_choice', 'must be "auto" or "none": Ollama cannot make a model call a tool');
  }
  if (toolChoice?.kind === 'none') return [];
  const names = allowedNames(toolChoice);
  return tools.flatMap((one, index) => {
    const tool = onlyFunction(one, `tools[${index}]`, 'Ollama');
    const encoded = encodeTool(tool, drops);
    return names === null || names.includes(tool.name) ? [encoded] : [];
  });
}

function encodeTool(tool: FunctionTool, drops: Drops): JsonObject {
  drops.addToolFields(tool.extra);
  if (tool.cacheMarker !== undefined) drops.add('cache_control');
  if (tool.strict === true) drops.add('tools.strict');
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === null ? {} : { description: tool.description }),
      parameters: tool.parameters ?? { type: 'object', properties: {} },
    },
  };
}
