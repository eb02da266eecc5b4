/** `inlineData` of an answer or of a client's request, as a typed part. */
import { isRecord } from '../../is-record.ts';
import type { AudioPart, Extra, FilePart, ImagePart, JsonObject } from '../canonical.ts';
import { rest, textOf, textOrNull } from '../json.ts';

/** By OpenAI's names, where the media type has another one. */
const FORMATS: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  'x-aac': 'aac',
  'x-flac': 'flac',
  l16: 'pcm16',
  pcm: 'pcm16',
};

/** `null` if the part holds no bytes. `part` has camelCase members. */
export function decodeMedia(part: JsonObject): ImagePart | AudioPart | FilePart | null {
  const { inlineData } = part;
  if (!isRecord(inlineData) || typeof inlineData.data !== 'string') return null;
  const mediaType = textOf(inlineData.mimeType) || 'application/octet-stream';
  const beside = rest(part, ['inlineData', 'text']);
  const [kind, subtype = ''] = mediaType.toLowerCase().split(/[/;]/);
  const data = toStandardBase64(inlineData.data);
  if (kind === 'audio') {
    const format = FORMATS[subtype] ?? subtype;
    return { type: 'audio', data, format, ...toExtra({ mimeType: mediaType, ...beside }) };
  }
  const source = { kind: 'inline', mediaType, data } as const;
  if (kind === 'image') return { type: 'image', source, ...toExtra(beside) };
  return { type: 'file', source, name: textOrNull(inlineData.displayName), ...toExtra(beside) };
}

/** Google takes both alphabets of base64, and its Python SDK sends the one for URLs; others know the first only. */
const toStandardBase64 = (data: string): string =>
  /[-_]/.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : data;

export const toExtra = (fields: JsonObject | null): { extra?: Extra } =>
  fields === null || Object.keys(fields).length === 0 ? {} : { extra: { gemini: fields } };
