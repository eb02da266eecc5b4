/** Pieces of answers and deltas, read as leniently as the vendors of this form need. */

import { isRecord } from '../../is-record.ts';
import type { ImagePart, Part, Signature } from '../canonical.ts';
import { recordOf, textOrNull } from '../json.ts';
import { readThoughtSignature } from './thought-signature.ts';

export interface ReadCall {
  /** `null` for none: missing, empty, or a number as old TGI has it (wire 33, 39, 41). */
  readonly id: string | null;
  readonly index: number | null;
  readonly name: string;
  readonly input: string;
  readonly isCustom: boolean;
  readonly signature: Signature | null;
}

export function readCalls(value: unknown): ReadCall[] {
  return Array.isArray(value) ? value.filter(isRecord).map(readCall) : [];
}

function readCall(call: Record<string, unknown>): ReadCall {
  const isCustom = isRecord(call.custom);
  const made = isRecord(call.custom) ? call.custom : recordOf(call.function);
  const index = call.index ?? made.index; // Ollama has it inside
  return {
    id: textOrNull(call.id),
    index: typeof index === 'number' ? index : null,
    name: textOrNull(made.name) ?? '',
    input: readInput(isCustom ? made.input : made.arguments),
    isCustom,
    signature: readThoughtSignature(call.extra_content),
  };
}

/** Arguments come as text, as an object (wire 41), and as null. */
function readInput(value: unknown): string {
  if (typeof value === 'string') return value;
  return isRecord(value) ? JSON.stringify(value) : '';
}

/** The text `null` is no arguments where they begin (wire 37); further on it is a piece of them. */
export const firstInput = (input: string, isCustom: boolean): string =>
  input === 'null' && !isCustom ? '' : input;

/** Clients parse the arguments of a call, so there have to be some (wire 37). */
export const inputOrEmpty = (input: string, isCustom: boolean): string =>
  isCustom || firstInput(input, isCustom).trim() !== '' ? input : '{}';

export type ContentPiece =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
  | { readonly type: 'whole'; readonly part: Part };

/** `content` of a message or delta: a text, or a list of parts (Mistral's thinking: wire 24). */
export function readContent(content: unknown): ContentPiece[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  const pieces: ContentPiece[] = [];
  for (const part of content.filter(isRecord)) {
    if (part.type === 'thinking') pieces.push({ type: 'reasoning', text: joinTexts(part.thinking) });
    else if (part.type === 'refusal') pieces.push({ type: 'refusal', text: textOrNull(part.refusal) ?? '' });
    else if (typeof part.text === 'string') pieces.push({ type: 'text', text: part.text });
    else pieces.push({ type: 'whole', part: { type: 'opaque', dialect: 'openai-chat', value: part } });
  }
  return pieces.filter((piece) => piece.type === 'whole' || piece.text !== '');
}

function joinTexts(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.map((part) => (isRecord(part) ? (textOrNull(part.text) ?? '') : '')).join('');
}

/** Thinking as bare text, under either of its names; some providers send both with the same text. */
export const readReasoning = (message: Record<string, unknown>): string =>
  textOrNull(message.reasoning_content) ?? textOrNull(message.reasoning) ?? '';

/** Images that a model made, as OpenRouter has them. https://openrouter.ai/docs/features/multimodal/image-generation */
export function readImages(value: unknown): ImagePart[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((image) => {
    const url = isRecord(image) && isRecord(image.image_url) ? textOrNull(image.image_url.url) : null;
    if (url === null) return [];
    const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
    const isInline = mediaType !== undefined && data !== undefined;
    return [{ type: 'image', source: isInline ? { kind: 'inline', mediaType, data } : { kind: 'url', url } }];
  });
}

/** Seconds; some providers send 0. */
export const readCreated = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 ? Math.floor(value) : null;
