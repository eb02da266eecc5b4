/** Where an alias leads, whoever asks: its targets in the order of the document, through nested aliases, each once. */
import type { ModelEntry } from '../config/schema.ts';
import type { ModelIndex } from './model-index.ts';

export interface LeafName {
  readonly provider: string;
  readonly model: string;
}

/** Those of `targets` that its strategy ever looks at. */
export const targetsInUse = ({ strategy, targets }: ModelEntry): ModelEntry['targets'] =>
  strategy === 'single' ? targets.slice(0, 1) : targets;

/** The document has no cycles (checked). */
export function leavesOf(entry: ModelEntry, index: Pick<ModelIndex, 'aliases'>): LeafName[] {
  const leaves = new Map<string, LeafName>();
  collect(entry, index, leaves);
  return [...leaves.values()];
}

function collect(entry: ModelEntry, index: Pick<ModelIndex, 'aliases'>, leaves: Map<string, LeafName>): void {
  for (const target of targetsInUse(entry)) {
    if ('provider' in target) {
      const { provider, model } = target;
      const name = `${provider}/${model}`;
      if (!leaves.has(name)) leaves.set(name, { provider, model });
    } else {
      const nested = index.aliases.get(target.alias);
      if (nested !== undefined) collect(nested, index, leaves);
    }
  }
}
