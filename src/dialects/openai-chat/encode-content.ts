/** Parts of a message as the list of `content`. */
import { InvalidRequest } from '../../errors.ts';
import type { CacheMarker, JsonObject, Part } from '../canonical.ts';
import type { Carried } from '../codec.ts';
import { toDataUrl } from '../data-url.ts';
import type { Drops } from '../drops.ts';

/** What becomes of a part is decided by what the target takes, and noted. */
export interface Target {
  readonly carries: ReadonlySet<Carried>;
  readonly drops: Drops;
}

/** Throws `InvalidRequest` for what this form cannot say. */
export const encodeContent = (parts: readonly Part[], target: Target): JsonObject[] =>
  parts.map((part) => encodePart(part, target)).filter((part) => part !== null);

/** A lone plain text is a string: every vendor takes that, not every one the list. */
export function plain(parts: JsonObject[]): string | JsonObject[] {
  const [only] = parts;
  if (only === undefined) return '';
  const isText = parts.length === 1 && only.type === 'text' && Object.keys(only).length === 2;
  return isText ? (only.text as string) : parts; // `text` of a text part
}

function encodePart(part: Part, target: Target): JsonObject | null {
  const { drops } = target;
  if (part.type === 'opaque') {
    if (part.dialect === 'openai-chat') return part.value;
    drops.addOpaque(part);
    return null;
  }
  if (part.type === 'reasoning') {
    drops.add('messages.reasoning_content');
    return null;
  }
  drops.addPartFields(part);
  if (part.type === 'text' && (part.citations?.length ?? 0) > 0) drops.add('messages.annotations');
  const marker = encodeMarker(part.cacheMarker, target);
  const { file_id: _, ...own } = part.extra?.['openai-chat'] ?? {};
  return { ...mediaPart(part), ...own, ...marker };
}

/** `cache_control` where the target takes it. */
export function encodeMarker(marker: CacheMarker | undefined, { carries, drops }: Target): JsonObject {
  if (marker === undefined) return {};
  if (carries.has('cache_control')) {
    return { cache_control: { type: 'ephemeral', ...(marker.ttl === null ? {} : { ttl: marker.ttl }) } };
  }
  drops.add('cache_control');
  return {};
}

function mediaPart(part: Exclude<Part, { type: 'opaque' | 'reasoning' }>): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'image': {
      const { source, detail } = part;
      if (source.kind === 'file-id') throw cannotSay('an image by file id');
      const url = source.kind === 'url' ? source.url : toDataUrl(source.mediaType, source.data);
      return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
    }
    case 'file': {
      const { source, name } = part;
      const named = name === null ? {} : { filename: name };
      if (source.kind === 'url') throw cannotSay('a file by URL');
      if (source.kind === 'file-id') {
        const isOurs = part.extra?.['openai-chat']?.file_id === source.id;
        if (!isOurs) throw cannotSay("a file by another vendor's file id");
        return { type: 'file', file: { file_id: source.id, ...named } };
      }
      const filename = name ?? `file.${source.mediaType.split('/').at(-1)}`; // OpenAI asks for a name
      return { type: 'file', file: { filename, file_data: toDataUrl(source.mediaType, source.data) } };
    }
    default:
      throw cannotSay(`a part of type ${part.type} in this place`);
  }
}

export const cannotSay = (what: string): InvalidRequest =>
  new InvalidRequest(
    `\`messages\` holds ${what}, which the model's provider has no way to take.`,
    'messages',
  );
