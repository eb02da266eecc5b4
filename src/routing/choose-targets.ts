/**
 * From an alias to the targets that may be asked, in order, each with the reason for its place. Nested aliases are put in the
 * place of the target that names them and keep their own order there. Whatever a strategy says, targets whose `regions` are
 * elsewhere go behind the others, and behind those again the ones that are not well, the soonest to recover first.
 */
import type { ModelEntry } from '../config/schema.ts';
import type { RoutingIndex } from './alias-rules.ts';
import { type PlacedLeaf, TIERS } from './arm.ts';
import type { Candidate, Candidates } from './candidate.ts';
import type { RoutingQuestion } from './routing-question.ts';
import { Walk } from './walk.ts';

/** The document has no cycles (checked). `name`: the alias's own. */
export function chooseTargets(
  name: string,
  entry: ModelEntry,
  index: RoutingIndex,
  question: RoutingQuestion,
): Candidates {
  const walk = new Walk(index, question, entry.breaker?.enabled !== false);
  const placed = walk.enter(name, entry);
  const seen = new Set<string>();
  const all: Candidate[] = [];
  for (const one of inTiers(placed)) {
    if (seen.has(one.leaf.name)) continue;
    seen.add(one.leaf.name);
    all.push(toCandidate(one, index));
  }
  for (const candidate of walk.excluded) {
    const target = `${candidate.provider}/${candidate.model}`;
    if (seen.has(target)) continue;
    seen.add(target);
    all.push(candidate);
  }
  return { all, reach: walk.reach };
}

/** Mostly all of them are in the first tier. */
function inTiers(placed: readonly PlacedLeaf[]): readonly PlacedLeaf[] {
  if (placed.every(({ leaf }) => leaf.tier === TIERS.ready)) return placed;
  return placed.toSorted(({ leaf: a }, { leaf: b }) =>
    a.tier === b.tier && a.tier === TIERS.last ? compare(a.until, b.until) : a.tier - b.tier,
  );
}

/** Also of what never ends. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

function toCandidate({ leaf, reason, arm }: PlacedLeaf, { windows }: RoutingIndex): Candidate {
  const { provider, model, context_tokens, continues } = leaf.target;
  return {
    provider,
    model,
    reason: leaf.setback ?? reason,
    standing: leaf.tier === TIERS.last ? 'last' : 'yes',
    arm,
    contextTokens: context_tokens ?? windows.get(leaf.name) ?? null,
    continues: continues ?? null,
  };
}
