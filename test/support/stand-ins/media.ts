/** Inline files: real bytes for the tests to send, and the check that what arrives is what it says it is. */
import { Refusal } from './closed.ts';
import type { HeardMedia } from './script.ts';

/** One transparent pixel. */
export const PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** The shortest thing that calls itself a PDF. */
export const PDF_BASE64 = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
).toString('base64');

const SIGNATURES: Readonly<Record<string, string>> = {
  'image/png': '89504e47',
  'image/jpeg': 'ffd8ff',
  'image/gif': '47494638',
  'image/webp': '52494646',
  'application/pdf': '25504446',
};

/** Base64 in the standard alphabet, padded, of bytes that begin as their media type does. */
export function heardMedia(data: unknown, mediaType: string, path: string): HeardMedia {
  if (
    typeof data !== 'string' ||
    data === '' ||
    !/^[A-Za-z0-9+/]*={0,2}$/.test(data) ||
    data.length % 4 !== 0
  )
    throw new Refusal(path, 'invalid base64 data');
  const bytes = Buffer.from(data, 'base64');
  const begin = SIGNATURES[mediaType];
  if (begin === undefined) throw new Refusal(path, `media type ${mediaType} is not supported`);
  if (!bytes.toString('hex').startsWith(begin)) {
    throw new Refusal(path, `The file does not appear to be of the media type ${mediaType}`);
  }
  return { mediaType, bytes: bytes.length };
}

/** `data:image/png;base64,…` */
export function heardDataUrl(url: unknown, path: string): HeardMedia {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(String(url)) ?? [];
  if (mediaType === undefined)
    throw new Refusal(path, 'Invalid data URL: expected a base64-encoded data URL');
  return heardMedia(data, mediaType, path);
}
