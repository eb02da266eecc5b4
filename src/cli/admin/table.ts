/** Tables and lists of fields for people: aligned, and cut where the terminal ends. */
import { toSafeText } from './safe-text.ts';

export interface Column {
  readonly title: string;
  /** Never cut: a name that is copied from here must be whole. */
  readonly isWhole?: boolean;
}

export interface TableStyle {
  /** Columns of the terminal; `null`: nothing is cut. */
  readonly width: number | null;
  readonly hasColour: boolean;
}

const GAP = 2;
const NARROWEST = 6;

/** Every line ends with a line feed. Cells may hold anything; what a terminal would obey is shown as text. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, hasColour }: TableStyle,
): string {
  const cells = rows.map((row) => columns.map((_, index) => toSafeText(row[index] ?? '')));
  const titles = columns.map(({ title }) => title);
  const natural = columns.map((_, index) =>
    Math.max(...[titles, ...cells].map((row) => widthOf(row[index] ?? ''))),
  );
  const widths = fitWidths(natural, columns, width);
  const toLine = (row: readonly string[]) =>
    row
      .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  const heading = toLine(titles);
  const first = hasColour ? `\u001b[1m${heading}\u001b[22m` : heading;
  return [first, ...cells.map(toLine)].map((line) => `${line}\n`).join('');
}

/** `name  value`, one a line; what is not there is left out, what is no text is shown as JSON. */
export function renderFields(record: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(record).filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => widthOf(toSafeText(name))));
  return entries.map(([name, value]) => `${pad(toSafeText(name), width + GAP)}${toCell(value)}\n`).join('');
}

/** What stands in a cell: `''` for nothing, a list's texts with commas, anything else as JSON. */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return toSafeText(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return toSafeText(value.join(', '));
  return toSafeText(JSON.stringify(value));
}

/** Takes from the widest column that may be cut, until all fit or none is left to take from. */
function fitWidths(natural: readonly number[], columns: readonly Column[], width: number | null): number[] {
  const widths = [...natural];
  if (width === null) return widths;
  const total = () => widths.reduce((sum, one) => sum + one + GAP, -GAP);
  while (total() > width) {
    let widest = -1;
    for (const [index, one] of widths.entries())
      if (!columns[index]?.isWhole && one > NARROWEST && one > (widths[widest] ?? 0)) widest = index;
    if (widest === -1) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Ends with `…` if something is missing. */
function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept) + widthOf(character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** Columns that a terminal gives to the text: two for wide characters, none for accents that are put on top. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) if (!/\p{M}/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  return width;
}
