/** `cost`: the cheapest for what this request is expected to use. What has no known price comes last. */
import { ascending, type Order } from './order.ts';

export const byCost: Order = ({ arms }, question) => {
  const priced = arms.map((arm) => {
    const { provider, model } = arm.head.target;
    return { arm, nanoUsd: question.costAt(provider, model) };
  });
  return ascending(priced, ({ nanoUsd }) => nanoUsd ?? Number.POSITIVE_INFINITY).map(({ arm, nanoUsd }) => ({
    arm,
    reason: nanoUsd === null ? 'cost: price not known' : `cost: expected $${toUsd(nanoUsd)}`,
  }));
};

const NANO_USD = 1e9;

/** Two digits that count, without an exponent. */
function toUsd(nanoUsd: number): string {
  if (nanoUsd === 0) return '0';
  const usd = nanoUsd / NANO_USD;
  const digits = Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(usd))));
  return usd.toFixed(digits);
}
