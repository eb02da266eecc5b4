/**
 * LiteLLM's `fallbacks`: from one model group to others, in order, which have fallbacks of their own. Groups may point
 * at each other there; aliases may not, so where a way leads back its groups are listed one by one.
 */
import { isRecord } from '../../../is-record.ts';
import type { ModelTarget, Tier } from './aliases.ts';
import type { Notes } from './note.ts';
import { listOf, textOf, textsOf } from './values.ts';

export interface ModelGroup {
  readonly path: string;
  readonly tiers: readonly (readonly ModelTarget[])[];
}

export interface FallbackSources {
  readonly groups: ReadonlyMap<string, ModelGroup>;
  /** Deployments by `model_info.id`, which a fallback may name too. */
  readonly byId: ReadonlyMap<string, ModelTarget>;
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  /** Of groups that have none. */
  readonly otherwise: readonly string[];
}

/** `[{ "gpt-4": ["claude", "gpt-3"] }]` by group. What a fallback says besides a name is noted. */
export function readFallbacks(value: unknown, path: string, notes: Notes): Map<string, string[]> {
  const fallbacks = new Map<string, string[]>();
  for (const [index, rule] of listOf(value).entries()) {
    for (const [group, names] of Object.entries(isRecord(rule) ? rule : {})) {
      if (listOf(names).some((name) => textOf(name) === undefined))
        notes.add('lost', `${path}[${index}]`, 'a fallback with parameters of its own');
      fallbacks.set(group, [...(fallbacks.get(group) ?? []), ...textsOf(names)]);
    }
  }
  return fallbacks;
}

/** All tiers of a group: its own, then its fallbacks. */
export function tiersWithFallbacks(
  name: string,
  sources: FallbackSources,
  path: string,
  notes: Notes,
): Tier[] {
  const { groups, byId } = sources;
  const tiers: Tier[] = [...(groups.get(name)?.tiers ?? [])];
  const visited = new Set([name]);
  const visit = (names: readonly string[]): void => {
    for (const next of names) {
      if (visited.has(next)) continue;
      visited.add(next);
      const group = groups.get(next);
      const single = byId.get(next);
      if (group === undefined && single === undefined)
        notes.add('lost', path, 'a fallback names no model of the file');
      else if (group === undefined) tiers.push(single === undefined ? [] : [single]);
      else if (!leadsTo(next, name, sources)) tiers.push({ alias: next });
      else {
        tiers.push(...group.tiers);
        visit(nextOf(next, sources));
      }
    }
  };
  visit(nextOf(name, sources));
  return tiers;
}

const nextOf = (name: string, { fallbacks, otherwise }: FallbackSources): readonly string[] =>
  (fallbacks.get(name) ?? otherwise).filter((next) => next !== name);

function leadsTo(from: string, to: string, sources: FallbackSources): boolean {
  const visited = new Set<string>();
  const walk = (name: string): boolean =>
    nextOf(name, sources).some((next) => {
      if (next === to) return true;
      if (visited.has(next)) return false;
      visited.add(next);
      return walk(next);
    });
  return walk(from);
}
