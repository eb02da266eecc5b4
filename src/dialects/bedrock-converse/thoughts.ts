/**
 * Proofs of thought, whose they are and back. Converse does not say which model answered, but Claude's can be told:
 * they are base64 of bytes that begin with a length-prefixed field, hence with `E`.
 */
import { decodeBase64Text, encodeBase64Text } from '../base64-text.ts';
import type { JsonObject, ReasoningPart, Signer } from '../canonical.ts';

const CLAUDES = /^E[A-Za-z0-9+/]{15,}={0,2}$/;

/** Thoughts that the model hides from everybody; Nova writes this as text (wire 80). */
export const HIDDEN_THOUGHTS: readonly string[] = ['[REDACTED].', '[REDACTED]'];

export const signerOf = (signature: string): Signer => (CLAUDES.test(signature) ? 'anthropic' : 'amazon');

/** Claude's are wrapped in base64 once more: what is inside is good at Anthropic and Vertex too. */
export function readRedacted(data: string): ReasoningPart {
  const inner = decodeBase64Text(data);
  const isClaudes = inner !== null && CLAUDES.test(inner);
  return {
    type: 'reasoning',
    text: '',
    signature: null,
    redacted: isClaudes ? inner : data,
    signer: isClaudes ? 'anthropic' : 'amazon',
  };
}

/** The block that goes back; `null` for thoughts without proof, or that the model would refuse (trap D13). */
export function writeThought(part: ReasoningPart, takesThoughtsOf: Signer | null): JsonObject | null {
  if (part.signer !== takesThoughtsOf) return null;
  if (part.redacted !== null) {
    const data = part.signer === 'anthropic' ? encodeBase64Text(part.redacted) : part.redacted;
    return { reasoningContent: { redactedContent: data } };
  }
  if (part.signature === null) return null;
  return { reasoningContent: { reasoningText: { text: part.text, signature: part.signature } } };
}
