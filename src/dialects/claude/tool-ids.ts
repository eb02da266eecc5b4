/**
 * Ids of tool calls as Anthropic takes them: `^[a-zA-Z0-9_-]{1,64}$`. Others' ids (`functions.Bash:0`) are escaped,
 * always in the same way, so that a call and its result agree in every later turn, and two ids never become one.
 * Source: https://platform.claude.com/docs/en/api/messages (tool_use.id); traps D1.
 */
import { escapeWord, unescapeWord } from '../tools/reversible-escape.ts';

const VALID = /^[a-zA-Z0-9_-]{1,64}$/;
const ESCAPED = 'ewid_';
const HASHED = 'ewih_';
const MAX_LENGTH = 64;

/** Injective: a good id stays, unless it looks like one of ours; too long ones are hashed to 128 bits. */
export function toClaudeToolId(id: string): string {
  if (VALID.test(id) && !id.startsWith(ESCAPED) && !id.startsWith(HASHED)) return id;
  const escaped = escapeWord(id, ESCAPED);
  return escaped.length <= MAX_LENGTH ? escaped : HASHED + hash(id);
}

/** The id that the call had before `toClaudeToolId`; a hashed one stays as it is. */
export function fromClaudeToolId(id: string): string {
  const original = unescapeWord(id, ESCAPED);
  return toClaudeToolId(original) === id ? original : id;
}

/** Two FNV-1a hashes of 64 bits. Not for secrets: a client can only collide with itself. */
function hash(text: string): string {
  return fnv(text, 0xcbf29ce484222325n) + fnv(`${text.length}:${text}`, 0x84222325cbf29ce4n);
}

function fnv(text: string, offset: bigint): string {
  let state = offset;
  for (let i = 0; i < text.length; i += 1) {
    state = BigInt.asUintN(64, (state ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return state.toString(16).padStart(16, '0');
}
