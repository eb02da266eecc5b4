/**
 * Text of others on the way to a terminal: names of keys, error messages, audit entries. A control character in one
 * could move the cursor, rewrite what stands there, or set the clipboard; a change of direction could swap what is
 * read. They are shown as what they are.
 */

/** Control and format characters, line and paragraph separators, and halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line without anything that a terminal obeys. */
export const toSafeText = (text: string): string =>
  text.replace(UNSAFE, (character) => SHORT[character] ?? toEscapes(character));

/**
 * The same for JSON text, which may hold line feeds and tabs between its values. Other such characters stand in strings
 * only, where their escapes mean the same; a carriage return between values is none of the gateway's.
 */
export const toSafeJson = (json: string): string =>
  json.replace(UNSAFE, (character) =>
    character === '\n' || character === '\t' ? character : toEscapes(character),
  );

/** `\u001b`; two of them where the character has two UTF-16 units. */
const toEscapes = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
