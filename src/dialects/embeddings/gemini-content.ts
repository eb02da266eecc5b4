/** Gemini's `Content` in embedding calls. https://ai.google.dev/api/caching#Content */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { countOf } from '../json.ts';
import { isAbsent, list, object, optional, refuse, text } from '../shape.ts';
import type { EmbeddingContent, EmbeddingPart } from './canonical.ts';

/** A member by its name in JSON, or by its name in protocol buffers, which Google takes too. */
export function member(value: JsonObject, name: string): unknown {
  return isAbsent(value[name]) ? value[snakeCase(name)] : value[name];
}

export const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Throws `InvalidRequest` naming what is wrong below `param`. */
export function decodeContent(value: unknown, param: string): EmbeddingContent {
  if (isAbsent(value)) return refuse(param, 'is required and missing');
  const parts = list(object(value, param).parts, `${param}.parts`).map((part, index) =>
    decodePart(part, `${param}.parts[${index}]`),
  );
  const [first] = parts;
  if (first === undefined) return refuse(`${param}.parts`, 'is empty');
  return parts.length === 1 && first.type === 'text'
    ? { kind: 'text', text: first.text }
    : { kind: 'parts', parts };
}

function decodePart(value: unknown, param: string): EmbeddingPart {
  const part = object(value, param);
  if (typeof part.text === 'string') return { type: 'text', text: part.text };
  const inline = member(part, 'inlineData');
  if (isRecord(inline)) {
    const mediaType = text(member(inline, 'mimeType'), `${param}.inlineData.mimeType`);
    return { type: 'inline', mediaType, data: text(inline.data, `${param}.inlineData.data`) };
  }
  const file = member(part, 'fileData');
  if (isRecord(file)) {
    const url = text(member(file, 'fileUri'), `${param}.fileData.fileUri`);
    const mediaType = optional(member(file, 'mimeType'), `${param}.fileData.mimeType`, text);
    return { type: 'url', mediaType, url };
  }
  return refuse(param, 'must have text, inlineData or fileData');
}

export function encodePart(part: EmbeddingPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'inline':
      return { inlineData: { mimeType: part.mediaType, data: part.data } };
    case 'url':
      return {
        fileData: { ...(part.mediaType === null ? {} : { mimeType: part.mediaType }), fileUri: part.url },
      };
  }
}

/** `usageMetadata` of both of Google's APIs; `null` where it is not told. */
export const promptTokens = (body: JsonObject): number | null =>
  isRecord(body.usageMetadata) ? countOf(body.usageMetadata.promptTokenCount) : null;
