/** Turns as chat messages, in their order. */
import { InvalidRequest } from '../../errors.ts';
import type {
  CanonicalRequest,
  JsonObject,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../canonical.ts';
import { toDataUrl } from './data-url.ts';
import type { Carried } from './encode-request.ts';
import { encodeMarker } from './encode-tools.ts';
import { writeEntry } from './reasoning-details.ts';
import { writeThoughtSignature } from './thought-signature.ts';

type Content = string | JsonObject[];

/** Throws `InvalidRequest` for content that this form has no way to hold. */
export function encodeMessages(
  turns: CanonicalRequest['turns'],
  carries: ReadonlySet<Carried>,
  dropped: Set<string>,
): JsonObject[] {
  return new MessageWriter(turns, carries, dropped).write();
}

class MessageWriter {
  readonly #turns: readonly Turn[];
  readonly #carries: ReadonlySet<Carried>;
  readonly #dropped: Set<string>;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #messages: JsonObject[] = [];
  /** What tool results hold beside text: a user message after the last result of the row takes it. */
  #afterResults: JsonObject[] = [];

  constructor(turns: readonly Turn[], carries: ReadonlySet<Carried>, dropped: Set<string>) {
    this.#turns = turns;
    this.#carries = carries;
    this.#dropped = dropped;
    this.#ids = shortIds(turns);
  }

  write(): JsonObject[] {
    for (const turn of this.#turns) {
      this.#noteForeign(turn.extra);
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
        this.#messages.push({ role: turn.role, content: this.#content(parts), ...named, ...own });
        return;
      }
      default:
        this.#messages.push({ role: 'user', content: this.#content(parts), ...named, ...own });
    }
  }

  /** `null` if nothing of the turn is left. */
  #assistantMessage(parts: readonly Part[]): JsonObject | null {
    const said = parts.filter((part) => part.type === 'text' || part.type === 'opaque');
    const refusal = parts.map((part) => (part.type === 'refusal' ? part.text : '')).join('');
    const calls = parts.filter((part) => part.type === 'tool-call');
    const stray = parts.find((part) => ['image', 'audio', 'file'].includes(part.type));
    if (stray !== undefined) throw cannotSay(`a part of type ${stray.type} in an assistant message`);
    const reasoning = this.#reasoning(parts.filter((part) => part.type === 'reasoning'));
    const pieces = this.#contentParts(said);
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
    };
  }

  #reasoning(parts: readonly ReasoningPart[]): JsonObject {
    if (parts.length === 0) return {};
    const text = parts.map((part) => part.text).join('');
    const takesText = this.#carries.has('reasoning_content');
    const takesDetails = this.#carries.has('reasoning_details');
    if (!takesDetails && (!takesText || parts.some((part) => part.redacted !== null))) {
      this.#dropped.add('reasoning');
    }
    return {
      ...(takesText && text !== '' ? { reasoning_content: text } : {}),
      ...(takesDetails ? { reasoning_details: parts.map(writeEntry) } : {}),
    };
  }

  #toolCall(part: ToolCallPart): JsonObject {
    const { name, input, isCustom, signature } = part;
    this.#noteForeign(part.extra);
    const id = this.#id(part.id);
    const proof = signature !== undefined && this.#carries.has('thought_signature');
    if (signature !== undefined && !proof) this.#dropped.add('thought_signature');
    const made = isCustom
      ? { type: 'custom', custom: { name, input } }
      : { type: 'function', function: { name, arguments: input.trim() === '' ? '{}' : input } };
    const own = part.extra?.['openai-chat'];
    return { id, ...made, ...own, ...(proof ? writeThoughtSignature(signature) : {}) };
  }

  /** This form has only text in tool messages, and no word for a failed tool. */
  #writeResult(part: ToolResultPart, turn: Turn | null): void {
    this.#noteForeign(part.extra);
    if (part.isError) this.#dropped.add('tool_result.is_error');
    const texts = part.content.filter((one) => one.type === 'text');
    const others = part.content.filter((one) => one.type !== 'text');
    const marker = encodeMarker(part.cacheMarker, this.#carries, this.#dropped);
    const pieces = this.#contentParts(texts);
    if (pieces.length === 0) {
      const text = others.length === 0 ? '' : 'The result is in the next user message.';
      pieces.push({ type: 'text', text });
    }
    const last = pieces.at(-1);
    if (last !== undefined) pieces[pieces.length - 1] = { ...last, ...marker };
    const content = plain(pieces);
    const own = turn?.extra?.['openai-chat'] ?? {};
    this.#messages.push({ role: 'tool', tool_call_id: this.#id(part.callId), content, ...own });
    this.#afterResults.push(...this.#contentParts(others));
  }

  #flushResults(): void {
    if (this.#afterResults.length === 0) return;
    this.#messages.push({ role: 'user', content: this.#afterResults });
    this.#afterResults = [];
  }

  #content(parts: readonly Part[]): Content {
    return plain(this.#contentParts(parts));
  }

  #contentParts(parts: readonly Part[]): JsonObject[] {
    return parts.map((part) => this.#contentPart(part)).filter((part) => part !== null);
  }

  #contentPart(part: Part): JsonObject | null {
    if (part.type === 'opaque') {
      if (part.dialect === 'openai-chat') return part.value;
      this.#dropped.add(typeof part.value.type === 'string' ? part.value.type : 'opaque');
      return null;
    }
    if (part.type === 'reasoning') {
      this.#dropped.add('reasoning');
      return null;
    }
    this.#noteForeign(part.extra);
    if (part.type === 'text' && part.citations !== undefined) this.#dropped.add('citations');
    const marker = encodeMarker(part.cacheMarker, this.#carries, this.#dropped);
    const { file_id: _, ...own } = part.extra?.['openai-chat'] ?? {};
    return { ...mediaPart(part), ...own, ...marker };
  }

  #id(id: string): string {
    return this.#ids.get(id) ?? id;
  }

  #noteForeign(extra: Turn['extra']): void {
    for (const [dialect, fields] of Object.entries(extra ?? {})) {
      if (dialect !== 'openai-chat') for (const name of Object.keys(fields)) this.#dropped.add(name);
    }
  }
}

