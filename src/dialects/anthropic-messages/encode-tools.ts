/** Tools and the choice among them. Throws `InvalidRequest`. */
import type { CanonicalRequest, JsonObject, Tool } from '../canonical.ts';
import { toInputSchema, toStrictSchema } from '../claude/json-schema.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { onlyFunction } from '../tools/function-tools.ts';
import { allowedNames, isForced } from '../tools/tool-choice.ts';
import { cacheControl } from './encode-blocks.ts';
import { toAnthropicToolName } from './tool-names.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>;

/** An allowed subset is sent as the only tools there are: the form has no word for it. */
export function encodeTools({ tools, toolChoice }: ToolFields, drops: Drops): readonly JsonObject[] {
  const names = allowedNames(toolChoice);
  return tools.flatMap((tool, index) => {
    const name = tool.kind === 'server' ? tool.value.name : tool.name;
    const block = encodeTool(tool, `tools[${index}]`, drops);
    return names === null || (typeof name === 'string' && names.includes(name)) ? [block] : [];
  });
}

function encodeTool(tool: Tool, path: string, drops: Drops): JsonObject {
  if (tool.kind === 'server' && tool.dialect === 'anthropic-messages') return tool.value;
  const { name, description, parameters, strict, cacheMarker, extra } = onlyFunction(
    tool,
    path,
    'the Anthropic form',
  );
  drops.addToolFields(extra);
  const onMoved = (keyword: string): void => drops.addKeyword('tools.parameters', keyword);
  const schema = toInputSchema(parameters, onMoved);
  return {
    name: toAnthropicToolName(name, `${path}.function.name`),
    ...(description === null || description === '' ? {} : { description }),
    input_schema: strict === true ? toStrictSchema(schema, onMoved) : schema,
    ...(strict === true ? { strict: true } : {}),
    ...extra?.['anthropic-messages'],
    ...cacheControl(cacheMarker),
  };
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
  if (!hasTools) {
    if (isForced(toolChoice)) refuse('tool_choice', 'needs tools to choose from');
    return null;
  }
  if (choice?.type === 'none') return choice;
  const disables = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (isForced(toolChoice) && isThinking) {
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
