/** What a call cost: its usage and its units at a price, in whole nano-dollars, rounded up once. */
import { PICO_USD_PER_NANO_USD, type Price, ratesFor, type TokenRates } from './price.ts';
import type { Quantities, Usage } from './usage.ts';

export interface Cost {
  /** What is known of it, where not all is known. */
  readonly nanoUsd: number;
  /** The price of something that was used is not known. */
  readonly isUnpriced: boolean;
}

const NOTHING_KNOWN: Cost = { nanoUsd: 0, isUnpriced: true };
const SECONDS_PER_HOUR = 3600;

/** Money, and whether some of what was used has no price. */
export interface Sum {
  readonly picoUsd: number;
  readonly isUnpriced: boolean;
}

/** `price`: `null` if nobody knows it. `usage`: `null` if the call consumed no tokens. */
export function costOf(price: Price | null, usage: Usage | null, quantities: Quantities): Cost {
  if (price === null) return NOTHING_KNOWN;
  if (price.isFree) return { nanoUsd: 0, isUnpriced: false };
  const tokens = usage === null ? NO_SUM : tokenCost(usage, ratesFor(price, usage.inputTokens));
  const units = unitCost(price, quantities);
  const tools = toolCost(price, usage?.serverToolCalls ?? 0);
  return {
    nanoUsd: toNanoUsd(tokens.picoUsd + units.picoUsd + tools.picoUsd),
    isUnpriced:
      price.origin === 'ceiling' ||
      tools.isUnpriced ||
      isUnpriced({ price, usage, quantities, tokens, units }),
  };
}

export const toNanoUsd = (picoUsd: number): number =>
  Math.min(Math.ceil(picoUsd / PICO_USD_PER_NANO_USD), Number.MAX_SAFE_INTEGER);

const NO_SUM: Sum = { picoUsd: 0, isUnpriced: false };

/**
 * Vendors that bill by the picture, the minute or the search bill no tokens for the same, and the other way round: what was
 * used is priced if either is. Tokens that nobody told say nothing of pictures.
 */
function isUnpriced({
  price,
  usage,
  quantities,
  tokens,
  units,
}: {
  price: Price;
  usage: Usage | null;
  quantities: Quantities;
  tokens: Sum;
  units: Sum;
}): boolean {
  const hasTokens = usage !== null && usage.inputTokens + usage.outputTokens > 0;
  const paysForUnits = units.picoUsd > 0 || price.units.request !== null;
  if (!units.isUnpriced) return hasTokens && tokens.isUnpriced && !paysForUnits;
  if (!hasTokens || tokens.isUnpriced) return true;
  return (quantities.images ?? 0) > 0 && (usage.estimated || usage.outputTokens === 0);
}

/** A part that is larger than its total, as some providers tell it, takes no more than the total (traps G13). */
function tokenCost(usage: Usage, rates: TokenRates): Sum {
  const sum = new RunningSum();
  const input = new Remainder(usage.inputTokens);
  const hourTokens = Math.min(usage.cacheWriteHourTokens ?? 0, usage.cacheWriteTokens);
  sum.add(input.take(hourTokens), rates.cacheWriteHour);
  sum.add(input.take(usage.cacheWriteTokens - hourTokens), rates.cacheWrite);
  sum.add(input.take(usage.audioInputTokens), rates.audioInput);
  sum.add(input.take(usage.imageInputTokens), rates.imageInput);
  sum.add(input.take(usage.cacheReadTokens), rates.cacheRead);
  sum.add(input.left, rates.input);
  const output = new Remainder(usage.outputTokens);
  sum.add(output.take(usage.audioOutputTokens), rates.audioOutput);
  sum.add(output.take(usage.imageOutputTokens), rates.imageOutput);
  sum.add(output.take(usage.reasoningTokens), rates.reasoning);
  sum.add(output.left, usage.imageOutputTokens === undefined ? plainOutput(rates) : rates.output);
  return sum;
}

/** Where pictures are dearer than text, and nobody told how much of the output they were: all of it. */
const plainOutput = ({ output, imageOutput }: TokenRates): number | null =>
  output === null || imageOutput === null ? output : Math.max(output, imageOutput);

/** Units of its own, without tokens and tools. */
export function unitCost({ units }: Price, quantities: Quantities): Sum {
  const sum = new RunningSum();
  if (units.request !== null) sum.add(1, units.request);
  sum.add(quantities.images ?? 0, units.image);
  sum.add(quantities.characters ?? 0, units.character);
  sum.add((quantities.audioSeconds ?? 0) / SECONDS_PER_HOUR, units.audioHour);
  sum.add(quantities.searches ?? 0, units.search);
  return sum;
}

function toolCost({ units }: Price, calls: number): Sum {
  const sum = new RunningSum();
  sum.add(calls, units.toolCall);
  return sum;
}

class RunningSum implements Sum {
  picoUsd = 0;
  isUnpriced = false;

  add(count: number, rate: number | null): void {
    if (!(count > 0)) return;
    if (rate === null) this.isUnpriced = true;
    else this.picoUsd += count * rate;
  }
}

/** What is left of a total when its parts are taken off. */
class Remainder {
  left: number;

  constructor(total: number) {
    this.left = Math.max(0, total);
  }

  take(part: number | undefined): number {
    const taken = Math.min(Math.max(0, part ?? 0), this.left);
    this.left -= taken;
    return taken;
  }
}
