/**
 * Other vendors' proofs of thought on their way through a client of this form, which sends `thinking` blocks back
 * untouched (traps D12, D13):
 *
 * - A foreign signature and foreign hidden thinking stand where the vendor's own would, marked (`signatures.ts`).
 * - Hidden thinking that comes with a text for the reader is the signature of that text.
 * - A proof of a tool call or of a text has no place in their blocks: it is the signature of an empty `thinking` beside
 *   the call, or behind the text.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject, ReasoningPart, Signature } from '../canonical.ts';
import { listOf, textOf } from '../json.ts';
import { readSignature, writeSignature } from '../signatures.ts';

const OWN = 'anthropic';
const HIDDEN = 'edgeway-hidden:';
const OF_CALL = 'edgeway-call:';
const OF_TEXT = 'edgeway-text:';

export const toOwnPlace = (signature: Signature): string => writeSignature(signature, OWN);

/** Without a signature the member is there and empty; the client sends it back, and it is left out then. */
export function toThinkingBlock({ text, signature, redacted, signer }: ReasoningPart): JsonObject {
  if (redacted !== null) {
    const data = toOwnPlace({ signer, value: redacted });
    if (text === '') return { type: 'redacted_thinking', data };
    return { type: 'thinking', thinking: text, signature: HIDDEN + data };
  }
  const proof = signature === null ? '' : toOwnPlace({ signer, value: signature });
  return { type: 'thinking', thinking: text, signature: proof };
}

/** `signature`, `data`: `null` or `''` for none. */
export function readThinking(text: string, signature: string | null, data: string | null): ReasoningPart {
  const isHidden = signature?.startsWith(HIDDEN) === true;
  const hidden = isHidden ? signature.slice(HIDDEN.length) : data;
  const redacted = hidden ? readSignature(hidden, OWN) : null;
  const proof = signature && !isHidden ? readSignature(signature, OWN) : null;
  return {
    type: 'reasoning',
    text,
    signature: proof?.value ?? null,
    redacted: redacted?.value ?? null,
    signer: (redacted ?? proof)?.signer ?? 'other',
  };
}

/** `id`: as it stands in the `tool_use` block. */
export const toCallProof = (id: string, signature: Signature): JsonObject => ({
  type: 'thinking',
  thinking: '',
  signature: `${OF_CALL}${id}:${toOwnPlace(signature)}`,
});

export const toTextProof = (signature: Signature): JsonObject => ({
  type: 'thinking',
  thinking: '',
  signature: OF_TEXT + toOwnPlace(signature),
});

/** `callId`: as it stands in the `tool_use` block; `null` for the text before. */
export interface CarriedProof {
  readonly callId: string | null;
  readonly signature: Signature;
}

/** `null` if the block is true thinking. */
export function readProof({ type, signature }: JsonObject): CarriedProof | null {
  if (type !== 'thinking' || typeof signature !== 'string') return null;
  if (signature.startsWith(OF_TEXT)) {
    return { callId: null, signature: readSignature(signature.slice(OF_TEXT.length), OWN) };
  }
  if (!signature.startsWith(OF_CALL)) return null;
  const [callId = '', ...proof] = signature.slice(OF_CALL.length).split(':');
  return { callId, signature: readSignature(proof.join(':'), OWN) };
}

/** Whether a client's request holds what only a gateway understands: its vendor would refuse it as it is. */
export const holdsForeignProofs = ({ messages }: JsonObject): boolean =>
  listOf(messages).some(
    (message) =>
      isRecord(message) &&
      message.role === 'assistant' &&
      listOf(message.content).some((block) => isRecord(block) && isForeign(block)),
  );

function isForeign({ type, signature, data, citations }: JsonObject): boolean {
  if (type === 'text') return listOf(citations).some((one) => isRecord(one) && one.encrypted_index === '');
  const proof = type === 'thinking' ? textOf(signature) : type === 'redacted_thinking' ? textOf(data) : '';
  return /^edgeway-(hidden|call|text):/.test(proof) || readSignature(proof, OWN).signer !== OWN;
}
