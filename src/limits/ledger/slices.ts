/**
 * How much more than it needs an isolate is given, so that its next requests need not ask: the policy, and nothing else.
 * Whatever is chosen here, no limit is passed; only how often isolates call, and how long what one of them took and does
 * not use is missing elsewhere.
 */

/** A limit of one kind, at the moment of a draw. */
export interface Supply {
  readonly unit: 'rate' | 'money' | 'slots';
  /** What the limit holds when nothing is taken. */
  readonly capacity: number;
  /** What is left once the need is met. */
  readonly left: number;
}

/**
 * Of what is left, at most this part goes beyond a need. An isolate wants what the requests need that wait in it, and a few
 * seconds of its own demand; the latter only a small part of what a limit holds, and nothing while it is told that little
 * is left. So it gets all there is of what flows in again; of money, which does not, several that want it get some each.
 */
export const LARGEST_PART = { rate: 1, money: 1 / 4, slots: 1 };
/** With less than this part left, isolates are asked to keep nothing that they do not need. */
export const TIGHT = { rate: 1 / 20, money: 1 / 50, slots: 1 / 10 };

/** Units beyond the need. `wanted`: as many as the isolate would like. */
export function sliceBeyondNeed(wanted: number, supplies: readonly Supply[]): number {
  let most = wanted;
  for (const { unit, left } of supplies) most = Math.min(most, Math.floor(left * LARGEST_PART[unit]));
  return Math.max(0, most);
}

export const isScarce = ({ unit, capacity, left }: Supply): boolean => left < capacity * TIGHT[unit];
