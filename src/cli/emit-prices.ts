/**
 * `npm run prices`: writes `src/usage/price-list-data.ts` from the data of genai-prices, as far as the catalogue's vendors
 * need it and a request can use it. `--check` only compares. What the lines mean stands in `src/usage/price-list-lines.ts`;
 * why the library itself is not in the bundle, in `docs/decisions/0024-prices.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
  type Provider,
} from '@pydantic/genai-prices';
import { CATALOGUE } from '../providers/catalogue.ts';

const FILE = new URL('../usage/price-list-data.ts', import.meta.url);
const LIBRARY = new URL('../../node_modules/@pydantic/genai-prices/', import.meta.url);

const POSITIONS = ['input_mtok', 'output_mtok', 'cache_read_mtok', 'cache_write_mtok'];
const LETTERS: Readonly<Record<string, string>> = {
  cache_write_1h_mtok: 'h',
  output_reasoning_mtok: 'r',
  input_audio_mtok: 'a',
  output_audio_mtok: 'b',
  input_image_mtok: 'i',
  output_image_mtok: 'j',
  requests_kcount: 'q',
  input_audio_hours: 's',
};
/** Usage tells how often a vendor's tools ran, not which: the dearest counts. */
const TOOLS = ['web_searches_kcount', 'storage_searches_kcount'];
/** Kinds that no request here can use, or that usage does not tell apart from those above. */
const LEFT_OUT = [
  'audio_hours', // the same as `input_audio_hours`, for both ways
  'cache_audio_read_mtok',
  'cache_image_read_mtok',
  'input_annotated_document_kpages',
  'input_document_kpages',
  'input_text_messages_kcount',
  'input_video_mtok',
  'output_citation_mtok',
];
/** Where video is dearer than text, it stands with pictures. */
const AS_PICTURES = 'output_video_mtok';

/** Models without any price of which the vendor itself says that they are free. Others are not known. */
const FREE: readonly RegExp[] = [/^google gemma-/, /^openai moderation$/, / .*:free$/];

/** Entries of a router that can never be asked for, because its model ids are `vendor/model`. */
const isReachable = (vendor: string, name: string): boolean => vendor !== 'openrouter' || name.includes('/');

const vendors = CATALOGUE.map(({ id, prices }) => findExactly(prices?.as ?? id)).filter(
  (one) => one !== null,
);
const behind = vendors.flatMap(({ fallback_model_providers: ids = [] }) => ids.map(findExactly));
const listed = [...new Set([...vendors, ...behind])].filter((one) => one !== null);
const sorted = listed.sort((a, b) => (a.id < b.id ? -1 : 1));

/** The library would take a name that is only similar, too. */
function findExactly(id: string): Provider | null {
  const found = findProvider({ providerId: id });
  return found?.id === id ? found : null;
}

function toLines(vendor: Provider): string[] {
  const lines = vendor.models.map((model) => toLine(vendor.id, model)).filter((line) => line !== null);
  return vendor.id === 'openrouter' ? ['*:free\t', ...lines.filter((line) => !isFreeOnly(line))] : lines;
}

/** At OpenRouter the suffix says it, new models included. */
function isFreeOnly(line: string): boolean {
  const [names = '', prices = ''] = line.split('\t');
  const isFreeName = (name: string) => name.endsWith(':free');
  if (names.split('|').some(isFreeName) && prices !== '') throw new Error(`not free: ${line}`);
  return names.split('|').every(isFreeName);
}

function toLine(vendor: string, model: ModelInfo): string | null {
  const names = [...new Set(toNames(model.match))].filter((name) => isReachable(vendor, name));
  if (names.length === 0) return null;
  const label = `${vendor} ${model.id}`;
  const prices = Array.isArray(model.prices)
    ? model.prices.map((conditional) => toConditional(conditional, label))
    : [toPrices(model.prices, label)];
  const line = `${names.join('|')}\t${prices.join(';')}`;
  return typeof model.context_window === 'number' ? `${line}\t${model.context_window}` : line;
}

function toNames(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(toNames);
  if ('equals' in match) return [plain(match.equals)];
  if ('starts_with' in match) return [`${plain(match.starts_with)}*`];
  if ('ends_with' in match) return [`*${plain(match.ends_with)}`];
  if ('contains' in match) return [`*${plain(match.contains)}*`];
  if ('regex' in match) return [fromRegex(match.regex)];
  const [first, second] = match.and;
  const without =
    second !== undefined && 'regex' in second ? WITHOUT_WORD.exec(second.regex)?.[1] : undefined;
  if (match.and.length !== 2 || first === undefined || without === undefined) throw unknown(match);
  return toNames(first).map((name) => `${name}!${without.replaceAll(/\[(.)[A-Z]\]/gi, '$1').toLowerCase()}`);
}

