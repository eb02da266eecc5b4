/**
 * Aliases of a document that is being made. Other gateways have tiers: deployments that share the load, and behind
 * them those that are asked when all of these failed. An alias here is either weighted or a fallback, so a tier of
 * several targets becomes an alias of its own that the others lead to.
 */
import type { Notes } from './note.ts';

export interface ModelTarget {
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
}

export interface AliasTarget {
  readonly alias: string;
}

/** Asked in order; within a tier by weight. */
export type Tier = readonly ModelTarget[] | AliasTarget;

export interface AliasBook {
  /** `fields` are further fields of the entry. */
  add(name: string, path: string, tiers: readonly Tier[], fields?: Readonly<Record<string, unknown>>): void;
  /** By name, for the document: those that lead somewhere. The others are left out, with a note. */
  entries(): Record<string, unknown>;
}

interface Entry {
  readonly path: string;
  readonly targets: readonly (AliasTarget | { readonly provider: string; readonly model: string })[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `names`: all that the file has, so that no alias for a tier takes one. */
export function createAliasBook(notes: Notes, names: Iterable<string>): AliasBook {
  const entries = new Map<string, Entry>();
  const taken = new Set(names);

  function add(
    name: string,
    path: string,
    tiers: readonly Tier[],
    fields: Readonly<Record<string, unknown>> = {},
  ) {
    const filled = tiers
      .map((tier) => ('alias' in tier ? tier : merged(tier)))
      .filter((tier) => 'alias' in tier || tier.length > 0);
    const [only] = filled;
    if (filled.length === 1 && only !== undefined && !('alias' in only))
      return void entries.set(name, { path, ...balanced(only, fields) });
    const targets = filled.map((tier, index) => toTarget(name, path, tier, index, fields));
    entries.set(name, { path, targets, fields });
  }

  function toTarget(name: string, path: string, tier: Tier, index: number, fields: Entry['fields']) {
    if ('alias' in tier) return tier;
    const [only] = tier;
    if (tier.length === 1 && only !== undefined) return { provider: only.provider, model: only.model };
    let alias = `${name}#${index + 1}`;
    while (taken.has(alias)) alias += '#';
    taken.add(alias);
    entries.set(alias, { path, ...balanced(tier, fields) });
    notes.add('changed', path, `its targets that share the load stand in an alias of their own, ${alias}`);
    return { alias };
  }

  /** An alias may lead to one that leads nowhere, and then leads nowhere itself. */
  function leaveOutEmpty(): void {
    for (let removed = -1; removed !== 0; ) {
      removed = 0;
      for (const [name, entry] of entries) {
        const targets = entry.targets.filter((target) => !('alias' in target) || entries.has(target.alias));
        if (targets.length > 0) entries.set(name, { ...entry, targets });
        else {
          entries.delete(name);
          removed += 1;
          notes.add('lost', entry.path, 'none of its targets could be carried over');
        }
      }
    }
  }

  return {
    add,
    entries() {
      leaveOutEmpty();
      return Object.fromEntries(
        [...entries].map(([name, { targets, fields }]) => [name, { targets, ...fields }]),
      );
    },
  };
}

/** Deployments of the same model at the same provider are one target with the weight of both. */
function merged(tier: readonly ModelTarget[]): ModelTarget[] {
  const byTarget = new Map<string, ModelTarget>();
  for (const target of tier) {
    const id = `${target.provider}/${target.model}`;
    const weight = (byTarget.get(id)?.weight ?? 0) + target.weight;
    byTarget.set(id, { ...target, weight });
  }
  return [...byTarget.values()];
}

function balanced(tier: readonly ModelTarget[], fields: Entry['fields']): Pick<Entry, 'targets' | 'fields'> {
  const isEven = tier.every(({ weight }) => weight === tier[0]?.weight);
  const targets = tier.map(({ provider, model, weight }) => ({
    provider,
    model,
    ...(isEven ? {} : { weight }),
  }));
  return { targets, fields: tier.length === 1 ? fields : { strategy: 'weighted', ...fields } };
}

/** Best first. Targets of weight 0 are only asked when no other of their rank is left. */
export function toTiers<Ranked extends { readonly rank: number; readonly target: ModelTarget }>(
  ranked: readonly Ranked[],
): ModelTarget[][] {
  const ranks = [...new Set(ranked.map(({ rank }) => rank))].sort((a, b) => a - b);
  return ranks.flatMap((rank) => {
    const targets = ranked.filter((one) => one.rank === rank).map(({ target }) => target);
    const drawn = targets.filter(({ weight }) => weight > 0);
    const spare = targets.filter(({ weight }) => weight <= 0).map((target) => ({ ...target, weight: 1 }));
    return [drawn, spare].filter((tier) => tier.length > 0);
  });
}

/** Why no alias can have this name; `undefined` if one can. */
export function refuseAliasName(name: string): string | undefined {
  if (/\p{Cc}/u.test(name)) return 'its name holds control characters';
  if (name === '' || name === '__proto__') return 'no alias can have its name';
  return undefined;
}
