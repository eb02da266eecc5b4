/** Turns as chat messages, in their order. */
import type {
  CanonicalRequest,
  JsonObject,
  Part,
  ReasoningPart,
  Signature,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../canonical.ts';
import { shortIds } from '../openai/short-ids.ts';
import { cannotSay, encodeContent, encodeMarker, plain, type Target } from './encode-content.ts';
import { isProven, writeEntry } from './reasoning-details.ts';
import { signatureOfMessage, writeThoughtSignature } from './thought-signature.ts';

const MAX_ID_LENGTH = 40;

/** Throws `InvalidRequest` for content that this form has no way to hold. */
export function encodeMessages(turns: CanonicalRequest['turns'], target: Target): JsonObject[] {
  return new MessageWriter(turns, target).write();
}

class MessageWriter {
  readonly #turns: readonly Turn[];
  readonly #target: Target;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #messages: JsonObject[] = [];
  /** What tool results hold beside text: a user message after the last result of the row takes it. */
  #afterResults: JsonObject[] = [];

  constructor(turns: readonly Turn[], target: Target) {
    this.#turns = turns;
    this.#target = target;
    this.#ids = shortIds(turns, MAX_ID_LENGTH);
  }

  write(): JsonObject[] {
    for (const turn of this.#turns) {
      this.#target.drops.addTurnFields(turn.extra);
      const results = turn.parts.filter((part) => part.type === 'tool-result');
      const others = turn.parts.filter((part) => part.type !== 'tool-result');
      for (const result of results) this.#writeResult(result, results.length === 1 ? turn : null);
      if (results.length > 0 && others.length === 0) continue;
      this.#flushResults();
      this.#writeTurn(turn, others);
    }
    this.#flushResults();
    return this.#messages;
  }

  #writeTurn(turn: Turn, parts: readonly Part[]): void {
    const named = turn.name === undefined ? {} : { name: turn.name };
    const own = turn.extra?.['openai-chat'] ?? {};
    switch (turn.role) {
      case 'assistant': {
        const message = this.#assistantMessage(parts);
        if (message !== null) this.#messages.push({ role: 'assistant', ...message, ...named, ...own });
        return;
      }
      case 'system':
      case 'developer': {
        const stray = parts.find((part) => !['text', 'opaque', 'reasoning'].includes(part.type));
        if (stray !== undefined) throw cannotSay(`a part of type ${stray.type} in a ${turn.role} message`);
        this.#messages.push({
          role: this.#target.carries.has('developer') ? turn.role : 'system', // who knows one knows `system`
          content: plain(encodeContent(parts, this.#target)),
          ...named,
          ...own,
        });
        return;
      }
      default:
        this.#messages.push({
          role: 'user',
          content: plain(encodeContent(parts, this.#target)),
          ...named,
          ...own,
        });
    }
  }

  /** `null` if nothing of the turn is left. */
  #assistantMessage(parts: readonly Part[]): JsonObject | null {
    const said = parts.filter((part) => part.type === 'text' || part.type === 'opaque');
    const refusal = parts.map((part) => (part.type === 'refusal' ? part.text : '')).join('');
    const calls = parts.filter((part) => part.type === 'tool-call');
    const ofMessage = signatureOfMessage(said, calls);
    const proof = this.#proof(ofMessage);
    if (
      said.some(
        (part) => part.type === 'text' && part.signature !== undefined && part.signature !== ofMessage,
      )
    ) {
      this.#target.drops.add('messages.extra_content');
    }
    const stray = parts.find((part) => ['image', 'audio', 'file'].includes(part.type));
    if (stray !== undefined) throw cannotSay(`a part of type ${stray.type} in an assistant message`);
    const reasoning = this.#reasoning(parts.filter((part) => part.type === 'reasoning'));
    const pieces = encodeContent(said, this.#target);
    const isPlain = pieces.every((piece) => piece.type === 'text' && Object.keys(piece).length === 2);
    // Text that the model said in one go joins without anything between (wire 17).
    const text = isPlain ? pieces.map((piece) => piece.text).join('') : pieces;
    const isEmpty = text.length === 0;
    if (isEmpty && refusal === '' && calls.length === 0 && Object.keys(reasoning).length === 0) {
      return parts.length === 0 || said.some((part) => part.type === 'text') ? { content: '' } : null;
    }
    return {
      content: isEmpty && (refusal !== '' || calls.length > 0) ? null : text,
      ...(refusal === '' ? {} : { refusal }),
      ...reasoning,
      ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => this.#toolCall(call)) }),
      ...proof,
    };
  }

  #reasoning(parts: readonly ReasoningPart[]): JsonObject {
    if (parts.length === 0) return {};
    const text = parts.map((part) => part.text).join('');
    const { carries, drops } = this.#target;
    const takesText = carries.has('reasoning_content');
    const takesDetails = carries.has('reasoning_details');
    const isLost = (part: ReasoningPart) => isProven(part) || (part.text !== '' && !takesText);
    if (!takesDetails && parts.some(isLost)) {
      drops.add('messages.reasoning_content');
    }
    return {
      ...(takesText && text !== '' ? { reasoning_content: text } : {}),
      ...(takesDetails ? { reasoning_details: parts.map(writeEntry) } : {}),
    };
  }

  #toolCall(part: ToolCallPart): JsonObject {
    const { name, input, isCustom } = part;
    this.#target.drops.addPartFields(part);
    const id = this.#id(part.id);
    const made = isCustom
      ? { type: 'custom', custom: { name, input } }
      : { type: 'function', function: { name, arguments: input.trim() === '' ? '{}' : input } };
    const own = part.extra?.['openai-chat'];
    return { id, ...made, ...own, ...this.#proof(part.signature ?? null) };
  }

  /** Google takes back its own; nobody takes another vendor's. */
  #proof(signature: Signature | null): JsonObject {
    if (signature === null) return {};
    const { carries, drops } = this.#target;
    if (signature.signer === 'google' && carries.has('thought_signature')) {
      return writeThoughtSignature(signature);
    }
    drops.add('messages.extra_content');
    return {};
  }

  /** This form has only text in tool messages, and no word for a failed tool. */
  #writeResult(part: ToolResultPart, turn: Turn | null): void {
    this.#target.drops.addPartFields(part);
    if (part.isError) this.#target.drops.add('messages.is_error');
    const texts = part.content.filter((one) => one.type === 'text');
    const others = part.content.filter((one) => one.type !== 'text');
    const marker = encodeMarker(part.cacheMarker, this.#target);
    const pieces = encodeContent(texts, this.#target);
    if (pieces.length === 0) {
      const text = others.length === 0 ? '' : 'The result is in the next user message.';
      pieces.push({ type: 'text', text });
    }
    const last = pieces.at(-1);
    if (last !== undefined) pieces[pieces.length - 1] = { ...last, ...marker };
    const content = plain(pieces);
    const named = turn?.name === undefined ? {} : { name: turn.name }; // as the client sent it: some vendors read it
    const own = turn?.extra?.['openai-chat'] ?? {};
    this.#messages.push({ role: 'tool', tool_call_id: this.#id(part.callId), content, ...named, ...own });
    this.#afterResults.push(...encodeContent(others, this.#target));
  }

  #flushResults(): void {
    if (this.#afterResults.length === 0) return;
    this.#messages.push({ role: 'user', content: this.#afterResults });
    this.#afterResults = [];
  }

  #id(id: string): string {
    return this.#ids.get(id) ?? id;
  }
}
