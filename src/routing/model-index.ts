/** What a model name means: an alias, `provider/model`, or a bare name that one configured provider serves. */
import type { ModelEntry } from '../config/schema.ts';
import { ModelNotFound } from '../errors.ts';
import { matchesAnyGlob } from '../glob.ts';

/** What routing needs to know of a provider. */
export interface ServedModels {
  readonly id: string;
  /** Globs of bare names. */
  readonly serves: readonly string[];
  readonly models: readonly string[];
}

export interface ModelIndex {
  readonly aliases: ReadonlyMap<string, ModelEntry>;
  readonly providers: ReadonlyMap<string, ServedModels>;
}

export type ResolvedModel =
  | { readonly kind: 'alias'; readonly name: string; readonly entry: ModelEntry }
  | { readonly kind: 'target'; readonly provider: string; readonly model: string };

/** An alias beats everything, then a configured provider's prefix, then a bare name. Throws `ModelNotFound`; it names targets that `mayName` allows. */
export function resolveModel(
  name: string,
  index: ModelIndex,
  mayName: (target: string) => boolean,
): ResolvedModel {
  const entry = index.aliases.get(name);
  if (entry !== undefined) return { kind: 'alias', name, entry };
  const slash = name.indexOf('/');
  if (slash > 0 && slash < name.length - 1) {
    const provider = name.slice(0, slash);
    if (index.providers.has(provider)) return { kind: 'target', provider, model: name.slice(slash + 1) };
  }
  const serving = [...index.providers.values()].filter((provider) => servesBareName(provider, name, index));
  const [only] = serving;
  if (only === undefined) throw new ModelNotFound(name);
  if (serving.length > 1) {
    const names = serving.map((provider) => `${provider.id}/${name}`).filter(mayName);
    throw new ModelNotFound(
      name,
      `Several providers serve it: write ${names.join(' or ') || '`provider/model`'}.`,
    );
  }
  return { kind: 'target', provider: only.id, model: name };
}

function servesBareName(provider: ServedModels, name: string, index: ModelIndex): boolean {
  return (
    matchesAnyGlob(provider.serves, name) ||
    provider.models.includes(name) ||
    targetsOf(index).some((target) => target.provider === provider.id && target.model === name)
  );
}

function targetsOf(index: ModelIndex): { provider: string; model: string }[] {
  return [...index.aliases.values()].flatMap((entry) =>
    entry.targets.filter((target) => 'provider' in target),
  );
}

/** One line of `GET /v1/models`. */
export interface ListedModel {
  /** What a client sends as `model`. */
  readonly id: string;
  readonly ownedBy: string;
}

/** Aliases, and the models of configured providers that the document or the catalogue names. */
export function listModels(index: ModelIndex): ListedModel[] {
  const listed = new Map<string, ListedModel>();
  for (const [name, entry] of index.aliases) listed.set(name, { id: name, ownedBy: ownerOf(entry, index) });
  const add = (provider: string, model: string) => {
    const id = `${provider}/${model}`;
    if (!listed.has(id)) listed.set(id, { id, ownedBy: provider });
  };
  for (const { provider, model } of targetsOf(index)) if (index.providers.has(provider)) add(provider, model);
  for (const provider of index.providers.values())
    for (const model of provider.models) add(provider.id, model);
  return [...listed.values()];
}

/** The provider of an alias's first target, through nested aliases. */
function ownerOf(entry: ModelEntry, index: ModelIndex): string {
  const [first] = entry.targets;
  if (first === undefined) return 'edgeway';
  if ('provider' in first) return first.provider;
  const nested = index.aliases.get(first.alias);
  return nested === undefined ? 'edgeway' : ownerOf(nested, index);
}
