/** A cell of the matrix: one claim about every pair of door and upstream form. */
import type { Pair } from './pair.ts';

export interface Cell {
  readonly name: string;
  run(pair: Pair): Promise<void>;
  /** Pairs for which the claim makes no sense; absent: for none. Each says why. */
  readonly leavesOut?: (pair: Pick<Pair, 'door' | 'form' | 'isSameForm'>) => string | null;
}
