/** Parts of an answer as the door shows them. */
import type { CanonicalRequest, JsonObject, Part, ToolCallPart } from '../canonical.ts';
import { toToolInput } from '../tools/tool-input.ts';
import { writeProof, writeReasoning } from './thought-parts.ts';

const AUDIO_TYPES: Readonly<Record<string, string>> = { pcm16: 'audio/pcm' };

/** Whether the client asked to see thinking: without `includeThoughts` it expects none, as from the vendor. */
export const wantsThoughts = ({ reasoning }: CanonicalRequest): boolean =>
  typeof reasoning?.summary === 'string' && reasoning.summary !== 'none';

/** `null` for what only another wire form understands (a client would take server tools for its own, wire 43). */
export function encodeAnswerPart(part: Part, showsThoughts: boolean): JsonObject | null {
  const own = part.extra?.gemini ?? {};
  switch (part.type) {
    case 'text':
      return { text: part.text, ...writeProof(part.signature), ...own };
    case 'refusal':
      return { text: part.text };
    case 'reasoning':
      return showsThoughts ? writeReasoning(part) : null;
    case 'tool-call':
      return encodeCall(part);
    case 'audio': {
      const { mimeType = AUDIO_TYPES[part.format] ?? `audio/${part.format}`, ...rest } = own;
      return { inlineData: { mimeType, data: part.data }, ...rest };
    }
    case 'image':
    case 'file': {
      const { mimeType, ...rest } = own;
      const { source } = part;
      if (source.kind === 'inline') {
        return { inlineData: { mimeType: source.mediaType, data: source.data }, ...rest };
      }
      const typed = mimeType === undefined ? {} : { mimeType };
      return source.kind === 'url' ? { fileData: { ...typed, fileUri: source.url }, ...rest } : null;
    }
    case 'opaque':
      return part.dialect === 'gemini' ? part.value : null;
    case 'tool-result':
      return null;
    default:
      return part satisfies never;
  }
}

/** Always with its id, which clients send back with the result. */
export function encodeCall({ id, name, input, isCustom, signature }: Omit<ToolCallPart, 'type'>): JsonObject {
  return { functionCall: { id, name, args: toToolInput({ input, isCustom }) }, ...writeProof(signature) };
}
