/** One array with the bytes of all pieces, in order. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array; // its length was just checked
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Every `from` in `bytes` becomes `to`; the same array if there is none. */
export function replaceBytes(bytes: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  const [first = bytes, ...others] = splitBytes(bytes, from);
  return others.length === 0 ? bytes : concat([first, ...others.flatMap((piece) => [to, piece])]);
}

/** The pieces of `bytes` between one `separator` and the next, as views; at least one. */
export function splitBytes(bytes: Uint8Array, separator: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = find(bytes, separator, 0); at !== -1; at = find(bytes, separator, start)) {
    pieces.push(bytes.subarray(start, at));
    start = at + separator.length;
  }
  return [...pieces, bytes.subarray(start)];
}

/** Offset of the first `needle` at or after `from`, or -1. */
function find(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0];
  if (first === undefined) return -1;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < needle.length && bytes[at + length] === needle[length]) length += 1;
    if (length === needle.length) return at;
  }
  return -1;
}

const encoder = new TextEncoder();

/** JSON as it goes over the wire. */
export const encodeJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));
