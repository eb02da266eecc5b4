/** A row of the report, and what it is held against. */

export type Goal =
  | { readonly of: 'ratio'; readonly atMost: number }
  | { readonly of: 'ratio'; readonly atLeast: number }
  | { readonly of: 'figure'; readonly atMost: number }
  | { readonly of: 'difference'; readonly atMost: number };

export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Of the bare Worker, or of whom `name` says the row is held against. */
  readonly bare: number;
  readonly gateway: number;
  /** Gateway to bare. */
  readonly ratio: number;
  /** Gateway less bare; absent: nobody holds it against anything. */
  readonly difference?: number;
  /** `null`: nobody has set one. */
  readonly goal: Goal | null;
}

/** `null`: there is nothing to meet. */
export function meetsGoal({ goal, ratio, gateway, bare, difference = gateway - bare }: Row): boolean | null {
  if (goal === null) return null;
  if (goal.of === 'figure') return gateway <= goal.atMost;
  if (goal.of === 'difference') return difference <= goal.atMost;
  return 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
}
