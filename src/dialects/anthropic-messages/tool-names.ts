/**
 * Names of tools as an Anthropic upstream takes them: `^[a-zA-Z0-9_-]{1,128}$`. Others' names (`github.search`) are
 * escaped on the way there and restored in its answers, so that the client sees its own.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use
 */
import { refuse } from '../shape.ts';
import { escapeWord, unescapeWord } from '../tools/reversible-escape.ts';

const VALID = /^[a-zA-Z0-9_-]{1,128}$/;
const ESCAPED = 'ewtool_';
const MAX_LENGTH = 128;

/** Injective. Throws `InvalidRequest` naming `path` for a name that would be too long: nobody could restore it. */
export function toAnthropicToolName(name: string, path: string): string {
  if (VALID.test(name) && !name.startsWith(ESCAPED)) return name;
  const escaped = escapeWord(name, ESCAPED);
  if (escaped.length > MAX_LENGTH) {
    refuse(path, 'is too long for the Anthropic form, which takes 128 letters, digits, "_" and "-"');
  }
  return escaped;
}

export const fromAnthropicToolName = (name: string): string => unescapeWord(name, ESCAPED);
