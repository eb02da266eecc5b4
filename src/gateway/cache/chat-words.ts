/**
 * Spellings of one request in one wire form that say the same, brought into the one in which the form's encoder writes.
 * Only what the form's documentation calls the same stands here: two requests that differ in nothing else share an
 * entry.
 */
import type { JsonObject } from '../../dialects/canonical.ts';
import { toCamel } from '../../dialects/gemini/member-names.ts';
import { listOf, rest } from '../../dialects/json.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { isRecord } from '../../is-record.ts';

export const plainWords: Readonly<Record<DoorDialect, (body: JsonObject) => JsonObject>> = {
  'openai-chat': ({ max_tokens, ...body }) => ({
    ...body,
    max_completion_tokens: body.max_completion_tokens ?? max_tokens, // its newer name
    stop: typeof body.stop === 'string' ? [body.stop] : body.stop,
    messages: eachRecord(body.messages, (message) => ({
      ...message,
      content: loneText(message.content, 'text'),
    })),
  }),
  'openai-responses': (body) => ({
    ...body,
    // Both are written unless the client says otherwise.
    store: body.store === false ? null : body.store,
    include: withoutHidden(body.include),
    input:
      typeof body.input === 'string'
        ? [{ type: 'message', role: 'user', content: body.input }]
        : eachRecord(body.input, plainItem),
  }),
  'anthropic-messages': (body) => ({
    ...body,
    system: asBlocks(body.system),
    messages: eachRecord(body.messages, (message) => ({
      ...message,
      content: eachRecord(asBlocks(message.content), (block) =>
        block.type === 'tool_result' ? { ...block, content: asBlocks(block.content) } : block,
      ),
    })),
    tools: eachRecord(body.tools, (tool) => (tool.type === 'custom' ? (rest(tool, ['type']) ?? {}) : tool)),
  }),
  gemini: (body) => plainGemini(camelDeep(body)),
};

const eachRecord = (value: unknown, plain: (one: JsonObject) => JsonObject): unknown =>
  Array.isArray(value) ? value.map((one) => (isRecord(one) ? plain(one) : one)) : value;

/** A list with a lone text is that text. */
function loneText(content: unknown, type: string): unknown {
  const [only] = Array.isArray(content) && content.length === 1 ? content : [];
  const isPlain = isRecord(only) && only.type === type && Object.keys(only).length === 2;
  return isPlain && typeof only.text === 'string' ? only.text : content;
}

const asBlocks = (content: unknown): unknown =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** Messages may leave out their type, and images ask for `auto` where they ask for nothing. */
function plainItem(item: JsonObject): JsonObject {
  const said = item.role === 'assistant' ? 'output_text' : 'input_text';
  const plain = {
    ...item,
    content: plainParts(item.content, said),
    output: plainParts(item.output, 'input_text'),
  };
  return 'role' in item ? { ...plain, type: item.type ?? 'message' } : plain;
}

const plainParts = (content: unknown, said: string): unknown =>
  eachRecord(loneText(content, said), (part) =>
    part.type === 'input_image' && part.detail === 'auto' ? { ...part, detail: null } : part,
  );

/** In `include`: thinking that only the vendor can read. */
export const HIDDEN_THINKING = 'reasoning.encrypted_content';

function withoutHidden(include: unknown): unknown {
  const left = listOf(include).filter((one) => one !== HIDDEN_THINKING);
  return left.length === 0 ? null : left;
}

/** Contents are the user's unless they say whose; the role of an instruction means nothing. */
function plainGemini(body: JsonObject): JsonObject {
  const { systemInstruction: system } = body;
  return {
    ...body,
    systemInstruction: isRecord(system)
      ? { ...system, role: null }
      : typeof system === 'string'
        ? { parts: [{ text: system }] }
        : system,
    contents: eachRecord(body.contents, (content) => ({ ...content, role: content.role ?? 'user' })),
  };
}

/** Google takes `snake_case` as well; an object that has a member under both names stays as it is. */
function camelDeep(value: JsonObject): JsonObject {
  const inside = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(inside);
    return isRecord(one) ? camelDeep(one) : one;
  };
  const named = toCamel(value);
  const entries = Object.entries(named);
  if (entries.length < Object.keys(value).length) return value;
  return Object.fromEntries(entries.map(([key, member]) => [key, inside(member)]));
}
