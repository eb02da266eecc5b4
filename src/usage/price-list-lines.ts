/**
 * The public price list, looked up. `price-list-data.ts` holds it as text, one line a group of models, written by
 * `npm run prices` from the data of genai-prices; the first line that matches counts, as there.
 *
 * A line is `names<TAB>prices`, and `<TAB>tokens` of the context window where that is known. Names stand between `|`, in lower
 * case: `*` at an end is any text, `#` is a digit, `name!word` leaves out names with `-word` in them.
 */
import { PRICE_LIST, VENDORS_BEHIND } from './price-list-data.ts';

export interface ListedLine {
  /** In words for `price-list.ts`. */
  readonly prices: string;
  /** `null`: not known. */
  readonly contextTokens: number | null;
}

type Counts = (line: ListedLine) => boolean;

/** The first line that matches and `counts`; `null` if the list has neither the vendor nor the model. */
export function findListedLine(
  vendor: string,
  model: string,
  counts: (line: ListedLine) => boolean,
): ListedLine | null {
  const name = model.toLowerCase().trim();
  return findAmong(vendor, name, counts) ?? findDashed(vendor, name, counts);
}

/** The list writes dates of models with dashes; some vendors write them without. */
function findDashed(vendor: string, name: string, counts: Counts): ListedLine | null {
  const dashed = name.replace(/-(20\d{2})(\d{2})(\d{2})(?=-|:|$)/g, (all, year, month, day) =>
    isDay(year, month, day) ? `-${year}-${month}-${day}` : all,
  );
  return dashed === name ? null : findAmong(vendor, dashed, counts);
}

function isDay(year: string, month: string, day: string): boolean {
  const text = `${year}-${month}-${day}T00:00:00.000Z`;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
}

/** At the vendor, or at those whose models it hosts for the same price. */
function findAmong(vendor: string, name: string, counts: Counts): ListedLine | null {
  const own = findIn(vendor, name, counts);
  if (own !== null) return own;
  const behind = Object.hasOwn(VENDORS_BEHIND, vendor) ? VENDORS_BEHIND[vendor] : undefined;
  for (const other of behind ?? []) {
    const found = findIn(other, name, counts);
    if (found !== null) return found;
  }
  return null;
}

function findIn(vendor: string, name: string, counts: Counts): ListedLine | null {
  const list = Object.hasOwn(PRICE_LIST, vendor) ? PRICE_LIST[vendor] : undefined;
  for (const text of list?.split('\n') ?? []) {
    const [names = '', prices = '', window] = text.split('\t');
    if (!names.split('|').some((pattern) => matches(pattern, name))) continue;
    const line = { prices, contextTokens: window === undefined ? null : Number(window) };
    if (counts(line)) return line;
  }
  return null;
}

function matches(pattern: string, name: string): boolean {
  const [text = '', without] = pattern.split('!');
  if (without !== undefined && `${name}-`.includes(`-${without}-`)) return false;
  const opens = text.startsWith('*');
  const closes = text.endsWith('*');
  const core = text.slice(opens ? 1 : 0, closes ? -1 : undefined);
  if (opens) return closes ? name.includes(core) : name.endsWith(core);
  if (!closes && name.length !== core.length) return false;
  return core.includes('#') ? beginsLike(name, core) : name.startsWith(core);
}

function beginsLike(name: string, core: string): boolean {
  for (let i = 0; i < core.length; i += 1) {
    const character = name[i] ?? '';
    if (core[i] === '#' ? character < '0' || character > '9' || character === '' : core[i] !== character)
      return false;
  }
  return true;
}
