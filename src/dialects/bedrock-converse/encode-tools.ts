/** Tools and the choice among them. Throws `InvalidRequest`. */

import type { CanonicalRequest, JsonObject, Tool } from '../canonical.ts';
import { toInputSchema, toStrictSchema } from '../claude/json-schema.ts';
import { refuse } from '../shape.ts';
import { onlyFunction } from '../tools/function-tools.ts';
import { allowedNames, isForced } from '../tools/tool-choice.ts';
import { type BlockContext, cachePoint } from './encode-blocks.ts';
import type { Message } from './encode-messages.ts';
import { toToolName } from './tool-names.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>;
type Context = Pick<BlockContext, 'traits' | 'drops'> & { readonly isThinking: boolean };

/**
 * `toolConfig`; `null` for none. Once a conversation holds calls or results, Converse demands definitions of tools,
 * whether the client still offers any or not.
 */
export function encodeToolConfig(
  request: ToolFields,
  messages: readonly Message[],
  context: Context,
): JsonObject | null {
  const { tools, toolChoice, parallelToolCalls } = request;
  const called = namesOfCalls(messages);
  if (tools.length === 0) {
    if (isForced(toolChoice)) refuse('tool_choice', 'needs tools to choose from');
    if (called.length === 0) return null;
    if (toolChoice?.kind === 'none') context.drops.add('tool_choice');
    return { tools: called.map(toRemembered) };
  }
  if (toolChoice?.kind === 'none') {
    if (called.length === 0) return null; // the form has no word for it: without tools there is nothing to choose
    context.drops.add('tool_choice');
  }
  if (!context.traits.hasTools) refuse('tools', 'are not taken by this model on Bedrock');
  if (parallelToolCalls === false) context.drops.add('parallel_tool_calls');
  const { choice, only } = encodeChoice(toolChoice, context);
  const offered = tools.flatMap((tool, index) => {
    const isOffered = only === null || (tool.kind !== 'server' && only.includes(tool.name));
    const blocks = encodeTool(tool, `tools[${index}]`, context);
    return isOffered ? blocks : [];
  });
  if (offered.length === 0) refuse('tool_choice', 'names no tool of the request');
  return { tools: offered, ...(choice === null ? {} : { toolChoice: choice }) };
}

function encodeTool(tool: Tool, path: string, { traits, drops }: Context): readonly JsonObject[] {
  if (tool.kind === 'server' && tool.dialect === 'bedrock-converse') return [tool.value];
  const { name, description, parameters, strict, cacheMarker, extra } = onlyFunction(tool, path, 'Bedrock');
  drops.addToolFields(extra);
  const onMoved = (keyword: string): void => drops.addKeyword('tools.parameters', keyword);
  const isStrict = strict === true && traits.hasStrictTools;
  if (strict === true && !isStrict) drops.add('tools.strict');
  const schema = toInputSchema(parameters, onMoved);
  const toolSpec = {
    name: toToolName(name, `${path}.function.name`),
    ...(description === null || description === '' ? {} : { description }),
    inputSchema: { json: isStrict ? toStrictSchema(schema, onMoved) : schema },
    ...(isStrict ? { strict: true } : {}),
  };
  const isMarked = cacheMarker !== undefined && traits.cachePoints !== 'everywhere';
  if (isMarked) drops.add('cache_control');
  return [{ toolSpec }, ...(isMarked ? [] : cachePoint(cacheMarker, { traits, drops }))];
}

interface Choice {
  readonly choice: JsonObject | null;
  /** The only tools that may be offered; `null` for all. */
  readonly only: readonly string[] | null;
}

/**
 * `auto` is the default, and some models refuse even that word. A force that the model does not know, or that Claude
 * refuses while it thinks (trap D6), goes visibly.
 */
function encodeChoice(
  choice: CanonicalRequest['toolChoice'],
  { traits, drops, isThinking }: Context,
): Choice {
  const only = allowedNames(choice);
  if (choice === null || !isForced(choice)) return { choice: null, only };
  const forced = isThinking ? [] : traits.forcedChoices;
  if (choice.kind === 'named') {
    const { name } = choice;
    if (forced.includes('tool')) {
      return { choice: { tool: { name: toToolName(name, 'tool_choice.function.name') } }, only };
    }
    if (forced.includes('any')) return { choice: { any: {} }, only: [name] };
  } else if (forced.includes('any')) return { choice: { any: {} }, only };
  drops.add('tool_choice');
  return { choice: null, only };
}

/** As written, each once, in order of appearance. */
function namesOfCalls(messages: readonly Message[]): readonly string[] {
  const blocks = messages.flatMap(({ content }) => content);
  const calls = blocks.flatMap(({ toolUse }) => (toolUse === undefined ? [] : [toolUse as { name: string }])); // ours
  const names = new Set(calls.map(({ name }) => name));
  const hasOrphans = names.size === 0 && blocks.some((block) => 'toolResult' in block);
  return hasOrphans ? ['tool'] : [...names];
}

/** A tool that the client called once, and does not offer any more. */
const toRemembered = (name: string): JsonObject => ({
  toolSpec: {
    name,
    description: 'Was called earlier in this conversation, and is not available any more.',
    inputSchema: { json: { type: 'object', properties: {} } },
  },
});