/** A lone plain text is a string: every vendor takes that, not every one the list. */
function plain(parts: JsonObject[]): Content {
  const [only] = parts;
  if (only === undefined) return '';
  const isText = parts.length === 1 && only.type === 'text' && Object.keys(only).length === 2;
  return isText ? (only.text as string) : parts; // `text` of a text part
}

function mediaPart(part: Exclude<Part, { type: 'opaque' | 'reasoning' }>): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'image': {
      const { source, detail } = part;
      if (source.kind === 'file-id') throw cannotSay('an image by file id');
      const url = source.kind === 'url' ? source.url : toDataUrl(source.mediaType, source.data);
      return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
    }
    case 'file': {
      const { source, name } = part;
      const named = name === null ? {} : { filename: name };
      if (source.kind === 'url') throw cannotSay('a file by URL');
      if (source.kind === 'file-id') {
        const isOurs = part.extra?.['openai-chat']?.file_id === source.id;
        if (!isOurs) throw cannotSay("a file by another vendor's file id");
        return { type: 'file', file: { file_id: source.id, ...named } };
      }
      const filename = name ?? `file.${source.mediaType.split('/').at(-1)}`; // OpenAI asks for a name
      return { type: 'file', file: { filename, file_data: toDataUrl(source.mediaType, source.data) } };
    }
    default:
      throw cannotSay(`a part of type ${part.type} in this place`);
  }
}

const cannotSay = (what: string): InvalidRequest =>
  new InvalidRequest(
    `\`messages\` holds ${what}, which the model's provider has no way to take.`,
    'messages',
  );

/** OpenAI refuses longer ids of tool calls. */
const MAX_ID_LENGTH = 40;

/**
 * New names for ids that are too long, by their order of appearance: equal conversations give equal bytes
 * (traps D19), a longer one keeps the names of its beginning, and no two ids share a name (traps D1).
 */
function shortIds(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const ids = new Set<string>();
  for (const { parts } of turns) {
    for (const part of parts) {
      if (part.type === 'tool-call') ids.add(part.id);
      else if (part.type === 'tool-result') ids.add(part.callId);
    }
  }
  const names = new Map<string, string>();
  let count = 0;
  for (const id of ids) {
    if (id.length <= MAX_ID_LENGTH) continue;
    let name = `call_long_${count}`;
    while (ids.has(name)) name += '_';
    names.set(id, name);
    count += 1;
  }
  return names;
}
