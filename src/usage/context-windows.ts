/** Context windows of models, as the public price list knows them: input and output together, in tokens. */
import { findListedLine } from './price-list-lines.ts';
import type { PricedProvider } from './prices.ts';

/** `null`: no list knows. Takes tens of microseconds. */
export function contextTokensOf({ transport, prices }: PricedProvider, model: string): number | null {
  if (transport === 'simulator' || prices === undefined) return null;
  const { as, withoutPrefix = '' } = prices;
  const isPrefixed = withoutPrefix !== '' && model.startsWith(withoutPrefix);
  return windowListed(as, model) ?? (isPrefixed ? windowListed(as, model.slice(withoutPrefix.length)) : null);
}

const windowListed = (vendor: string, model: string): number | null =>
  findListedLine(vendor, model, ({ contextTokens }) => contextTokens !== null)?.contextTokens ?? null;
