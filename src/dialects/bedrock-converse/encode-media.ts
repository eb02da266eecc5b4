/** Images, documents, audio and video as Converse takes them: bytes, or an object in S3. Throws `InvalidRequest`. */
import type { AudioPart, FilePart, ImagePart, JsonObject, MediaSource } from '../canonical.ts';
import { refuse } from '../shape.ts';
import type { DocumentNames } from './document-names.ts';

const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};
const DOCUMENTS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/markdown': 'md',
};
const DOCUMENT_FORMATS = ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'];
const VIDEOS: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
};
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html */
const AUDIOS = [
  'mp3',
  'opus',
  'wav',
  'aac',
  'flac',
  'mp4',
  'ogg',
  'mkv',
  'mka',
  'm4a',
  'mpeg',
  'webm',
  'pcm',
];

export function encodeImage({ source }: ImagePart, path: string): JsonObject {
  const bytes = encodeSource(source, path);
  const format =
    source.kind === 'inline' ? IMAGES[mediaTypeOf(source.mediaType)] : IMAGES[`image/${extensionOf(source)}`];
  if (format === undefined) refuse(path, 'must be a PNG, JPEG, GIF or WebP image for Bedrock');
  return { image: { format, source: bytes } };
}

/** Only Nova's models that hear take it; others answer with a refusal of their own. */
export function encodeAudio({ data, format }: AudioPart, path: string): JsonObject {
  if (!AUDIOS.includes(format)) refuse(path, `must be audio of one of the formats ${AUDIOS.join(', ')}`);
  return { audio: { format, source: { bytes: data } } };
}

/** `extra`: `citations` and `context` of a document, which Anthropic's form and this one write alike. */
export function encodeFile(part: FilePart, path: string, names: DocumentNames): JsonObject {
  const { source, name } = part;
  const mediaType = source.kind === 'inline' ? mediaTypeOf(source.mediaType) : '';
  if (mediaType.startsWith('image/')) return encodeImage({ type: 'image', source }, path);
  const extension = source.kind === 'url' ? extensionOf(source) : extensionIn(name ?? '');
  const video = VIDEOS[mediaType] ?? (mediaType === '' ? VIDEOS[`video/${extension}`] : undefined);
  if (video !== undefined) return { video: { format: video, source: encodeSource(source, path) } };
  const format = DOCUMENTS[mediaType] ?? documentFormat(mediaType, extension);
  if (format === null) refuse(path, `must be of one of the types ${DOCUMENT_FORMATS.join(', ')} for Bedrock`);
  const { citations, context } = {
    ...part.extra?.['anthropic-messages'],
    ...part.extra?.['bedrock-converse'],
  };
  return {
    document: {
      format,
      name: names.take(name),
      source: encodeSource(source, path),
      ...(citations === undefined ? {} : { citations }),
      ...(context === undefined ? {} : { context }),
    },
  };
}

/** Fields of a document that `encodeFile` takes from Anthropic's form. */
export const DOCUMENT_FIELDS = ['citations', 'context'];

/** What has no type of its own: by its name, or as text. */
function documentFormat(mediaType: string, extension: string): string | null {
  const isVague = mediaType === '' || mediaType === 'application/octet-stream' || mediaType === 'text/plain';
  if (isVague && DOCUMENT_FORMATS.includes(extension)) return extension;
  return mediaType.startsWith('text/') || mediaType === 'application/json' ? 'txt' : null;
}

function encodeSource(source: MediaSource, path: string): JsonObject {
  switch (source.kind) {
    case 'inline':
      return { bytes: source.data };
    case 'url':
      if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } };
      return refuse(path, 'must be a data URL in base64, or s3://…: Bedrock fetches no other URLs');
    case 'file-id':
      return refuse(path, 'names a file that was uploaded to another provider');
    default:
      return source satisfies never;
  }
}

const mediaTypeOf = (text: string): string => (text.split(';')[0] ?? '').trim().toLowerCase();

const extensionOf = (source: MediaSource): string => (source.kind === 'url' ? extensionIn(source.url) : '');

const extensionIn = (name: string): string => /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1]?.toLowerCase() ?? '';
