/**
 * Another vendor's proof of the thought behind a tool call (Gemini, trap D12) on its way through a client of this
 * form: it has no place in a `tool_use` block, but clients send `thinking` blocks back untouched. So it travels as
 * the signature of an empty one, with the call's id, and is taken out again when the client returns it.
 */
import type { JsonObject } from '../canonical.ts';

const PREFIX = 'edgeway-call:';

/** `id`: as it stands in the `tool_use` block. */
export const toCallSignatureBlock = (id: string, signature: string): JsonObject => ({
  type: 'thinking',
  thinking: '',
  signature: `${PREFIX}${id}:${signature}`,
});

/** `null` if the block is true thinking. */
export function readCallSignature(block: JsonObject): { id: string; signature: string } | null {
  if (block.type !== 'thinking' || typeof block.signature !== 'string') return null;
  if (!block.signature.startsWith(PREFIX)) return null;
  const [id = '', ...signature] = block.signature.slice(PREFIX.length).split(':');
  return { id, signature: signature.join(':') };
}
