/**
 * What messages of any wire form hold: text, pictures, sound, files. Reads whatever it is given, and passes over what it does
 * not know. Recursion ends with the nesting that a request may have.
 */
import { mediaKindOf } from '../../dialects/estimates/media-tokens.ts';
import { isRecord } from '../../is-record.ts';

type Body = Readonly<Record<string, unknown>>;

const IMAGES: ReadonlySet<unknown> = new Set(['image', 'image_url', 'input_image']);
const SOUNDS: ReadonlySet<unknown> = new Set(['audio', 'input_audio']);
const FILES: ReadonlySet<unknown> = new Set([
  'document',
  'file',
  'input_file',
  'video',
  'video_url',
  'input_video',
]);
/** Members with what a tool was asked or answered. */
const TOOL_MEMBERS = [
  'arguments',
  'input',
  'functionCall',
  'function_call',
  'functionResponse',
  'function_response',
];
/** Members with what a model thought. */
const THOUGHTS = ['thinking', 'reasoning_content', 'refusal'];

export class ContentReader {
  /** Of text: bytes of media do not count. */
  characters = 0;
  images = 0;
  audio = 0;
  files = 0;

  /** A text, a part, or a list of them; the texts that are said in it, but not those of tools. */
  read(content: unknown, said: string[] = []): string[] {
    if (typeof content === 'string') this.#say(content, said);
    else if (Array.isArray(content)) for (const part of content) this.read(part, said);
    else if (isRecord(content)) this.#readPart(content, said);
    return said;
  }

  /** Calls beside a message's content. */
  readCalls(calls: unknown): void {
    if (!Array.isArray(calls)) return;
    for (const call of calls) if (isRecord(call)) this.#count(call.function ?? call.custom);
  }

  #say(text: string, said: string[]): void {
    this.characters += text.length;
    if (text !== '') said.push(text);
  }

  #readPart(part: Body, said: string[]): void {
    if (this.#isMedium(part)) return;
    if (typeof part.text === 'string') this.#say(part.text, said);
    for (const name of THOUGHTS) this.#countText(part[name]);
    for (const name of TOOL_MEMBERS) this.#count(part[name]);
    this.read(part.output, []);
    // A part of parts: a tool's result, or a message within.
    const inner = part.content ?? part.parts;
    if (inner !== undefined) this.read(inner, part.type === 'tool_result' ? [] : said);
  }

  #isMedium(part: Body): boolean {
    const { type } = part;
    if (IMAGES.has(type)) this.images += 1;
    else if (SOUNDS.has(type)) this.audio += 1;
    else if (FILES.has(type)) this.#addFile(part);
    else {
      const data = part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data;
      if (!isRecord(data)) return false;
      this.#addByType(data.mimeType ?? data.mime_type);
    }
    return true;
  }

  /** Anthropic's documents may be plain text, or parts. */
  #addFile({ source, title, context }: Body): void {
    this.files += 1;
    if (!isRecord(source)) return;
    if (source.type === 'text') this.#countText(source.data);
    if (source.type === 'content') this.read(source.content);
    this.#countText(title);
    this.#countText(context);
  }

  #addByType(mediaType: unknown): void {
    const kind = mediaKindOf(typeof mediaType === 'string' ? mediaType : '');
    if (kind === 'image') this.images += 1;
    else if (kind === 'audio') this.audio += 1;
    else this.files += 1;
  }

  #countText(value: unknown): void {
    if (typeof value === 'string') this.characters += value.length;
  }

  /** All texts inside a value, names left out. */
  #count(value: unknown): void {
    if (typeof value === 'string') this.characters += value.length;
    else if (Array.isArray(value)) for (const entry of value) this.#count(entry);
    else if (isRecord(value)) for (const name of Object.keys(value)) this.#count(value[name]);
  }
}
