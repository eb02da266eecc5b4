/** By code points, so that no surrogate pair is cut; up to the last white space within reach, else as long as may be. */
const PIECE = /.{20,40}(?=\s|$)|.{1,40}/gsu;

/** Of one text: each costs an event, which is ten times as long as a short piece. */
const MOST_PIECES = 1000;
const LONG = 40 * MOST_PIECES;

/**
 * `text` cut into what one event of a retold stream carries: 20 to 40 characters, the last may be shorter; longer pieces of
 * a long text. None for `''`.
 */
export const piecesOf = (text: string): string[] =>
  text.length > LONG ? inEqualPieces(text, Math.ceil(text.length / MOST_PIECES)) : (text.match(PIECE) ?? []);

function inEqualPieces(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + length;
    const cutsPair = isHighSurrogate(text.charCodeAt(end - 1));
    const next = Math.min(text.length, cutsPair ? end + 1 : end);
    pieces.push(text.slice(start, next));
    start = next;
  }
  return pieces;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
