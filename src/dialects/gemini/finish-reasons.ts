/**
 * Why an answer ended. Sources: https://ai.google.dev/api/generate-content#FinishReason and #BlockReason;
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#FinishReason.
 *
 * Where the form withholds an answer or could not finish it, the answer is no success, not even an empty one (trap
 * D14): `content-filter` is the only word for that which every client reads as "nobody gets this text". The
 * vendor's own word travels beside it.
 */
import type { FinishReason } from '../canonical.ts';
import { toFinish } from '../finish.ts';

export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  FINISH_REASON_UNSPECIFIED: 'stop',
  STOP: 'stop', // also behind function calls (wire 32): the parts decide
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  TOO_MANY_TOOL_CALLS: 'length',
  UNEXPECTED_TOOL_CALL: 'content-filter', // with its call in the content: `tool-calls` (wire 45)
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  OTHER: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  JAILBREAK: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  IMAGE_OTHER: 'content-filter',
  NO_IMAGE: 'content-filter',
  MALFORMED_FUNCTION_CALL: 'content-filter',
  MALFORMED_RESPONSE: 'content-filter',
};

/** Vertex with `enum-encoding=int` (wire 9): its numbers, which are not the Developer API's from 6 on. */
const FINISH_NUMBERS: readonly string[] = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
  'UNEXPECTED_TOOL_CALL',
  'NO_IMAGE',
];
const BLOCK_NUMBERS: readonly string[] = [
  'BLOCKED_REASON_UNSPECIFIED',
  'SAFETY',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'JAILBREAK',
];

/** The word of a `finishReason`; `null`: the candidate has not finished. */
export const readFinishReason = (value: unknown): string | null => readEnum(value, FINISH_NUMBERS);

/** The word of `promptFeedback.blockReason`; `null`: the prompt was not blocked. */
export const readBlockReason = (value: unknown): string | null => readEnum(value, BLOCK_NUMBERS);

function readEnum(value: unknown, words: readonly string[]): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? (words[value] ?? String(value)) : null;
}

export function toFinishReason(word: string | null, hasCalls: boolean): FinishReason {
  if (hasCalls && word === 'UNEXPECTED_TOOL_CALL') return 'tool-calls';
  return toFinish(FINISH_REASONS, word, hasCalls);
}

export function fromFinishReason(reason: FinishReason, native: string | null): string {
  // The vendor's own word, where it is one of this form and means the same.
  const known = native === null ? undefined : FINISH_REASONS[native];
  if (native !== null && (known === reason || (known !== undefined && reason === 'tool-calls')))
    return native;
  switch (reason) {
    case 'stop':
    case 'tool-calls':
      return 'STOP';
    case 'length':
      return 'MAX_TOKENS';
    case 'content-filter':
      return 'SAFETY';
    case 'pause':
      return 'OTHER'; // `CONTINUATION` would make the SDK ask again with a token that does not exist
    default:
      return reason satisfies never;
  }
}
