/** Tools and the choice among them. Throws `InvalidRequest`. Source: https://docs.cohere.com/docs/tool-use-overview */
import { isRecord } from '../../is-record.ts';
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { listOf } from '../json.ts';
import { refuse } from '../shape.ts';
import { type FunctionTool, onlyFunction } from '../tools/function-tools.ts';
import { allowedNames, isForced } from '../tools/tool-choice.ts';
import { toCohereToolName } from './tool-names.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice'>;

export interface EncodedTools {
  readonly list: readonly JsonObject[];
  /** `strict_tools`: for all of them, or for none. */
  readonly isStrict: boolean;
}

/** A named tool, or an allowed subset, is sent as the only tools there are: the form has no word for it. */
export function encodeTools(request: ToolFields, hasFormat: boolean, drops: Drops): EncodedTools {
  const { toolChoice } = request;
  const functions = request.tools.map((tool, index) => onlyFunction(tool, `tools[${index}]`, 'Cohere'));
  const names = toolChoice?.kind === 'named' ? [toolChoice.name] : allowedNames(toolChoice);
  const sent = functions.filter(({ name }) => !hasFormat && (names === null || names.includes(name)));
  return { list: sent.map((tool) => encodeTool(tool, drops)), isStrict: areStrict(sent, drops) };
}

function encodeTool(tool: FunctionTool, drops: Drops): JsonObject {
  drops.addToolFields(tool.extra);
  if (tool.cacheMarker !== undefined) drops.add('cache_control');
  return {
    type: 'function',
    function: {
      name: toCohereToolName(tool.name),
      ...(tool.description === null ? {} : { description: tool.description }),
      parameters: tool.parameters ?? { type: 'object', properties: {} }, // required
    },
  };
}

/** Cohere's switch is one for all tools, and refuses tools with optional parameters only. */
function areStrict(tools: readonly FunctionTool[], drops: Drops): boolean {
  if (!tools.some(({ strict }) => strict === true)) return false;
  const isGood = tools.every(({ strict, parameters }) => strict === true && hasRequired(parameters));
  if (!isGood) drops.add('tools.strict');
  return isGood;
}

function hasRequired(parameters: JsonObject | null): boolean {
  const properties = isRecord(parameters?.properties) ? parameters.properties : {};
  return Object.keys(properties).length === 0 || listOf(parameters?.required).length > 0;
}

/** Without a choice the model is free. Source: https://docs.cohere.com/docs/tool-use-usage-patterns */
export function encodeToolChoice(
  { toolChoice: choice }: ToolFields,
  tools: readonly JsonObject[],
): { readonly tool_choice?: 'REQUIRED' | 'NONE' } {
  if (tools.length === 0) {
    if (isForced(choice)) refuse('tool_choice', 'needs tools to choose from');
    return {};
  }
  if (isForced(choice)) return { tool_choice: 'REQUIRED' };
  return choice?.kind === 'none' ? { tool_choice: 'NONE' } : {};
}
