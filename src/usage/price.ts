/**
 * A price, resolved: what one unit of each kind costs, in picodollars (10⁻¹² US dollars), as whole numbers. A token of the
 * cheapest models costs thousands of them, so sums stay exact, and a request's sum is rounded once (`cost.ts`).
 */

export const PICO_USD_PER_NANO_USD = 1000;
const PICO_USD_PER_USD = 1_000_000_000_000;

/** Picodollars for one token; `null`: not known. */
export interface TokenRates {
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  /** Kept for five minutes, or as long as the vendor likes. */
  readonly cacheWrite: number | null;
  readonly cacheWriteHour: number | null;
  readonly reasoning: number | null;
  readonly audioInput: number | null;
  readonly audioOutput: number | null;
  readonly imageInput: number | null;
  readonly imageOutput: number | null;
}

export interface PriceTier {
  /** Counts for requests with more input tokens than this, for all of their tokens. */
  readonly aboveInputTokens: number;
  readonly rates: TokenRates;
}

/** Picodollars for one of each; `null`: not known. */
export interface UnitRates {
  readonly request: number | null;
  readonly image: number | null;
  readonly character: number | null;
  /** For an hour: a second would be no whole number. */
  readonly audioHour: number | null;
  readonly search: number | null;
  /** A call of a tool that the vendor runs itself. */
  readonly toolCall: number | null;
}

export interface Price {
  /** Who says so. `ceiling`: nobody knows, and the operator reckons with this at most. */
  readonly origin: 'configuration' | 'price-list' | 'ceiling' | 'simulator';
  /** Nothing costs anything, which is something else than not being known (traps G10). */
  readonly isFree: boolean;
  readonly base: TokenRates;
  /** Ascending. */
  readonly tiers: readonly PriceTier[];
  readonly units: UnitRates;
}

export const NO_UNIT_RATES: UnitRates = {
  request: null,
  image: null,
  character: null,
  audioHour: null,
  search: null,
  toolCall: null,
};

/** Dollars for `units` of something, as picodollars for one; rounded up, so that nothing costs less than it does. */
export function toPicoUsd(usd: number, units: number): number {
  const exact = (usd * PICO_USD_PER_USD) / units;
  const nearest = Math.round(exact);
  // Decimal fractions are not exact in binary: 0.28 must not become 280001.
  return Math.abs(exact - nearest) <= nearest * 1e-9 ? nearest : Math.ceil(exact);
}

/** The rates of a request with so much input. */
export function ratesFor({ base, tiers }: Price, inputTokens: number): TokenRates {
  let rates = base;
  for (const tier of tiers) {
    if (inputTokens <= tier.aboveInputTokens) break;
    rates = tier.rates;
  }
  return rates;
}

/** What tokens cost, kind by kind, before kinds that are not named take the price of their whole. */
export type NamedRates = { readonly [Kind in keyof TokenRates]?: number | null | undefined };

/** An absent kind costs what its whole costs. What is written for an hour costs at least what is written at all. */
export function completeRates(named: NamedRates): TokenRates {
  const input = named.input ?? null;
  const output = named.output ?? null;
  const cacheWrite = named.cacheWrite ?? input;
  return {
    input,
    output,
    cacheRead: named.cacheRead ?? input,
    cacheWrite,
    cacheWriteHour: named.cacheWriteHour ?? cacheWrite,
    reasoning: named.reasoning ?? output,
    audioInput: named.audioInput ?? input,
    audioOutput: named.audioOutput ?? output,
    imageInput: named.imageInput ?? input,
    imageOutput: named.imageOutput ?? output,
  };
}

/** All that a price could cost is 0. */
export function costsNothing(base: TokenRates, tiers: readonly PriceTier[], units: UnitRates): boolean {
  const all = [base, ...tiers.map(({ rates }) => rates)].flatMap((rates) => Object.values(rates));
  const known = [...all, ...Object.values(units)].filter((rate) => rate !== null);
  return known.length > 0 && known.every((rate) => rate === 0);
}
