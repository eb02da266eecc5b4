/** Tokens of a batch are told in one sum: what each input is held to have used of it. */

/** Whole numbers in the proportion of the weights, but for what a `total` has beyond whole ones; they add up to `total`. */
export function shareOut(total: number, weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight, place) => {
    weighed += weight;
    const upTo = place === weights.length - 1 ? total : Math.floor((total * weighed) / all);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
