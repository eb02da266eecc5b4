/** The rules that hold for a target by where it stands: those of every alias on the way to it. */
import type { ModelEntry, TargetEntry } from '../config/schema.ts';
import { liesWithin } from './places.ts';

export interface Inherited {
  /** What the alias-target nearest above says, for targets that say nothing of their own. */
  readonly regions: readonly string[] | null;
  readonly tags: readonly string[];
  /** Every one of them holds. */
  readonly residencies: readonly (readonly string[])[];
  readonly neededTags: readonly string[];
}

export const NOTHING_INHERITED: Inherited = { regions: null, tags: [], residencies: [], neededTags: [] };

/** For the targets of an alias. */
export function withinAlias(inherited: Inherited, entry: ModelEntry): Inherited {
  const { residency } = entry;
  const quality = entry.strategy === 'cost' ? entry.quality : undefined;
  if (residency === undefined && quality === undefined) return inherited;
  return {
    ...inherited,
    residencies: residency === undefined ? inherited.residencies : [...inherited.residencies, residency],
    neededTags: quality === undefined ? inherited.neededTags : [...inherited.neededTags, ...quality],
  };
}

/** For what an alias-target leads to. */
export function belowTarget(inherited: Inherited, { regions, quality }: TargetEntry): Inherited {
  if (regions === undefined && quality === undefined) return inherited;
  return { ...inherited, regions: regions ?? inherited.regions, tags: quality ?? inherited.tags };
}

export const regionsOf = ({ regions }: TargetEntry, inherited: Inherited): readonly string[] | null =>
  regions ?? inherited.regions;

/** Why no request may be sent to a target, whoever asks and from wherever; `null`: it may. */
export function refusalOf(target: TargetEntry, inherited: Inherited): string | null {
  const { residencies, neededTags } = inherited;
  if (residencies.length > 0) {
    const regions = regionsOf(target, inherited) ?? [];
    const left = residencies.find(
      (residency) => regions.length === 0 || !regions.every((region) => liesWithin(region, residency)),
    );
    if (left !== undefined) return `outside residency ${left.join(', ')}`;
  }
  if (neededTags.length > 0) {
    const tags = target.quality ?? inherited.tags;
    const missing = neededTags.find((tag) => !tags.includes(tag));
    if (missing !== undefined) return `without the quality ${missing}`;
  }
  return null;
}
