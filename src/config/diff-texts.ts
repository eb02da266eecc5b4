/** Pieces of the lines that tell a change. */

/** In UTF-16 units. */
export const LONGEST_VALUE = 100;

/** A value as JSON, cut if it is long. */
export const shown = (value: unknown): string => clip(JSON.stringify(value) ?? 'nothing', LONGEST_VALUE);

/** `text` with at most `length` UTF-16 units, and a sign that something is missing. */
export const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;

/**
 * What a terminal or a page would not show as it is becomes an escape: one change is one line, whatever names the
 * document holds.
 */
export const onOneLine = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
