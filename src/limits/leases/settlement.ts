/** How what a request held, in one scope, meets what it used. */
import type { Consumption, SettledRequest } from '../ledger-protocol.ts';
import { NO_UNITS, type Units } from '../units.ts';
import type { SettledPart } from './ask.ts';

/** Units of one lease. */
export interface Held {
  readonly lease: string;
  readonly units: Units;
}

/**
 * For each part what of the held units it used; what is left over goes with the last. `held`: leases that ended come
 * first, because they give nothing back. At least one.
 */
export function toSettled(
  id: string,
  held: readonly Held[],
  parts: readonly SettledPart[],
): SettledRequest[] {
  const settled: SettledRequest[] = [];
  const left = held.map(({ lease, units }) => ({ lease, ...units }));
  parts.forEach(({ used, consumption }, part) => {
    const isLastPart = part === parts.length - 1;
    const unpaid = { tokens: used.tokens, nanoUsd: used.nanoUsd };
    left.forEach((one, index) => {
      const isLast = index === left.length - 1;
      const paid = {
        tokens: isLast ? unpaid.tokens : Math.min(unpaid.tokens, one.tokens),
        nanoUsd: isLast ? unpaid.nanoUsd : Math.min(unpaid.nanoUsd, one.nanoUsd),
      };
      const taken = {
        requests: 0,
        tokens: isLastPart ? one.tokens : Math.min(one.tokens, paid.tokens),
        nanoUsd: isLastPart ? one.nanoUsd : Math.min(one.nanoUsd, paid.nanoUsd),
        slots: isLastPart ? one.slots : 0,
      };
      unpaid.tokens -= paid.tokens;
      unpaid.nanoUsd -= paid.nanoUsd;
      one.tokens -= taken.tokens;
      one.nanoUsd -= taken.nanoUsd;
      settled.push({
        id,
        lease: one.lease,
        held: taken,
        used: { requests: index === 0 ? used.requests : 0, ...paid, slots: 0 },
        consumption: index === 0 ? consumption : nothingOf(consumption),
      });
    });
  });
  return settled;
}

const nothingOf = ({ model, isEstimated, isUnpriced }: Consumption): Consumption => ({
  ...NO_CONSUMPTION,
  model,
  isEstimated,
  isUnpriced,
});

export const NO_CONSUMPTION: Consumption = {
  model: '',
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
  isUnpriced: false,
};

/** A request that nobody told the end of counts as what it had reserved. */
export const asReserved = ({ tokens, nanoUsd }: Units): SettledPart => ({
  used: { ...NO_UNITS, requests: 1, tokens, nanoUsd },
  consumption: { ...NO_CONSUMPTION, isEstimated: true },
});

export const sumOf = (parts: readonly SettledPart[]): { tokens: number; nanoUsd: number } => {
  let tokens = 0;
  let nanoUsd = 0;
  for (const { used } of parts) {
    tokens += used.tokens;
    nanoUsd += used.nanoUsd;
  }
  return { tokens, nanoUsd };
};
