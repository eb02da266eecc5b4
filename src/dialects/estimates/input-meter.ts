/**
 * Tokens of a request's input: a walk over everything that a model will read, in any wire form. What is not text is told by
 * its shape; what nobody reads (ids, signatures, encrypted thoughts) is passed over.
 */
import { isRecord } from '../../is-record.ts';
import { IMAGE_TOKENS, type MediaKind, mediaKindOf, mediaTokens } from './media-tokens.ts';
import { estimateTextTokens } from './text-tokens.ts';

/** What vendors put around each message: role, separators. */
const TOKENS_PER_MESSAGE = 4;

/** Members that are no part of what is read, or that earlier turns keep for themselves. */
const UNREAD = new Set([
  'type',
  'role',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'signature',
  'thoughtSignature',
  'thought_signature',
  'encrypted_content',
  'logprobs',
  'status',
  'cache_control',
]);
/** Members whose objects are read as JSON, names and marks included. */
const READ_AS_JSON = new Set(['input', 'args', 'arguments', 'response', 'parameters', 'schema']);

const IMAGE_TYPES: readonly unknown[] = ['image', 'image_url', 'input_image'];
const FILE_TYPES: readonly unknown[] = ['document', 'file', 'input_file'];

type Body = Readonly<Record<string, unknown>>;

export class InputMeter {
  tokens = 0;
  /** Part of `tokens`. */
  audioTokens = 0;
  isCachedForAnHour = false;

  /** A list of messages, or one; each brings its frame. */
  addMessages(messages: unknown): void {
    if (messages === undefined || messages === null) return;
    const list: readonly unknown[] = Array.isArray(messages) ? messages : [messages];
    for (const message of list) {
      this.tokens += TOKENS_PER_MESSAGE;
      this.add(message);
    }
  }

  /** Text, tokens given as numbers, parts of a message, lists of these. */
  add(value: unknown): void {
    if (typeof value === 'string') this.#addText(value);
    else if (typeof value === 'number') this.tokens += 1;
    else if (Array.isArray(value)) for (const item of value) this.add(item);
    else if (isRecord(value)) this.#addRecord(value);
  }

  /** What is read as JSON: tools, schemas. */
  addJson(value: unknown): void {
    if (value === undefined || value === null) return;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    this.tokens += estimateTextTokens(text);
    if (text.includes('"ttl":"1h"')) this.isCachedForAnHour = true;
  }

  #addText(text: string): void {
    const data = text.startsWith('data:') ? text.indexOf(';base64,') : -1;
    if (data === -1) this.tokens += estimateTextTokens(text);
    else this.#addMedia(mediaKindOf(text.slice('data:'.length, data)), text.slice(data + ';base64,'.length));
  }

  #addMedia(kind: MediaKind, base64: string | null): void {
    const tokens = mediaTokens(kind, base64);
    this.tokens += tokens;
    if (kind === 'audio') this.audioTokens += tokens;
  }

  #addRecord(record: Body): void {
    if (isRecord(record.cache_control) && record.cache_control.ttl === '1h') this.isCachedForAnHour = true;
    if (this.#addAsMedia(record)) return;
    for (const key of Object.keys(record)) {
      const value = record[key];
      if (UNREAD.has(key)) continue;
      if (READ_AS_JSON.has(key) && isRecord(value)) this.addJson(value);
      else this.add(value);
    }
  }

  /** False if the record is not a medium. */
  #addAsMedia(record: Body): boolean {
    const { type } = record;
    if (type === 'redacted_thinking') return true;
    if (IMAGE_TYPES.includes(type)) {
      this.tokens += IMAGE_TOKENS;
      return true;
    }
    if (type === 'input_audio' && isRecord(record.input_audio)) {
      this.#addMedia('audio', textOrNull(record.input_audio.data));
      return true;
    }
    if (type === 'video_url') {
      this.#addMedia('video', null);
      return true;
    }
    const inline = record.inlineData ?? record.inline_data;
    if (isRecord(inline)) {
      this.#addMedia(mediaKindOf(String(inline.mimeType ?? inline.mime_type ?? '')), textOrNull(inline.data));
      return true;
    }
    const linked = record.fileData ?? record.file_data;
    if (isRecord(linked)) {
      this.#addMedia(mediaKindOf(String(linked.mimeType ?? linked.mime_type ?? '')), null);
      return true;
    }
    return FILE_TYPES.includes(type) && this.#addFile(record);
  }

  /** Anthropic's documents have a `source`, OpenAI's files have their members in the part or in `file`. */
  #addFile(record: Body): boolean {
    const file = [record.source, record.file, record].find(isRecord) ?? record;
    if (file.type === 'text' || file.type === 'content') return false; // plain text, or parts: read as such
    const data = textOrNull(file.data) ?? textOrNull(file.file_data);
    this.#addMedia('file', data);
    this.add([record.title, record.context]);
    return true;
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
