/** Parts of a message, or of a tool's result, as this form has them. Throws `InvalidRequest` for what it cannot say. */
import type { AudioPart, FilePart, ImagePart, JsonObject, RefusalPart, TextPart } from '../canonical.ts';
import { toDataUrl } from '../data-url.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { writeAnnotation } from './annotations.ts';

export type SaidPart = TextPart | RefusalPart | ImagePart | AudioPart | FilePart;

/** `null` for what is empty, or cannot stand in an answer and is among the drops. */
export function encodeContent(
  part: SaidPart,
  path: string,
  isAnswer: boolean,
  drops: Drops,
): JsonObject | null {
  drops.addPartFields(part, ['file_id']); // of the chat form: the id itself is `source`
  if (part.cacheMarker !== undefined) drops.add('cache_control');
  const content = isAnswer ? encodeAnswered(part, drops) : encodeAsked(part, path);
  if (content === null) return null;
  const { phase: _, ...own } = part.extra?.['openai-responses'] ?? {};
  return { ...content, ...own };
}

const MEDIA = { image: 'messages.image_url', audio: 'messages.input_audio', file: 'messages.file' } as const;

function encodeAnswered(part: SaidPart, drops: Drops): JsonObject | null {
  switch (part.type) {
    case 'text': {
      drops.addProof(part);
      if (part.text === '') return null;
      const annotations = (part.citations ?? []).map((one) => writeAnnotation(one, part.text.length));
      if (annotations.includes(null)) drops.add('messages.annotations');
      const told = annotations.filter((one) => one !== null);
      return {
        type: 'output_text',
        text: part.text,
        ...(told.length === 0 ? {} : { annotations: told }),
      };
    }
    case 'refusal':
      return part.text === '' ? null : { type: 'refusal', refusal: part.text };
    default:
      drops.add(MEDIA[part.type]); // an answer holds none in this form
      return null;
  }
}

function encodeAsked(part: SaidPart, path: string): JsonObject | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? null : { type: 'input_text', text: part.text };
    case 'image':
      return encodeImage(part);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'file':
      return encodeFile(part, path);
  }
}

const encodeImage = ({ source, detail }: Pick<ImagePart, 'source' | 'detail'>): JsonObject => ({
  type: 'input_image',
  ...(source.kind === 'file-id'
    ? { file_id: source.id }
    : { image_url: source.kind === 'url' ? source.url : toDataUrl(source.mediaType, source.data) }),
  detail: detail ?? 'auto',
});

function encodeFile({ source, name }: FilePart, path: string): JsonObject {
  const named = name === null ? {} : { filename: name };
  switch (source.kind) {
    case 'url':
      return { type: 'input_file', file_url: source.url, ...named };
    case 'file-id':
      // OpenAI's ids begin with `file-`, Azure's with `assistant-`; Anthropic's with `file_`, Gemini's are URLs.
      if (source.id.startsWith('file_')) refuse(path, 'names a file that was uploaded to another provider');
      return { type: 'input_file', file_id: source.id };
    case 'inline': {
      if (source.mediaType.startsWith('image/')) return encodeImage({ source });
      const filename = name ?? defaultName(source.mediaType);
      return { type: 'input_file', filename, file_data: toDataUrl(source.mediaType, source.data) };
    }
  }
}

/** The API does not take bytes without a name. */
function defaultName(mediaType: string): string {
  if (mediaType === 'application/pdf') return 'file.pdf';
  return mediaType.startsWith('text/') ? 'file.txt' : 'file';
}
