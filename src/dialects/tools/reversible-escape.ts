/**
 * Words in the few letters that a vendor takes for ids and names, always escaped in the same way, so that two words
 * never become one, and the word can be told from what it became. `_` becomes `__`, any other unit that is not taken
 * `_` and four digits of hex; `prefix` marks the result.
 */

/** Letters, digits and `-` stay. */
const UNTAKEN = /[^a-zA-Z0-9-]/g;
/** For vendors that do not take `-`. */
export const UNTAKEN_WITH_HYPHEN = /[^a-zA-Z0-9]/g;

export function escapeWord(word: string, prefix: string, untaken: RegExp = UNTAKEN): string {
  return prefix + word.replace(untaken, escapeUnit);
}

/** What the word was; words without the prefix stay. */
export function unescapeWord(word: string, prefix: string, untaken: RegExp = UNTAKEN): string {
  if (!word.startsWith(prefix)) return word;
  const original = word
    .slice(prefix.length)
    .replace(/_(_|[0-9a-f]{4})/g, (_, code: string) =>
      code === '_' ? '_' : String.fromCharCode(Number.parseInt(code, 16)),
    );
  // Whoever made up a word with our prefix gets it back unchanged.
  return escapeWord(original, prefix, untaken) === word ? original : word;
}

const escapeUnit = (unit: string): string =>
  unit === '_' ? '__' : `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
