/**
 * A vendor's proof of the thought behind a tool call, where Gemini's endpoint of this form has it:
 * `extra_content.google.thought_signature`. https://ai.google.dev/gemini-api/docs/thought-signatures
 */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';

export function readThoughtSignature(extraContent: unknown): string | null {
  const google = isRecord(extraContent) ? extraContent.google : undefined;
  const signature = isRecord(google) ? google.thought_signature : undefined;
  return typeof signature === 'string' && signature !== '' ? signature : null;
}

export const writeThoughtSignature = (signature: string): JsonObject => ({
  extra_content: { google: { thought_signature: signature } },
});
