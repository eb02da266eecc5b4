/**
 * Names of tools as Cohere takes them: letters, digits and `_`, no digit first. Others' names (`web-search`,
 * `server/tool`) are escaped, always in the same way, and read back from the model's calls.
 * Source: https://docs.cohere.com/v1/reference/chat (tools.name); version 2 names no rule of its own.
 */
import { escapeWord, UNTAKEN_WITH_HYPHEN, unescapeWord } from '../tools/reversible-escape.ts';

const VALID = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const ESCAPED = 'ewtn_';

/** Injective: a good name stays, unless it looks like one of ours. */
export const toCohereToolName = (name: string): string =>
  VALID.test(name) && !name.startsWith(ESCAPED) ? name : escapeWord(name, ESCAPED, UNTAKEN_WITH_HYPHEN);

/** The name that the client gave; what only looks like one of ours was made up by the model. */
export function fromCohereToolName(name: string): string {
  const original = unescapeWord(name, ESCAPED, UNTAKEN_WITH_HYPHEN);
  return toCohereToolName(original) === name ? original : name;
}
