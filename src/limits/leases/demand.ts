/**
 * How much an isolate spends of a scope, and so how much it should hold in advance: some seconds of its own demand. What
 * it is given of that is the Ledger's decision (`ledger/slices.ts`).
 */
import type { RateField, ScopeLimits } from '../scope-limits.ts';
import { NO_UNITS, type Units } from '../units.ts';

/** Demand is forgotten by a factor of e in this time. */
const MEMORY_MS = 2000;
/** So many requests must have come within the memory, or nothing is held in advance: a quiet key takes what it needs. */
const LEAST_REQUESTS = 3;
/** So much of the demand is held in advance. */
const AHEAD_MS = 3000;
/** Slots come back by themselves when requests end, so few are enough for the ups and downs. */
const AHEAD_SLOTS_MS = 250;
/** Of what a limit can hold, at most this part is held in advance by one isolate. */
const LARGEST_PART = { rate: 1 / 16, money: 1 / 64, slots: 1 / 16 };

/** The most of each unit that one isolate should hold in advance under these limits; 0 where nothing is limited. */
export function mostAhead({ rates, concurrency, budgets }: ScopeLimits): Units {
  const least = (numbers: readonly number[], part: number) =>
    numbers.length === 0 ? 0 : Math.floor(Math.min(...numbers) * part);
  const bursts = (fields: readonly RateField[]) =>
    fields.flatMap((field) => (rates[field] === null ? [] : [rates[field].burst]));
  const { rate, money, slots } = LARGEST_PART;
  return {
    requests: least(bursts(['requests_per_minute', 'requests_per_day']), rate),
    tokens: least(bursts(['tokens_per_minute', 'tokens_per_day']), rate),
    nanoUsd: least(
      budgets.map(({ nanoUsd }) => nanoUsd),
      money,
    ),
    slots: least(concurrency === null ? [] : [concurrency], slots),
  };
}

export class Demand {
  #requests = 0;
  #tokens = 0;
  #nanoUsd = 0;
  #at = 0;

  /** `requests`: how many took these units; 0 for more of one that runs. */
  note({ tokens, nanoUsd }: Units, requests: number, now: number): void {
    this.#forget(now);
    this.#requests += requests;
    this.#tokens += tokens;
    this.#nanoUsd += nanoUsd;
  }

  /** What to hold in advance: at most `most`, so that no isolate takes everything in a moment. */
  ahead(now: number, most: Units): Units {
    this.#forget(now);
    if (this.#requests < LEAST_REQUESTS) return NO_UNITS;
    const part = AHEAD_MS / MEMORY_MS;
    return {
      requests: Math.min(most.requests, Math.ceil(this.#requests * part)),
      tokens: Math.min(most.tokens, Math.ceil(this.#tokens * part)),
      nanoUsd: Math.min(most.nanoUsd, Math.ceil(this.#nanoUsd * part)),
      slots: Math.min(most.slots, Math.ceil(this.#requests * (AHEAD_SLOTS_MS / MEMORY_MS))),
    };
  }

  /** Too few requests come to hold anything for them. */
  isQuiet(now: number): boolean {
    this.#forget(now);
    return this.#requests < LEAST_REQUESTS;
  }

  #forget(now: number): void {
    const elapsedMs = now - this.#at;
    // Within one turn of the event loop the clock stands, and most requests of a crowd come there.
    if (elapsedMs <= 0) return;
    const kept = Math.exp(-elapsedMs / MEMORY_MS);
    this.#requests *= kept;
    this.#tokens *= kept;
    this.#nanoUsd *= kept;
    this.#at = now;
  }
}
