/** The body of a batch, byte by byte: the same with some of its inputs only, everything else as it was sent. */
import { concat } from '../../bytes.ts';
import { endOfString, scanJsonMembers } from '../../json-members.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

const COMMA = new Uint8Array([0x2c]);

/** `body` with `places` of the list `name` only, in that order; the body has that member once, and it is a list. */
export function withInputs(body: Uint8Array, name: string, places: readonly number[]): Uint8Array {
  const list = scanJsonMembers(body, Number.POSITIVE_INFINITY).members.find(({ key }) => key === name);
  const elements = list === undefined ? [] : elementsOf(body, list);
  const first = elements.at(0);
  const last = elements.at(-1);
  if (first === undefined || last === undefined) throw new Error(`no list of "${name}"`);
  const pieces = [body.subarray(0, first.start)];
  for (const place of places) {
    const element = elements[place];
    if (element === undefined) throw new Error(`no place ${place} in "${name}"`);
    if (pieces.length > 1) pieces.push(COMMA);
    pieces.push(body.subarray(element.start, element.end));
  }
  return concat([...pieces, body.subarray(last.end)]);
}

/** Of a list that is valid JSON. */
function elementsOf(body: Uint8Array, list: Range): readonly Range[] {
  const elements: Range[] = [];
  let depth = 0;
  let start = -1;
  let end = -1;
  for (let i = list.start + 1; i < list.end - 1; i += 1) {
    const byte = body[i] as number; // in range by the loop's condition
    if (byte <= 0x20) continue;
    if (byte === 0x2c && depth === 0) {
      elements.push({ start, end });
      start = -1;
      continue;
    }
    if (start < 0) start = i;
    if (byte === 0x22) i = endOfString(body, i) - 1;
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    end = i + 1;
  }
  if (start >= 0) elements.push({ start, end });
  return elements;
}
