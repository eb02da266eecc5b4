/**
 * Turns as input items, in their order: what is said becomes messages, all else an item of its own.
 * Source: https://platform.openai.com/docs/api-reference/responses/create (`input`)
 *
 * Ids of items are not sent: they mean something only where the vendor stored the items, and we ask it not to.
 */
import type { JsonObject, Part, ReasoningPart, ToolCallPart, ToolResultPart, Turn } from '../canonical.ts';
import type { Carried } from '../codec.ts';
import type { Drops } from '../drops.ts';
import { textOrNull } from '../json.ts';
import { shortIds } from '../openai/short-ids.ts';
import { refuse } from '../shape.ts';
import { encodeContent } from './encode-content.ts';
import { readInstructions } from './instructions.ts';

interface Message {
  readonly phase: string | null;
  readonly content: JsonObject[];
}

/** https://github.com/fawney19/Aether/issues/829 */
const MAX_ID_LENGTH = 64;

/** Throws `InvalidRequest` for what this form cannot say. */
export class InputEncoder {
  readonly items: JsonObject[] = [];
  readonly #drops: Drops;
  readonly #carries: readonly Carried[];
  readonly #thinks: boolean;
  /** Ids of the calls of custom tools: their results have another type. */
  readonly #customCalls = new Set<string>();
  /** Ids of calls that are too long here. */
  #ids: ReadonlyMap<string, string> = new Map();
  #turn: Turn = { role: 'user', parts: [] };
  #message: Message | null = null;

  /** `thinks`: the model takes proofs of thought back; others refuse them. */
  constructor(drops: Drops, carries: readonly Carried[], thinks: boolean) {
    this.#drops = drops;
    this.#carries = carries;
    this.#thinks = thinks;
  }

  /** Every turn but the one that came as `instructions`. */
  encode(turns: readonly Turn[]): readonly JsonObject[] {
    this.#ids = shortIds(turns, MAX_ID_LENGTH);
    const first = readInstructions(turns) === null ? 0 : 1;
    for (const [index, turn] of turns.entries()) {
      this.#drops.addTurn(turn);
      if (index >= first) this.#encodeTurn(turn, `messages[${index}].content`);
    }
    return this.items;
  }

  #encodeTurn(turn: Turn, path: string): void {
    this.#turn = turn;
    for (const [index, part] of turn.parts.entries()) this.#encodePart(part, `${path}[${index}]`);
    this.#flush();
  }

  #encodePart(part: Part, path: string): void {
    switch (part.type) {
      case 'reasoning':
        this.#push(this.#encodeReasoning(part));
        break;
      case 'tool-call':
        this.#addForeign(part);
        this.#push(this.#encodeCall(part));
        break;
      case 'tool-result':
        this.#addForeign(part);
        this.#push(this.#encodeResult(part, path));
        break;
      case 'opaque':
        if (part.dialect === 'openai-responses') this.#push(part.value);
        else this.#drops.addOpaque(part);
        break;
      default: {
        const content = encodeContent(part, path, this.#turn.role === 'assistant', this.#drops);
        if (content !== null) this.#say(content, textOrNull(part.extra?.['openai-responses']?.phase));
      }
    }
  }

  #addForeign(part: Part): void {
    this.#drops.addPartFields(part);
    if (part.cacheMarker !== undefined) this.#drops.add('cache_control');
  }

  #push(item: JsonObject | null): void {
    if (item === null) return;
    this.#flush();
    this.items.push(item);
  }

  #say(content: JsonObject, phase: string | null): void {
    if (this.#message !== null && this.#message.phase !== phase) this.#flush();
    this.#message ??= { phase, content: [] };
    this.#message.content.push(content);
  }

  /** Plain texts of the asking side go as they are: every vendor of this form takes that. */
  #flush(): void {
    if (this.#message === null) return;
    const { phase, content } = this.#message;
    this.#message = null;
    const [only] = content;
    const isPlain =
      content.length === 1 && only?.type === 'input_text' && Object.keys(only).join() === 'type,text';
    this.items.push({
      type: 'message',
      role: this.#role(),
      content: isPlain ? only.text : content,
      ...(phase === null ? {} : { phase }),
      ...this.#turn.extra?.['openai-responses'],
    });
  }

  #role(): string {
    const { role } = this.#turn;
    if (role === 'tool') return 'user';
    return role === 'developer' && !this.#carries.includes(role) ? 'system' : role;
  }

  /** The vendor takes back its own proofs only; open-weight models take their text back, where the target says so. */
  #encodeReasoning({ text, signature, redacted, signer }: ReasoningPart): JsonObject | null {
    const proof = this.#thinks && signer === 'openai' ? (signature ?? redacted) : null;
    const takesText = this.#carries.includes('reasoning_content') && text !== '';
    if (proof === null && !takesText) {
      if (text !== '' || signature !== null || redacted !== null)
        this.#drops.add('messages.reasoning_content');
      return null;
    }
    if (proof === null)
      return { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text }] };
    const summary = text === '' ? [] : [{ type: 'summary_text', text }];
    return { type: 'reasoning', summary, encrypted_content: proof };
  }

  #encodeCall(part: ToolCallPart): JsonObject {
    const { id, name, input, isCustom, extra } = part;
    this.#drops.addProof(part);
    const own = extra?.['openai-responses'];
    const call_id = this.#ids.get(id) ?? id;
    if (!isCustom) {
      return { type: 'function_call', call_id, name, arguments: input === '' ? '{}' : input, ...own };
    }
    this.#customCalls.add(id);
    return { type: 'custom_tool_call', call_id, name, input, ...own };
  }

  #encodeResult({ callId, content, isError }: ToolResultPart, path: string): JsonObject {
    if (isError) this.#drops.add('messages.is_error');
    const type = this.#customCalls.has(callId) ? 'custom_tool_call_output' : 'function_call_output';
    const call_id = this.#ids.get(callId) ?? callId;
    const [only] = content;
    if (content.length === 0 || (content.length === 1 && only?.type === 'text')) {
      return { type, call_id, output: only?.type === 'text' ? only.text : '' };
    }
    const output = content.map((part, index) => {
      const at = `${path}.content[${index}]`;
      if (part.type === 'audio') refuse(at, 'holds audio, which a tool cannot give in this form');
      return encodeContent(part, at, false, this.#drops);
    });
    return { type, call_id, output: output.filter((one) => one !== null) };
  }
}
