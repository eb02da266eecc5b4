/** What a request takes of its scopes' limits, as whole numbers. */

export interface Units {
  readonly requests: number;
  readonly tokens: number;
  /** Money in billionths of a US dollar: a token of the cheapest models costs some twenty of them. */
  readonly nanoUsd: number;
  /** Places among the requests that may be in flight at once. */
  readonly slots: number;
}

export const NO_UNITS: Units = { requests: 0, tokens: 0, nanoUsd: 0, slots: 0 };
export const NANO_USD_PER_USD = 1_000_000_000;

/** Rounded up: what is charged is never less than what it costs. */
export const toNanoUsd = (usd: number): number => Math.ceil(usd * NANO_USD_PER_USD - 1e-6);
export const toUsd = (nanoUsd: number): number => nanoUsd / NANO_USD_PER_USD;

export const addUnits = (a: Units, b: Units): Units => ({
  requests: a.requests + b.requests,
  tokens: a.tokens + b.tokens,
  nanoUsd: a.nanoUsd + b.nanoUsd,
  slots: a.slots + b.slots,
});

export const subtractUnits = (a: Units, b: Units): Units => ({
  requests: a.requests - b.requests,
  tokens: a.tokens - b.tokens,
  nanoUsd: a.nanoUsd - b.nanoUsd,
  slots: a.slots - b.slots,
});

/** Whether `a` has at least what `b` wants of each. */
export const covers = (a: Units, b: Units): boolean =>
  a.requests >= b.requests && a.tokens >= b.tokens && a.nanoUsd >= b.nanoUsd && a.slots >= b.slots;

export const isNothing = (units: Units): boolean =>
  units.requests === 0 && units.tokens === 0 && units.nanoUsd === 0 && units.slots === 0;

/** Decimal dollars, exact and without an exponent: `0.000123`. */
export function formatUsd(nanoUsd: number): string {
  const digits = String(Math.abs(nanoUsd)).padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  const sign = nanoUsd < 0 ? '-' : '';
  return `${sign}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}
