/** What is taken out of the limits before a request is sent: the most that it is likely to need, at the dearest it may cost. */
import { toNanoUsd, unitCost } from './cost.ts';
import { type Price, ratesFor, type TokenRates } from './price.ts';
import type { RequestEstimate } from './usage.ts';

/** Of one target; a caller with several takes the most of each. */
export interface Reservation {
  /** At least 1: what cannot be estimated still takes its part (traps F2). */
  readonly tokens: number;
  readonly nanoUsd: number;
  /** The request states how much output it wants at most. */
  readonly isBounded: boolean;
  /** The price of something that the request is sure to use is not known. */
  readonly isUnpriced: boolean;
}

/**
 * `expectedOutput`: tokens over all choices, for a request that states none (`LearntOutput.expectedOutput`); what the
 * request states itself goes before it. `inputFactor`: how much more input than estimated such requests turned out to have.
 */
export function reservationFor(
  estimate: RequestEstimate,
  expectedOutput: number,
  price: Price | null,
  inputFactor = 1,
): Reservation {
  const input = Math.max(1, Math.ceil(estimate.inputTokens * inputFactor));
  const output = Math.ceil(estimate.outputLimit ?? expectedOutput);
  const isBounded = estimate.outputLimit !== null;
  const tokens = input + output;
  if (price === null) return { tokens, nanoUsd: 0, isBounded, isUnpriced: true };
  if (price.isFree) return { tokens, nanoUsd: 0, isBounded, isUnpriced: false };
  const rates = dearest(ratesFor(price, input), estimate);
  const audio = Math.min(input, Math.ceil(estimate.audioInputTokens * inputFactor));
  const units = unitCost(price, estimate.quantities);
  const picoUsd =
    (input - audio) * (rates.input ?? 0) +
    audio * (rates.audioInput ?? 0) +
    output * (rates.output ?? 0) +
    units.picoUsd +
    estimate.serverToolCalls * (price.units.toolCall ?? 0);
  const paysForUnits = units.picoUsd > 0 || price.units.request !== null;
  const hasTokenPrices = rates.input !== null && (output === 0 || rates.output !== null);
  return { tokens, nanoUsd: toNanoUsd(picoUsd), isBounded, isUnpriced: !paysForUnits && !hasTokenPrices };
}

/** Nobody knows before which part of the input goes into a cache, and what the answer will be made of. */
function dearest(
  rates: TokenRates,
  { isCachedForAnHour, mayAnswerInSound }: RequestEstimate,
): Pick<TokenRates, 'input' | 'audioInput' | 'output'> {
  const written = isCachedForAnHour ? most(rates.cacheWrite, rates.cacheWriteHour) : rates.cacheWrite;
  const shown = most(rates.output, most(rates.reasoning, rates.imageOutput));
  return {
    input: most(rates.input, written),
    audioInput: most(rates.input, rates.audioInput),
    output: mayAnswerInSound ? most(shown, rates.audioOutput) : shown,
  };
}

const most = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);
