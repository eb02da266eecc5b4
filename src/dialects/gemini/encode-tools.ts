/** Tools and the choice among them. Throws `InvalidRequest`. */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { recordOf } from '../json.ts';
import { refuse } from '../shape.ts';
import { type FunctionTool, onlyFunction } from '../tools/function-tools.ts';
import { toParametersSchema } from './json-schema.ts';
import { SchemaGrowth } from './schema-growth.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>;

/** All functions in one tool, where the first of them stood; the vendor's own tools beside it. */
export function encodeTools({ tools }: ToolFields, drops: Drops): readonly JsonObject[] {
  const functions: JsonObject[] = [];
  const encoded: JsonObject[] = [];
  const growth = new SchemaGrowth();
  for (const [index, tool] of tools.entries()) {
    if (tool.kind === 'server' && tool.dialect === 'gemini') encoded.push(tool.value);
    else {
      if (functions.length === 0) encoded.push({ functionDeclarations: functions });
      const path = `tools[${index}]`;
      functions.push(encodeFunction(onlyFunction(tool, path, 'the Gemini form'), path, growth, drops));
    }
  }
  return encoded;
}

function encodeFunction(tool: FunctionTool, path: string, growth: SchemaGrowth, drops: Drops): JsonObject {
  drops.addToolFields(tool.extra);
  if (tool.cacheMarker !== undefined) drops.add('cache_control');
  if (tool.strict === true) drops.add('tools.strict');
  const onMoved = (keyword: string): void => drops.addKeyword('tools.parameters', keyword);
  const { parameters } = tool;
  return {
    name: tool.name,
    ...(tool.description === null ? {} : { description: tool.description }),
    ...(parameters === null
      ? {}
      : {
          parametersJsonSchema: toParametersSchema(
            parameters,
            onMoved,
            growth.allow(parameters, `${path}.function.parameters`),
          ),
        }),
    ...tool.extra?.gemini,
  };
}

/**
 * `own`: `toolConfig` of a client of this form. Source: https://ai.google.dev/api/caching#FunctionCallingConfig
 */
export function encodeToolConfig(
  { tools, toolChoice, parallelToolCalls }: ToolFields,
  own: unknown,
  drops: Drops,
): JsonObject | null {
  if (parallelToolCalls === false) drops.add('parallel_tool_calls');
  const hasFunctions = tools.some(({ kind }) => kind === 'function');
  const choice = toCallingConfig(toolChoice);
  if (!hasFunctions && choice !== null && choice.mode === 'ANY')
    refuse('tool_choice', 'needs tools to choose from');
  const { functionCallingConfig: ownCalling, ...rest } = recordOf(own);
  const calling = { ...(hasFunctions ? choice : null), ...recordOf(ownCalling) };
  const config = { ...(Object.keys(calling).length > 0 ? { functionCallingConfig: calling } : {}), ...rest };
  return Object.keys(config).length > 0 ? config : null;
}

function toCallingConfig(choice: CanonicalRequest['toolChoice']): JsonObject | null {
  switch (choice?.kind) {
    case undefined:
      return null;
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed': // `AUTO` takes no names
      return { mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names };
    default:
      return choice satisfies never;
  }
}
