/** Which functions the simulator calls, and with what. Tools of type `custom` and `functions` are never called. */
import { hashHex } from './hash.ts';
import { jsonInstance } from './json-instance.ts';
import { NoInstance } from './json-schema.ts';
import { lastUserText } from './prompt.ts';
import { invalidField } from './refusal.ts';
import { isObject, isString, type JsonObject, toObject } from './request.ts';

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/**
 * The calls that answer this request; none means that it is answered with text. A named function is always
 * called, one of several `required` ones too; with `auto` those that the last user message mentions by name.
 * After a tool result the answer is text.
 *
 * @throws Refusal 400 when `tool_choice` names a function that is not there, or arguments cannot be made.
 */
export function toolCalls(body: JsonObject, messages: readonly JsonObject[]): ToolCall[] {
  const offered = functionsOf(body.tools);
  const role = messages.at(-1)?.role;
  if (offered.length === 0 || body.tool_choice === 'none' || role === 'tool' || role === 'function')
    return [];
  // Not from the whole body: a stream of the same conversation makes the same call.
  const seed = hashHex(JSON.stringify(messages));
  return chooseFunctions(offered, body, lastUserText(messages)).map((tool, index) => ({
    id: `call_sim_${seed}_${index}`,
    name: String(tool.name),
    arguments: JSON.stringify(argumentsFor(tool)),
  }));
}

const functionsOf = (tools: unknown): JsonObject[] =>
  (Array.isArray(tools) ? tools : [])
    .map((tool) => toObject(toObject(tool).function))
    .filter((tool) => isString(tool.name));

function chooseFunctions(offered: JsonObject[], body: JsonObject, question: string): JsonObject[] {
  const choice = body.tool_choice ?? 'auto';
  if (!isObject(choice)) return pick(offered, choice, body, question);
  if (choice.type === 'allowed_tools') {
    const { mode, tools } = toObject(choice.allowed_tools);
    const allowed = functionsOf(tools).map((tool) => find(offered, tool.name));
    return pick(allowed, mode, body, question);
  }
  return choice.type === 'function' ? [find(offered, toObject(choice.function).name)] : [];
}

function pick(offered: JsonObject[], mode: unknown, body: JsonObject, question: string): JsonObject[] {
  const words = new Set(question.split(/[^\w-]+/));
  const mentioned = offered.filter((tool) => words.has(String(tool.name)));
  const calls = mentioned.length === 0 && mode === 'required' ? offered.slice(0, 1) : mentioned;
  return body.parallel_tool_calls === false ? calls.slice(0, 1) : calls;
}

function find(offered: JsonObject[], name: unknown): JsonObject {
  const found = offered.find((tool) => tool.name === name);
  if (found) return found;
  throw invalidField('tool_choice', `"tool_choice" names a function that is not in "tools".`);
}

function argumentsFor(tool: JsonObject): unknown {
  try {
    return jsonInstance({ type: 'object', ...toObject(tool.parameters) });
  } catch (error) {
    if (!(error instanceof NoInstance)) throw error;
    throw invalidField('tools', `The simulator cannot make arguments for "${tool.name}": ${error.message}.`);
  }
}
