/**
 * What the public price list says of a model. Lines: `price-list-lines.ts`.
 *
 * Prices are US dollars for a million tokens of input, output, cache reads and cache writes, then further kinds with a letter
 * each (`KINDS`); `2.5>200000:5` is 2.5, and 5 with more than 200,000 input tokens. Prices of different times stand between
 * `;`: `@2026-03-13` from that day on, `@30-990` between those minutes of each day, UTC. Nothing is free, `?` is not known.
 */
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
import { findListedLine } from './price-list-lines.ts';

/** A price, and when it counts. */
export interface TimedPrice {
  readonly when: Condition | null;
  /** `null`: not known. */
  readonly price: Price | null;
}

type Condition =
  /** Milliseconds since the Unix epoch. */
  | { readonly kind: 'from'; readonly moment: number }
  /** Minutes since midnight, UTC; over midnight if the end is before the start. */
  | { readonly kind: 'daily'; readonly start: number; readonly end: number };

/** `null` if the list has neither the vendor nor the model. */
export function findListed(vendor: string, model: string): readonly TimedPrice[] | null {
  const line = findListedLine(vendor, model, () => true);
  return line === null ? null : line.prices.split(';').map(readTimed);
}

function readTimed(text: string): TimedPrice {
  if (!text.startsWith('@')) return { when: null, price: readPrice(text) };
  const space = text.indexOf(' ');
  return { when: readCondition(text.slice(1, space)), price: readPrice(text.slice(space + 1)) };
}

function readCondition(text: string): Condition {
  const [start = '', end = '', day] = text.split('-');
  if (day !== undefined) return { kind: 'from', moment: Date.parse(`${text}T00:00:00Z`) };
  return { kind: 'daily', start: Number(start), end: Number(end) };
}

const MILLION = 1_000_000;
const POSITIONS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;
/** Letters of further kinds. */
const KINDS: Readonly<Record<string, keyof NamedRates>> = {
  h: 'cacheWriteHour',
  r: 'reasoning',
  a: 'audioInput',
  b: 'audioOutput',
  i: 'imageInput',
  j: 'imageOutput',
};
/** Letters of units, and for how many of them the price stands. */
const UNITS: Readonly<Record<string, readonly [keyof UnitRates, number]>> = {
  q: ['request', 1000],
  t: ['toolCall', 1000],
  s: ['audioHour', 1],
};

function readPrice(text: string): Price | null {
  if (text === '?') return null;
  const [positional = '', ...lettered] = text.split(' ');
  const tokens: [keyof NamedRates, string][] = [];
  for (const [index, value] of positional.split(',').entries()) {
    const kind = POSITIONS[index];
    if (kind !== undefined && value !== '') tokens.push([kind, value]);
  }
  const units: Record<keyof UnitRates, number | null> = { ...NO_UNIT_RATES };
  for (const word of lettered) {
    const letter = word[0] ?? '';
    const unit = UNITS[letter];
    if (unit !== undefined) units[unit[0]] = toPicoUsd(Number(word.slice(1)), unit[1]);
    else if (KINDS[letter] !== undefined) tokens.push([KINDS[letter], word.slice(1)]);
  }
  const base = ratesAbove(tokens, FROM_THE_START);
  const tiers = bounds(tokens).map(
    (aboveInputTokens): PriceTier => ({ aboveInputTokens, rates: ratesAbove(tokens, aboveInputTokens) }),
  );
  return {
    origin: 'price-list',
    isFree: text === '' || costsNothing(base, tiers, units),
    base,
    tiers,
    units,
  };
}

/** Where any kind's price changes. Ascending. */
function bounds(tokens: readonly (readonly [string, string])[]): number[] {
  const found = tokens.flatMap(([, value]) => stepsOf(value).map(({ above }) => above));
  return [...new Set(found)].filter((above) => above > FROM_THE_START).sort((a, b) => a - b);
}

/** What counts above `inputTokens`, at that bound. */
function ratesAbove(tokens: readonly (readonly [keyof NamedRates, string])[], inputTokens: number) {
  const named = tokens.map(([kind, value]) => {
    const step = stepsOf(value).findLast(({ above }) => above <= inputTokens);
    return [kind, toPicoUsd(step?.usd ?? 0, MILLION)];
  });
  return completeRates(Object.fromEntries(named));
}

/** What counts for the shortest requests. */
const FROM_THE_START = -1;

/** `2.5>200000:5` */
const stepsOf = (value: string): { above: number; usd: number }[] =>
  value.split('>').map((step, index) => {
    const [first = '', second = ''] = step.split(':');
    return index === 0
      ? { above: FROM_THE_START, usd: Number(first) }
      : { above: Number(first), usd: Number(second) };
  });

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1440;

/** What counts at a moment: the last whose condition holds, else the first. */
export function priceAt(timed: readonly TimedPrice[], now: number): Price | null {
  const found = timed.length === 1 ? undefined : timed.findLast(({ when }) => holds(when, now));
  return (found ?? timed[0])?.price ?? null;
}

function holds(when: Condition | null, now: number): boolean {
  if (when === null) return true;
  if (when.kind === 'from') return now >= when.moment;
  const minute = (now / MINUTE_MS) % MINUTES_PER_DAY;
  const { start, end } = when;
  return end < start ? minute >= start || minute < end : minute >= start && minute < end;
}
