/**
 * `input` into turns. Adjacent items of the assistant (reasoning, calls, messages, the vendor's own tools) are one
 * turn; every other item is a turn of its own, where it stands.
 * Source: https://platform.openai.com/docs/api-reference/responses/create (`input`)
 */
import type { JsonObject, Part, ToolResultPart, Turn } from '../canonical.ts';
import { list, object, oneOf, optional, refuse, text } from '../shape.ts';
import { type ContentPart, decodeContent, decodeOutput } from './decode-content.ts';
import { type Proof, readProof, readReasoningText } from './reasoning-items.ts';

const ROLES = ['user', 'assistant', 'system', 'developer'];

/** Throws `InvalidRequest`. */
export function decodeInput(input: unknown): Turn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }];
  const turns: Turn[] = [];
  /** Parts of the assistant's turn that is last. */
  let own: Part[] | null = null;
  const speak = (): Part[] => {
    if (own !== null) return own;
    const parts: Part[] = [];
    turns.push({ role: 'assistant', parts });
    own = parts;
    return parts;
  };
  if (!Array.isArray(input)) refuse('input', 'must be a string or an array');
  for (const [index, value] of list(input, 'input').entries()) {
    const at = `input[${index}]`;
    const item = object(value, at);
    switch (typeOf(item, at)) {
      case 'message': {
        const turn = decodeMessage(item, at);
        if (turn.role === 'assistant') {
          speak().push(...turn.parts);
          continue;
        }
        turns.push(turn);
        break;
      }
      case 'function_call_output':
      case 'custom_tool_call_output':
        turns.push({ role: 'tool', parts: [decodeResult(item, at)] });
        break;
      case 'item_reference':
        refuse(at, 'is an item_reference; items are not stored here: send the item itself');
        break;
      case 'function_call':
      case 'custom_tool_call':
        speak().push(decodeCall(item, at));
        continue;
      case 'reasoning':
        decodeReasoning(item, speak());
        continue;
      default:
        speak().push({ type: 'opaque', dialect: 'openai-responses', value: item });
        continue;
    }
    own = null;
  }
  return turns.filter(({ role, parts }) => role !== 'assistant' || parts.length > 0);
}

/** Messages and references may leave their type out. */
function typeOf(item: JsonObject, at: string): string {
  const type = optional(item.type, `${at}.type`, text);
  if (type !== null) return type;
  if ('role' in item) return 'message';
  return 'id' in item ? 'item_reference' : refuse(`${at}.type`, 'is required and missing');
}

function decodeMessage(item: JsonObject, at: string): Turn {
  // The cast: `oneOf` lets nothing else through.
  const role = oneOf(item.role, ROLES, `${at}.role`) as 'user' | 'assistant' | 'system' | 'developer';
  const parts = decodeContent(item.content, `${at}.content`);
  const phase = optional(item.phase, `${at}.phase`, text);
  return { role, parts: phase === null ? parts : parts.map((part) => withPhase(part, phase)) };
}

/** Whether a message is a comment on the way or the answer: models want it back. Each part of the message has it. */
function withPhase(part: ContentPart, phase: string): ContentPart {
  const own = part.extra?.['openai-responses'] ?? {};
  return { ...part, extra: { ...part.extra, 'openai-responses': { ...own, phase } } };
}

function decodeCall(item: JsonObject, at: string): Part {
  const isCustom = item.type === 'custom_tool_call';
  const name = isCustom ? 'input' : 'arguments';
  return {
    type: 'tool-call',
    id: text(item.call_id, `${at}.call_id`),
    name: text(item.name, `${at}.name`),
    input: text(item[name], `${at}.${name}`),
    isCustom,
    ...namespaceOf(item, at),
  };
}

function namespaceOf(item: JsonObject, at: string): Pick<Part, 'extra'> {
  const namespace = optional(item.namespace, `${at}.namespace`, text);
  return namespace === null ? {} : { extra: { 'openai-responses': { namespace } } };
}

function decodeResult(item: JsonObject, at: string): ToolResultPart {
  return {
    type: 'tool-result',
    callId: text(item.call_id, `${at}.call_id`),
    name: optional(item.name, `${at}.name`, text),
    content: decodeOutput(item.output, `${at}.output`),
    isError: false,
  };
}

/** Adds the thought to `parts`, or the proof to the part that it belongs to. */
function decodeReasoning(item: JsonObject, parts: Part[]): void {
  const said = readReasoningText(item);
  const proof = readProof(item);
  if (proof?.of.kind === 'call' || proof?.of.kind === 'text') {
    prove(parts, proof);
    return;
  }
  if (said === '' && proof === null) return; // an id only, that nobody can look up
  const { signer = 'other', value = null } = proof?.signature ?? {};
  const isHidden = proof?.of.kind === 'hidden thought';
  parts.push({
    type: 'reasoning',
    text: said,
    signature: isHidden ? null : value,
    redacted: isHidden ? value : null,
    signer,
  });
}

/** A client that sent back the proof alone gets nothing proven. */
function prove(parts: Part[], { of, signature }: Proof): void {
  const index = parts.findLastIndex((part) =>
    of.kind === 'call' ? part.type === 'tool-call' && part.id === of.id : part.type === 'text',
  );
  const part = parts[index];
  if (part?.type === 'tool-call' || part?.type === 'text') parts[index] = { ...part, signature };
}
