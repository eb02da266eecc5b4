/** `content` of a message: a text, or a list of parts. */
import type {
  AudioPart,
  FilePart,
  ImagePart,
  JsonObject,
  MediaSource,
  RefusalPart,
  TextPart,
} from '../canonical.ts';
import { readUrl } from '../data-url.ts';
import { missing, wrongType } from '../request-checks.ts';
import {
  cacheMarkerOf,
  extraOf,
  leftovers,
  optional,
  optionalString,
  requiredRecord,
  requiredString,
} from './members.ts';

type ContentPart = TextPart | ImagePart | AudioPart | FilePart | RefusalPart;
type PartType = 'text' | 'image_url' | 'input_audio' | 'file' | 'refusal';

/** Throws `InvalidRequest` for a part that is not one of `allowed`. */
export function decodeContent(content: unknown, at: string, allowed: readonly PartType[]): ContentPart[] {
  if (optional(content)) throw missing(at);
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array');
  return content.map((value, index) => {
    const part = requiredRecord(value, `${at}[${index}]`);
    const type = requiredString(part.type, `${at}[${index}].type`);
    const known = allowed.find((one) => one === type);
    if (known === undefined) throw wrongType(`${at}[${index}].type`, allowed.join(', '));
    return decodePart(known, part, `${at}[${index}]`);
  });
}

function decodePart(type: PartType, part: Record<string, unknown>, at: string): ContentPart {
  const marker = cacheMarkerOf(part.cache_control, `${at}.cache_control`);
  const rest = extraOf(leftovers(part, ['type', type, 'cache_control']));
  switch (type) {
    case 'text':
      return { type: 'text', text: requiredString(part.text, `${at}.text`), ...marker, ...rest };
    case 'refusal':
      return { type: 'refusal', text: requiredString(part.refusal, `${at}.refusal`), ...marker, ...rest };
    case 'image_url':
      return { ...decodeImage(part.image_url, `${at}.image_url`), ...marker, ...rest };
    case 'input_audio': {
      const audio = requiredRecord(part.input_audio, `${at}.input_audio`);
      const data = requiredString(audio.data, `${at}.input_audio.data`);
      const format = requiredString(audio.format, `${at}.input_audio.format`);
      return { type: 'audio', data, format, ...marker, ...rest };
    }
    case 'file': {
      const { mark, ...file } = decodeFile(part.file, `${at}.file`);
      return { ...file, ...marker, ...extraOf({ ...mark, ...rest.extra?.['openai-chat'] }) };
    }
  }
}

/** Some vendors take the bare URL where OpenAI has an object around it. */
function decodeImage(value: unknown, at: string): ImagePart {
  if (typeof value === 'string') return { type: 'image', source: readUrl(value, at) };
  const image = requiredRecord(value, at);
  const detail = optionalString(image.detail, `${at}.detail`);
  const source = readUrl(requiredString(image.url, `${at}.url`), `${at}.url`);
  return { type: 'image', source, ...(detail === null ? {} : { detail }) };
}

function decodeFile(value: unknown, at: string): FilePart & { mark?: JsonObject } {
  const file = requiredRecord(value, at);
  const name = optionalString(file.filename, `${at}.filename`);
  const id = optionalString(file.file_id, `${at}.file_id`);
  if (id !== null) {
    // A file's id means something to one vendor only: the mark says whose form it came in.
    const source: MediaSource = { kind: 'file-id', id };
    return { type: 'file', source, name, mark: { file_id: id } };
  }
  const data = requiredString(file.file_data, `${at}.file_data`);
  const source = readUrl(data, `${at}.file_data`);
  const isUrl = source.kind === 'inline' || /^https?:\/\//i.test(data.slice(0, 8));
  if (!isUrl) throw wrongType(`${at}.file_data`, 'a data URL in base64');
  return { type: 'file', source, name };
}
