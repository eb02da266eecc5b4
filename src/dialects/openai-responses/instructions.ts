/**
 * `instructions` stands first among the turns, as a system message. It is marked, to go out again as `instructions`
 * and to be echoed in the answer. A symbol, so that it is no field that another form had to report as dropped.
 */
import type { Turn } from '../canonical.ts';

const INSTRUCTIONS = Symbol('instructions');

export const toInstructionsTurn = (text: string): Turn => ({
  role: 'system',
  parts: [{ type: 'text', text }],
  extra: { 'openai-responses': { [INSTRUCTIONS]: true } },
});

/** What the first turn says, if it came as `instructions`. */
export function readInstructions([first]: readonly Turn[]): string | null {
  if (first === undefined || !(INSTRUCTIONS in (first.extra?.['openai-responses'] ?? {}))) return null;
  return first.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
