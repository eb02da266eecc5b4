/** From an alias to the targets that will be tried, in order, each with the reason for its place. */
import type { ModelEntry } from '../config/schema.ts';
import type { ModelIndex } from './model-index.ts';

export interface PlannedTarget {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
}

/** Nested aliases are put in the place of the target that names them. The document has no cycles (checked). */
export function orderTargets(entry: ModelEntry, index: ModelIndex, random: () => number): PlannedTarget[] {
  const planned: PlannedTarget[] = [];
  for (const [place, target] of inOrder(entry, random).entries()) {
    const reason = place === 0 ? `${entry.strategy}: first choice` : `${entry.strategy}: number ${place + 1}`;
    if ('provider' in target) {
      planned.push({ provider: target.provider, model: target.model, reason });
      continue;
    }
    const nested = index.aliases.get(target.alias);
    if (nested !== undefined) planned.push(...orderTargets(nested, index, random));
  }
  return withoutRepeats(planned);
}

function inOrder(entry: ModelEntry, random: () => number): ModelEntry['targets'] {
  switch (entry.strategy) {
    case 'single':
      return entry.targets.slice(0, 1);
    case 'fallback':
      return entry.targets;
    case 'weighted':
      return byWeight(entry.targets, random);
  }
}

/** Draws without putting back: the first place follows the weights, and so does each place after it. */
function byWeight(targets: ModelEntry['targets'], random: () => number): ModelEntry['targets'] {
  const left = [...targets];
  const drawn: ModelEntry['targets'] = [];
  while (left.length > 0) {
    let point = random() * left.reduce((sum, target) => sum + target.weight, 0);
    let pick = left.findIndex((target) => {
      point -= target.weight;
      return point < 0;
    });
    if (pick === -1) pick = left.length - 1; // rounding
    drawn.push(...left.splice(pick, 1));
  }
  return drawn;
}

function withoutRepeats(targets: PlannedTarget[]): PlannedTarget[] {
  const seen = new Set<string>();
  return targets.filter(({ provider, model }) => {
    const id = `${provider}/${model}`;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}
