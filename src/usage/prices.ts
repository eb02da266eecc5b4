/**
 * What models cost, for one configuration: the operator's own prices first, then the public list. Finding a price takes
 * tens of microseconds, so what was found is remembered; which of several prices counts is decided anew at each look.
 */
import { IsolateCache } from '../isolate-cache.ts';
import {
  type CeilingFields,
  type DatedPrice,
  findConfigured,
  type PriceFieldsByName,
  toCeiling,
} from './configured-prices.ts';
import { NO_UNIT_RATES, type Price } from './price.ts';
import { findListed, priceAt, type TimedPrice } from './price-list.ts';

export { type Cost, costOf } from './cost.ts';
export type { Price } from './price.ts';
export type { Quantities } from './usage.ts';

/** Of a provider, what decides whose prices count. */
export interface PricedProvider {
  readonly id: string;
  readonly transport: 'network' | 'simulator';
  /** Absent: no list has its prices. */
  readonly prices?: { readonly as: string; readonly withoutPrefix?: string };
}

interface Found {
  /** Latest first. */
  readonly configured: readonly DatedPrice[];
  readonly listed: readonly TimedPrice[];
}

/** Clients may name any model: what is remembered of them is bounded. */
const MAX_REMEMBERED = 2000;
const REMEMBERED_MS = 3_600_000;

export class PriceBook {
  /** What a model of unknown price is reckoned at under a budget; `null`: such requests are refused there. */
  readonly ceiling: Price | null;
  readonly #configured: PriceFieldsByName;
  /** By `provider/model`. */
  readonly #found: IsolateCache<Found>;

  /** `configured`, `ceiling`: as they stand in the configuration document, in US dollars. */
  constructor(configured: PriceFieldsByName, ceiling: CeilingFields | null, now: () => number) {
    this.#configured = configured;
    this.ceiling = ceiling === null ? null : toCeiling(ceiling);
    this.#found = new IsolateCache({ maxEntries: MAX_REMEMBERED, ttlMs: REMEMBERED_MS, now });
  }

  /** `at`: milliseconds since the Unix epoch. `null`: nobody knows, which is something else than free. */
  priceOf(provider: PricedProvider, model: string, at: number): Price | null {
    const name = `${provider.id}/${model}`;
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#find(provider, model, name);
      this.#found.set(name, found);
    }
    for (const { validFrom, price } of found.configured) if (validFrom <= at) return price;
    if (found.listed.length > 0) return priceAt(found.listed, at);
    return provider.transport === 'simulator' ? SIMULATED : null;
  }

  #find(provider: PricedProvider, model: string, name: string): Found {
    return {
      configured: findConfigured(this.#configured, name) ?? [],
      listed: listedPrices(provider, model),
    };
  }
}

function listedPrices({ transport, prices }: PricedProvider, model: string): readonly TimedPrice[] {
  if (transport === 'simulator' || prices === undefined) return [];
  const { as, withoutPrefix = '' } = prices;
  const found = findListed(as, model);
  if (found !== null) return found;
  const isPrefixed = withoutPrefix !== '' && model.startsWith(withoutPrefix);
  return (isPrefixed ? findListed(as, model.slice(withoutPrefix.length)) : null) ?? [];
}

/** It answers without asking anybody. */
const SIMULATED: Price = {
  origin: 'simulator',
  isFree: true,
  base: {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWriteHour: 0,
    reasoning: 0,
    audioInput: 0,
    audioOutput: 0,
    imageInput: 0,
    imageOutput: 0,
  },
  tiers: [],
  units: NO_UNIT_RATES,
};
