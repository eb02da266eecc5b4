/** The operator's own prices, as they stand in the configuration document (`config/schema-prices.ts`). */
import { matchesGlob } from '../glob.ts';
import {
  completeRates,
  costsNothing,
  type NamedRates,
  NO_UNIT_RATES,
  type Price,
  type PriceTier,
  toPicoUsd,
  type UnitRates,
} from './price.ts';

const MILLION = 1_000_000;
const THOUSAND = 1000;
const MINUTES_PER_HOUR = 60;

/** US dollars for a million tokens. */
interface TokenPriceFields {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cache_read?: number | undefined;
  readonly cache_write?: number | undefined;
  readonly cache_write_1h?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly audio_input?: number | undefined;
  readonly audio_output?: number | undefined;
  readonly image_input?: number | undefined;
  readonly image_output?: number | undefined;
}

export interface PriceFields extends TokenPriceFields {
  readonly request?: number | undefined;
  readonly image?: number | undefined;
  readonly characters?: number | undefined;
  readonly audio_minute?: number | undefined;
  readonly search?: number | undefined;
  readonly tools?: number | undefined;
  readonly tiers?: readonly (TokenPriceFields & { readonly above_input_tokens: number })[] | undefined;
  readonly valid_from?: string | undefined;
  readonly source?: string | undefined;
}

/** By `provider/model`, `*` as wildcard. */
export type PriceFieldsByName = Readonly<Record<string, PriceFields | readonly PriceFields[]>>;

export interface CeilingFields {
  readonly input: number;
  readonly output: number;
}

/** A price, and the moment from which it counts. */
export interface DatedPrice {
  /** Milliseconds since the Unix epoch. */
  readonly validFrom: number;
  readonly price: Price;
}

/** Latest first; `null` if no name matches. An exact name comes before wildcards, wildcards in the order of the document. */
export function findConfigured(prices: PriceFieldsByName, name: string): readonly DatedPrice[] | null {
  const pattern = Object.hasOwn(prices, name)
    ? name
    : Object.keys(prices).find((one) => one.includes('*') && matchesGlob(one, name));
  const found = pattern === undefined ? undefined : prices[pattern];
  if (found === undefined) return null;
  const entries = isList(found) ? found : [found];
  const dated = entries.map((fields) => ({ validFrom: momentOf(fields), price: toPrice(fields) }));
  return dated.sort((a, b) => b.validFrom - a.validFrom);
}

const isList = (found: PriceFields | readonly PriceFields[]): found is readonly PriceFields[] =>
  Array.isArray(found);

const momentOf = ({ valid_from }: PriceFields): number =>
  valid_from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(valid_from);

function toPrice(fields: PriceFields): Price {
  const named = toRates(fields);
  const base = completeRates(named);
  // A tier says what changes: a kind that it leaves out costs what it costs below.
  const tiers: PriceTier[] = (fields.tiers ?? [])
    .map((tier) => ({
      aboveInputTokens: tier.above_input_tokens,
      rates: completeRates({ ...named, ...toRates(tier) }),
    }))
    .sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  const units: UnitRates = {
    request: perUnit(fields.request, 1),
    image: perUnit(fields.image, 1),
    character: perUnit(fields.characters, MILLION),
    audioHour: perUnit(fields.audio_minute, 1 / MINUTES_PER_HOUR),
    search: perUnit(fields.search, THOUSAND),
    toolCall: perUnit(fields.tools, THOUSAND),
  };
  return { origin: 'configuration', isFree: costsNothing(base, tiers, units), base, tiers, units };
}

const FIELD_OF_KIND: Readonly<Record<keyof NamedRates, keyof TokenPriceFields>> = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  cacheWriteHour: 'cache_write_1h',
  reasoning: 'reasoning',
  audioInput: 'audio_input',
  audioOutput: 'audio_output',
  imageInput: 'image_input',
  imageOutput: 'image_output',
};

/** Only kinds that are named. */
function toRates(fields: TokenPriceFields): NamedRates {
  const named = Object.entries(FIELD_OF_KIND).map(([kind, field]) => [kind, perUnit(fields[field], MILLION)]);
  return Object.fromEntries(named.filter(([, rate]) => rate !== null));
}

const perUnit = (usd: number | undefined, units: number): number | null =>
  usd === undefined ? null : toPicoUsd(usd, units);

/** What a model of unknown price is reckoned at under a budget. */
export function toCeiling({ input, output }: CeilingFields): Price {
  const base = completeRates({ input: toPicoUsd(input, MILLION), output: toPicoUsd(output, MILLION) });
  return { origin: 'ceiling', isFree: false, base, tiers: [], units: NO_UNIT_RATES };
}
