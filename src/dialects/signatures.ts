/**
 * Proofs of thought on their way through clients of another form (traps D12, D13). A client sends signatures back
 * as it got them; so where a form has a place for its own vendor's only, another vendor's travels in that place under
 * a mark, and is told apart when it comes back. A mark is base64 throughout, because some forms want bytes.
 */
import { isRecord } from '../is-record.ts';
import { decodeBase64Text, encodeBase64Text } from './base64-text.ts';
import type { Signature, Signer } from './canonical.ts';

const SIGNERS: readonly Signer[] = ['anthropic', 'google', 'openai', 'amazon', 'other'];
const MARK = 'edgeway-signature:';
/** Base64 of the mark: a multiple of three bytes, so that the text behind it does not change it. */
const ENCODED_MARK = encodeBase64Text(MARK);

/** What a client of a form sees in the place of its own vendor's signature. `own`: whose form that is. */
export function writeSignature({ signer, value }: Signature, own: Signer): string {
  return signer === own ? value : encodeBase64Text(`${MARK}${signer}:${value}`);
}

/** What the client sent back: marked ones are another vendor's, anything else is the form's own. */
export function readSignature(text: string, own: Signer): Signature {
  if (!text.startsWith(ENCODED_MARK)) return { signer: own, value: text };
  const [, signer, value] = /^edgeway-signature:(\w+):(.*)$/s.exec(decodeBase64Text(text) ?? '') ?? [];
  const known = SIGNERS.find((one) => one === signer);
  return known === undefined || value === undefined ? { signer: own, value: text } : { signer: known, value };
}

/** Whether text of a request may hold a marked proof: a look that costs next to nothing. */
export const mayHoldMarks = (text: string): boolean =>
  text.includes(ENCODED_MARK) || text.includes('"edgeway-');

/** Whether a marked proof stands anywhere in a request: its own vendor could not verify it. */
export function holdsMarks(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith(ENCODED_MARK);
  if (Array.isArray(value)) return value.some(holdsMarks);
  return isRecord(value) && Object.values(value).some(holdsMarks);
}