/** `^(?!.*-[tT][tT][sS](?:$|-))`: no word `tts` between dashes. */
const WITHOUT_WORD = /^\^\(\?!\.\*-((?:\[[a-z][A-Z]\])+)\(\?:\$\|-\)\)$/;

/** Only digits are taken: `^gpt-6-sol-\d{4}-\d{2}-\d{2}$`. */
function fromRegex(regex: string): string {
  if (!regex.startsWith('^')) throw unknown(regex);
  const isWhole = regex.endsWith('$');
  const text = regex
    .slice(1, isWhole ? -1 : undefined)
    .replaceAll(/\\d(?:\{(\d+)\})?/g, (_all, count: string | undefined) => '#'.repeat(Number(count ?? 1)))
    .replaceAll('\\.', '.');
  return isWhole ? plain(text, '#') : `${plain(text, '#')}*`;
}

function plain(text: string, extra = ''): string {
  const lower = text.toLowerCase();
  const isPlain = [...lower].every((one) => /[a-z0-9./:@_~-]/.test(one) || extra.includes(one));
  if (!isPlain) throw unknown(text);
  return lower;
}

function toConditional({ constraint, prices }: ConditionalPrice, label: string): string {
  const text = toPrices(prices, label);
  if (constraint === undefined) return text;
  if (constraint.type === 'start_date') return `@${constraint.start_date} ${text}`;
  return `@${toMinutes(constraint.start_time)}-${toMinutes(constraint.end_time)} ${text}`;
}

function toMinutes(time: string): number {
  const found = /^(\d\d):(\d\d):00Z$/.exec(time);
  if (found === null) throw unknown(time);
  return Number(found[1]) * 60 + Number(found[2]);
}

function toPrices(prices: ModelPrice, label: string): string {
  if (Object.keys(prices).length === 0) return FREE.some((one) => one.test(label)) ? '' : '?';
  const known = withPictures(prices);
  const positional = POSITIONS.map((kind) => toValue(known[kind]))
    .join(',')
    .replace(/,+$/, '');
  const lettered = Object.entries(LETTERS)
    .filter(([kind]) => known[kind] !== undefined)
    .map(([kind, letter]) => `${letter}${toValue(known[kind])}`);
  const tools = TOOLS.map((kind) => known[kind]).filter((price) => typeof price === 'number');
  if (tools.length > 0) lettered.push(`t${toValue(Math.max(...tools))}`);
  const unknownKinds = Object.keys(known).filter(
    (kind) => ![...POSITIONS, ...Object.keys(LETTERS), ...TOOLS, ...LEFT_OUT].includes(kind),
  );
  if (unknownKinds.length > 0) throw unknown(unknownKinds);
  const text = [positional, ...lettered].join(' ').trimEnd();
  return text === '' ? '?' : text;
}

function withPictures({ [AS_PICTURES]: video, ...prices }: ModelPrice): ModelPrice {
  return video === undefined ? prices : { ...prices, output_image_mtok: video };
}

function toValue(price: ModelPrice[string]): string {
  if (price === undefined) return '';
  if (typeof price === 'number') return toNumber(price);
  return [
    toNumber(price.base),
    ...price.tiers.map(({ start, price: usd }) => `${start}:${toNumber(usd)}`),
  ].join('>');
}

function toNumber(price: number): string {
  const text = String(price);
  if (text.includes('e')) throw unknown(price);
  return text.replace(/^0\./, '.');
}

const unknown = (what: unknown): Error =>
  new Error(`genai-prices says something that this script cannot write yet: ${JSON.stringify(what)}`);

const { version } = JSON.parse(readFileSync(new URL('package.json', LIBRARY), 'utf8'));
const licence = readFileSync(new URL('LICENSE', LIBRARY), 'utf8').trim();
const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => ` * ${line}`.trimEnd())
    .join('\n');

const text = `/**
 * Written by \`npm run prices\` from the data of genai-prices ${version}
 * (https://github.com/pydantic/genai-prices), whose licence is this:
 *
${quoted(licence)}
 */

/** By vendor; \`price-list-lines.ts\` reads the lines. */
export const PRICE_LIST: Readonly<Record<string, string>> = {
${sorted.map((vendor) => `  ${quoteKey(vendor.id)}: \`${toLines(vendor).join('\n')}\`,`).join('\n')}
};

/** Vendors that host others' models for the prices of their makers. */
export const VENDORS_BEHIND: Readonly<Record<string, readonly string[]>> = {
${sorted
  .filter(({ fallback_model_providers: ids = [] }) => ids.length > 0)
  .map(
    ({ id, fallback_model_providers: ids = [] }) => `  ${id}: [${ids.map((one) => `'${one}'`).join(', ')}],`,
  )
  .join('\n')}
};
`;

function quoteKey(id: string): string {
  return /^[a-z]+$/.test(id) ? id : `'${id}'`;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (!values.check) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('src/usage/price-list-data.ts is not what genai-prices says: run `npm run prices`');
  process.exitCode = 1;
}
