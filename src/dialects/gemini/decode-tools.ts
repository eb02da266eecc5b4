/** `tools` and `toolConfig` of a client. Throws `InvalidRequest` that names the field. */
import { isRecord } from '../../is-record.ts';
import type { JsonObject, Tool, ToolChoice } from '../canonical.ts';
import { rest } from '../json.ts';
import { isAbsent, list, object, oneOf, optional, text } from '../shape.ts';
import { toExtra } from './decode-media.ts';
import { toCamel } from './member-names.ts';
import { fromGoogleSchema } from './openapi-schema.ts';

/** One tool of this form may hold many functions, and tools of the vendor's own beside them. */
export function decodeTools(tools: unknown): Tool[] {
  return (optional(tools, 'tools', list) ?? []).flatMap((value, index) => {
    const path = `tools[${index}]`;
    return Object.entries(toCamel(object(value, path))).flatMap(([member, content]): Tool[] => {
      if (isAbsent(content)) return [];
      if (member !== 'functionDeclarations') {
        return [{ kind: 'server', dialect: 'gemini', value: { [member]: content } }];
      }
      return list(content, `${path}.${member}`).map((one, at) =>
        decodeFunction(one, `${path}.${member}[${at}]`),
      );
    });
  });
}

function decodeFunction(value: unknown, path: string): Tool {
  const declaration = toCamel(object(value, path));
  const { parametersJsonSchema, parameters } = declaration;
  return {
    kind: 'function',
    name: text(declaration.name, `${path}.name`),
    description: optional(declaration.description, `${path}.description`, text),
    parameters: isAbsent(parametersJsonSchema)
      ? optional(parameters, `${path}.parameters`, fromGoogleSchema)
      : object(parametersJsonSchema, `${path}.parametersJsonSchema`),
    strict: null,
    ...toExtra(rest(declaration, ['name', 'description', 'parameters', 'parametersJsonSchema'])),
  };
}

const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'];

/** `rest`: what of `toolConfig` only this form knows. */
export function decodeToolConfig(value: unknown): { toolChoice: ToolChoice | null; rest: JsonObject | null } {
  const config = toCamel(optional(value, 'toolConfig', object) ?? {});
  const path = 'toolConfig.functionCallingConfig';
  const calling = toCamel(optional(config.functionCallingConfig, path, object) ?? {});
  const mode = optional(calling.mode, `${path}.mode`, text)?.toUpperCase() ?? null;
  if (mode !== null) oneOf(mode, MODES, `${path}.mode`);
  const names = (optional(calling.allowedFunctionNames, `${path}.allowedFunctionNames`, list) ?? []).map(
    (name, index) => text(name, `${path}.allowedFunctionNames[${index}]`),
  );
  const ownCalling = {
    ...rest(calling, ['mode', 'allowedFunctionNames']),
    ...(mode === 'VALIDATED' ? { mode } : {}),
  };
  const own = {
    ...rest(config, ['functionCallingConfig']),
    ...(Object.keys(ownCalling).length > 0 ? { functionCallingConfig: ownCalling } : {}),
  };
  return {
    toolChoice: toChoice(mode, names),
    rest: isRecord(own) && Object.keys(own).length > 0 ? own : null,
  };
}

function toChoice(mode: string | null, names: readonly string[]): ToolChoice | null {
  const [first] = names;
  switch (mode) {
    case 'ANY':
      if (first === undefined) return { kind: 'required' };
      return names.length === 1
        ? { kind: 'named', name: first }
        : { kind: 'allowed', mode: 'required', names };
    case 'NONE':
      return { kind: 'none' };
    case 'AUTO':
      return { kind: 'auto' };
    case 'VALIDATED':
      return first === undefined ? { kind: 'auto' } : { kind: 'allowed', mode: 'auto', names };
    default:
      return null;
  }
}
