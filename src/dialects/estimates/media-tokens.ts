/**
 * What pictures, sounds and files are reckoned at. Their true tokens depend on pixels and seconds that nobody decodes here:
 * these are flat figures, or go by size, on the high side of what the large vendors document.
 */

/** A large picture at Anthropic is 1,600; at OpenAI in high detail up to 1,445, at Gemini 258 a tile. */
export const IMAGE_TOKENS = 1600;
/** Gemini; OpenAI counts 10. https://ai.google.dev/gemini-api/docs/audio */
const AUDIO_TOKENS_PER_SECOND = 32;
/** A slow voice codec, 16 kbit/s: a file is reckoned rather too long than too short. */
const AUDIO_BYTES_PER_SECOND = 2000;
/** A page of a PDF is some 60 KB, and 2,000 tokens with its picture. */
const FILE_BYTES_PER_TOKEN = 30;
/** A few pages, where nothing but an address or an id is known. */
const FILE_TOKENS = 5000;
/** 290 tokens a second (Gemini) at a megabit a second. */
const VIDEO_BYTES_PER_TOKEN = 400;
/** A minute, where nothing but an address is known. */
const VIDEO_TOKENS = 17_400;
/** A minute. */
const AUDIO_TOKENS = 60 * AUDIO_TOKENS_PER_SECOND;

export type MediaKind = 'image' | 'audio' | 'video' | 'file';

export function mediaKindOf(mediaType: string): MediaKind {
  const family = mediaType.slice(0, mediaType.indexOf('/'));
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}

/** `base64`: the medium itself; `null` where there is only an address or an id. */
export function mediaTokens(kind: MediaKind, base64: string | null): number {
  if (kind === 'image') return IMAGE_TOKENS;
  if (base64 === null) return kind === 'audio' ? AUDIO_TOKENS : kind === 'video' ? VIDEO_TOKENS : FILE_TOKENS;
  const bytes = (base64.length * 3) / 4;
  if (kind === 'video') return Math.ceil(bytes / VIDEO_BYTES_PER_TOKEN);
  if (kind === 'file') return Math.ceil(bytes / FILE_BYTES_PER_TOKEN);
  return Math.ceil(audioSeconds(bytes, headOf(base64)) * AUDIO_TOKENS_PER_SECOND);
}

/** `head`: how the file begins. */
export const audioSeconds = (bytes: number, head: Uint8Array | null): number =>
  bytes / ((head === null ? null : waveBytesPerSecond(head)) ?? AUDIO_BYTES_PER_SECOND);

/** The header of a WAVE file, in bytes and in base64. */
export const WAVE_HEAD_BYTES = 44;
const WAVE_HEAD_BASE64 = 60;

function headOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64.slice(0, WAVE_HEAD_BASE64)), (character) => character.charCodeAt(0));
  } catch {
    return null; // no base64: its provider will say so
  }
}

/** http://soundfile.sapp.org/doc/WaveFormat/ ; `null` for other formats, whose length is not in their first bytes. */
function waveBytesPerSecond(head: Uint8Array): number | null {
  if (head.length < WAVE_HEAD_BYTES) return null;
  const text = (start: number) => String.fromCharCode(...head.subarray(start, start + 4));
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE' || text(12) !== 'fmt ') return null;
  const rate = new DataView(head.buffer, head.byteOffset).getUint32(28, true);
  return rate >= AUDIO_BYTES_PER_SECOND ? rate : null;
}
