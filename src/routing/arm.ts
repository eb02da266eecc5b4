/** What strategies order: the targets of one alias, each with all that it leads to. */
import type { ModelEntry, TargetEntry } from '../config/schema.ts';
import type { TargetHealth } from './health/region-health.ts';
import type { Nearness } from './places.ts';

export type ModelTarget = Extract<TargetEntry, { readonly provider: string }>;

/** Whatever a strategy says: those of one tier are asked before those of the next. */
export const TIERS = { ready: 0, elsewhere: 1, last: 2 } as const;

export type Tier = (typeof TIERS)[keyof typeof TIERS];

/** A provider's model that no rule keeps this request away from. */
export interface Leaf {
  readonly target: ModelTarget;
  /** `provider/model`. */
  readonly name: string;
  readonly health: TargetHealth;
  readonly nearness: Nearness;
  readonly tier: Tier;
  /** Of the tiers behind the first: why it stands there. */
  readonly setback: string | null;
  /** Of the last tier: when it may work again, by the clock. */
  readonly until: number;
  /** Its circuit waits for one call that tries it. */
  readonly isHalfOpen: boolean;
}

/** A leaf in its place, with the words of every strategy that put it there. */
export interface PlacedLeaf {
  readonly leaf: Leaf;
  readonly reason: string;
  /** Name of the outermost alias's target that leads here. */
  readonly arm: string;
}

export interface Arm {
  /** As it is hashed and logged: the same as long as the document calls it the same. */
  readonly name: string;
  /** In the document, from 0. */
  readonly place: number;
  readonly weight: number;
  /** At least one; a nested alias's in the order of its own strategy. */
  readonly leaves: readonly PlacedLeaf[];
  /** The one that would be asked first. */
  readonly head: Leaf;
}

export interface Group {
  readonly alias: string;
  readonly entry: ModelEntry;
  /** At least one. */
  readonly arms: readonly Arm[];
}

export interface PlacedArm {
  readonly arm: Arm;
  /** Begins with the name of the strategy. */
  readonly reason: string;
}

/** `name`, else what it leads to. */
export const armNameOf = (target: TargetEntry): string =>
  target.name ?? ('provider' in target ? `${target.provider}/${target.model}` : target.alias);

/** The first leaf of the best tier. */
export function headOf([first, ...others]: readonly PlacedLeaf[]): Leaf | null {
  if (first === undefined) return null;
  let head = first.leaf;
  for (const { leaf } of others) if (leaf.tier < head.tier) head = leaf;
  return head;
}
