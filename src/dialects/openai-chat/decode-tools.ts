/** Tools and tool choice of a chat request, the legacy `functions` and `function_call` included. */
import { InvalidRequest } from '../../errors.ts';
import type { JsonObject, Tool, ToolChoice } from '../canonical.ts';
import { wrongType } from '../request-checks.ts';
import {
  cacheMarkerOf,
  extraOf,
  leftovers,
  optional,
  optionalArray,
  optionalBoolean,
  optionalRecord,
  optionalString,
  requiredName,
  requiredRecord,
  requiredString,
} from './members.ts';

/**
 * Marks a tool that came as one of `functions`: its client reads `function_call`, not `tool_calls`. A symbol, so that
 * it is no field of the client that another form could have to report as dropped.
 */
const LEGACY = Symbol('legacy function');

/** The client wrote `functions`. */
export const usesLegacyFunctions = (tools: readonly Tool[]): boolean =>
  tools.some((tool) => tool.kind === 'function' && LEGACY in (tool.extra?.['openai-chat'] ?? {}));

export function decodeTools(body: JsonObject): readonly Tool[] {
  const functions = optionalArray(body.functions, 'functions');
  const tools = optionalArray(body.tools, 'tools');
  if (functions.length > 0 && tools.length > 0) {
    throw new InvalidRequest('`functions` is the old name of `tools`: send only one.', 'functions');
  }
  return [
    ...functions.map((one, index) => markLegacy(decodeFunction(one, `functions[${index}]`, {}))),
    ...tools.map((tool, index) => decodeTool(tool, `tools[${index}]`)),
  ];
}

function markLegacy(tool: Extract<Tool, { kind: 'function' }>): Tool {
  return { ...tool, extra: { 'openai-chat': { ...tool.extra?.['openai-chat'], [LEGACY]: true } } };
}

function decodeTool(value: unknown, at: string): Tool {
  const tool = requiredRecord(value, at);
  const type = requiredString(tool.type, `${at}.type`);
  if (type === 'function') {
    const { cacheMarker } = cacheMarkerOf(tool.cache_control, `${at}.cache_control`);
    const more = leftovers(tool, ['type', 'function', 'cache_control']);
    const decoded = decodeFunction(tool.function, `${at}.function`, more);
    return cacheMarker === undefined ? decoded : { ...decoded, cacheMarker };
  }
  if (type !== 'custom') return { kind: 'server', dialect: 'openai-chat', value: tool };
  const custom = requiredRecord(tool.custom, `${at}.custom`);
  const more = leftovers(tool, ['type', 'custom', 'cache_control']);
  const inside = leftovers(custom, ['name', 'description', 'format']);
  return {
    kind: 'custom',
    name: requiredName(custom.name, `${at}.custom.name`),
    description: optionalString(custom.description, `${at}.custom.description`),
    format: optionalRecord(custom.format, `${at}.custom.format`),
    ...cacheMarkerOf(tool.cache_control, `${at}.cache_control`),
    ...extraOf(Object.keys(inside).length === 0 ? more : { ...more, custom: inside }),
  };
}

function decodeFunction(value: unknown, at: string, more: JsonObject): Extract<Tool, { kind: 'function' }> {
  const one = requiredRecord(value, at);
  const inside = leftovers(one, ['name', 'description', 'parameters', 'strict']);
  const extra = Object.keys(inside).length === 0 ? more : { ...more, function: inside };
  return {
    kind: 'function',
    name: requiredName(one.name, `${at}.name`),
    description: optionalString(one.description, `${at}.description`),
    parameters: optionalRecord(one.parameters, `${at}.parameters`),
    strict: optionalBoolean(one.strict, `${at}.strict`),
    ...extraOf(extra),
  };
}

export function decodeToolChoice(body: JsonObject): ToolChoice | null {
  if (optional(body.function_call)) return decodeChoice(body.tool_choice);
  if (!optional(body.tool_choice)) {
    throw new InvalidRequest(
      '`function_call` is the old name of `tool_choice`: send only one.',
      'function_call',
    );
  }
  const choice = body.function_call;
  if (choice === 'none' || choice === 'auto') return { kind: choice };
  if (typeof choice === 'string') throw wrongType('function_call', 'none, auto or an object');
  const named = requiredRecord(choice, 'function_call');
  return { kind: 'named', name: requiredName(named.name, 'function_call.name') };
}

function decodeChoice(value: unknown): ToolChoice | null {
  if (optional(value)) return null;
  if (value === 'none' || value === 'auto' || value === 'required') return { kind: value };
  if (value === 'any') return { kind: 'required' }; // Mistral's word. https://docs.mistral.ai/capabilities/function_calling
  if (typeof value === 'string') throw wrongType('tool_choice', 'none, auto, required or an object');
  const choice = requiredRecord(value, 'tool_choice');
  const type = requiredString(choice.type, 'tool_choice.type');
  switch (type) {
    case 'function':
    case 'custom':
      return { kind: 'named', name: readName(choice, 'tool_choice') };
    case 'allowed_tools':
      return decodeAllowed(requiredRecord(choice.allowed_tools, 'tool_choice.allowed_tools'));
    default:
      throw wrongType('tool_choice.type', 'function, custom or allowed_tools');
  }
}

function decodeAllowed(allowed: Record<string, unknown>): ToolChoice {
  const at = 'tool_choice.allowed_tools';
  const { mode } = allowed;
  if (mode !== 'auto' && mode !== 'required') throw wrongType(`${at}.mode`, 'auto or required');
  const names = optionalArray(allowed.tools, `${at}.tools`).map((tool, index) =>
    readName(requiredRecord(tool, `${at}.tools[${index}]`), `${at}.tools[${index}]`),
  );
  return { kind: 'allowed', mode, names };
}

/** `{type, function: {name}}` or `{type, custom: {name}}`. */
function readName(value: Record<string, unknown>, at: string): string {
  const key = value.type === 'custom' ? 'custom' : 'function';
  return requiredName(requiredRecord(value[key], `${at}.${key}`).name, `${at}.${key}.name`);
}
