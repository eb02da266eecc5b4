/** Why an answer ended, from a vendor's word for it. */
import type { FinishReason } from './canonical.ts';

/**
 * `hasCalls`: the answer holds tool calls that the client has to answer. Agents stop silently if it ends in anything
 * like a plain stop (traps C8). An unknown word is a plain stop; the raw word travels beside it (traps D14).
 */
export function toFinish(
  words: Readonly<Record<string, FinishReason>>,
  native: string | null,
  hasCalls: boolean,
): FinishReason {
  const reason = words[native ?? ''] ?? 'stop';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}
