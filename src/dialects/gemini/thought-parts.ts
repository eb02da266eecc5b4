/**
 * Thinking and proofs of thought at the door. Other vendors' signatures, and thinking that only they can read, travel
 * in `thoughtSignature` under a mark (`signatures.ts`), which clients send back untouched (trap D13).
 */
import type { JsonObject, ReasoningPart, Signature } from '../canonical.ts';
import { textOf, textOrNull } from '../json.ts';
import { readSignature, writeSignature } from '../signatures.ts';

const REDACTED = 'redacted:';

/** The `signature` of a text or call part. */
export function readProof({ thoughtSignature }: JsonObject): { signature?: Signature } {
  const value = textOrNull(thoughtSignature);
  return value === null ? {} : { signature: readSignature(value, 'google') };
}

export const writeProof = (signature: Signature | undefined): { thoughtSignature?: string } =>
  signature === undefined ? {} : { thoughtSignature: writeSignature(signature, 'google') };

/** A part with `thought: true`. */
export function readReasoning(part: JsonObject): ReasoningPart {
  const { signature } = readProof(part);
  const common = {
    type: 'reasoning',
    text: textOf(part.text),
    signer: signature?.signer ?? 'other',
  } as const;
  if (signature?.value.startsWith(REDACTED) && signature.signer !== 'google') {
    return { ...common, signature: null, redacted: signature.value.slice(REDACTED.length) };
  }
  return { ...common, signature: signature?.value ?? null, redacted: null };
}

export function writeReasoning({ text, signature, redacted, signer }: ReasoningPart): JsonObject {
  const value = redacted === null ? signature : REDACTED + redacted;
  return { text, thought: true, ...(value === null ? {} : writeProof({ signer, value })) };
}
