/** Model indexes as the snapshot makes them, from a few words. */
import { configSchema, type ModelEntry } from '../../../src/config/schema.ts';
import type { ModelIndex, ServedModels } from '../../../src/routing/model-index.ts';

export function indexOf(
  models: Record<string, object>,
  providers: readonly Partial<ServedModels>[] = [],
): ModelIndex {
  const document = configSchema().parse({ models });
  return {
    aliases: new Map(Object.entries(document.models)),
    providers: new Map(
      providers.map((provider) => [provider.id ?? '', { id: '', serves: [], models: [], ...provider }]),
    ),
  };
}

export function entryOf(index: ModelIndex, name: string): ModelEntry {
  const entry = index.aliases.get(name);
  if (entry === undefined) throw new Error(`no alias ${name}`);
  return entry;
}
