/**
 * Bytes and references as `inlineData` and `fileData`.
 * Source: https://ai.google.dev/gemini-api/docs/file-input-methods (external https URLs since January 2026)
 */
import type { AudioPart, FilePart, ImagePart, JsonObject } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';

/** By the URL's ending: the form asks for the type of what is behind a URL. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  css: 'text/css',
  csv: 'text/csv',
  xml: 'text/xml',
  json: 'application/json',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
};
/** Where the vendor knows the type: its own files, and YouTube. */
const KNOWN_TO_VENDOR =
  /^https:\/\/(generativelanguage\.googleapis\.com|(www\.|m\.)?youtube\.com|youtu\.be)\//i;
const AUDIO_TYPES: Readonly<Record<string, string>> = { pcm16: 'audio/pcm' };

/** Throws `InvalidRequest` naming `path`. */
export function encodeMedia(part: ImagePart | AudioPart | FilePart, path: string, drops: Drops): JsonObject {
  const { mimeType, ...own } = part.extra?.gemini ?? {};
  const told = typeof mimeType === 'string' ? mimeType : null;
  if (part.type === 'audio') {
    const type = told ?? AUDIO_TYPES[part.format] ?? `audio/${part.format}`;
    return { inlineData: { mimeType: type, data: part.data }, ...own };
  }
  if (part.type === 'image') drops.addDetail(part);
  if (part.type === 'file' && part.name !== null) drops.add('messages.file.filename');
  const { source } = part;
  switch (source.kind) {
    case 'inline':
      return { inlineData: { mimeType: source.mediaType, data: source.data }, ...own };
    case 'url': {
      if (!/^(https|gs):\/\//i.test(source.url)) {
        return refuse(path, 'must be a data URL, or a URL of https: or gs:, for this model');
      }
      const type = told ?? typeOf(source.url, part.type);
      return { fileData: { ...(type === null ? {} : { mimeType: type }), fileUri: source.url }, ...own };
    }
    case 'file-id':
      return refuse(path, "is another provider's file id, which this model's provider does not know");
    default:
      return source satisfies never;
  }
}

/** `null`: the vendor knows. Without an ending images are taken for JPEG and files for PDF, the most usual ones. */
function typeOf(url: string, kind: 'image' | 'file'): string | null {
  if (KNOWN_TO_VENDOR.test(url)) return null;
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url.replace(/^[a-z]+:\/\/[^/]*/i, ''))?.[1];
  return TYPES[ending?.toLowerCase() ?? ''] ?? (kind === 'image' ? 'image/jpeg' : 'application/pdf');
}
