/** Bytes inside a URL, as image and file parts hold them. https://www.rfc-editor.org/rfc/rfc2397 */
import { InvalidRequest } from '../errors.ts';
import type { MediaSource } from './canonical.ts';

/** A `data:` URL becomes inline bytes, anything else stays a URL. Throws `InvalidRequest` naming `param`. */
export function readUrl(url: string, param: string): MediaSource {
  if (url.slice(0, 5).toLowerCase() !== 'data:') return { kind: 'url', url };
  const comma = url.indexOf(',');
  const header = url.slice(5, Math.max(comma, 5));
  if (comma === -1 || !header.toLowerCase().endsWith(';base64')) {
    throw new InvalidRequest(`\`${param}\` must be a data URL in base64.`, param);
  }
  const mediaType = header.slice(0, header.indexOf(';')).trim().toLowerCase();
  return { kind: 'inline', mediaType: mediaType || 'text/plain', data: url.slice(comma + 1) };
}

export const toDataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`;
