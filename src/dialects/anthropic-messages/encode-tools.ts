/** Tools and the choice among them. Throws `InvalidRequest`. */
import type { CanonicalRequest, JsonObject, Tool } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { cacheControl } from './encode-blocks.ts';
import { toInputSchema, toStrictSchema } from './json-schema.ts';
import { toAnthropicToolName } from './tool-names.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>;

/** An allowed subset is sent as the only tools there are: the form has no word for it. */
export function encodeTools({ tools, toolChoice }: ToolFields, drops: Drops): readonly JsonObject[] {
  const names = toolChoice?.kind === 'allowed' ? toolChoice.names : null;
  return tools.flatMap((tool, index) => {
    const name = tool.kind === 'server' ? tool.value.name : tool.name;
    const isAllowed = names === null || names.includes(String(name));
    const block = encodeTool(tool, `tools[${index}]`, drops);
    return isAllowed && block !== null ? [block] : [];
  });
}

function encodeTool(tool: Tool, path: string, drops: Drops): JsonObject | null {
  switch (tool.kind) {
    case 'server':
      if (tool.dialect === 'anthropic-messages') return tool.value;
      return refuse(`${path}.type`, 'is a tool that only another provider runs');
    case 'custom':
      return refuse(`${path}.type`, 'must be "function": the Anthropic form has no free-text tools');
    case 'function': {
      drops.addForeign(tool.extra, 'tools.', ['isLegacyFunction']); // a note of another codec to itself
      const onMoved = (keyword: string): void => drops.add(`tools.function.parameters.${keyword}`);
      const schema = toInputSchema(tool.parameters, onMoved);
      return {
        name: toAnthropicToolName(tool.name, `${path}.function.name`),
        ...(tool.description === null ? {} : { description: tool.description }),
        input_schema: tool.strict === true ? toStrictSchema(schema, onMoved) : schema,
        ...(tool.strict === true ? { strict: true } : {}),
        ...tool.extra?.['anthropic-messages'],
        ...cacheControl(tool.cacheMarker),
      };
    }
    default:
      return tool satisfies never;
  }
}

/**
 * `disable_parallel_tool_use` lives inside a choice, and only where there are tools (trap D5). A forced choice and
 * thinking are refused together: the thinking stays, the force goes, visibly (trap D6).
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use#forcing-tool-use
 */
export function encodeToolChoice(
  { toolChoice, parallelToolCalls }: ToolFields,
  hasTools: boolean,
  isThinking: boolean,
  drops: Drops,
): JsonObject | null {
  const choice = toChoice(toolChoice);
  const isForced = choice?.type === 'any' || choice?.type === 'tool';
  if (!hasTools) {
    if (isForced) refuse('tool_choice', 'needs tools to choose from');
    return null;
  }
  if (choice?.type === 'none') return choice;
  const disables = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (isForced && isThinking) {
    drops.add('tool_choice');
    return { type: 'auto', ...disables };
  }
  if (choice === null && parallelToolCalls !== false) return null;
  return { type: 'auto', ...choice, ...disables };
}

function toChoice(choice: CanonicalRequest['toolChoice']): JsonObject | null {
  switch (choice?.kind) {
    case undefined:
      return null;
    case 'named':
      return { type: 'tool', name: toAnthropicToolName(choice.name, 'tool_choice.function.name') };
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto' };
    case 'required':
      return { type: 'any' };
    case 'auto':
    case 'none':
      return { type: choice.kind };
    default:
      return choice satisfies never;
  }
}
