/** Content of a message or of a tool's output: a text, or a list of parts. Throws `InvalidRequest`. */

import { isRecord } from '../../is-record.ts';
import type { AudioPart, FilePart, ImagePart, JsonObject, RefusalPart, TextPart } from '../canonical.ts';
import { readUrl } from '../data-url.ts';
import { listOf, rest } from '../json.ts';
import { isAbsent, list, object, optional, refuse, text } from '../shape.ts';
import { readAnnotation } from './annotations.ts';

export type ContentPart = TextPart | ImagePart | AudioPart | FilePart | RefusalPart;
export type MediaPart = Exclude<ContentPart, RefusalPart>;

export function decodeContent(content: unknown, at: string): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) refuse(at, 'must be a string or an array');
  return list(content, at).map((part, index) =>
    decodePart(object(part, `${at}[${index}]`), `${at}[${index}]`),
  );
}

/** Outputs of tools: no refusals. */
export const decodeOutput = (content: unknown, at: string): MediaPart[] =>
  decodeContent(content, at).map((part, index) =>
    part.type === 'refusal' ? refuse(`${at}[${index}].type`, 'must be text, image or file') : part,
  );

function decodePart(part: JsonObject, at: string): ContentPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text': {
      const citations = listOf(part.annotations).filter(isRecord).map(readAnnotation);
      return {
        type: 'text',
        text: text(part.text, `${at}.text`),
        ...(citations.length === 0 ? {} : { citations }),
        ...more(part, ['text', 'annotations', 'logprobs']),
      };
    }
    case 'refusal':
      return { type: 'refusal', text: text(part.refusal, `${at}.refusal`), ...more(part, ['refusal']) };
    case 'input_image':
      return decodeImage(part, at);
    case 'input_file':
      return decodeFile(part, at);
    case 'input_audio': {
      const audio = object(part.input_audio, `${at}.input_audio`);
      const data = text(audio.data, `${at}.input_audio.data`);
      const format = text(audio.format, `${at}.input_audio.format`);
      return { type: 'audio', data, format, ...more(part, ['input_audio']) };
    }
    default:
      return refuse(
        `${at}.type`,
        'must be input_text, input_image, input_file, input_audio, output_text or refusal',
      );
  }
}

function decodeImage(part: JsonObject, at: string): ImagePart {
  const detail = optional(part.detail, `${at}.detail`, text);
  const id = optional(part.file_id, `${at}.file_id`, text);
  return {
    type: 'image',
    source:
      id === null
        ? readUrl(text(part.image_url, `${at}.image_url`), `${at}.image_url`)
        : { kind: 'file-id', id },
    ...(detail === null ? {} : { detail }),
    ...more(part, ['image_url', 'file_id', 'detail']),
  };
}

function decodeFile(part: JsonObject, at: string): FilePart {
  const name = optional(part.filename, `${at}.filename`, text);
  const known = more(part, ['filename', 'file_id', 'file_url', 'file_data']);
  const id = optional(part.file_id, `${at}.file_id`, text);
  if (id !== null) return { type: 'file', source: { kind: 'file-id', id }, name, ...known };
  const url = optional(part.file_url, `${at}.file_url`, text);
  if (url !== null) return { type: 'file', source: readUrl(url, `${at}.file_url`), name, ...known };
  const source = readUrl(text(part.file_data, `${at}.file_data`), `${at}.file_data`);
  if (source.kind !== 'inline') refuse(`${at}.file_data`, 'must be a data URL in base64');
  return { type: 'file', source, name, ...known };
}

const BREAKPOINT = 'prompt_cache_breakpoint';

/** The cache marker, and fields that only this form knows. */
function more(part: JsonObject, known: readonly string[]): Pick<ContentPart, 'cacheMarker' | 'extra'> {
  const left = Object.entries(rest(part, ['type', BREAKPOINT, ...known]) ?? {});
  const said = left.filter(([, value]) => !isAbsent(value));
  return {
    ...(isAbsent(part[BREAKPOINT]) ? {} : { cacheMarker: { ttl: null } }),
    ...(said.length === 0 ? {} : { extra: { 'openai-responses': Object.fromEntries(said) } }),
  };
}
