/**
 * Where the top-level members of a JSON object stand in its bytes, so that one value can be replaced and every
 * other byte stays as it was sent: 64-bit integers, unknown fields, white space.
 */

export interface JsonMember {
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  /** Offset of the value's first byte, and of the byte after its last. */
  readonly start: number;
  readonly end: number;
}

export interface JsonMembers {
  readonly members: readonly JsonMember[];
  /** The top-level member in which nesting passed the limit, if one did; scanning stopped there. */
  readonly tooDeepIn: string | null;
  /** Offset of the byte after the opening brace: where a member can be added. */
  readonly insertAt: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const decoder = new TextDecoder();

/**
 * Scans `bytes`, the UTF-8 text of a JSON object. On anything else it returns something harmless and useless:
 * the caller checks the text with `JSON.parse` as well (after this, because this bounds the depth). The objects of a
 * list, without its brackets, are told as one.
 */
export function scanJsonMembers(bytes: Uint8Array, maxDepth: number): JsonMembers {
  const members: JsonMember[] = [];
  let depth = 0;
  let insertAt = 0;
  let key = '';
  let keyRange: [number, number] | null = null;
  let keyStart = -1;
  let valueStart = -1;
  let valueEnd = -1;
  const closeMember = () => {
    if (valueStart >= 0) members.push({ key, keyStart, start: valueStart, end: valueEnd });
    valueStart = -1;
    keyRange = null;
  };

  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number; // in range by the loop's condition
    if (byte <= 0x20) continue;
    switch (byte) {
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth === 1) insertAt = i + 1;
        if (depth > maxDepth) return { members, tooDeepIn: key, insertAt };
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        if (depth === 0) closeMember();
        break;
      case QUOTE: {
        const end = endOfString(bytes, i);
        if (depth === 1 && keyRange === null) keyRange = [i, end];
        i = end - 1;
        break;
      }
      case COLON:
        if (depth === 1 && keyRange !== null && valueStart < 0) {
          key = readKey(bytes, keyRange);
          keyStart = keyRange[0];
          valueStart = i + 1;
          while ((bytes[valueStart] ?? 0x21) <= 0x20) valueStart += 1;
          continue;
        }
        break;
      case COMMA:
        if (depth === 1) {
          closeMember();
          continue;
        }
        break;
    }
    if (depth >= 1 && valueStart >= 0) valueEnd = i + 1;
  }
  return { members, tooDeepIn: null, insertAt };
}

/** Offset of the byte after the closing quote of the string that opens at `start`. */
export function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return bytes.length;
}

/** Keys may be written with escapes: `"mod\\u0065l"` is `model`, to us as to every provider. */
function readKey(bytes: Uint8Array, [start, end]: [number, number]): string {
  const text = decoder.decode(bytes.subarray(start, end));
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return text; // not JSON: the caller's own parse refuses the body
  }
}
