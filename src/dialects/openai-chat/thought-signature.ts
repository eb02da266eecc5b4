/**
 * A vendor's proof of the thought behind a tool call or a text, where Gemini's endpoint of this form has it:
 * `extra_content.google.thought_signature`, of a call or of the message. Other vendors' stand there marked.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */

import { isRecord } from '../../is-record.ts';
import type { JsonObject, Part, Signature, ToolCallPart } from '../canonical.ts';
import { readSignature, writeSignature } from '../signatures.ts';

export function readThoughtSignature(extraContent: unknown): Signature | null {
  const google = isRecord(extraContent) ? extraContent.google : undefined;
  const signature = isRecord(google) ? google.thought_signature : undefined;
  return typeof signature === 'string' && signature !== '' ? readSignature(signature, 'google') : null;
}

export const writeThoughtSignature = (signature: Signature): JsonObject => ({
  extra_content: { google: { thought_signature: writeSignature(signature, 'google') } },
});

/**
 * The message has one place, and Gemini's older answers use it for their first call: so a text's proof can stand
 * there only if there is no call, or the first one has its own.
 */
export function signatureOfMessage(texts: readonly Part[], calls: readonly ToolCallPart[]): Signature | null {
  const [first] = calls;
  if (first !== undefined && first.signature === undefined) return null;
  return texts.findLast(isSignedText)?.signature ?? null;
}

const isSignedText = (part: Part): part is Part & { readonly type: 'text'; readonly signature: Signature } =>
  part.type === 'text' && part.signature !== undefined;

/** Gives the message's proof to whom it belongs. */
export function withSignatureOfMessage(
  texts: readonly Part[],
  calls: readonly ToolCallPart[],
  signature: Signature | null,
): { readonly texts: readonly Part[]; readonly calls: readonly ToolCallPart[] } {
  if (signature === null) return { texts, calls };
  const [first, ...others] = calls;
  if (first !== undefined && first.signature === undefined) {
    return { texts, calls: [{ ...first, signature }, ...others] };
  }
  const last = texts.findLastIndex((part) => part.type === 'text');
  const signed = texts.map((part, index) =>
    index === last && part.type === 'text' ? { ...part, signature } : part,
  );
  return { texts: signed, calls };
}
